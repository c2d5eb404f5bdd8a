//! The rules of style that a machine can check: borders between modules, forbidden words, sizes, stray files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files above the size at which one looks again, each with why it stays whole.
const LONG_FILES: &[(&str, &str)] = &[
    (
        "server/src/journal/contract.rs",
        "one suite that every backend of the journal passes, one function a promise",
    ),
    (
        "core/src/replica/fake.rs",
        "test only: the one fake server of the replica's tests, with all that it can answer",
    ),
    (
        "core/src/journal/facts.rs",
        "the list of facts is one wire format and is read as one",
    ),
];

const LOOK_AGAIN_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the workspace")
        .to_path_buf()
}

/// Every tracked kind of text below the workspace, with its path relative to it.
fn files(extensions: &[&str]) -> BTreeMap<String, String> {
    let root = root();
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace can be listed") {
            let path = entry.expect("an entry of the workspace can be read").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default()
                .to_owned();
            if path.is_dir() {
                let is_built = [
                    "target",
                    "node_modules",
                    "dist",
                    "generated",
                    ".git",
                    "demo-data",
                    "artifacts",
                    "rows",
                ];
                if !is_built.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if extensions.iter().any(|extension| name.ends_with(extension)) {
                let relative = path
                    .strip_prefix(&root)
                    .expect("found below the root")
                    .display()
                    .to_string();
                found.insert(
                    relative,
                    fs::read_to_string(&path).expect("a source file is UTF-8"),
                );
            }
        }
    }
    found
}

