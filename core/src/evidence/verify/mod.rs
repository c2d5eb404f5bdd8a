//! The verification: a pure function of the bytes and of the fingerprint that the reader trusts.

mod entries;
mod keys;
mod papers;
mod receipts;

use std::collections::BTreeMap;

use super::bundle::{
    Bundle, EVIDENCE_AAD, Exporter, FormFault, Manifest, ObjectKind, ReadingCopy, exact,
    fingerprint,
};
use super::report::{Finding, Heading, Line, Report, Value, Verdict};
use crate::domain::ids::{Digest, EntryId};
use crate::journal::seal::{self, SealedEntry, SealedSnapshot};
use crate::journal::{Entry, OpenError, VerifyError};

use keys::Keys;
use receipts::Receipts;

/// Verifies a bundle. `trust` is the fingerprint of the server key that the organisation publishes; without it no line can say
/// whose key that is, and the best verdict is [`Verdict::Unconfirmed`].
///
/// The lines come in the order in which a reader would look: the file, the keys, then each entry in the order of its chain
/// with what belongs to it. When the file itself is wrong, nothing behind that is looked at. Takes time in proportion to the
/// file's size; never panics.
#[must_use]
pub fn verify(bytes: &[u8], trust: Option<Digest>) -> Report {
    let bundle_digest = Digest::of(bytes);
    let (bundle, manifest) = match Bundle::read(bytes) {
        Ok(read) => read,
        Err(fault) => {
            return Report {
                bundle: bundle_digest,
                verdict: Verdict::Unreadable,
                heading: None,
                lines: vec![Line::wrong(fault.key())],
            };
        }
    };
    let lines = Examination::new(&bundle, &manifest).lines(trust, bytes.len());
    let verdict = if lines.iter().any(|line| line.finding == Finding::Wrong) {
        Verdict::Wrong
    } else if trust.is_some() {
        Verdict::Genuine
    } else {
        Verdict::Unconfirmed
    };
    Report {
        bundle: bundle_digest,
        verdict,
        heading: Some(Heading {
            organisation: manifest.organisation,
            about: manifest.about,
            exporter: manifest.exporter,
            made: manifest.made,
            server_key: fingerprint(&manifest.server_key),
        }),
        lines,
    }
}

impl FormFault {
    const fn key(self) -> &'static str {
        match self {
            Self::TooLarge => "form-too-large",
            Self::NotABundle => "form-not-a-bundle",
            Self::NotDeterministic => "form-not-deterministic",
            Self::UnknownVersion => "form-unknown-version",
            Self::UnknownObject => "form-unknown-object",
            Self::TooMany => "form-too-many",
        }
    }
}

/// An entry of the bundle that reads back.
pub(super) struct Opened {
    pub(super) sealed: SealedEntry,
    pub(super) entry: Entry,
    pub(super) hash: Digest,
}

/// Everything that is looked at.
pub(super) struct Examination<'a> {
    bundle: &'a Bundle,
    manifest: &'a Manifest,
    /// In the order of chain and number.
    entries: Vec<Opened>,
    by_hash: BTreeMap<Digest, EntryId>,
    parts: BTreeMap<Digest, &'a [u8]>,
    clauses: BTreeMap<Digest, &'a str>,
    statements: BTreeMap<Digest, SealedSnapshot>,
}

impl<'a> Examination<'a> {
    fn new(bundle: &'a Bundle, manifest: &'a Manifest) -> Self {
        Self {
            bundle,
            manifest,
            entries: Vec::new(),
            by_hash: BTreeMap::new(),
            parts: BTreeMap::new(),
            clauses: BTreeMap::new(),
            statements: BTreeMap::new(),
        }
    }

