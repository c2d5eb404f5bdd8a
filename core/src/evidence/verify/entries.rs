//! Each entry: its signature, its place in its chain, and what it points back to.

use std::collections::BTreeSet;

use super::keys::{Keys, is_key_record};
use super::{Examination, Opened, why};
use crate::domain::ids::Digest;
use crate::evidence::bundle::{About, fingerprint};
use crate::evidence::report::{Line, Value};
use crate::journal::facts::Fact;

/// The hashes of the entries that a signature covers: their own, or that of a later entry of their chain which names them
/// through every entry between.
pub(super) fn covered(entries: &[Opened], keys: &Keys) -> BTreeSet<Digest> {
    let mut covered = BTreeSet::new();
    let mut named: Option<Digest> = None;
    // Each chain from its last entry to its first.
    for one in entries.iter().rev() {
        let signs = one.sealed.signature.is_some()
            && keys
                .of_entry(&one.entry)
                .is_some_and(|key| one.sealed.verify(key).is_ok());
        if signs || named == Some(one.hash) {
            covered.insert(one.hash);
            named = Some(one.entry.previous);
        } else {
            named = None;
        }
    }
    covered
}

impl Examination<'_> {
    /// That the bundle holds what it says it is about, and nothing of another organisation.
    pub(super) fn subject(&self) -> Option<Line> {
        let foreign = self
            .entries
            .iter()
            .find(|one| one.entry.organisation != self.manifest.organisation);
        if let Some(one) = foreign {
            return Some(Line::wrong("entry-of-another-organisation").of(one.entry.id));
        }
        match self.manifest.about {
            About::Entry(id) => {
                let is_there = self.entries.iter().any(|one| one.entry.id == id);
                (!is_there).then(|| Line::wrong("subject-absent"))
            }
            About::Stop(_) | About::Customer(_) => {
                let mut facts = self.entries.iter().map(|one| &one.entry);
                facts
                    .all(is_key_record)
                    .then(|| Line::wrong("subject-absent"))
            }
        }
    }

    /// What stands about the entry at `place`.
    pub(super) fn entry(
        &self,
        place: usize,
        (keys, covered): (&Keys, &BTreeSet<Digest>),
        said: &mut Vec<Line>,
    ) {
        let Some(one) = self.entries.get(place) else {
            return;
        };
        if is_key_record(&one.entry) {
            return;
        }
        said.push(signature(one, keys, covered));
        if !keys.is_authors(&one.entry) {
            said.push(Line::wrong("entry-author-differs"));
        }
        if self.is_beside_the_subject(one) {
            said.push(Line::wrong("entry-about-another"));
        }
        said.push(self.link(place, one));
        said.extend(self.pinned(one));
    }

    fn is_beside_the_subject(&self, one: &Opened) -> bool {
        match self.manifest.about {
            About::Stop(stop) => one.entry.scope != crate::journal::Scope::Stop(stop),
            About::Entry(id) => self
                .entries
                .iter()
                .find(|other| other.entry.id == id)
                .is_some_and(|subject| subject.entry.scope != one.entry.scope),
            About::Customer(customer) => {
                let paper = one.entry.fact.paper();
                paper.is_some_and(|paper| paper.customer != customer)
            }
        }
    }

    fn link(&self, place: usize, one: &Opened) -> Line {
        let seq = one.entry.seq;
        let number = seq.to_string();
        if seq <= 1 {
            return if seq == 1 && one.entry.previous == Digest::default() {
                Line::proved("chain-first").with("number", number)
            } else {
                Line::wrong("chain-broken").with("number", number)
            };
        }
        let before = place.checked_sub(1).and_then(|at| self.entries.get(at));
        let before = before.filter(|before| before.entry.chain == one.entry.chain);
        match before {
            Some(before) if before.entry.seq == seq => {
                Line::wrong("chain-forked").with("number", number)
            }
            Some(before) if before.entry.seq + 1 == seq => {
                if before.hash == one.entry.previous {
                    Line::proved("chain-follows").with("number", number)
                } else {
                    Line::wrong("chain-broken").with("number", number)
                }
            }
            Some(_) | None => Line::not_proved("chain-predecessor-absent")
                .with("number", number)
                .with("previous", one.entry.previous.to_string()),
        }
    }

    /// That what is bound to a signed paper names exactly its bytes.
    fn pinned(&self, one: &Opened) -> Option<Line> {
        let pinned = pinned_by(&one.entry.fact)?;
        let named = one.entry.amends;
        let paper = self
            .entries
            .iter()
            .find(|other| Some(other.entry.id) == named);
        Some(match paper {
            Some(paper) if paper.hash == pinned => {
                Line::proved("pinned-holds").with("hash", pinned.to_string())
            }
            Some(_other) => Line::wrong("pinned-differs"),
            None => Line::not_proved("pinned-absent").with("hash", pinned.to_string()),
        })
    }
}

fn pinned_by(fact: &Fact) -> Option<Digest> {
    if let Fact::Countersignature(fact) = fact {
        return Some(fact.pinned);
    }
    if let Fact::CompanySeal(fact) = fact {
        return Some(fact.pinned);
    }
    if let Fact::CopyHandedOver(fact) = fact {
        return Some(fact.pinned);
    }
    None
}

fn signature(one: &Opened, keys: &Keys, covered: &BTreeSet<Digest>) -> Line {
    let kind = || Value::Word("fact", one.entry.fact.kind().replace('_', "-"));
    let Some(key) = keys.of_entry(&one.entry) else {
        return Line::wrong("entry-key-unknown").with("kind", kind());
    };
    let line = if one.sealed.signature.is_none() {
        if covered.contains(&one.hash) {
            Line::proved("entry-covered").by(fingerprint(key))
        } else {
            Line::not_proved("entry-uncovered")
        }
    } else {
        match one.sealed.verify(key) {
            Ok(_entry) => Line::proved("entry-signed").by(fingerprint(key)),
            Err(error) => Line::wrong("entry-signature-broken").with("why", why(&error)),
        }
    };
    line.with("kind", kind()).with("hash", one.hash.to_string())
}
