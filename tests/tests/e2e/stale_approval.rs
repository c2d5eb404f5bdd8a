//! A plan that is edited after its approval is visibly stale; phones keep the approved one until it is approved again.

use countersign_core::journal::facts::Decision;
use countersign_core::read_model::plans::PlanState;
use countersign_core::replica::Page;
use countersign_server::desks::{DeskError, PlanEdit};
use countersign_tests::world::{Office, World};

#[test]
fn an_edit_after_the_approval_makes_it_stale() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(2);
    let outing = office.approve_plan(&[&office.rep]);
    assert_eq!(
        office.clerk.plan(outing.plan).unwrap().row.state,
        PlanState::Approved
    );
    let vehicle = PlanEdit::Vehicle("沪B·样例".to_owned());
    office.clerk.edit_plan(outing.plan, &[vehicle]).unwrap();
    let view = office.clerk.plan(outing.plan).unwrap();
    assert_eq!(view.row.state, PlanState::Stale);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let plans = phone.replica.today(Page::default()).unwrap().plans;
    assert_eq!(plans.first().unwrap().vehicle, "沪A·样例");
}

#[test]
fn nobody_decides_about_what_he_did_not_see_or_did_himself() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(2);
    let outing = office.approve_plan(&[&office.rep]);
    let seen = office.clerk.plan(outing.plan).unwrap().row.heads;
    office
        .clerk
        .edit_plan(outing.plan, &[PlanEdit::Title("改过的方案".to_owned())])
        .unwrap();
    let now = office.clerk.plan(outing.plan).unwrap().row.heads;
    office.clerk.submit_plan(outing.plan, now).unwrap();
    let stale = office
        .director
        .decide_plan(outing.plan, seen, Decision::Approved);
    assert!(matches!(stale, Err(DeskError::Stale)), "{stale:?}");
    let own = office
        .clerk
        .decide_plan(outing.plan, now, Decision::Approved);
    assert!(own.is_err(), "a clerk decides about his own plan");
    office
        .director
        .decide_plan(outing.plan, now, Decision::Approved)
        .unwrap();
    assert_eq!(
        office.clerk.plan(outing.plan).unwrap().row.state,
        PlanState::Approved
    );
}
