//! A whole day without a network: everything that was confirmed arrives in the evening, and the office can verify it.

use countersign_core::journal::facts::OutcomeKind;
use countersign_core::replica::Page;
use countersign_core::views::{Agreement, Check, EntryDetail, ObjectState};
use countersign_tests::world::{Fault, Office, World};

#[test]
fn a_day_without_a_network_arrives_whole_in_the_evening() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(3);
    office.approve_plan(&[&office.rep, &office.technician]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    assert!(
        phone
            .replica
            .today(Page::default())
            .unwrap()
            .plans
            .iter()
            .all(|plan| plan.ready)
    );
    assert_eq!(phone.stops().len(), 3);

    phone.network.set(Fault::Down);
    let stop = phone.stop_at("002");
    phone.check_in(stop);
    let statement = phone.replica.statement(stop).unwrap();
    assert_eq!(statement.total.to_string(), "10002.00");
    let signed = phone.take_signature(stop);
    phone.promise(stop, "10002.00", "2026-07-31");
    phone.write(stop, "notes", "财务王经理在场，账目无异议。");
    phone.outcome(stop, OutcomeKind::Signed);
    world.clock.pass_minutes(40);
    assert!(!phone.replica.sync_status().unwrap().safe_to_close);
    assert_eq!(phone.stop(stop).row.state, Some(ObjectState::Local));
    world.remember(&phone);

    // Two days later, at home.
    world.clock.pass_minutes(2 * 24 * 60);
    phone.network.set(Fault::None);
    let report = phone.sync_to_rest();
    assert_eq!(report.agreement, Agreement::Equal);
    assert!(phone.replica.sync_status().unwrap().safe_to_close);
    assert_eq!(phone.stop(stop).row.state, Some(ObjectState::Receipted));

    let report = office.manager.stop_report(stop).unwrap();
    assert_eq!(report.signed, vec![signed]);
    assert_eq!(report.visit.outcome, Some(OutcomeKind::Signed));
    assert_eq!(
        report.visit.promise.as_ref().unwrap().amount.to_string(),
        "10002.00"
    );
    assert_eq!(
        (report.visit.parts_complete, report.visit.parts_total),
        (2, 2)
    );
    let verdict = office.manager.verify_signed(signed).unwrap();
    let broken: Vec<_> = verdict
        .lines
        .iter()
        .filter(|line| line.check != Check::Holds)
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
    office
        .manager
        .accept_visit(stop, &report.pinned, "")
        .unwrap();
    world.assert_agree(&[&phone]);
}

#[test]
fn a_clock_set_back_three_days_loses_and_reorders_nothing() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    world.clock.set_wall_back_days(3);
    phone.take_signature(stop);
    phone.outcome(stop, OutcomeKind::Signed);
    world.remember(&phone);
    phone.sync_to_rest();
    let timeline = office.manager.stop_report(stop).unwrap().timeline;
    let at = |is_it: fn(&EntryDetail) -> bool| {
        timeline
            .iter()
            .position(|entry| is_it(&entry.detail))
            .unwrap()
    };
    let check_in = at(|detail| matches!(detail, EntryDetail::CheckIn { .. }));
    let signed = at(|detail| matches!(detail, EntryDetail::Acknowledgement { .. }));
    let outcome = at(|detail| matches!(detail, EntryDetail::Outcome { .. }));
    assert!(check_in < signed && signed < outcome, "{timeline:?}");
    assert_eq!(
        world.admitted_entries(&phone),
        u64::try_from(phone.own_entries().len()).unwrap()
    );
}
