//! What a verification says: lines, each with the key of its sentence.

use serde::Serialize;

use super::bundle::{About, Exporter};
use crate::domain::ids::{Digest, EntryId, OrganisationId};
use crate::domain::time::Instant;

/// What was found about one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Shown by the bytes of the bundle under a key of it.
    Proved,
    /// Nothing in the bundle shows it, or nothing in any file could.
    NotProved,
    /// The bytes contradict each other.
    Wrong,
}

/// A value inside a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// As it is.
    Text(String),
    /// A word of the catalogs: its noun and itself, such as `kind` and `check-in`.
    Word(&'static str, String),
    /// A point in time.
    At(Instant),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was found.
    pub finding: Finding,
    /// The key of the sentence in the catalogs; stable.
    pub key: &'static str,
    /// What the sentence is filled with.
    pub values: Vec<(&'static str, Value)>,
    /// The entry that it is about; none for the bundle as a whole.
    pub entry: Option<EntryId>,
    /// Fingerprint of the key that proves it.
    pub by: Option<Digest>,
    /// Not before.
    pub after: Option<Instant>,
    /// Not after.
    pub before: Option<Instant>,
}

impl Line {
    pub(super) const fn new(finding: Finding, key: &'static str) -> Self {
        Self {
            finding,
            key,
            values: Vec::new(),
            entry: None,
            by: None,
            after: None,
            before: None,
        }
    }

    pub(super) const fn proved(key: &'static str) -> Self {
        Self::new(Finding::Proved, key)
    }

    pub(super) const fn not_proved(key: &'static str) -> Self {
        Self::new(Finding::NotProved, key)
    }

    pub(super) const fn wrong(key: &'static str) -> Self {
        Self::new(Finding::Wrong, key)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    pub(super) const fn of(mut self, entry: EntryId) -> Self {
        self.entry = Some(entry);
        self
    }

    pub(super) const fn by(mut self, fingerprint: Digest) -> Self {
        self.by = Some(fingerprint);
        self
    }

    pub(super) const fn between(mut self, after: Option<Instant>, before: Option<Instant>) -> Self {
        self.after = after;
        self.before = before;
        self
    }
}

/// The whole in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is wrong, under the server key that the reader named.
    Genuine,
    /// Nothing is wrong, if the server key is the organisation's: the reader named none.
    Unconfirmed,
    /// Something is wrong; the first such line says what.
    Wrong,
    /// These bytes are no bundle that this program can read.
    Unreadable,
}

/// What the manifest says of the bundle, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Whose journal.
    pub organisation: OrganisationId,
    /// What the bundle is about.
    pub about: About,
    /// Who made it.
    pub exporter: Exporter,
    /// When, by the exporter's clock.
    pub made: Instant,
    /// Fingerprint of the server's key: to be compared with the one that the organisation publishes.
    pub server_key: Digest,
}

/// The answer of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 of the file.
    pub bundle: Digest,
    /// The whole in one word.
    pub verdict: Verdict,
    /// None when it is unreadable.
    pub heading: Option<Heading>,
    /// In the order in which things were looked at; never empty.
    pub lines: Vec<Line>,
}

impl Report {
    /// The first wrong thing.
    #[must_use]
    pub fn first_wrong(&self) -> Option<&Line> {
        self.lines
            .iter()
            .find(|line| line.finding == Finding::Wrong)
    }

    /// How many lines have that finding.
    #[must_use]
    pub fn count(&self, finding: Finding) -> usize {
        let found = self.lines.iter().filter(|line| line.finding == finding);
        found.count()
    }
}
