//! Evidence bundles against their vectors: what is genuine is accepted, every flipped bit is refused, each planted tamper names
//! the right line.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may unwrap"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use countersign_core::domain::ids::Digest;
use countersign_core::evidence::{Finding, Report, Value, Verdict, verify};
use countersign_tests::vectors;
use proptest::prelude::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/evidence")
}

fn refused(report: &Report) -> bool {
    matches!(report.verdict, Verdict::Wrong | Verdict::Unreadable) && report.first_wrong().is_some()
}

#[test]
fn the_vectors_are_made_again_byte_for_byte() {
    let mut names = BTreeSet::from(["expected.json".to_owned()]);
    for vector in vectors::all() {
        let file = fs::read(folder().join(vector.name)).unwrap();
        assert!(file == vector.bytes, "{}", vector.name);
        names.insert(vector.name.to_owned());
    }
    let expected = fs::read_to_string(folder().join("expected.json")).unwrap();
    assert_eq!(expected, vectors::expected());
    let there = fs::read_dir(folder()).unwrap();
    let there = there.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), names);
}

#[test]
fn each_vector_gets_its_verdict_and_names_the_first_wrong_thing() {
    for vector in vectors::all() {
        let report = verify(&vector.bytes, Some(vectors::published()));
        let first = report.first_wrong();
        let key = first.map_or("", |line| line.key);
        assert_eq!(
            (report.verdict, key),
            (vector.verdict, vector.first_wrong),
            "{}: {report:#?}",
            vector.name
        );
        let why = first.into_iter().flat_map(|line| &line.values);
        let why = why
            .filter(|(name, _)| *name == "why")
            .find_map(|(_, value)| match value {
                Value::Word(_, word) => Some(word.as_str()),
                Value::Text(_) | Value::At(_) => None,
            });
        assert_eq!(why.unwrap_or(""), vector.why, "{}", vector.name);
    }
}

#[test]
fn what_a_genuine_bundle_cannot_prove_it_says() {
    for vector in vectors::all()
        .iter()
        .filter(|vector| vector.first_wrong.is_empty())
    {
        let report = verify(&vector.bytes, None);
        assert_eq!(report.verdict, Verdict::Unconfirmed, "{}", vector.name);
        for key in [
            "server-key-unconfirmed",
            "signer-as-recorded",
            "position-as-recorded",
            "log-absent",
        ] {
            let mut lines = report.lines.iter();
            assert!(
                lines.any(|line| line.key == key && line.finding == Finding::NotProved),
                "{}: {key}",
                vector.name
            );
        }
    }
}

const FROM_THE_SERVER: &str = "genuine-paper-from-server.csev";
const FROM_THE_PHONE: &str = "genuine-stop-from-phone.csev";

/// The bits whose flip passes as genuine, looked for on as many threads as there are cores.
fn passing(
    genuine: &[u8],
    bits: &(impl Iterator<Item = usize> + Clone + Sync + Send),
) -> Vec<usize> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let shares: Vec<_> = (0..threads)
            .map(|share| {
                let mut bytes = genuine.to_vec();
                let bits = bits.clone();
                scope.spawn(move || {
                    bits.skip(share)
                        .step_by(threads)
                        .filter(|bit| {
                            bytes[bit / 8] ^= 1 << (bit % 8);
                            let report = verify(&bytes, Some(vectors::published()));
                            bytes[bit / 8] ^= 1 << (bit % 8);
                            !refused(&report)
                        })
                        .collect::<Vec<usize>>()
                })
            })
            .collect();
        shares
            .into_iter()
            .flat_map(|share| share.join().unwrap())
            .collect()
    })
}

#[test]
fn every_single_bit_flip_is_refused() {
    let genuine = fs::read(folder().join(FROM_THE_SERVER)).unwrap();
    assert_eq!(
        passing(&genuine, &(0..genuine.len() * 8)),
        Vec::<usize>::new()
    );
}

/// The other kinds of object; one bit of each byte.
#[test]
fn a_flipped_bit_in_any_byte_of_a_phones_bundle_is_refused() {
    let genuine = fs::read(folder().join(FROM_THE_PHONE)).unwrap();
    let bits = (0..genuine.len()).map(|byte| byte * 8 + byte % 8);
    assert_eq!(passing(&genuine, &bits), Vec::<usize>::new());
}

/// One change of a file.
#[derive(Debug, Clone)]
enum Mutation {
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Cut(prop::sample::Index, usize),
    Copy(prop::sample::Index, prop::sample::Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (at(), proptest::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (at(), 1_usize..200).prop_map(|(at, length)| Mutation::Cut(at, length)),
        (at(), at(), 1_usize..200).prop_map(|(from, to, length)| Mutation::Copy(from, to, length)),
    ]
}

fn mutated(mut bytes: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        let length = bytes.len().max(1);
        match mutation {
            Mutation::Set(at, byte) => {
                if let Some(place) = bytes.get_mut(at.index(length)) {
                    *place = *byte;
                }
            }
            Mutation::Insert(at, more) => {
                let at = at.index(length).min(bytes.len());
                drop(bytes.splice(at..at, more.iter().copied()));
            }
            Mutation::Cut(at, count) => {
                let at = at.index(length).min(bytes.len());
                let end = (at + count).min(bytes.len());
                drop(bytes.drain(at..end));
            }
            Mutation::Copy(from, to, count) => {
                let from = from.index(length).min(bytes.len());
                let end = (from + count).min(bytes.len());
                let copied = bytes[from..end].to_vec();
                let to = to.index(length).min(bytes.len());
                drop(bytes.splice(to..to, copied));
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn random_mutations_are_refused_and_never_a_panic(
        which in prop::sample::select(vec![FROM_THE_SERVER, FROM_THE_PHONE]),
        mutations in proptest::collection::vec(mutation(), 1..6),
    ) {
        let genuine = fs::read(folder().join(which)).unwrap();
        let digest = Digest::of(&genuine);
        let bytes = mutated(genuine, &mutations);
        let report = verify(&bytes, Some(vectors::published()));
        prop_assert!(refused(&report) || Digest::of(&bytes) == digest);
    }
}