    fn lines(mut self, trust: Option<Digest>, size_bytes: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(wrong) = self.container(size_bytes, &mut lines) {
            lines.push(wrong);
            return lines;
        }
        lines.push(self.server_key(trust));
        if let Some(wrong) = self.open() {
            lines.push(wrong);
            return lines;
        }
        let keys = Keys::of(&self, &mut lines);
        lines.push(self.exporter(&keys));
        lines.extend(self.subject());
        let mut about_receipts = Vec::new();
        let receipts = Receipts::read(&self, &mut about_receipts);
        let covered = entries::covered(&self.entries, &keys);
        for (place, one) in self.entries.iter().enumerate() {
            let id = one.entry.id;
            let mut said = Vec::new();
            self.entry(place, (&keys, &covered), &mut said);
            self.paper(one, &mut said);
            if !keys::is_key_record(&one.entry) {
                said.push(receipts.line(one, fingerprint(&self.manifest.server_key)));
            }
            lines.extend(said.into_iter().map(|line| line.of(id)));
        }
        lines.extend(about_receipts);
        lines.extend(self.unused());
        lines.extend(self.beside());
        lines
    }

    /// The list against the objects, and the signature under the list; gives the wrong thing that ends the verification.
    fn container(&self, size_bytes: usize, lines: &mut Vec<Line>) -> Option<Line> {
        let Manifest {
            objects,
            exporter_key,
            ..
        } = self.manifest;
        lines.push(
            Line::proved("form-sound")
                .with("objects", objects.len().to_string())
                .with("size", size_bytes.to_string()),
        );
        let signed = seal::verify_detached(
            exporter_key,
            &self.bundle.manifest,
            &self.bundle.signature,
            EVIDENCE_AAD,
        );
        if let Err(error) = signed {
            return Some(Line::wrong("manifest-signature-broken").with("why", why(&error)));
        }
        lines.push(Line::proved("manifest-signed").by(fingerprint(exporter_key)));
        if objects.len() != self.bundle.objects.len() {
            return Some(Line::wrong("objects-missing"));
        }
        let order = |listed: &super::Listed| (listed.kind, listed.digest);
        let pairs = objects.iter().zip(objects.iter().skip(1));
        if pairs.clone().any(|(a, b)| order(a) >= order(b)) {
            return Some(Line::wrong("objects-out-of-order"));
        }
        for (number, (listed, bytes)) in objects.iter().zip(&self.bundle.objects).enumerate() {
            let is_equal = Digest::of(bytes) == listed.digest
                && u64::try_from(bytes.len()) == Ok(listed.size_bytes);
            if !is_equal {
                let word = ObjectKind::of(listed.kind).map_or("unknown", ObjectKind::word);
                let object = Value::Word("object", word.to_owned());
                return Some(
                    Line::wrong("object-differs")
                        .with("number", (number + 1).to_string())
                        .with("object", object),
                );
            }
        }
        lines.push(Line::proved("objects-listed").with("objects", objects.len().to_string()));
        None
    }

    fn server_key(&self, trust: Option<Digest>) -> Line {
        let found = fingerprint(&self.manifest.server_key);
        let line = match trust {
            Some(trusted) if trusted == found => Line::proved("server-key-trusted"),
            Some(_other) => Line::wrong("server-key-differs"),
            None => Line::not_proved("server-key-unconfirmed"),
        };
        line.with("fingerprint", found.to_string()).by(found)
    }

    fn objects(&self) -> impl Iterator<Item = (ObjectKind, Digest, &'a [u8])> {
        let bundle = self.bundle;
        self.manifest
            .objects
            .iter()
            .zip(&bundle.objects)
            .filter_map(|(listed, bytes)| {
                let kind = ObjectKind::of(listed.kind)?;
                Some((kind, listed.digest, bytes.as_slice()))
            })
    }

