//! The program itself, on the vectors of the format.

#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures/evidence")
        .join(name)
}

fn run(bundle: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign-verify"))
        .arg(bundle)
        .args(options)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn expected() -> Value {
    let file = std::fs::read(vector("expected.json")).unwrap();
    serde_json::from_slice(&file).unwrap()
}

#[test]
fn every_vector_ends_with_its_code_and_names_the_first_wrong_thing_in_both_languages() {
    let expected = expected();
    let trust = expected["server_key"].as_str().unwrap();
    for one in expected["vectors"].as_array().unwrap() {
        let file = vector(one["file"].as_str().unwrap());
        for lang in ["zh-CN", "en"] {
            let said = run(&file, &["--trust", trust, "--lang", lang, "--json"]);
            let json: Value = serde_json::from_slice(&said.stdout).unwrap();
            let verdict = one["verdict"].as_str().unwrap();
            assert_eq!(json["verdict"], verdict, "{file:?}");
            let code = match verdict {
                "genuine" => 0,
                "wrong" => 1,
                _ => 2,
            };
            assert_eq!(said.status.code(), Some(code), "{file:?}");
            let first = json["first_wrong"].as_u64();
            let plain = text(&run(&file, &["--trust", trust, "--lang", lang]).stdout);
            let Some(first) = first else {
                assert_eq!(one["first_wrong"], "");
                assert!(!plain.contains('{'), "{plain}");
                continue;
            };
            let line = &json["lines"][usize::try_from(first).unwrap()];
            assert_eq!(line["key"], one["first_wrong"], "{file:?}");
            let words = line["words"].as_str().unwrap();
            assert_ne!(words, line["key"].as_str().unwrap());
            assert!(plain.contains(words), "{plain}");
        }
    }
}

#[test]
fn without_a_published_fingerprint_the_reader_is_told_to_compare_it() {
    let said = run(&vector("genuine-paper-from-server.csev"), &["--lang", "en"]);
    assert_eq!(said.status.code(), Some(0));
    let plain = text(&said.stdout);
    let fingerprint = expected()["server_key"].as_str().unwrap().to_owned();
    assert!(
        plain.contains("whose key it rests on is not confirmed"),
        "{plain}"
    );
    assert!(plain.contains(&fingerprint), "{plain}");
    let other = "0".repeat(64);
    let said = run(
        &vector("genuine-paper-from-server.csev"),
        &["--trust", &other, "--lang", "en"],
    );
    assert_eq!(said.status.code(), Some(1));
    assert!(text(&said.stdout).contains("First wrong thing: The server's key"));
}

#[test]
fn what_cannot_be_read_or_understood_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let missing = run(&folder.path().join("none.csev"), &[]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("none.csev"));
    let noise = folder.path().join("noise.csev");
    std::fs::write(&noise, b"{\"not\": \"a bundle\"}").unwrap();
    let said = run(&noise, &[]);
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stdout).contains("无法读取"));
    let said = run(
        &vector("genuine-paper-from-server.csev"),
        &["--trust", "abc"],
    );
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stderr).contains("abc"));
}
