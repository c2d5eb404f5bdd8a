//! The same bundle, tampered with: by a stranger with the file alone, by the organisation with the server's key, and by
//! whoever holds the phone's key.

use countersign_core::domain::ids::Digest;
use countersign_core::evidence::{
    Admission, Bundle, Exporter, Listed, Manifest, ObjectKind, Verdict,
};
use countersign_core::journal::facts::Fact;
use countersign_core::journal::{DeviceSigner as _, SealedEntry, SealedSnapshot, SoftwareSigner};
use countersign_core::snapshots::Snapshot;
use minicbor::{Decode, Encode};

use super::story::{CLAUSE, Changes, Hand, Visit, enrolment, statement, yuan};
use super::{Vector, key};

/// The order of P-256's group (SEC 2 §2.4.2), big-endian.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> T {
    minicbor::decode(bytes).unwrap()
}

fn written<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).unwrap()
}

/// The objects of a bundle by kind, to be changed and signed again.
struct Open {
    manifest: Manifest,
    objects: Vec<(u16, Vec<u8>)>,
}

impl Open {
    fn of(bytes: &[u8]) -> Self {
        let bundle: Bundle = read(bytes);
        let manifest: Manifest = read(&bundle.manifest);
        let kinds = manifest.objects.iter().map(|listed| listed.kind);
        let objects = kinds
            .zip(bundle.objects.into_iter().map(Vec::from))
            .collect();
        Self { manifest, objects }
    }

