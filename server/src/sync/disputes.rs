//! What a finding about a dispute, and the paper signed under it, must point back to.

use countersign_core::domain::ids::EntryId;
use countersign_core::journal::Entry;
use countersign_core::journal::facts::{DisputeAbout, DisputeFinding, Fact};
use countersign_core::journal::seal::SealedEntry;
use countersign_core::protocol::HeldCode;

use super::admission::Admission;
use super::error::SyncError;
use super::judge::{Why, unknown};
use crate::journal::Record;

impl Admission<'_> {
    /// A finding answers a dispute about the same thing, of the same scope, and one on quality names no amount: whoever finds on
    /// it promises no price.
    pub(super) fn finding_is_wrong(
        &self,
        entry: &Entry,
        finding: &DisputeFinding,
    ) -> Result<Option<Why>, SyncError> {
        let Some(dispute) = entry.amends else {
            return Ok(Some(Why::new(
                HeldCode::Malformed,
                "it points back to no dispute",
            )));
        };
        if finding.about == DisputeAbout::Quality && finding.agreed.is_some() {
            let words = "a finding on quality names no amount";
            return Ok(Some(Why::new(HeldCode::NotAllowed, words)));
        }
        let Some(sealed) = self.known_entry(dispute)? else {
            return Ok(Some(unknown("the dispute does not exist here")));
        };
        let is_about_it = sealed.open().is_ok_and(|there| {
            there.scope == entry.scope
                && matches!(&there.fact, Fact::Dispute(it) if it.about == finding.about)
        });
        Ok((!is_about_it).then(|| {
            Why::new(
                HeldCode::Malformed,
                "it answers no dispute about the same thing at this stop",
            )
        }))
    }

    /// Whether a paper about a dispute points back to a finding of its scope, or to one that has not arrived yet.
    pub(super) fn answers_a_finding(&self, entry: &Entry) -> Result<bool, SyncError> {
        let Some(finding) = entry.amends else {
            return Ok(false);
        };
        let sealed = self.known_entry(finding)?.map(|sealed| sealed.open());
        Ok(match sealed {
            Some(Ok(there)) => {
                there.scope == entry.scope && matches!(there.fact, Fact::DisputeFinding(_))
            }
            Some(Err(_)) => false,
            None => true,
        })
    }

    /// An entry of the journal, or one that is admitted in this push.
    fn known_entry(&self, id: EntryId) -> Result<Option<SealedEntry>, SyncError> {
        if let Some(sealed) = self.batch_entry(id) {
            return Ok(Some(sealed));
        }
        let stored = self.organisation.journal().entry(id)?;
        Ok(stored.map(|(_seq, sealed)| sealed))
    }

    /// An entry that is admitted in this push.
    fn batch_entry(&self, id: EntryId) -> Option<SealedEntry> {
        self.batch.records.iter().find_map(|record| match record {
            Record::Entry(entry) if entry.id == id => Some(entry.sealed.clone()),
            Record::Entry(_)
            | Record::Document(_)
            | Record::Run(_)
            | Record::Snapshot { .. }
            | Record::Grant { .. }
            | Record::Revoke { .. } => None,
        })
    }
}
