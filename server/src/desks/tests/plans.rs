use std::collections::BTreeSet;

use countersign_core::domain::ids::{CustomerId, PlanId};
use countersign_core::journal::Scope;
use countersign_core::journal::facts::Decision;
use countersign_core::read_model::plans::PlanState;
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::plan::{ApprovedPlan, Material};

use super::*;
use crate::desks::{NewPlan, NewVisitList, PlanEdit, PlanProblem, ProposedRow};

const ROWS: [(&str, &str, &str, &str); 3] = [
    ("C001", "00000001", "2026-05-31", "386420.00"),
    ("C002", "00000002", "2025-06-30", "2000.00"),
    ("C003", "00000003", "2026-06-01", "100.00"),
];

pub(super) struct Cast {
    pub(super) office: Office,
    pub(super) clerk: Desk,
    pub(super) manager: Desk,
    pub(super) director: Desk,
    pub(super) rep: Desk,
    pub(super) technician: Desk,
    /// Customers of the approved list, C001 first.
    pub(super) customers: Vec<CustomerId>,
    pub(super) plan: PlanId,
}

impl Cast {
    /// A plan for C001 and C002 with the rep, still a draft.
    pub(super) fn with_draft() -> Self {
        Self::with_draft_of(&ROWS)
    }

    /// The same from another ledger, of at least two customers.
    pub(super) fn with_draft_of(ledger: &[(&str, &str, &str, &str)]) -> Self {
        let office = Office::new();
        office.signed_ledger(ledger);
        let clerk = office.somebody("clerk", &[Role::Clerk]);
        let manager = office.somebody("manager", &[Role::SalesManager]);
        let director = office.somebody("director", &[Role::Director]);
        let rep = office.somebody("rep", &[Role::Rep]);
        let technician = office.somebody("technician", &[Role::Technician]);
        let rows = clerk
            .candidates(10)
            .unwrap()
            .into_iter()
            .map(|candidate| ProposedRow {
                customer: candidate.row.customer,
                reason: "逾期未付".to_owned(),
            })
            .collect();
        let list = clerk
            .propose_visit_list(&NewVisitList {
                again: None,
                title: "七月".to_owned(),
                rows,
            })
            .unwrap();
        let view = manager.visit_list(list).unwrap();
        manager
            .decide_visit_list(list, view.head.entry_hash, Decision::Approved, Vec::new())
            .unwrap();
        let mut customers: Vec<_> = view
            .rows
            .iter()
            .map(|row| (&row.code, row.customer))
            .collect();
        customers.sort();
        let customers: Vec<CustomerId> = customers.into_iter().map(|(_, id)| id).collect();
        let plan = clerk
            .create_plan(&NewPlan {
                list,
                title: "城东片区".to_owned(),
                day: day("2026-07-15"),
                vehicle: "沪A·12345".to_owned(),
                customers: customers[..2].to_vec(),
                team: BTreeSet::from([user_of(&rep)]),
            })
            .unwrap();
        Self {
            office,
            clerk,
            manager,
            director,
            rep,
            technician,
            customers,
            plan,
        }
    }

    pub(super) fn approve(&self) {
        let heads = self.heads();
        self.clerk.submit_plan(self.plan, heads).unwrap();
        self.director
            .decide_plan(self.plan, heads, Decision::Approved)
            .unwrap();
    }

    fn heads(&self) -> Digest {
        self.clerk.plan(self.plan).unwrap().row.heads
    }

    fn state(&self) -> PlanState {
        self.clerk.plan(self.plan).unwrap().row.state
    }

    pub(super) fn approved(&self) -> ApprovedPlan {
        let id = self
            .clerk
            .plan(self.plan)
            .unwrap()
            .approved
            .unwrap()
            .snapshot;
        let sealed = self.office.organisation.snapshot(id).unwrap().unwrap();
        match sealed.verify(&self.office.organisation.public_key()) {
            Ok(Snapshot::Plan(plan)) => *plan,
            other => panic!("expected an approved plan, got {other:?}"),
        }
    }

    fn holds(&self, desk: &Desk, scope: Scope) -> bool {
        let journal = self.office.organisation.journal();
        journal.is_granted(user_of(desk), scope).unwrap()
    }
}

