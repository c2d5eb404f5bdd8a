//! A phone is lost and its last backup is put on a new one: the backup knows less than the server.

use countersign_core::journal::facts::OutcomeKind;
use countersign_core::protocol::HeldCode;
use countersign_core::views::ObjectState;
use countersign_tests::world::{Office, Phone, World};

/// The backup of a phone that has worked and exchanged since; the phone itself is gone. With how many entries it had made.
fn backup_of_a_phone_that_went_on(world: &World, office: &Office) -> (Phone, usize) {
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.write(stop, "notes", "备份前。");
    let backup = world.copy_of(&phone);
    phone.write(stop, "notes", "备份前。备份后。");
    phone.check_in(stop);
    phone.take_signature(stop);
    world.remember(&phone);
    phone.sync_to_rest();
    (backup, phone.own_entries().len())
}

#[test]
fn an_exchange_before_work_brings_everything_back() {
    let world = World::new();
    let office = Office::open(&world);
    let (phone, made) = backup_of_a_phone_that_went_on(&world, &office);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    assert_eq!(phone.stop(stop).notes, "备份前。备份后。");
    assert_eq!(phone.own_entries().len(), made);
    phone.write(stop, "notes", "备份前。备份后。恢复后。");
    phone.outcome(stop, OutcomeKind::Signed);
    world.remember(&phone);
    phone.sync_to_rest();
    assert_eq!(phone.stop(stop).row.state, Some(ObjectState::Receipted));
    assert!(!phone.replica.device().unwrap().copied);
    let read = phone.replica.verify_chain().unwrap();
    assert_eq!(usize::try_from(read).unwrap(), made + 1);
    world.assert_agree(&[&phone]);
}

#[test]
fn work_before_an_exchange_is_held_and_the_phone_goes_on_under_a_new_chain() {
    let world = World::new();
    let office = Office::open(&world);
    let (phone, _made) = backup_of_a_phone_that_went_on(&world, &office);
    let stop = phone.stop_at("001");
    phone.write(stop, "notes", "备份前。恢复后。");
    let promise = phone.promise(stop, "5000.00", "2026-07-31");
    world.remember(&phone);
    phone.sync_to_rest();
    let view = phone.stop(stop);
    for words in ["备份前。", "备份后。", "恢复后。"] {
        assert_eq!(view.notes.matches(words).count(), 1, "{}", view.notes);
    }
    let held = view.timeline.iter().find(|row| row.entry == promise);
    assert_eq!(held.unwrap().held_code, Some(HeldCode::ForkedChain));
    let code = office.admin.issue_enrolment_code(office.rep.user).unwrap();
    phone.enrol(&code.code, "恢复的手机");
    let renewed = phone.promise(stop, "5000.00", "2026-07-31");
    world.remember(&phone);
    phone.sync_to_rest();
    let timeline = phone.stop(stop).timeline;
    let row = timeline.iter().find(|row| row.entry == renewed).unwrap();
    assert_eq!((row.state, row.held_code), (ObjectState::Receipted, None));
    assert_eq!(phone.replica.verify_chain().unwrap(), 1);
    assert_eq!(world.admitted_entries(&phone), 1);
    world.assert_agree(&[&phone]);
}
