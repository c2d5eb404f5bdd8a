use countersign_core::domain::ids::VisitListId;
use countersign_core::journal::facts::{Decision, StruckRow};
use countersign_core::read_model::visit_lists::ListState;

use super::*;
use crate::desks::{NewVisitList, ProposedRow};

const ROWS: [(&str, &str, &str, &str); 3] = [
    ("C001", "00000001", "2026-05-31", "386420.00"),
    ("C002", "00000002", "2025-06-30", "2000.00"),
    ("C003", "00000003", "2026-07-31", "100.00"),
];

fn new_list(desk: &Desk, again: Option<VisitListId>) -> NewVisitList {
    NewVisitList {
        again,
        title: "七月上门名单".to_owned(),
        rows: desk
            .candidates(10)
            .unwrap()
            .into_iter()
            .map(|candidate| ProposedRow {
                customer: candidate.row.customer,
                reason: "逾期未付".to_owned(),
            })
            .collect(),
    }
}

fn decide(desk: &Desk, list: VisitListId, decision: Decision) -> Result<(), DeskError> {
    let pinned = desk.visit_list(list)?.head.entry_hash;
    desk.decide_visit_list(list, pinned, decision, Vec::new())?;
    Ok(())
}

#[test]
fn candidates_rank_by_what_a_visit_can_save() {
    let office = Office::new();
    office.signed_ledger(&[
        ("C001", "00000001", "2026-05-31", "8000.00"),
        ("C002", "00000002", "2023-07-20", "2000.00"),
        ("C003", "00000003", "2023-06-20", "9000.00"),
        ("C004", "00000004", "2026-07-31", "100.00"),
    ]);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let candidates = clerk.candidates(10).unwrap();
    let ranks: Vec<(&str, String, i64)> = candidates
        .iter()
        .map(|found| {
            let rank = &found.rank;
            (
                found.row.code.as_str(),
                rank.score.to_string(),
                rank.days_left,
            )
        })
        .collect();
    assert_eq!(
        ranks,
        [
            ("C002", "320.00".to_owned(), 19),
            ("C003", "180.00".to_owned(), -11),
            ("C001", "160.00".to_owned(), 1065),
        ]
    );
    assert!(candidates[1].rank.is_expired);
    assert!(!candidates[0].is_listed);
    assert_eq!(clerk.candidates(1).unwrap().len(), 1);
}

#[test]
fn a_list_takes_its_figures_from_the_ledger_at_its_cut_off() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let list = clerk.propose_visit_list(&new_list(&clerk, None)).unwrap();
    let view = clerk.visit_list(list).unwrap();
    assert_eq!(view.head.state, ListState::Proposed);
    assert_eq!(view.rows[0].overdue.to_string(), "386420.00");
    assert_eq!(view.rows[0].days_past_due, 30);
    assert!(clerk.candidates(10).unwrap()[0].is_listed);
}

#[test]
fn nothing_can_be_proposed_before_a_ledger_is_signed() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let refused = clerk.propose_visit_list(&new_list(&clerk, None));
    assert_eq!(invalid(refused), "desk-invalid-no-ledger");
}

#[test]
fn who_is_not_overdue_cannot_be_proposed_and_nobody_twice() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let mut new = new_list(&clerk, None);
    let (_row, ledger) = clerk
        .draft(clerk.ledger_drafts().unwrap()[0].draft)
        .unwrap();
    let current = ledger.customers.iter().find(|row| row.code == "C003");
    new.rows[0].customer = current.unwrap().id;
    assert_eq!(
        invalid(clerk.propose_visit_list(&new)),
        "desk-invalid-not-overdue"
    );
    new.rows[0] = new.rows[1].clone();
    assert_eq!(
        invalid(clerk.propose_visit_list(&new)),
        "desk-invalid-customer-twice"
    );
}

#[test]
fn the_proposer_never_decides_even_with_both_roles() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let both = office.somebody("both", &[Role::Clerk, Role::SalesManager]);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let list = both.propose_visit_list(&new_list(&both, None)).unwrap();
    assert!(matches!(
        decide(&both, list, Decision::Approved),
        Err(DeskError::OwnRequest)
    ));
    assert!(matches!(
        decide(&clerk, list, Decision::Approved),
        Err(DeskError::NotAllowed)
    ));
    assert_eq!(
        clerk.visit_list(list).unwrap().head.state,
        ListState::Proposed
    );
}

#[test]
fn a_decision_about_a_proposal_that_was_replaced_is_stale() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let manager = office.somebody("manager", &[Role::SalesManager]);
    let list = clerk.propose_visit_list(&new_list(&clerk, None)).unwrap();
    let looked_at = manager.visit_list(list).unwrap().head.entry_hash;
    let mut shorter = new_list(&clerk, Some(list));
    shorter.rows.truncate(1);
    assert_eq!(clerk.propose_visit_list(&shorter).unwrap(), list);
    let late = manager.decide_visit_list(list, looked_at, Decision::Approved, Vec::new());
    assert!(matches!(late, Err(DeskError::Stale)));
    decide(&manager, list, Decision::Approved).unwrap();
    assert!(matches!(
        decide(&manager, list, Decision::Approved),
        Err(DeskError::Stale)
    ));
    assert!(matches!(
        clerk.propose_visit_list(&shorter),
        Err(DeskError::Stale)
    ));
}

#[test]
fn sent_back_needs_a_reason_and_may_come_again() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let manager = office.somebody("manager", &[Role::SalesManager]);
    let list = clerk.propose_visit_list(&new_list(&clerk, None)).unwrap();
    assert_eq!(
        invalid(decide(&manager, list, Decision::SentBack("  ".to_owned()))),
        "desk-invalid-empty"
    );
    decide(&manager, list, Decision::SentBack("理由不足".to_owned())).unwrap();
    let head = clerk.visit_list(list).unwrap().head;
    assert_eq!(head.state, ListState::SentBack);
    assert_eq!(head.decision_reason, "理由不足");
    assert_eq!(head.decided_by, Some(user_of(&manager)));
    clerk
        .propose_visit_list(&new_list(&clerk, Some(list)))
        .unwrap();
    assert_eq!(
        clerk.visit_list(list).unwrap().head.state,
        ListState::Proposed
    );
}

#[test]
fn rows_are_struck_with_a_reason_but_not_all() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let manager = office.somebody("manager", &[Role::SalesManager]);
    let list = clerk.propose_visit_list(&new_list(&clerk, None)).unwrap();
    let view = manager.visit_list(list).unwrap();
    let strike = |rows: &[usize], reason: &str| {
        let struck = rows.iter().map(|row| StruckRow {
            customer: view.rows[*row].customer,
            reason: reason.to_owned(),
        });
        let pinned = view.head.entry_hash;
        manager.decide_visit_list(list, pinned, Decision::Approved, struck.collect())
    };
    assert_eq!(invalid(strike(&[1], "")), "desk-invalid-empty");
    assert_eq!(
        invalid(strike(&[0, 1], "已付款")),
        "desk-invalid-all-struck"
    );
    strike(&[1], "已付款").unwrap();
    let view = manager.visit_list(list).unwrap();
    assert_eq!(
        (view.head.state, view.head.customers),
        (ListState::Approved, 1)
    );
    assert_eq!(view.rows[1].struck_reason.as_deref(), Some("已付款"));
}