#[test]
fn an_approval_brings_stops_statements_and_leave_to_the_team() {
    let cast = Cast::with_draft();
    assert!(!cast.holds(&cast.rep, Scope::Plan(cast.plan)));
    cast.approve();
    assert_eq!(cast.state(), PlanState::Approved);
    let approved = cast.approved();
    assert_eq!(approved.stops.len(), 2);
    assert_eq!(approved.approved_by, user_of(&cast.director));
    let stop = &approved.stops[0];
    assert_eq!(stop.code, "C001");
    assert_eq!(
        stop.materials,
        [Material::Statement, Material::VisitReceipt]
    );
    let organisation = &cast.office.organisation;
    assert!(
        organisation
            .document_heads(stop.document)
            .unwrap()
            .is_some()
    );
    assert!(
        organisation
            .document_heads(stop.customer_document)
            .unwrap()
            .is_some()
    );
    let statement = organisation.snapshot(stop.statement).unwrap().unwrap();
    match statement.open() {
        Ok(Snapshot::Statement(statement)) => {
            assert_eq!(statement.total.to_string(), "386420.00");
        }
        other => panic!("expected a statement, got {other:?}"),
    }
    for scope in [
        Scope::Plan(cast.plan),
        Scope::Stop(stop.stop),
        Scope::Customer(stop.customer),
    ] {
        assert!(cast.holds(&cast.rep, scope), "{scope:?}");
        assert!(!cast.holds(&cast.technician, scope), "{scope:?}");
    }
}

#[test]
fn nobody_approves_a_plan_that_he_wrote_or_put_forward() {
    let cast = Cast::with_draft();
    let writer = cast
        .office
        .somebody("writer", &[Role::Clerk, Role::Director]);
    let edit = [PlanEdit::Vehicle("沪B·1".to_owned())];
    writer.edit_plan(cast.plan, &edit).unwrap();
    let heads = cast.heads();
    cast.clerk.submit_plan(cast.plan, heads).unwrap();
    let own = writer.decide_plan(cast.plan, heads, Decision::Approved);
    assert!(matches!(own, Err(DeskError::OwnRequest)));
    let clerk = cast.clerk.decide_plan(cast.plan, heads, Decision::Approved);
    assert!(matches!(clerk, Err(DeskError::NotAllowed)));
    assert_eq!(cast.state(), PlanState::Submitted);
    assert!(cast.clerk.plan(cast.plan).unwrap().approved.is_none());
}

#[test]
fn who_only_put_it_forward_does_not_approve_it_either() {
    let cast = Cast::with_draft();
    let both = cast.office.somebody("both", &[Role::Clerk, Role::Director]);
    let heads = cast.heads();
    both.submit_plan(cast.plan, heads).unwrap();
    let own = both.decide_plan(cast.plan, heads, Decision::Approved);
    assert!(matches!(own, Err(DeskError::OwnRequest)));
}

#[test]
fn a_decision_about_other_heads_is_stale() {
    let cast = Cast::with_draft();
    let looked_at = cast.heads();
    cast.clerk.submit_plan(cast.plan, looked_at).unwrap();
    let edit = [PlanEdit::Title("改过".to_owned())];
    cast.clerk.edit_plan(cast.plan, &edit).unwrap();
    for heads in [looked_at, cast.heads()] {
        let late = cast
            .director
            .decide_plan(cast.plan, heads, Decision::Approved);
        assert!(matches!(late, Err(DeskError::Stale)));
    }
    assert!(matches!(
        cast.clerk.submit_plan(cast.plan, looked_at),
        Err(DeskError::Stale)
    ));
}

#[test]
fn an_edit_after_approval_is_visibly_stale_and_reaches_no_phone_until_approved() {
    let cast = Cast::with_draft();
    cast.approve();
    let stops: Vec<_> = cast.approved().stops.iter().map(|stop| stop.stop).collect();
    let removed = stops[1];
    let edits = [
        PlanEdit::RemoveStop(removed),
        PlanEdit::AddStop(cast.customers[2]),
        PlanEdit::AddToTeam(user_of(&cast.technician)),
    ];
    cast.clerk.edit_plan(cast.plan, &edits).unwrap();
    assert_eq!(cast.state(), PlanState::Stale);
    assert_eq!(cast.approved().stops.len(), 2);
    assert!(!cast.holds(&cast.technician, Scope::Plan(cast.plan)));
    cast.approve();
    let again = cast.approved();
    assert_eq!(again.stops[0].stop, stops[0]);
    assert_eq!(again.stops[1].customer, cast.customers[2]);
    assert!(cast.holds(&cast.technician, Scope::Stop(stops[0])));
    assert!(cast.holds(&cast.rep, Scope::Stop(stops[0])));
    assert!(!cast.holds(&cast.rep, Scope::Stop(removed)));
    assert!(!cast.holds(&cast.rep, Scope::Customer(cast.customers[1])));
    assert!(cast.holds(&cast.rep, Scope::Customer(cast.customers[2])));
}

