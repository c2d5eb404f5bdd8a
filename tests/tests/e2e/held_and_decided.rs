//! A report was held for three weeks because "the office decides", and the office had no place to decide it. Now sales manager
//! and legal see what is held, let it in or dismiss it, and the phone that brought it learns which.

use countersign_core::domain::held::{HeldDecision, HeldState};
use countersign_core::domain::ids::{Digest, PlanId, StopId};
use countersign_core::journal::facts::{Decision, OutcomeKind};
use countersign_core::protocol::HeldCode;
use countersign_core::snapshots::policy::Role;
use countersign_core::views::Agreement;
use countersign_server::desks::{Desk, DeskError, HeldChoice, HeldObject, HeldView, PlanEdit};
use countersign_tests::world::{Fault, Office, Phone, World};

/// A stop is worked on while it is given to somebody else.
fn reassigned(world: &World, office: &Office) -> (Phone, StopId, PlanId) {
    office.sign_ledger(2);
    let outing = office.approve_plan(&[&office.rep, &office.technician]);
    let second_rep = world.hire("样例业务员乙", &[Role::Rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    phone.network.set(Fault::Down);
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    phone.take_signature(stop);
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
    (phone, stop, outing.plan)
}

fn waiting(desk: &Desk) -> Vec<HeldView> {
    desk.held((0, 100)).unwrap().0
}

fn of_kind(desk: &Desk, kind: &str) -> Digest {
    let found = waiting(desk)
        .into_iter()
        .find(|view| matches!(&view.object, HeldObject::Entry(entry) if entry.fact.kind() == kind));
    found.unwrap().digest
}

#[test]
fn what_the_manager_lets_in_counts_and_the_phone_gets_its_receipt() {
    let world = World::new();
    let office = Office::open(&world);
    let (phone, stop, _plan) = reassigned(&world, &office);
    let held = waiting(&office.manager);
    assert!(held.len() >= 3, "{held:?}");
    assert!(held.iter().all(|view| view.code == HeldCode::OutOfScope));

    for view in &held {
        let (_view, choice) = office.manager.held_item(view.digest).unwrap();
        assert_eq!(choice, HeldChoice::Both);
        let state = office
            .manager
            .decide_held(view.digest, HeldDecision::Released, "改派之前已经走访")
            .unwrap();
        assert_eq!(state, HeldState::Released);
    }
    assert_eq!(world.quarantined(), []);
    assert_eq!(waiting(&office.manager).len(), 0);
    let report = office.manager.stop_report(stop).unwrap();
    assert_eq!(report.signed.len(), 1, "the customer's signature counts");

    let seen = phone.sync();
    assert_eq!(seen.held, 0, "{seen:?}");
    let status = phone.replica.sync_status().unwrap();
    assert_eq!((status.held, status.sent), (0, 0), "{status:?}");
    assert!(status.safe_to_close, "{status:?}");
    assert_ne!(phone.sync().agreement, Agreement::Differs);

    // Pressed again on a page that was open meanwhile.
    let again = office
        .manager
        .decide_held(held[0].digest, HeldDecision::Released, "再次")
        .unwrap();
    assert_eq!(again, HeldState::Released);
    assert!(matches!(
        office
            .manager
            .decide_held(held[0].digest, HeldDecision::Dismissed, "反悔"),
        Err(DeskError::Stale)
    ));
}

#[test]
fn what_a_customer_signed_is_dismissed_by_two_people_and_stays_on_file() {
    let world = World::new();
    let office = Office::open(&world);
    let (phone, stop, plan) = reassigned(&world, &office);
    let (signed, outcome) = (
        of_kind(&office.manager, "acknowledgement"),
        of_kind(&office.manager, "outcome"),
    );
    let dismiss =
        |desk: &Desk, digest| desk.decide_held(digest, HeldDecision::Dismissed, "重复走访");
    assert_eq!(
        dismiss(&office.manager, outcome).unwrap(),
        HeldState::Dismissed,
        "nobody signed it alone"
    );
    assert_eq!(
        dismiss(&office.manager, signed).unwrap(),
        HeldState::DismissalAsked
    );
    assert_eq!(
        dismiss(&office.manager, signed).unwrap(),
        HeldState::DismissalAsked,
        "one person twice is one person"
    );
    let before = waiting(&office.manager).len();
    let lawyer = world.hire("样例法务乙", &[Role::Legal]);
    assert_eq!(
        dismiss(&world.desk(&lawyer), signed).unwrap(),
        HeldState::Dismissed
    );
    assert_eq!(waiting(&office.manager).len(), before - 1);
    let (dismissed, total) = office.manager.dismissed((0, 10)).unwrap();
    assert_eq!((dismissed.len(), total), (2, 2));
    assert!(!office.manager.held_bytes(signed).unwrap().is_empty());
    assert!(office.manager.stop_report(stop).unwrap().signed.is_empty());

    let held_before = phone.replica.sync_status().unwrap().held;
    phone.sync();
    let status = phone.replica.sync_status().unwrap();
    assert_eq!(status.held, held_before - 2, "{status:?}");
    let decided: Vec<_> = status
        .items
        .iter()
        .filter_map(|item| item.decided.as_ref())
        .collect();
    assert_eq!(decided.len(), 2, "{status:?}");
    assert!(
        decided
            .iter()
            .all(|row| row.state == HeldState::Dismissed && row.reason == "重复走访"),
        "{decided:?}"
    );

    // The stop comes back to the rep: what waits goes in by itself, what was dismissed stays out.
    let edits = [PlanEdit::AddToTeam(office.rep.user)];
    let heads = office.clerk.edit_plan(plan, &edits).unwrap();
    office.clerk.submit_plan(plan, heads).unwrap();
    office
        .director
        .decide_plan(plan, heads, Decision::Approved)
        .unwrap();
    for _round in 0..3 {
        phone.sync();
    }
    assert_eq!(waiting(&office.manager).len(), 0, "the rest is let in");
    assert_eq!(office.manager.dismissed((0, 10)).unwrap().1, 2);
    for digest in [signed, outcome] {
        let (view, _choice) = office.manager.held_item(digest).unwrap();
        assert_eq!(view.state(), HeldState::Dismissed);
    }
    assert!(office.manager.stop_report(stop).unwrap().signed.is_empty());
}

#[test]
fn what_a_revoked_phone_brought_is_let_in_from_the_oldest_on() {
    let world = World::new();
    let office = Office::open(&world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep]);
    let phone = world.phone_of(&office.rep, &office.admin);
    phone.sync_to_rest();
    let stop = phone.stop_at("001");
    phone.check_in(stop);
    phone.take_signature(stop);
    world.remember(&phone);
    let device = office.admin.devices().unwrap().first().unwrap().device;
    office.admin.revoke_device(device, "手机遗失").unwrap();
    phone.sync();
    let held = waiting(&office.manager);
    assert!(held.iter().all(|view| view.code == HeldCode::Revoked));
    let last = held.last().unwrap().digest;
    let (_view, choice) = office.manager.held_item(last).unwrap();
    assert_eq!(choice, HeldChoice::OnlyDismiss(HeldCode::GapInChain));
    assert!(matches!(
        office
            .manager
            .decide_held(last, HeldDecision::Released, "遗失之前写成"),
        Err(DeskError::Invalid { .. })
    ));
    let all = u64::try_from(held.len()).unwrap();
    assert_eq!(
        office.manager.release_all(device, "遗失之前写成").unwrap(),
        (all, 0)
    );
    assert_eq!(
        office.manager.stop_report(stop).unwrap().signed.len(),
        1,
        "a lost phone's work before the loss is not lost"
    );
}

#[test]
fn nobody_decides_about_his_own_work_and_not_every_role_decides() {
    let world = World::new();
    let office = Office::open(&world);
    let (_phone, _stop, _plan) = reassigned(&world, &office);
    let signed = of_kind(&office.manager, "acknowledgement");
    for (desk, may_look) in [
        (&office.clerk, false),
        (&office.director, false),
        (&office.admin, false),
    ] {
        assert_eq!(desk.held((0, 10)).is_ok(), may_look);
        assert!(matches!(
            desk.decide_held(signed, HeldDecision::Released, "试试"),
            Err(DeskError::NotAllowed)
        ));
    }
    let mut promoted = office.rep.clone();
    promoted.roles = vec![Role::Rep, Role::SalesManager];
    let own = world.desk(&promoted);
    assert!(matches!(
        own.decide_held(signed, HeldDecision::Released, "自己的"),
        Err(DeskError::OwnRequest)
    ));
    assert!(matches!(
        office
            .manager
            .decide_held(signed, HeldDecision::Released, "  "),
        Err(DeskError::Invalid {
            field: "reason",
            ..
        })
    ));
}
