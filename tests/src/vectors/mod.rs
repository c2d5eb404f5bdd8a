//! The evidence bundles of `tests/fixtures/evidence/`: genuine ones and tampered ones, made from fixed keys, so that anybody can
//! make the same bytes again. `docs/evidence-format.md` says what each shows.

mod story;
mod tamper;

use std::sync::LazyLock;

use countersign_core::domain::ids::Digest;
use countersign_core::evidence::{Verdict, fingerprint};
use countersign_core::journal::{DeviceSigner as _, SoftwareSigner};
use serde_json::{Value, json};

/// One file with what a verifier must say of it.
#[derive(Debug)]
pub struct Vector {
    /// Its name in the folder.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The verdict, the server's fingerprint being trusted.
    pub verdict: Verdict,
    /// The key of the first wrong line; empty for a genuine bundle.
    pub first_wrong: &'static str,
    /// The word behind it, such as `high-s`; empty when the line has none.
    pub why: &'static str,
}

/// A key whose scalar is the SHA-256 of a text.
pub(crate) fn key(of: &str) -> SoftwareSigner {
    let seed = Digest::of(format!("countersign-vectors {of}").as_bytes());
    SoftwareSigner::from_bytes(&seed.0).unwrap()
}

/// The fingerprint that the vectors' organisation publishes.
pub fn published() -> Digest {
    static PUBLISHED: LazyLock<Digest> =
        LazyLock::new(|| fingerprint(&key("server").public_key().unwrap()));
    *PUBLISHED
}

/// All vectors, genuine ones first.
pub fn all() -> Vec<Vector> {
    let mut vectors = story::genuine();
    vectors.extend(tamper::tampered());
    vectors
}

/// What a verifier in another language reads beside the files.
pub fn expected() -> String {
    let vectors: Vec<Value> = all()
        .iter()
        .map(|vector| {
            json!({
                "file": vector.name,
                "sha256": Digest::of(&vector.bytes),
                "verdict": vector.verdict,
                "first_wrong": vector.first_wrong,
                "why": vector.why,
            })
        })
        .collect();
    let all = json!({ "server_key": published(), "vectors": vectors });
    let mut text = serde_json::to_string_pretty(&all).unwrap();
    text.push('\n');
    text
}
