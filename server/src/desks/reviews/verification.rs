//! One click: whether a signed paper holds, line by line.

use countersign_core::domain::ids::{Digest, EntryId};
use countersign_core::journal::Entry;
use countersign_core::journal::facts::{Acknowledgement, Fact, Part};
use countersign_core::journal::seal::SealedEntry;
use countersign_core::replica::opens_commitment;
use countersign_core::views::Check;

use crate::auth::policy::Action;
use crate::desks::{Desk, DeskError};
use crate::organisation::ReadError;

/// What one line of a verification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerificationStep {
    /// The payload is deterministic CBOR: it re-encodes to itself.
    Payload,
    /// The device's signature verifies with the key on record.
    Signature,
    /// The entry names the hash of the one before it in its chain.
    ChainLink,
    /// The server's signature under the statement verifies.
    StatementSignature,
    /// The statement's bytes inside the entry are those of the snapshot it names.
    StatementDigest,
    /// What was drawn is what the sealed bytes say: the statement's render model, or the paper's own.
    RenderModel,
    /// The total that was confirmed is the statement's, or the sum of what was promised.
    Total,
    /// The drawn signature is here and its hash is right.
    Image,
    /// The strokes are here, their hash is right and they open the commitment that was signed.
    Strokes,
    /// The server admitted it under a sequence number.
    Receipt,
}

impl VerificationStep {
    /// The key of the sentence in `desks.ftl`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Payload => "desk-verify-payload",
            Self::Signature => "desk-verify-signature",
            Self::ChainLink => "desk-verify-chain-link",
            Self::StatementSignature => "desk-verify-statement-signature",
            Self::StatementDigest => "desk-verify-statement-digest",
            Self::RenderModel => "desk-verify-render-model",
            Self::Total => "desk-verify-total",
            Self::Image => "desk-verify-image",
            Self::Strokes => "desk-verify-strokes",
            Self::Receipt => "desk-verify-receipt",
        }
    }
}

/// One line of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationLine {
    /// What it is about.
    pub step: VerificationStep,
    /// Whether it holds.
    pub check: Check,
}

/// A whole verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationReport {
    /// The entry.
    pub entry: EntryId,
    /// Digest of its sealed bytes.
    pub hash: Digest,
    /// The sequence number under which the server admitted it.
    pub seq: Option<u64>,
    /// Every line, in the order of [`VerificationStep`].
    pub lines: Vec<VerificationLine>,
}

impl VerificationReport {
    /// Every line holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lines.iter().all(|line| line.check == Check::Holds)
    }
}

impl Desk {
    /// Verifies a signed paper from its stored bytes, line by line.
    pub fn verify_signed(&self, entry: EntryId) -> Result<VerificationReport, DeskError> {
        self.require(Action::ReadVisits)?;
        let sealed = self.organisation.entry(entry)?.ok_or(DeskError::NotFound)?;
        let mut lines = Vec::new();
        let mut say = |step, check| lines.push(VerificationLine { step, check });
        match sealed.open() {
            Ok(opened) => {
                say(VerificationStep::Payload, Check::Holds);
                self.verify_opened(&sealed, &opened, &mut say)?;
            }
            Err(_unreadable) => say(VerificationStep::Payload, Check::Broken),
        }
        let seq = self.receipt(entry)?;
        say(
            VerificationStep::Receipt,
            check(|| seq.is_some_and(|seq| seq > 0)),
        );
        Ok(VerificationReport {
            entry,
            hash: sealed.hash(),
            seq,
            lines,
        })
    }

    fn verify_opened(
        &self,
        sealed: &SealedEntry,
        entry: &Entry,
        say: &mut impl FnMut(VerificationStep, Check),
    ) -> Result<(), DeskError> {
        let Fact::Acknowledgement(paper) = &entry.fact else {
            return Err(DeskError::NotFound);
        };
        let key = self.organisation.chain_key(entry.chain)?;
        say(
            VerificationStep::Signature,
            key.map_or(Check::Unknown, |key| check(|| sealed.verify(&key).is_ok())),
        );
        say(VerificationStep::ChainLink, self.chain_link(entry)?);
        self.verify_statement(paper, say)?;
        say(VerificationStep::Image, self.part(paper.image)?);
        say(VerificationStep::Strokes, self.strokes(paper)?);
        Ok(())
    }

    fn verify_statement(
        &self,
        paper: &Acknowledgement,
        say: &mut impl FnMut(VerificationStep, Check),
    ) -> Result<(), DeskError> {
        let snapshot = self.organisation.snapshot(paper.statement)?;
        let signed = snapshot.as_ref().map_or(Check::Unknown, |sealed| {
            check(|| sealed.verify(&self.organisation.public_key()).is_ok())
        });
        say(VerificationStep::StatementSignature, signed);
        say(
            VerificationStep::StatementDigest,
            check(|| paper.names_its_statement()),
        );
        say(
            VerificationStep::RenderModel,
            check(|| paper.names_what_was_drawn()),
        );
        say(VerificationStep::Total, check(|| paper.total_fits()));
        Ok(())
    }

    fn part(&self, part: Part) -> Result<Check, DeskError> {
        let bytes = self.organisation.blob(part.digest)?;
        Ok(bytes.map_or(Check::Unknown, |bytes| {
            check(|| {
                Digest::of(&bytes) == part.digest
                    && u64::try_from(bytes.len()) == Ok(part.size_bytes)
            })
        }))
    }

    fn strokes(&self, paper: &Acknowledgement) -> Result<Check, DeskError> {
        let bytes = self.organisation.blob(paper.strokes.digest)?;
        let part = self.part(paper.strokes)?;
        let is_open = bytes.is_none_or(|bytes| opens_commitment(&bytes, paper.stroke_commitment));
        Ok(if is_open { part } else { Check::Broken })
    }

    fn chain_link(&self, entry: &Entry) -> Result<Check, DeskError> {
        let Some(before) = entry.seq.checked_sub(1).filter(|seq| *seq > 0) else {
            return Ok(check(|| {
                entry.seq == 1 && entry.previous == Digest::default()
            }));
        };
        let link = self
            .organisation
            .journal()
            .link(entry.chain, before)
            .map_err(ReadError::from)?;
        Ok(link.map_or(Check::Unknown, |hash| check(|| hash == entry.previous)))
    }

    fn receipt(&self, entry: EntryId) -> Result<Option<u64>, DeskError> {
        let stored = self
            .organisation
            .journal()
            .entry(entry)
            .map_err(ReadError::from)?;
        Ok(stored.map(|(seq, _sealed)| seq))
    }
}

fn check(holds: impl FnOnce() -> bool) -> Check {
    if holds() { Check::Holds } else { Check::Broken }
}
