//! A stop is given to somebody else while the first phone works on it without a network: its work is kept and both ends say
//! why it is held.

use countersign_core::journal::facts::{Decision, OutcomeKind};
use countersign_core::protocol::HeldCode;
use countersign_server::desks::PlanEdit;
use countersign_tests::world::{Fault, Office, World};

#[test]
fn work_on_a_stop_that_was_reassigned_is_held_and_never_lost() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(2);
    let outing = office.approve_plan(&[&office.rep, &office.technician]);
    let second_rep = world.hire(
        "样例业务员乙",
        &[countersign_core::snapshots::policy::Role::Rep],
    );
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    phone.network.set(Fault::Down);
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    let signed = phone.take_signature(stop);
    phone.outcome(stop, OutcomeKind::Signed);
    world.remember(&phone);

    let edits = [
        PlanEdit::RemoveFromTeam(office.rep.user),
        PlanEdit::AddToTeam(second_rep.user),
    ];
    let heads = office.clerk.edit_plan(outing.plan, &edits).unwrap();
    office.clerk.submit_plan(outing.plan, heads).unwrap();
    office
        .director
        .decide_plan(outing.plan, heads, Decision::Approved)
        .unwrap();

    phone.network.set(Fault::None);
    phone.sync();
    phone.sync();
    let status = phone.replica.sync_status().unwrap();
    assert!(status.held >= 3, "{status:?}");
    assert!(!status.safe_to_close);
    assert!(
        status
            .items
            .iter()
            .any(|item| item.held_code == Some(HeldCode::OutOfScope)),
        "{status:?}"
    );
    let kept = world.quarantined();
    assert!(
        kept.iter().all(|item| item.code == HeldCode::OutOfScope),
        "{kept:?}"
    );
    let before = kept.len();
    phone.sync();
    assert_eq!(
        world.quarantined().len(),
        before,
        "what is held is kept exactly once"
    );

    let other = world.phone_of(&second_rep, &office.admin);
    other.sync_to_rest();
    assert_eq!(other.stops().len(), 2);
    assert!(
        office.manager.stop_report(stop).unwrap().signed.is_empty(),
        "{signed} is not believed yet"
    );
}

#[test]
fn a_revoked_phone_is_heard_and_held() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    world.remember(&phone);
    let device = office.admin.devices().unwrap().first().unwrap().device;
    office.admin.revoke_device(device, "手机遗失").unwrap();
    phone.sync();
    let kept = world.quarantined();
    assert_eq!(kept.len(), phone.own_entries().len());
    assert!(
        kept.iter().all(|item| item.code == HeldCode::Revoked),
        "{kept:?}"
    );
}
