use countersign_core::domain::ids::SnapshotId;
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::percent::Percent;
use countersign_core::domain::statement_lint::SettlementApprover;
use countersign_core::journal::facts::Decision;
use countersign_core::read_model::settlements::SettlementState;
use countersign_core::snapshots::Snapshot;

use super::*;
use crate::desks::{NewSettlement, SettlementRate};

const ROWS: [(&str, &str, &str, &str); 2] = [
    ("C001", "00000001", "2026-05-31", "386420.00"),
    ("C002", "00000002", "2026-07-31", "2000.00"),
];

fn percent(text: &str) -> Percent {
    Percent::new(text.parse().unwrap()).unwrap()
}

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

fn new(clerk: &Desk, agreed: Option<&str>) -> NewSettlement {
    let candidates = clerk.candidates(10).unwrap();
    let found = candidates.iter().find(|found| found.row.code == "C001");
    NewSettlement {
        customer: found.unwrap().row.customer,
        rate: SettlementRate::Daily(percent("0.05")),
        agreed: agreed.map(yuan),
        reason: "客户一次性付清".to_owned(),
    }
}

fn decide(desk: &Desk, id: SnapshotId, decision: Decision) -> Result<(), DeskError> {
    let pinned = desk.settlement(id)?.row.entry_hash;
    desk.decide_settlement(id, pinned, decision)?;
    Ok(())
}

#[test]
fn only_the_third_of_three_desks_issues_exactly_what_all_three_saw() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let manager = office.somebody("manager", &[Role::SalesManager]);
    let finance = office.somebody("finance", &[Role::Finance]);
    let legal = office.somebody("legal", &[Role::Legal]);
    let id = clerk
        .draft_settlement(&new(&clerk, Some("5000.00")))
        .unwrap();
    let row = clerk.settlement(id).unwrap().row;
    assert_eq!(row.state, SettlementState::Waiting);
    assert_eq!(
        (row.principal, row.computed, row.interest),
        (yuan("386420.00"), yuan("5796.30"), yuan("5000.00"))
    );
    for desk in [&legal, &manager] {
        decide(desk, id, Decision::Approved).unwrap();
        assert!(office.organisation.snapshot(id).unwrap().is_none());
    }
    assert_eq!(finance.settlements_to_decide().unwrap(), 1);
    decide(&finance, id, Decision::Approved).unwrap();
    assert_eq!(finance.settlements_to_decide().unwrap(), 0);

    let sealed = office.organisation.snapshot(id).unwrap().unwrap();
    let Ok(Snapshot::Statement(issued)) = sealed.open() else {
        panic!("a statement was issued");
    };
    let view = legal.settlement(id).unwrap();
    assert_eq!(*issued, view.statement);
    assert_eq!(view.row.state, SettlementState::Issued);
    assert_eq!(issued.confirmed_total(), Ok(yuan("391420.00")));
}

#[test]
fn nobody_decides_twice_or_for_a_desk_that_is_not_his() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let both = office.somebody("both", &[Role::SalesManager, Role::Legal]);
    let finance = office.somebody("finance", &[Role::Finance]);
    let second = office.somebody("second", &[Role::Finance]);
    let author = office.somebody("author", &[Role::Clerk, Role::Finance]);
    let id = clerk.draft_settlement(&new(&clerk, None)).unwrap();

    decide(&both, id, Decision::Approved).unwrap();
    let again = decide(&both, id, Decision::Approved);
    assert!(matches!(again, Err(DeskError::Stale)));
    assert_eq!(
        both.settlement(id).unwrap().row.decisions[0].approver,
        SettlementApprover::SalesManager
    );
    decide(&finance, id, Decision::Approved).unwrap();
    let same_desk = decide(&second, id, Decision::Approved);
    assert!(matches!(same_desk, Err(DeskError::Stale)));
    let by_clerk = decide(&clerk, id, Decision::Approved);
    assert!(matches!(by_clerk, Err(DeskError::NotAllowed)));
    assert!(office.organisation.snapshot(id).unwrap().is_none());

    let sent_back = Decision::SentBack("利率与合同不符".to_owned());
    let legal = office.somebody("legal", &[Role::Legal]);
    decide(&legal, id, sent_back).unwrap();
    let own = author.draft_settlement(&new(&clerk, Some("1.00"))).unwrap();
    let approves_himself = decide(&author, own, Decision::Approved);
    assert!(matches!(approves_himself, Err(DeskError::OwnRequest)));
}

#[test]
fn what_was_sent_back_may_be_put_forward_again_and_is_decided_anew() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let manager = office.somebody("manager", &[Role::SalesManager]);
    let legal = office.somebody("legal", &[Role::Legal]);
    let id = clerk.draft_settlement(&new(&clerk, None)).unwrap();
    let twice = clerk.draft_settlement(&new(&clerk, Some("1.00")));
    assert!(matches!(
        twice,
        Err(DeskError::Invalid {
            key: "desk-invalid-settlement-there",
            ..
        })
    ));
    decide(&manager, id, Decision::Approved).unwrap();
    let before = legal.settlement(id).unwrap().row.entry_hash;
    decide(&legal, id, Decision::SentBack("请附合同".to_owned())).unwrap();
    assert_eq!(
        clerk.settlement(id).unwrap().row.state,
        SettlementState::SentBack
    );

    let mut same = new(&clerk, None);
    same.reason = "合同第九条".to_owned();
    assert_eq!(clerk.draft_settlement(&same).unwrap(), id);
    let row = clerk.settlement(id).unwrap().row;
    assert_eq!(
        (row.state, row.decisions.len()),
        (SettlementState::Waiting, 0)
    );
    let old_page = legal.decide_settlement(id, before, Decision::Approved);
    assert!(matches!(old_page, Err(DeskError::Stale)));
}

#[test]
fn a_rate_or_an_interest_that_cannot_be_is_refused_with_its_sentence() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let key = |new: &NewSettlement| match clerk.preview_settlement(new) {
        Err(DeskError::Invalid { key, .. }) => key,
        other => panic!("expected a refusal, got {other:?}"),
    };
    for rate in [
        SettlementRate::Daily(percent("5")),
        SettlementRate::Daily(percent("0")),
        SettlementRate::Yearly(percent("100.01")),
    ] {
        let slip = NewSettlement {
            rate,
            ..new(&clerk, None)
        };
        assert_eq!(key(&slip), "desk-invalid-settlement-rate");
    }
    for agreed in ["5796.31", "-0.01"] {
        let too_much = new(&clerk, Some(agreed));
        assert_eq!(key(&too_much), "desk-invalid-settlement-interest");
    }
}