    /// Changes the first object of that kind for which `change` gives other bytes.
    fn change(mut self, kind: ObjectKind, change: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Self {
        let changed = self
            .objects
            .iter_mut()
            .filter(|(number, _bytes)| *number == kind.number())
            .find_map(|(_number, bytes)| {
                *bytes = change(bytes)?;
                Some(())
            });
        changed.expect("there is such an object");
        self
    }

    fn signed(mut self, signer: &SoftwareSigner) -> Vec<u8> {
        self.objects
            .sort_by_key(|(kind, bytes)| (*kind, Digest::of(bytes)));
        let listed = self.objects.iter().map(|(kind, bytes)| Listed {
            kind: *kind,
            digest: Digest::of(bytes),
            size_bytes: u64::try_from(bytes.len()).unwrap(),
        });
        self.manifest.objects = listed.collect();
        self.manifest.exporter_key = signer.public_key().unwrap();
        let objects = self.objects.into_iter().map(|(_kind, bytes)| bytes);
        Bundle::sealed(&self.manifest, objects.collect(), signer)
            .unwrap()
            .to_bytes()
    }
}

/// Changes the sealed entry of that kind.
fn of_entry(
    kind: &'static str,
    change: impl Fn(SealedEntry) -> SealedEntry,
) -> impl Fn(&[u8]) -> Option<Vec<u8>> {
    move |bytes| {
        let sealed: SealedEntry = read(bytes);
        let is_it = sealed.open().is_ok_and(|entry| entry.fact.kind() == kind);
        is_it.then(|| written(&change(sealed)))
    }
}

/// The twin `(r, n − s)` of the signature in the last 64 bytes of a `COSE_Sign1`.
fn high_twin(mut sealed: SealedEntry) -> SealedEntry {
    let mut cose = sealed.signature.take().unwrap();
    let at = cose.len() - 32;
    let mut borrow = 0_i16;
    for (byte, order) in cose.iter_mut().skip(at).zip(ORDER).rev() {
        let difference = i16::from(order) - i16::from(*byte) - borrow;
        borrow = i16::from(difference < 0);
        *byte = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    sealed.signature = Some(cose);
    sealed
}

/// Another payload under the old signature.
fn with_payload(sealed: SealedEntry, change: impl Fn(&mut Fact)) -> SealedEntry {
    let mut entry = sealed.open().unwrap();
    change(&mut entry.fact);
    SealedEntry {
        payload: written(&entry),
        signature: sealed.signature,
    }
}

struct Tampered(Vec<Vector>);

impl Tampered {
    fn add(&mut self, name: &'static str, first_wrong: &'static str, bytes: Vec<u8>) {
        self.add_because(name, (first_wrong, ""), bytes);
    }

    fn add_because(
        &mut self,
        name: &'static str,
        (first_wrong, why): (&'static str, &'static str),
        bytes: Vec<u8>,
    ) {
        let verdict = if first_wrong.starts_with("form-") {
            Verdict::Unreadable
        } else {
            Verdict::Wrong
        };
        self.0.push(Vector {
            name,
            bytes,
            verdict,
            first_wrong,
            why,
        });
    }

    fn by_a_stranger(&mut self, genuine: &[u8]) {
        let bundle: Bundle = read(genuine);
        let mut flipped = bundle.clone();
        if let Some(byte) = flipped
            .objects
            .iter_mut()
            .filter_map(|it| it.last_mut())
            .nth(3)
        {
            *byte ^= 1;
        }
        self.add("tampered-object.csev", "object-differs", flipped.to_bytes());
        let mut removed = bundle.clone();
        drop(removed.objects.pop());
        self.add(
            "tampered-removed.csev",
            "objects-missing",
            removed.to_bytes(),
        );
        let mut later = bundle.clone();
        let mut manifest: Manifest = read(&bundle.manifest);
        manifest.made = countersign_core::domain::time::Instant::from_ms(0);
        later.manifest = written(&manifest);
        let broken = ("manifest-signature-broken", "mismatch");
        self.add_because("tampered-manifest.csev", broken, later.to_bytes());
        let padded = [genuine, &[0]].concat();
        self.add("tampered-padding.csev", "form-not-deterministic", padded);
        // The version, 1, written in two bytes.
        let at = 1 + 1 + 1 + "countersign-evidence".len() + 1;
        let (before, rest) = genuine.split_at(at);
        let longer = [before, &[0x18], rest].concat();
        self.add(
            "tampered-longer-integer.csev",
            "form-not-deterministic",
            longer,
        );
        let cut = genuine.split_at(genuine.len() / 2).0.to_vec();
        self.add("tampered-cut.csev", "form-not-a-bundle", cut);
        let again = Open::of(genuine).signed(&key("stranger"));
        self.add("tampered-signed-again.csev", "exporter-unknown", again);
        let mut posing = Open::of(genuine);
        posing.manifest.server_key = key("stranger").public_key().unwrap();
        let posing = posing.signed(&key("stranger"));
        self.add("tampered-other-server.csev", "server-key-differs", posing);
    }

    fn by_the_server(&mut self, genuine: &[u8]) {
        let server = key("server");
        let amount = of_entry("acknowledgement", |sealed| {
            with_payload(sealed, |fact| {
                if let Fact::Acknowledgement(paper) = fact {
                    paper.total = yuan("486420.00");
                }
            })
        });
        let amount = Open::of(genuine).change(ObjectKind::Entry, amount);
        let broken = ("entry-signature-broken", "mismatch");
        self.add_because("tampered-amount.csev", broken, amount.signed(&server));
        let twin = of_entry("acknowledgement", high_twin);
        let twin = Open::of(genuine).change(ObjectKind::Entry, twin);
        let broken = ("entry-signature-broken", "high-s");
        self.add_because("tampered-high-s.csev", broken, twin.signed(&server));
        let moved = of_entry("check_in", |sealed| {
            with_payload(sealed, |fact| {
                if let Fact::CheckIn(report) = fact {
                    *report = countersign_core::journal::facts::PositionReport::Missing(
                        countersign_core::journal::facts::MissingFix::Denied,
                    );
                }
            })
        });
        let moved = Open::of(genuine).change(ObjectKind::Entry, moved);
        self.add("tampered-chain.csev", "chain-broken", moved.signed(&server));
        let bound = of_entry("device_enrolled", |_sealed| enrolment(&key("stranger")));
        let bound = Open::of(genuine).change(ObjectKind::Entry, bound);
        let broken = ("key-record-broken", "signature-structure");
        self.add_because("tampered-enrolment.csev", broken, bound.signed(&server));
        let other = Hand::of(14, "another hand");
        let strokes = Open::of(genuine).change(ObjectKind::Part, |bytes| {
            bytes.starts_with(&[0xa3, 0]).then(|| other.strokes.clone())
        });
        self.add(
            "tampered-strokes.csev",
            "object-unnamed",
            strokes.signed(&server),
        );
        let clause = Open::of(genuine).change(ObjectKind::Clause, |_bytes| {
            Some(CLAUSE.replace("同意", "不同意").into_bytes())
        });
        self.add(
            "tampered-clause.csev",
            "object-unnamed",
            clause.signed(&server),
        );
        let forged = Snapshot::Statement(Box::new(statement()))
            .seal(&key("stranger"))
            .unwrap();
        let forged = Open::of(genuine).change(ObjectKind::Statement, |bytes| {
            let genuine: SealedSnapshot = read(bytes);
            assert_eq!(genuine.payload, forged.payload);
            Some(written(&forged))
        });
        let broken = ("statement-signature-broken", "signature-structure");
        self.add_because("tampered-statement.csev", broken, forged.signed(&server));
        let earlier = Open::of(genuine).change(ObjectKind::Admission, |bytes| {
            let mut admission: Admission = read(bytes);
            admission.seq += 1;
            Some(written(&admission))
        });
        let broken = ("receipt-broken", "mismatch");
        self.add_because("tampered-receipt.csev", broken, earlier.signed(&server));
    }

    /// Signed by the phone's own key: what was sealed contradicts itself.
    fn by_the_phone(&mut self) {
        let mut add = |name, first_wrong, changes: &Changes<'_>| {
            self.add(name, first_wrong, Visit::told(changes).as_a_desk_exports());
        };
        add(
            "tampered-total.csev",
            "paper-total-differs",
            &Changes {
                acknowledgement: Some(&|paper| paper.total = yuan("486420.00")),
                countersignature: None,
            },
        );
        add(
            "tampered-drawn.csev",
            "paper-drawn-differs",
            &Changes {
                acknowledgement: Some(&|paper| paper.render_model = Digest::of(b"other words")),
                countersignature: None,
            },
        );
        add(
            "tampered-commitment.csev",
            "strokes-differ",
            &Changes {
                acknowledgement: Some(&|paper| {
                    paper.stroke_commitment = Digest::of(b"other strokes");
                }),
                countersignature: None,
            },
        );
        add(
            "tampered-pinned.csev",
            "pinned-differs",
            &Changes {
                acknowledgement: None,
                countersignature: Some(&|under| under.pinned = Digest::of(b"another paper")),
            },
        );
    }
}

pub(super) fn tampered() -> Vec<Vector> {
    let genuine = Visit::told(&Changes::default()).as_a_desk_exports();
    assert_eq!(Open::of(&genuine).manifest.exporter, Exporter::Server);
    let mut tampered = Tampered(Vec::new());
    tampered.by_a_stranger(&genuine);
    tampered.by_the_server(&genuine);
    tampered.by_the_phone();
    tampered.0
}
