//! 退回补正: the reason arrives on the phone, the answer is a linked entry, the signed original stays.

use countersign_core::journal::facts::OutcomeKind;
use countersign_core::replica::SendBackAnswer;
use countersign_core::views::EntryDetail;
use countersign_server::desks::NewSentBack;
use countersign_tests::world::{Office, World};

#[test]
fn a_send_back_goes_there_and_back_and_the_original_stays() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    let signed = phone.take_signature(stop);
    let outcome = phone.outcome(stop, OutcomeKind::Signed);
    phone.sync_to_rest();
    let before = phone.replica.signed(signed).unwrap().hash;

    let new = NewSentBack {
        about: outcome,
        field: "走访结果".to_owned(),
        reason: "请补充客户财务人员的联系电话".to_owned(),
        deadline: "2026-07-20".parse().unwrap(),
    };
    let sent_back = office.manager.send_back(stop, &new).unwrap();
    phone.sync_to_rest();
    let open = phone.stop(stop).sent_backs.first().unwrap().clone();
    assert_eq!(
        (open.entry, open.about, open.answer.as_deref()),
        (sent_back, Some(outcome), None)
    );
    assert_eq!(open.reason, "请补充客户财务人员的联系电话");
    assert_eq!(phone.stop(stop).row.open_send_backs, 1);

    let answer = SendBackAnswer {
        stop,
        sent_back,
        text: "财务王经理，电话已补在联系人里。".to_owned(),
    };
    phone.replica.answer_send_back(&answer).unwrap();
    world.remember(&phone);
    phone.sync_to_rest();
    let report = office.manager.stop_report(stop).unwrap();
    assert_eq!(report.signed, vec![signed]);
    let amendment = report
        .timeline
        .iter()
        .find(|entry| matches!(entry.detail, EntryDetail::Amendment { .. }))
        .unwrap();
    assert_eq!(amendment.amends, Some(outcome));
    assert_eq!(phone.replica.signed(signed).unwrap().hash, before);
    office
        .manager
        .accept_visit(stop, &report.pinned, "")
        .unwrap();
}
