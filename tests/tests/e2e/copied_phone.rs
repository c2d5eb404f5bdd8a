//! One phone's folder is on two phones, and both work: whoever comes second to the server loses nothing.

use std::collections::BTreeSet;

use countersign_core::domain::ids::StopId;
use countersign_core::journal::facts::OutcomeKind;
use countersign_core::protocol::HeldCode;
use countersign_core::views::{EntryDetail, ObjectState};
use countersign_tests::world::{Office, Phone, World};

fn texts_of(phone: &Phone, stop: StopId) -> (String, String) {
    let stop = phone.stop(stop);
    (stop.notes, stop.met_person)
}

fn has_the_words_of_both_once(phone: &Phone, stop: StopId) {
    let (notes, met_person) = texts_of(phone, stop);
    for words in ["共同。", "原机写的。", "副本写的。"] {
        assert_eq!(notes.matches(words).count(), 1, "{notes}");
    }
    assert_eq!(met_person, "王经理");
}

#[test]
fn all_words_are_there_once_and_no_signed_entry_is_lost() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(3);
    office.approve_plan(&[&office.rep, &office.technician]);
    let original = world.phone_of(&office.rep, &office.admin);
    original.sync_to_rest();
    let stop = original.stop_at("001");
    original.check_in(stop);
    original.write(stop, "notes", "共同。");
    let copy = world.copy_of(&original);
    original.write(stop, "notes", "共同。原机写的。");
    original.take_signature(stop);
    copy.write(stop, "notes", "共同。副本写的。");
    copy.write(stop, "met_person", "王经理");
    let signed = copy.take_signature(stop);
    let promise = copy.promise(stop, "5000.00", "2026-07-31");
    world.remember(&original);
    world.remember(&copy);
    original.sync_to_rest();
    copy.sync_to_rest();

    // What the copy signed is held at both ends, byte for byte, and shown; what both had made before is not.
    let view = copy.stop(stop);
    for entry in [signed, promise] {
        let row = view.timeline.iter().find(|row| row.entry == entry).unwrap();
        assert_eq!(row.state, ObjectState::Held);
        assert_eq!(row.held_code, Some(HeldCode::ForkedChain));
    }
    assert!(copy.replica.signed(signed).is_ok(), "the paper can be read");
    let codes: BTreeSet<HeldCode> = world.quarantined().iter().map(|held| held.code).collect();
    let forked = [HeldCode::ForkedChain, HeldCode::IdReused];
    assert_eq!(codes, BTreeSet::from(forked));
    assert!(copy.replica.device().unwrap().copied);
    assert!(!original.replica.device().unwrap().copied);
    let exported = copy.exported();
    for entry in [signed, promise] {
        assert!(exported.contains(&entry), "held entries are exported");
    }

    // Words of both are there once, on the copy, the original and a colleague's phone.
    original.sync_to_rest();
    let colleague = world.phone_of(&office.technician, &office.admin);
    colleague.sync_to_rest();
    for phone in [&copy, &original, &colleague] {
        has_the_words_of_both_once(phone, stop);
    }

    // Enrolled again, the copy goes on under a chain of its own.
    let former = copy.own_entries();
    let code = office.admin.issue_enrolment_code(office.rep.user).unwrap();
    copy.enrol(&code.code, "副本");
    copy.sync_to_rest();
    assert!(!copy.replica.device().unwrap().copied);
    assert_eq!(copy.own_entries(), []);
    assert_ne!(former, []);
    let renewed = copy.promise(stop, "5000.00", "2026-07-31");
    copy.outcome(stop, OutcomeKind::Signed);
    copy.write(stop, "next_step", "周二再来");
    world.remember(&copy);
    for phone in [&copy, &original, &colleague] {
        phone.sync_to_rest();
    }
    let view = colleague.stop(stop);
    let promises: Vec<_> = view
        .timeline
        .iter()
        .filter(|row| matches!(row.detail, EntryDetail::Promise { .. }))
        .map(|row| row.entry)
        .collect();
    assert_eq!(promises, [renewed], "what is held reaches nobody");
    assert_eq!(view.next_step, "周二再来");
    let held = copy.stop(stop).timeline;
    let held = held.iter().find(|row| row.entry == promise).unwrap();
    assert_eq!(held.state, ObjectState::Held, "it is still shown");
    world.assert_agree(&[&copy, &original, &colleague]);
}

#[test]
fn a_copy_that_the_server_does_not_know_of_yet_is_not_enrolled_again() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let code = office.admin.issue_enrolment_code(office.rep.user).unwrap();
    let refused = phone.try_to_enrol(&code.code, "again").unwrap_err();
    assert_eq!(refused.reference(), "already-enrolled");
}

#[test]
fn work_that_nobody_has_seen_is_sent_before_a_copy_becomes_another_phone() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let original = world.phone_of(&office.rep, &office.admin);
    original.sync_to_rest();
    let stop = original.stop_at("001");
    let copy = world.copy_of(&original);
    original.check_in(stop);
    copy.check_in(stop);
    original.sync_to_rest();
    copy.sync_to_rest();
    let late = copy.promise(stop, "5000.00", "2026-07-31");
    let code = office.admin.issue_enrolment_code(office.rep.user).unwrap();
    copy.network
        .set_only("/push", countersign_tests::world::Fault::Down);
    let refused = copy.try_to_enrol(&code.code, "副本").unwrap_err();
    assert_eq!(refused.reference(), "unsent-before-enrol");
    copy.network.set(countersign_tests::world::Fault::None);
    copy.enrol(&code.code, "副本");
    let timeline = copy.stop(stop).timeline;
    let row = timeline.iter().find(|row| row.entry == late).unwrap();
    assert_eq!(row.held_code, Some(HeldCode::ForkedChain));
    let held: Vec<HeldCode> = world.quarantined().iter().map(|held| held.code).collect();
    assert_eq!(held, [HeldCode::ForkedChain, HeldCode::ForkedChain]);
    copy.sync_to_rest();
    world.assert_agree(&[&copy]);
}
