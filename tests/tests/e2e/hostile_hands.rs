//! A phone in the wrong hands: damaged changes, entries and bodies by the thousand. Nothing panics, nothing honest is refused, nothing
//! that was there becomes unreadable, and what was altered on the way to a phone stays on none. `cargo xtask ci hostile` runs as many
//! as one likes.

use countersign_core::domain::ids::Digest;
use countersign_tests::hostile::{Plan, Report, Unwatched, run};

#[test]
fn two_thousand_hostile_cases_do_no_harm() {
    let plan = Plan {
        cases: 2_000,
        seed: 20_260_715,
        only: None,
    };
    let report = run(plan, &Unwatched);
    assert!(report.is_clean(), "{report}");
    for (door, row) in &report.doors {
        let refused: u64 = row.refused.values().sum();
        assert_eq!(row.cases, row.admitted + refused, "{door:?}");
        assert!(refused > 0, "{door:?} refuses something");
    }
    assert_eq!(report.doors.len(), 6, "every door was tried");
    let genuine = report.doors.values().map(|row| row.genuine).sum::<u64>();
    assert!(genuine > 100, "{genuine} genuine cases");
}

#[test]
fn the_same_seed_offers_the_same_cases_and_gets_the_same_answers() {
    let plan = Plan {
        cases: 700,
        seed: 7,
        only: None,
    };
    let counted = |report: Report| -> (Digest, Vec<_>) {
        let rows = report.doors.into_values();
        let rows = rows.map(|row| (row.cases, row.genuine, row.admitted, row.refused));
        (report.offered, rows.collect())
    };
    let first = counted(run(plan, &Unwatched));
    assert_eq!(counted(run(plan, &Unwatched)), first);
    let (other, _rows) = counted(run(Plan { seed: 8, ..plan }, &Unwatched));
    assert_ne!(other, first.0);
}