    /// Reads the objects; gives the first that does not read back.
    fn open(&mut self) -> Option<Line> {
        let all: Vec<_> = self.objects().collect();
        for (kind, digest, bytes) in all {
            let broken = || Some(unreadable(kind));
            match kind {
                ObjectKind::Entry => {
                    let Some(sealed) = exact::<SealedEntry>(bytes) else {
                        return broken();
                    };
                    match sealed.open() {
                        Ok(entry) => self.entries.push(Opened {
                            hash: sealed.hash(),
                            sealed,
                            entry,
                        }),
                        Err(error) => {
                            return Some(
                                Line::wrong("entry-form-broken")
                                    .with("hash", sealed.hash().to_string())
                                    .with("why", why(&error)),
                            );
                        }
                    }
                }
                ObjectKind::Statement => match exact::<SealedSnapshot>(bytes) {
                    Some(snapshot) => {
                        self.statements.insert(snapshot.id(), snapshot);
                    }
                    None => return broken(),
                },
                ObjectKind::Clause => match std::str::from_utf8(bytes) {
                    Ok(text) => {
                        self.clauses.insert(digest, text);
                    }
                    Err(_not_text) => return broken(),
                },
                ObjectKind::Part => {
                    self.parts.insert(digest, bytes);
                }
                ObjectKind::Receipt
                | ObjectKind::Admission
                | ObjectKind::ReadingCopy
                | ObjectKind::LogProof
                | ObjectKind::Unknown(_) => {}
            }
        }
        self.entries
            .sort_by_key(|one| (one.entry.chain, one.entry.seq, one.hash));
        self.by_hash = self
            .entries
            .iter()
            .map(|one| (one.hash, one.entry.id))
            .collect();
        None
    }

    fn exporter(&self, keys: &Keys) -> Line {
        let key = &self.manifest.exporter_key;
        let line = match self.manifest.exporter {
            Exporter::Server if *key == self.manifest.server_key => Line::proved("exporter-server"),
            Exporter::Device(device) if keys.of_device(device) == Some(key) => {
                Line::proved("exporter-device").with("device", device.to_string())
            }
            Exporter::Server | Exporter::Device(_) => Line::wrong("exporter-unknown"),
        };
        line.with("at", Value::At(self.manifest.made))
            .by(fingerprint(key))
    }

    /// What the bundle is for reading only, and what it lacks as a whole.
    fn beside(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut has_log = false;
        for (kind, _digest, bytes) in self.objects() {
            match kind {
                ObjectKind::ReadingCopy => lines.push(self.reading_copy(bytes)),
                ObjectKind::LogProof => {
                    has_log = true;
                    lines.push(Line::not_proved("log-unchecked"));
                }
                ObjectKind::Unknown(number) => {
                    lines.push(
                        Line::not_proved("object-unchecked").with("number", number.to_string()),
                    );
                }
                ObjectKind::Entry
                | ObjectKind::Statement
                | ObjectKind::Clause
                | ObjectKind::Part
                | ObjectKind::Receipt
                | ObjectKind::Admission => {}
            }
        }
        if !has_log {
            lines.push(Line::not_proved("log-absent"));
        }
        lines
    }

    fn reading_copy(&self, bytes: &[u8]) -> Line {
        let Some(copy) = exact::<ReadingCopy>(bytes) else {
            return unreadable(ObjectKind::ReadingCopy);
        };
        match self.by_hash.get(&copy.entry) {
            Some(_entry) => {
                Line::not_proved("reading-copy-for-reading").with("file", copy.file_name)
            }
            None => Line::wrong("reading-copy-of-another").with("file", copy.file_name),
        }
    }
}

fn unreadable(kind: ObjectKind) -> Line {
    let object = Value::Word("object", kind.word().to_owned());
    Line::wrong("object-unreadable").with("object", object)
}

/// Why something does not stand, as a word of the catalogs.
pub(super) fn why(error: &OpenError) -> Value {
    let word = match error {
        OpenError::TooLarge { .. } => "too-large",
        OpenError::Malformed(_) => "malformed",
        OpenError::NotDeterministic => "not-deterministic",
        OpenError::UnknownVersion(_) => "unknown-version",
        OpenError::Limit(_) => "over-limit",
        OpenError::Signedness { wanted: true } => "unsigned",
        OpenError::Signedness { wanted: false } => "signed-needlessly",
        OpenError::Structure(_) => "signature-structure",
        OpenError::Verify(error) => return why_not(*error),
    };
    Value::Word("why", word.to_owned())
}

pub(super) fn why_not(error: VerifyError) -> Value {
    let word = match error {
        VerifyError::BadKey => "bad-key",
        VerifyError::BadForm => "bad-form",
        VerifyError::HighS => "high-s",
        VerifyError::Mismatch => "mismatch",
    };
    Value::Word("why", word.to_owned())
}
