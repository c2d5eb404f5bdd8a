//! A customer signed in front of the technician, and in the evening the server held the paper because a technician may not
//! conduct a signing. His phone says so before anybody draws.

use countersign_core::domain::money::{Currency, Money};
use countersign_core::replica::{PromiseRecord, ReplicaError};
use countersign_tests::world::{Office, Phone, World};

#[test]
fn a_technicians_phone_refuses_before_the_customer_signs_or_promises() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep, &office.technician]);
    let technician = world.phone_of(&office.technician, &office.admin);
    technician.sync_to_rest();
    let stop = technician.stop_at("001");
    technician.check_in(stop);
    assert!(!technician.stop(stop).may_sign);

    let begun = technician
        .replica
        .begin_signing(&Phone::representative(stop));
    assert!(matches!(
        begun,
        Err(ReplicaError::Refused("role-not-allowed"))
    ));
    let promised = technician.replica.promise(&PromiseRecord {
        stop,
        amount: Money::parse(Currency::Cny, "1.00").unwrap(),
        due: "2099-07-31".parse().unwrap(),
        signer: None,
    });
    assert!(matches!(
        promised,
        Err(ReplicaError::Refused("role-not-allowed"))
    ));
    world.remember(&technician);
    technician.sync_to_rest();
    assert_eq!(
        technician.replica.sync_status().unwrap().held,
        0,
        "the evening brings no surprise"
    );

    let rep = world.phone_of(&office.rep, &office.admin);
    rep.sync_to_rest();
    assert!(rep.stop(stop).may_sign);
    rep.take_signature(stop);
    world.remember(&rep);
    rep.sync_to_rest();
}
