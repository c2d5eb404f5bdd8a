//! `countersign-server import` as a shell sees it.

#![expect(clippy::unwrap_used, reason = "a failed step of a test may panic")]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn ledger(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures/ledgers")
        .join(file)
}

fn import(arguments: &[&str], file: &PathBuf) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign-server"))
        .args(["import", "--dry-run", "--json"])
        .args(arguments)
        .arg(file)
        .output()
        .unwrap()
}

#[test]
fn one_json_object_says_what_the_file_comes_to() {
    let customers = ledger("ledger-clean.xlsx");
    let expected: Value =
        serde_json::from_slice(&std::fs::read(ledger("expected.json")).unwrap()).unwrap();
    for file in ["ledger-messy.xlsx", "ledger-gbk.csv", "ledger-legacy.xls"] {
        let expected = &expected["files"][file];
        let output = import(&["--customers", customers.to_str().unwrap()], &ledger(file));
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(output.stderr, b"");
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let place = |problem: &Value| json!({"sheet": problem["sheet"], "row": problem["row"], "column": problem["column"], "kind": problem["kind"]});
        let problems: Value = expected["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(place)
            .collect();
        for (key, wanted) in [
            ("customers", &expected["customers"]),
            ("accepted", &expected["receivables_accepted"]),
            ("outstanding", &expected["total_outstanding"]),
            ("problems", &problems),
            ("ignored_rows", &expected["ignored_rows"]),
        ] {
            assert_eq!(printed[key], *wanted, "{file}: {key}");
        }
    }
}

#[test]
fn a_refused_file_is_one_sentence_on_standard_error_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("账.xls");
    std::fs::write(&page, "<html><table></table></html>").unwrap();
    let missing = folder.path().join("missing.xlsx");
    for file in [&page, &missing] {
        let output = import(&[], file);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(output.stdout, b"");
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
        assert!(
            sentence.contains(file.file_name().unwrap().to_str().unwrap()),
            "{sentence}"
        );
    }
}
