//! A phone in the wrong hands: damaged changes, entries and bodies by the thousand. Nothing panics, nothing honest is refused, nothing
//! that was there becomes unreadable. `cargo xtask ci hostile` runs as many as one likes, and damages the answers to a pull too: there
//! a phone does not find back yet from a colleague's unsigned entry that was altered on the way (README, "What is not there yet").

use countersign_tests::hostile::{Plan, Pulls, Unwatched, run};

#[test]
fn two_thousand_hostile_cases_do_no_harm() {
    let plan = Plan {
        cases: 2_000,
        seed: 20_260_715,
        only: None,
        pulls: Pulls::LeftOut,
    };
    let report = run(plan, &Unwatched);
    assert!(report.is_clean(), "{report}");
    for (door, row) in &report.doors {
        let refused: u64 = row.refused.values().sum();
        assert_eq!(row.cases, row.admitted + refused, "{door:?}");
        assert!(refused > 0, "{door:?} refuses something");
    }
    assert_eq!(report.doors.len(), 3, "gate, push and bodies were tried");
    let genuine = report.doors.values().map(|row| row.genuine).sum::<u64>();
    assert!(genuine > 100, "{genuine} genuine cases");
}