#[test]
fn who_leaves_the_team_loses_the_plan_but_not_a_customer_of_another_plan() {
    let cast = Cast::with_draft();
    cast.approve();
    let list = cast.clerk.visit_lists().unwrap()[0].list;
    let other = cast
        .clerk
        .create_plan(&NewPlan {
            list,
            title: "次日".to_owned(),
            day: day("2026-07-16"),
            vehicle: String::new(),
            customers: vec![cast.customers[0]],
            team: BTreeSet::from([user_of(&cast.rep)]),
        })
        .unwrap();
    let heads = cast.clerk.plan(other).unwrap().row.heads;
    cast.clerk.submit_plan(other, heads).unwrap();
    cast.director
        .decide_plan(other, heads, Decision::Approved)
        .unwrap();
    let second = cast.office.somebody("second", &[Role::Rep]);
    let edits = [
        PlanEdit::RemoveFromTeam(user_of(&cast.rep)),
        PlanEdit::AddToTeam(user_of(&second)),
    ];
    cast.clerk.edit_plan(cast.plan, &edits).unwrap();
    cast.approve();
    assert!(!cast.holds(&cast.rep, Scope::Plan(cast.plan)));
    assert!(cast.holds(&cast.rep, Scope::Customer(cast.customers[0])));
    assert!(!cast.holds(&cast.rep, Scope::Customer(cast.customers[1])));
    assert!(cast.holds(&second, Scope::Customer(cast.customers[1])));
}

#[test]
fn a_plan_that_cannot_be_driven_is_not_put_forward() {
    let cast = Cast::with_draft();
    let view = cast.clerk.plan(cast.plan).unwrap();
    assert_eq!(view.problems, []);
    let edits: Vec<PlanEdit> = view
        .stops
        .iter()
        .map(|stop| PlanEdit::RemoveStop(stop.stop))
        .chain([
            PlanEdit::Day(day("2026-06-01")),
            PlanEdit::RemoveFromTeam(user_of(&cast.rep)),
            PlanEdit::AddToTeam(user_of(&cast.technician)),
        ])
        .collect();
    cast.clerk.edit_plan(cast.plan, &edits).unwrap();
    let view = cast.clerk.plan(cast.plan).unwrap();
    assert_eq!(
        view.problems,
        [PlanProblem::Day, PlanProblem::NoRep, PlanProblem::NoStops]
    );
    let refused = cast.clerk.submit_plan(cast.plan, view.row.heads);
    assert_eq!(invalid(refused), "desk-plan-day");
}

#[test]
fn who_does_not_go_on_visits_joins_no_team_and_who_is_on_no_list_no_plan() {
    let cast = Cast::with_draft();
    let edit = |edit| cast.clerk.edit_plan(cast.plan, &[edit]);
    assert_eq!(
        invalid(edit(PlanEdit::AddToTeam(user_of(&cast.director)))),
        "desk-plan-not-for-visits"
    );
    assert_eq!(
        invalid(edit(PlanEdit::AddStop(CustomerId::from_bytes([9; 16])))),
        "desk-plan-not-on-approved-list"
    );
    assert_eq!(
        invalid(edit(PlanEdit::AddStop(cast.customers[0]))),
        "desk-plan-customer-twice"
    );
    assert!(matches!(
        cast.rep
            .edit_plan(cast.plan, &[PlanEdit::Vehicle(String::new())]),
        Err(DeskError::NotAllowed)
    ));
}

#[test]
fn stops_change_places_all_at_once() {
    let cast = Cast::with_draft();
    let stops: Vec<_> = cast
        .clerk
        .plan(cast.plan)
        .unwrap()
        .stops
        .iter()
        .map(|stop| stop.stop)
        .collect();
    let turned = vec![stops[1], stops[0]];
    let edit = |order| cast.clerk.edit_plan(cast.plan, &[PlanEdit::Reorder(order)]);
    edit(turned.clone()).unwrap();
    let now: Vec<_> = cast
        .clerk
        .plan(cast.plan)
        .unwrap()
        .stops
        .iter()
        .map(|stop| stop.stop)
        .collect();
    assert_eq!(now, turned);
    assert!(matches!(edit(vec![stops[0]]), Err(DeskError::Stale)));
    assert!(matches!(
        edit(vec![stops[0], stops[0]]),
        Err(DeskError::Stale)
    ));
}

#[test]
fn the_director_sends_back_with_a_reason() {
    let cast = Cast::with_draft();
    let heads = cast.heads();
    cast.clerk.submit_plan(cast.plan, heads).unwrap();
    let back = |reason: &str| {
        let decision = Decision::SentBack(reason.to_owned());
        cast.director.decide_plan(cast.plan, heads, decision)
    };
    assert_eq!(invalid(back(" ")), "desk-invalid-empty");
    back("车辆不足").unwrap();
    assert_eq!(cast.state(), PlanState::SentBack);
    assert!(!cast.holds(&cast.rep, Scope::Plan(cast.plan)));
    assert!(cast.manager.plan(cast.plan).unwrap().approved.is_none());
}

#[test]
fn the_read_model_rebuilds_equal() {
    let cast = Cast::with_draft();
    cast.approve();
    let edit = [PlanEdit::Title("改过".to_owned())];
    cast.clerk.edit_plan(cast.plan, &edit).unwrap();
    let (before, after) = cast.office.organisation.rebuild().unwrap();
    assert_eq!(before, after);
}