/// The source without its inline tests.
fn without_tests(source: &str) -> &str {
    source.split("\n#[cfg(test)]").next().unwrap_or(source)
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn long_files_say_why() {
    let excused: Vec<&str> = LONG_FILES.iter().map(|(path, _)| *path).collect();
    let found: Vec<String> = files(&[".rs", ".ts", ".svelte", ".kt", ".swift"])
        .iter()
        .map(|(path, source)| (path, without_tests(source).lines().count()))
        // A module of nothing but tests is what an inline one would be.
        .filter(|(path, _lines)| !path.ends_with("/tests.rs"))
        .filter(|(path, lines)| *lines > LOOK_AGAIN_LINES && !excused.contains(&path.as_str()))
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect();
    assert_none(
        "longer than 600 lines and not in the list with a reason",
        &found,
    );
}

/// A crate and the only places whose source may name it.
const BORDERS: &[(&str, &[&str])] = &[
    ("automerge::", &["core/src/documents/", "tests/"]),
    (
        "rusqlite::",
        &[
            "core/src/store/",
            "core/src/read_model/",
            "core/src/replica/",
            "server/src/",
            "tests/",
        ],
    ),
    ("axum::", &["server/src/", "field-app/host/", "tests/"]),
    ("uniffi::", &["mobile-bindings/"]),
    (
        "SystemTime::now",
        &[
            "server/src/clock.rs",
            "field-app/host/src/clock.rs",
            "tests/src/bin/",
            "clippy.toml",
        ],
    ),
];

#[test]
fn borders_between_modules_hold() {
    let sources = files(&[".rs"]);
    let mut found = Vec::new();
    for (word, homes) in BORDERS {
        for (path, source) in &sources {
            let is_home =
                homes.iter().any(|home| path.starts_with(home)) || path == "tests/tests/tidy.rs";
            if !is_home && without_tests(source).contains(word) {
                found.push(format!("{path} names {word}"));
            }
        }
    }
    assert_none("named outside its home", &found);
}

#[test]
fn domain_and_views_are_pure() {
    let mut found = Vec::new();
    for (path, source) in files(&[".rs"]) {
        if path.starts_with("core/src/domain/") || path.starts_with("core/src/views/") {
            for word in [
                "rusqlite",
                "automerge::",
                "std::fs",
                "std::net",
                "SystemTime",
                "getrandom",
            ] {
                if without_tests(&source).contains(word) {
                    found.push(format!("{path} names {word}"));
                }
            }
        }
    }
    assert_none("pure modules that reach outside", &found);
}

/// A rule's table test reads `cases::of("rule", count)`, which refuses another count.
#[test]
fn every_domain_rule_is_tested_with_all_its_cases() {
    let mut tests = String::new();
    for (path, source) in files(&[".rs"]) {
        if path.starts_with("core/src/domain/") {
            tests.extend(source.split_whitespace());
        }
    }
    let file = fs::read_to_string(root().join("tests/fixtures/domain-cases.json"))
        .expect("the cases are in the workspace");
    let file: serde_json::Value = serde_json::from_str(&file).expect("the cases are JSON");
    let rules = file["cases"].as_object().expect("cases by rule");
    let counts = rules
        .iter()
        .map(|(rule, cases)| (rule, cases.as_array().map_or(0, Vec::len)));
    let untested: Vec<String> = counts
        .clone()
        .filter(|(rule, count)| !tests.contains(&format!("cases::of(\"{rule}\",{count})")))
        .map(|(rule, count)| format!("{rule}, {count} cases"))
        .collect();
    assert_none("rules without a test of all their cases", &untested);
    let total: usize = counts.map(|(_, count)| count).sum();
    assert_eq!((rules.len(), total), (25, 240));
}

#[test]
fn names_say_what_a_thing_is() {
    let mut found = Vec::new();
    for (path, source) in files(&[".rs", ".ts", ".svelte"]) {
        if path == "tests/tests/tidy.rs" {
            continue;
        }
        for (number, line) in source.lines().enumerate() {
            let line = line.trim_start();
            let declares = ["struct ", "enum ", "trait ", "class "]
                .iter()
                .any(|word| line.contains(word));
            let is_vague = ["Manager", "Helper", "Processor"]
                .iter()
                .any(|word| line.contains(word));
            let is_business = line.contains("SalesManager");
            let is_module = ["mod utils", "mod common", "mod helpers"]
                .iter()
                .any(|word| line.contains(word));
            if (declares && is_vague && !is_business) || is_module {
                found.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    assert_none("vague names", &found);
}

#[test]
fn assertions_assert_and_nothing_is_left_open() {
    let mut found = Vec::new();
    for (path, source) in files(&[".rs", ".ts", ".svelte", ".mjs", ".kt", ".swift"]) {
        if path == "tests/tests/tidy.rs" {
            continue;
        }
        for (number, line) in source.lines().enumerate() {
            let line = line.trim();
            let is_bare = line.starts_with("matches!(") && line.ends_with(");");
            let is_open = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("]
                .iter()
                .any(|word| line.contains(word));
            let is_skipped = ["#[ignore", "test.skip", "describe.skip", "@Disabled"]
                .iter()
                .any(|word| line.contains(word));
            let sleeps = [
                "thread::sleep",
                "tokio::time::sleep",
                "waitForTimeout",
                "Thread.sleep",
            ]
            .iter()
            .any(|word| line.contains(word));
            if is_bare || is_open || is_skipped || sleeps {
                found.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    assert_none("asserts nothing, left open, skipped or sleeping", &found);
}

#[test]
fn every_page_has_a_reader() {
    let allowed = [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "SECURITY.md",
    ];
    let found: Vec<String> = files(&[".md"])
        .into_keys()
        .filter(|path| {
            !allowed.contains(&path.as_str())
                && !path.starts_with("docs/")
                && path != "tests/fixtures/README.md"
        })
        .collect();
    assert_none("stray Markdown", &found);
}

#[test]
fn a_glossary_word_stands_beside_its_chinese_original() {
    let glossary =
        fs::read_to_string(root().join("docs/glossary.md")).expect("docs/glossary.md is there");
    for word in [
        "Customer",
        "VisitList",
        "VisitPlan",
        "Stop",
        "Acknowledgement",
        "Promise",
        "Entry",
        "Replica",
        "receipt",
    ] {
        let row = glossary.lines().find(|line| {
            line.starts_with('|')
                && (line.contains(&format!("`{word}`")) || line.starts_with(&format!("| {word} |")))
        });
        let row = row.unwrap_or_else(|| panic!("docs/glossary.md has no row for `{word}`"));
        assert!(
            row.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "no Chinese in: {row}"
        );
    }
}

/// The stable names of every kind of fact, as the journal's source lists them.
fn kinds_of_fact() -> Vec<String> {
    let source = fs::read_to_string(root().join("core/src/journal/facts/mod.rs"))
        .expect("the list of facts is there");
    let kinds: Vec<String> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("(_) => \""))
        .filter_map(|(_variant, rest)| Some(rest.split_once('"')?.0.replace('_', "-")))
        .collect();
    assert!(kinds.len() > 30, "{kinds:?}");
    kinds
}

#[test]
fn every_kind_of_fact_has_its_words_in_the_console_and_on_the_phone() {
    // A phone writes these never: they have no line on its sync page.
    let desk_only = [
        "serial-block-issued",
        "cash-counted",
        "variance-confirmed",
        "ledger-imported",
        "ledger-signed",
        "visit-list-proposed",
        "visit-list-decided",
        "plan-submitted",
        "plan-decided",
        "visit-accepted",
        "sent-back",
        "device-enrolled",
        "device-revoked",
        "settlement-drafted",
        "settlement-decided",
        "held-decided",
        "evidence-exported",
    ];
    let catalogs = files(&[".ftl"]);
    let mut missing = Vec::new();
    for kind in kinds_of_fact() {
        let mut needed = vec![("server/messages", format!("fact-{kind}"))];
        if !desk_only.contains(&kind.as_str()) {
            needed.push(("field-app/ui/messages", format!("sync-item-{kind}")));
        }
        for (folder, key) in needed {
            for language in ["zh-CN", "en"] {
                let has_it = catalogs.iter().any(|(path, text)| {
                    path.starts_with(&format!("{folder}/{language}/"))
                        && text
                            .lines()
                            .any(|line| line.starts_with(&format!("{key} =")))
                });
                if !has_it {
                    missing.push(format!("{folder}/{language}: {key}"));
                }
            }
        }
    }
    assert_none("words that a person would see as a bare key", &missing);
}

#[test]
fn every_test_that_the_security_page_names_is_there() {
    let page = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md is there");
    let sources = files(&[".rs"]);
    let named: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .filter_map(|line| line.rsplit('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() > 30, "{named:?}");
    let missing: Vec<String> = named
        .into_iter()
        .filter(|name| {
            let test = format!("fn {name}()");
            !sources.values().any(|source| source.contains(&test))
        })
        .map(str::to_owned)
        .collect();
    assert_none("tests that SECURITY.md names", &missing);
}
