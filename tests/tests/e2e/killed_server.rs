//! The server's machine lost power in the middle of the evening's rush, and the next morning two signed papers that phones showed as
//! received were nowhere. `cargo xtask ci torture` kills as often as it is told; these few kills are part of every test run.

use std::path::Path;

use countersign_tests::torture::{Plan, run};

#[test]
fn what_a_server_acknowledged_is_there_after_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let plan = Plan {
        kills: 5,
        clients: 4,
        seed: 1,
    };
    let report = run(plan, folder.path(), &root).unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(report.before_last_kill > 0, "{report}");
}
