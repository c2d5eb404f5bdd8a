//! Everything arrives twice: the ledger of what happened does not change.

use countersign_core::journal::facts::OutcomeKind;
use countersign_core::views::EntryDetail;
use countersign_tests::world::{Fault, Office, World};

#[test]
fn each_request_that_arrives_twice_counts_once() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.network.set(Fault::Doubled);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    phone.take_signature(stop);
    phone.promise(stop, "5000.00", "2026-07-31");
    phone.write(stop, "notes", "答应先付一半");
    phone.outcome(stop, OutcomeKind::Signed);
    world.remember(&phone);
    phone.sync_to_rest();
    let before = world.organisation.journal().head().unwrap();
    phone.sync_to_rest();
    assert_eq!(
        world.organisation.journal().head().unwrap(),
        before,
        "a further exchange appends nothing"
    );
    let report = office.manager.stop_report(stop).unwrap();
    let promises = report
        .timeline
        .iter()
        .filter(|entry| matches!(entry.detail, EntryDetail::Promise { .. }))
        .count();
    assert_eq!(promises, 1);
    assert_eq!(world.quarantined().len(), 0);
    world.assert_agree(&[&phone]);
}
