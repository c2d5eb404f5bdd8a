//! On bundles that a phone makes; the vectors of `tests/fixtures/evidence/` are verified in `verify/tests/`.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::bundle::{encoded, exact};
use super::*;
use crate::domain::ids::Digest;
use crate::journal::signer::{DeviceSigner as _, SoftwareSigner};
use crate::replica::fake::{FakeServer, Phone, STOP};
use crate::replica::tests::{arrival, sign};
use crate::replica::{ErrorKind, EvidenceOf};

fn server_fingerprint() -> Digest {
    let server = SoftwareSigner::from_bytes(&[9; 32]).unwrap();
    fingerprint(&server.public_key().unwrap())
}

fn keys(report: &Report, finding: Finding) -> BTreeSet<&'static str> {
    let lines = report.lines.iter();
    lines
        .filter(|line| line.finding == finding)
        .map(|line| line.key)
        .collect()
}

/// A phone that has signed, and the bundle about that paper.
fn signed_offline() -> (FakeServer, Phone, EvidenceOf, Vec<u8>) {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    phone.check_in(&arrival()).unwrap();
    let of = EvidenceOf::Entry(sign(&phone).entry);
    let bundle = phone.evidence(of, None).unwrap().content.0;
    (server, phone, of, bundle)
}

#[test]
fn a_phone_without_a_network_proves_what_was_signed_and_not_when() {
    let (_server, _phone, _of, bundle) = signed_offline();
    let report = verify(&bundle, Some(server_fingerprint()));
    assert_eq!(report.first_wrong(), None);
    assert_eq!(report.verdict, Verdict::Genuine);
    let proved = keys(&report, Finding::Proved);
    for key in [
        "manifest-signed",
        "server-key-trusted",
        "device-enrolled",
        "exporter-device",
        "entry-signed",
        "entry-covered",
        "chain-follows",
        "statement-signed",
        "paper-drawn",
        "paper-total",
        "method-held",
        "image-of-the-strokes",
    ] {
        assert!(proved.contains(key), "{key} in {proved:?}");
    }
    let open = keys(&report, Finding::NotProved);
    for key in [
        "time-open",
        "signer-as-recorded",
        "position-as-recorded",
        "log-absent",
        "device-no-revocation",
    ] {
        assert!(open.contains(key), "{key} in {open:?}");
    }
}

#[test]
fn after_the_receipt_the_time_is_an_interval() {
    let (server, phone, of, _bundle) = signed_offline();
    phone.sync(&server).unwrap();
    let bundle = phone.evidence(of, None).unwrap().content.0;
    let report = verify(&bundle, Some(server_fingerprint()));
    assert_eq!(report.first_wrong(), None);
    let times: Vec<&Line> = report
        .lines
        .iter()
        .filter(|line| line.key == "time-between")
        .collect();
    assert!(!times.is_empty());
    for line in times {
        assert!(
            line.after <= line.before && line.after.is_some(),
            "{line:?}"
        );
        assert_eq!(line.by, Some(server_fingerprint()));
    }
    assert!(!keys(&report, Finding::NotProved).contains("time-open"));
}

#[test]
fn whose_key_it_is_only_the_reader_can_say() {
    let (_server, _phone, _of, bundle) = signed_offline();
    let unasked = verify(&bundle, None);
    assert_eq!(unasked.verdict, Verdict::Unconfirmed);
    assert!(keys(&unasked, Finding::NotProved).contains("server-key-unconfirmed"));
    let other = verify(&bundle, Some(Digest::of(b"another organisation")));
    assert_eq!(other.verdict, Verdict::Wrong);
    assert_eq!(other.first_wrong().unwrap().key, "server-key-differs");
}

#[test]
fn a_stop_is_exported_whole_and_what_is_not_here_is_gone() {
    let (_server, phone, _of, paper) = signed_offline();
    let file = phone.evidence(EvidenceOf::Stop(STOP), None).unwrap();
    assert!(
        file.name
            .starts_with("countersign-evidence-2026-07-14-stop-")
    );
    let report = verify(&file.content.0, None);
    assert_eq!(report.first_wrong(), None);
    assert!(file.content.0.len() >= paper.len());
    let unknown = EvidenceOf::Stop(crate::domain::ids::StopId::from_bytes([5; 16]));
    let error = phone.evidence(unknown, None).unwrap_err();
    assert_eq!(
        (error.kind(), error.reference()),
        (ErrorKind::Gone, "entry")
    );
}

#[test]
fn a_bundle_whose_phone_nobody_bound_is_not_made() {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    server.hide_enrolments();
    phone.sync(&server).unwrap();
    let of = EvidenceOf::Entry(sign(&phone).entry);
    let error = phone.evidence(of, None).unwrap_err();
    assert_eq!(error.reference(), "evidence-key-record");
}

/// The bundle with one object more or less, its manifest signed again by `signer`, who says that he is `exporter`.
fn resigned(
    bytes: &[u8],
    signer: &SoftwareSigner,
    change: impl FnOnce(&mut Manifest, &mut Vec<Vec<u8>>),
) -> Vec<u8> {
    let bundle: Bundle = exact(bytes).unwrap();
    let mut manifest: Manifest = exact(&bundle.manifest).unwrap();
    let mut objects = bundle.objects.into_iter().map(Vec::from).collect();
    change(&mut manifest, &mut objects);
    manifest.exporter_key = signer.public_key().unwrap();
    let mut pairs: Vec<(u16, Vec<u8>)> = manifest
        .objects
        .iter()
        .map(|listed| listed.kind)
        .zip(objects)
        .collect();
    pairs.sort_by_key(|(kind, bytes)| (*kind, Digest::of(bytes)));
    manifest.objects = pairs
        .iter()
        .map(|(kind, bytes)| Listed {
            kind: *kind,
            digest: Digest::of(bytes),
            size_bytes: u64::try_from(bytes.len()).unwrap(),
        })
        .collect();
    let objects = pairs.into_iter().map(|(_kind, bytes)| bytes).collect();
    Bundle::sealed(&manifest, objects, signer)
        .unwrap()
        .to_bytes()
}

