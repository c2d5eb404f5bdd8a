//! The connection breaks at every byte: never green without a receipt, nothing lost, nothing doubled.

use countersign_core::journal::facts::OutcomeKind;
use countersign_core::views::ObjectState;
use countersign_tests::world::{Fault, Office, World};

#[test]
fn a_first_pull_that_breaks_off_everywhere_goes_on_where_it_stopped() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(4);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    // Each try lets a little more through than the one before; what arrived is kept.
    let mut tries = 0;
    while phone.stops().len() < 4 {
        tries += 1;
        assert!(tries < 200, "the pull does not get on");
        phone
            .network
            .set_only("/pull", Fault::CutAfter(300 + 97 * tries));
        phone.sync();
    }
    phone.network.set(Fault::None);
    phone.sync_to_rest();
    world.assert_agree(&[&phone]);
}

#[test]
fn a_push_whose_answer_breaks_at_any_byte_is_not_green_and_not_doubled() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    phone.take_signature(stop);
    phone.outcome(stop, OutcomeKind::Signed);
    world.remember(&phone);
    for bytes in (0..600).step_by(23) {
        phone.network.set_only("/push", Fault::CutAfter(bytes));
        phone.sync();
        let state = phone.stop(stop).row.state;
        if state == Some(ObjectState::Receipted) {
            // The answer was shorter than the cut: whole, so green is right.
            break;
        }
    }
    phone.network.set(Fault::None);
    phone.sync_to_rest();
    assert_eq!(phone.stop(stop).row.state, Some(ObjectState::Receipted));
    let own = phone.own_entries().len();
    assert_eq!(world.admitted_entries(&phone), u64::try_from(own).unwrap());
    assert_eq!(world.quarantined().len(), 0);
    world.assert_agree(&[&phone]);
}

#[test]
fn lost_answers_of_every_call_change_nothing_in_the_end() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(2);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    for call in ["/session", "/pull", "/push", "/blobs"] {
        phone.network.set_only(call, Fault::AnswerLost);
        phone.sync();
        phone.network.set(Fault::None);
        phone.sync_to_rest();
        let stop = phone.stop_at("001");
        phone.take_signature(stop);
        world.remember(&phone);
    }
    phone.sync_to_rest();
    let own = phone.own_entries().len();
    assert_eq!(world.admitted_entries(&phone), u64::try_from(own).unwrap());
    world.assert_agree(&[&phone]);
}
