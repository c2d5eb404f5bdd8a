//! The phone dies while the customer signs: every finished stroke is still there.

use countersign_core::replica::SigningFinish;
use countersign_core::views::SigningState;
use countersign_tests::world::{Office, World, here};

#[test]
fn a_kill_after_each_stroke_loses_none_and_seals_once() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let mut phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    let signing = phone.begin_signing(stop);
    for number in 0..4 {
        phone.draw(signing, number);
        phone = phone.killed_and_restarted();
        let view = phone
            .replica
            .signing(stop)
            .unwrap()
            .expect("the ceremony is still open");
        assert_eq!(view.signing, signing);
        assert_eq!(view.strokes.len(), usize::try_from(number).unwrap() + 1);
    }
    let entry = phone.finish_signing(signing);
    phone = phone.killed_and_restarted();
    // The page asks again because the answer was lost with the process.
    let again = phone
        .replica
        .finish_signing(&SigningFinish {
            signing,
            position: here(),
        })
        .unwrap()
        .entry;
    assert_eq!(again, entry);
    assert_eq!(phone.replica.signed(entry).unwrap().stop, Some(stop));
    world.remember(&phone);
    phone.sync_to_rest();
    assert_eq!(
        office.manager.stop_report(stop).unwrap().signed,
        vec![entry]
    );
}

#[test]
fn an_empty_signature_is_refused_with_a_reason() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    let signing = phone.begin_signing(stop);
    let refused = phone
        .replica
        .finish_signing(&SigningFinish {
            signing,
            position: here(),
        })
        .unwrap_err();
    assert!(
        format!("{refused:?}").contains("signature-too-short"),
        "{refused:?}"
    );
    let view = phone.replica.signing(stop).unwrap().unwrap();
    assert_eq!(view.state, SigningState::Open);
}