fn first_wrong(bytes: &[u8]) -> &'static str {
    let report = verify(bytes, Some(server_fingerprint()));
    assert_eq!(report.verdict, Verdict::Wrong);
    report.first_wrong().unwrap().key
}

#[test]
fn who_holds_no_key_of_the_bundle_cannot_sign_it_again() {
    let (_server, _phone, _of, bundle) = signed_offline();
    let stranger = SoftwareSigner::from_bytes(&[77; 32]).unwrap();
    let again = resigned(&bundle, &stranger, |_manifest, _objects| {});
    assert_eq!(first_wrong(&again), "exporter-unknown");
    let posing = resigned(&bundle, &stranger, |manifest, _objects| {
        manifest.exporter = Exporter::Server;
        manifest.server_key = stranger.public_key().unwrap();
    });
    assert_eq!(first_wrong(&posing), "server-key-differs");
}

#[test]
fn the_server_itself_cannot_change_what_a_phone_signed() {
    let (_server, _phone, _of, bundle) = signed_offline();
    let server = SoftwareSigner::from_bytes(&[9; 32]).unwrap();
    let as_server = |manifest: &mut Manifest| manifest.exporter = Exporter::Server;
    let genuine = resigned(&bundle, &server, |manifest, _objects| as_server(manifest));
    let report = verify(&genuine, Some(server_fingerprint()));
    assert_eq!(report.first_wrong(), None);

    let at = |manifest: &Manifest, kind: ObjectKind| {
        let mut listed = manifest.objects.iter();
        listed
            .position(|listed| listed.kind == kind.number())
            .unwrap()
    };
    let dropped = |kind: ObjectKind| {
        resigned(&bundle, &server, |manifest, objects| {
            as_server(manifest);
            let place = at(manifest, kind);
            manifest.objects.remove(place);
            objects.remove(place);
        })
    };
    let report = verify(&dropped(ObjectKind::Statement), Some(server_fingerprint()));
    assert_eq!(report.verdict, Verdict::Genuine);
    assert!(keys(&report, Finding::NotProved).contains("statement-signature-absent"));

    let replaced = |kind: ObjectKind, bytes: &[u8]| {
        resigned(&bundle, &server, |manifest, objects| {
            as_server(manifest);
            let place = at(manifest, kind);
            objects[place] = bytes.to_vec();
        })
    };
    let other_clause = replaced(ObjectKind::Clause, "另一条款".as_bytes());
    assert_eq!(first_wrong(&other_clause), "object-unnamed");
    let other_part = replaced(ObjectKind::Part, b"another drawing");
    assert_eq!(first_wrong(&other_part), "object-unnamed");
    assert_eq!(
        first_wrong(&replaced(ObjectKind::Entry, b"no entry")),
        "object-unreadable"
    );
    for place in 0..3 {
        let changed = resigned(&bundle, &server, |manifest, objects| {
            as_server(manifest);
            let mut sealed: crate::journal::SealedEntry = exact(&objects[place]).unwrap();
            let mut entry = sealed.open().unwrap();
            entry.build = "another".to_owned();
            sealed.payload = encoded(&entry);
            objects[place] = encoded(&sealed);
        });
        let found = first_wrong(&changed);
        let expected = [
            "key-record-broken",
            "entry-signature-broken",
            "chain-broken",
        ];
        assert!(expected.contains(&found), "{found}");
    }
}

#[test]
fn what_a_later_version_adds_is_said_to_be_unchecked() {
    let (_server, _phone, _of, bundle) = signed_offline();
    let server = SoftwareSigner::from_bytes(&[9; 32]).unwrap();
    let with = |kind: u16| {
        resigned(&bundle, &server, |manifest, objects| {
            manifest.exporter = Exporter::Server;
            objects.push(b"later".to_vec());
            manifest.objects.push(Listed {
                kind,
                digest: Digest::default(),
                size_bytes: 0,
            });
        })
    };
    for (kind, key) in [(64, "log-unchecked"), (65, "object-unchecked")] {
        let report = verify(&with(kind), Some(server_fingerprint()));
        assert_eq!(report.verdict, Verdict::Genuine);
        assert!(keys(&report, Finding::NotProved).contains(key));
    }
    let report = verify(&with(7), None);
    assert_eq!(report.verdict, Verdict::Unreadable);
    assert_eq!(report.lines[0].key, "form-unknown-object");
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    let (_server, _phone, _of, bundle) = signed_offline();
    let longer = [bundle.as_slice(), &[0]].concat();
    let shorter = &bundle[..bundle.len() - 1];
    let huge = vec![0; BUNDLE_LIMIT_BYTES + 1];
    // An array that claims 2^60 elements.
    let claim = [&b"\xa1\x04\x9b\x10"[..], &[0; 7]].concat();
    let nested = vec![0x81; 100_000];
    for (bytes, key) in [
        (longer.as_slice(), "form-not-deterministic"),
        (shorter, "form-not-a-bundle"),
        (b"", "form-not-a-bundle"),
        (&claim, "form-not-a-bundle"),
        (&nested, "form-not-a-bundle"),
        (&huge, "form-too-large"),
    ] {
        let report = verify(bytes, None);
        assert_eq!(report.verdict, Verdict::Unreadable);
        assert_eq!(report.lines[0].key, key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn arbitrary_bytes_are_unreadable_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(verify(&bytes, None).verdict, Verdict::Unreadable);
    }
}
