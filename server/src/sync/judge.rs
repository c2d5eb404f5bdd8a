//! The rules for one envelope.

use std::collections::BTreeSet;

use countersign_core::documents::DocumentKind;
use countersign_core::domain::cash;
use countersign_core::domain::ids::Digest;
use countersign_core::journal::facts::{Acknowledgement, CashReceipt, Fact, PaperKind};
use countersign_core::journal::seal::SealedEntry;
use countersign_core::journal::{Entry, OpenError, Scope};
use countersign_core::protocol::push::Run;
use countersign_core::protocol::{Envelope, HeldCode, Object};

use super::admission::{Admission, Changing, Leave};
use super::error::SyncError;
use crate::auth::policy::{Action, any_may, field_action};
use crate::gate::{Trial, Tried};
use crate::journal::{Record, RunRecord, Whole};
use crate::organisation::documents::OpenDocument;
use crate::organisation::{AppendError, entry_record};

/// Most held envelopes that are searched for an entry which does not open.
const SEARCHED: usize = 500;

/// What is to be done with an envelope.
pub(super) enum Judgement {
    /// Append this, on the strength of that.
    Admit(Box<Record>, Standing),
    /// It is in the journal under this number.
    Already(u64),
    /// Keep it, do not apply it.
    Held(Why),
}

/// Why a device may write into a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its user was seen to hold the scope; that must still be so when it is appended.
    Holds(Scope),
    /// Its user held the scope once, which is enough for cash (money that exists is counted) and for what the office lets in.
    Held,
    /// The scope is its user's own.
    Own,
}

/// Why something is held.
#[derive(Debug, Clone)]
pub(super) struct Why {
    pub(super) code: HeldCode,
    pub(super) words: String,
}

impl Why {
    pub(super) fn new(code: HeldCode, words: impl Into<String>) -> Self {
        Self {
            code,
            words: words.into(),
        }
    }
}

impl Judgement {
    pub(super) fn held(code: HeldCode, words: impl Into<String>) -> Self {
        Self::Held(Why::new(code, words))
    }
}

/// Where an entry stands to its chain.
enum Place {
    /// It comes next, or its place was taken by itself while it was held.
    Fits,
    Held(Why),
}

impl Admission<'_> {
    pub(super) fn judge_object(&mut self, envelope: &Envelope) -> Result<Judgement, SyncError> {
        match &envelope.object {
            Object::Entry(sealed) => self.judge_entry(sealed),
            Object::Run(run) => self.judge_run(run),
        }
    }

    fn judge_entry(&mut self, sealed: &SealedEntry) -> Result<Judgement, SyncError> {
        let hash = sealed.hash();
        let entry = match sealed.open() {
            Ok(entry) => entry,
            Err(error) => {
                self.unreadable.insert(hash);
                return Ok(Judgement::Held(unopened(&error)));
            }
        };
        if let Some(why) = self.is_foreign(&entry) {
            return Ok(Judgement::Held(why));
        }
        if self.entries.contains(&entry.id) {
            return Ok(Judgement::held(
                HeldCode::IdReused,
                "the entry's id came before",
            ));
        }
        if let Some((seq, there)) = self.organisation.journal().entry(entry.id)? {
            return Ok(if there == *sealed {
                Judgement::Already(seq)
            } else {
                Judgement::held(
                    HeldCode::IdReused,
                    "the entry's id came before with other bytes",
                )
            });
        }
        match self.place(&entry, hash)? {
            Place::Held(why) => {
                if why.code == HeldCode::ForkedChain {
                    self.forked_before()?.insert(hash);
                }
                return Ok(Judgement::Held(why));
            }
            Place::Fits => {}
        }
        // From here on the entry's place in the chain is known: what is held keeps it, and the chain goes on.
        if entry.seq == self.head.seq + 1 {
            self.take_place(entry.seq, hash);
        }
        if let Err(error) = sealed.verify(&self.device.public_key) {
            return Ok(Judgement::held(HeldCode::BadSignature, error.to_string()));
        }
        let standing = match self.standing(&entry)? {
            Ok(standing) => standing,
            Err(why) => return Ok(Judgement::Held(why)),
        };
        if let Some(why) = self.subject_is_missing(&entry)? {
            return Ok(Judgement::Held(why));
        }
        self.entries.insert(entry.id);
        let record = Record::Entry(entry_record(&entry, entry.scope, sealed.clone()));
        Ok(Judgement::Admit(Box::new(record), standing))
    }

    fn is_foreign(&self, entry: &Entry) -> Option<Why> {
        let words = if entry.organisation != self.organisation.id() {
            "the entry is of another organisation"
        } else if entry.chain != self.device.id.into() {
            "the entry is on another device's chain"
        } else if entry.author != self.device.user {
            "the entry names another author than the device's user"
        } else {
            return None;
        };
        Some(Why::new(HeldCode::ForeignActor, words))
    }

    fn place(&mut self, entry: &Entry, hash: Digest) -> Result<Place, SyncError> {
        let next = self.head.seq + 1;
        if entry.seq == 0 {
            return Ok(Place::Held(Why::new(
                HeldCode::Malformed,
                "chains are numbered from 1",
            )));
        }
        if entry.seq < next {
            let there = match self.links.get(&entry.seq) {
                Some(there) => Some(*there),
                None => self.organisation.journal().link(entry.chain, entry.seq)?,
            };
            return Ok(if there == Some(hash) {
                Place::Fits
            } else {
                forked(entry.seq)
            });
        }
        if entry.seq == next {
            return Ok(if entry.previous == self.head.hash {
                Place::Fits
            } else {
                forked(entry.seq)
            });
        }
        if entry.seq == next + 1 && self.is_unreadable(entry.previous)? {
            // The number between belongs to an entry that is kept and does not open.
            self.take_place(next, entry.previous);
            return Ok(Place::Fits);
        }
        if self.forked_before()?.contains(&entry.previous) {
            return Ok(forked(entry.seq));
        }
        Ok(Place::Held(Why::new(
            HeldCode::GapInChain,
            format!("entry {} came before entry {next}", entry.seq),
        )))
    }

    /// Hashes of the device's entries that are held as a copy's: what follows them is a copy's too, no gap.
    fn forked_before(&mut self) -> Result<&mut BTreeSet<Digest>, SyncError> {
        if self.forked.is_none() {
            let held = self
                .organisation
                .journal()
                .quarantine(Some(self.device.id), SEARCHED)?;
            let forked = held
                .iter()
                .filter(|held| held.code == HeldCode::ForkedChain)
                .filter_map(|held| minicbor::decode::<Envelope>(&held.bytes).ok())
                .filter_map(|envelope| match envelope.object {
                    Object::Entry(sealed) => Some(sealed.hash()),
                    Object::Run(_) => None,
                });
            self.forked = Some(forked.collect());
        }
        Ok(self.forked.get_or_insert_default())
    }

    fn is_unreadable(&mut self, hash: Digest) -> Result<bool, SyncError> {
        if self.unreadable.contains(&hash) {
            return Ok(true);
        }
        let held = self
            .organisation
            .journal()
            .quarantine(Some(self.device.id), SEARCHED)?;
        Ok(held
            .iter()
            .filter_map(|held| minicbor::decode::<Envelope>(&held.bytes).ok())
            .any(|envelope| match envelope.object {
                Object::Entry(sealed) => sealed.hash() == hash && sealed.open().is_err(),
                Object::Run(_) => false,
            }))
    }

    fn standing(&self, entry: &Entry) -> Result<Result<Standing, Why>, SyncError> {
        let action = field_action(&entry.fact)
            .filter(|action| self.leave == Leave::Given || any_may(&self.roles, *action));
        let Some(action) = action else {
            let words = format!(
                "a device of these roles may not write `{}`",
                entry.fact.kind()
            );
            return Ok(Err(Why::new(HeldCode::NotAllowed, words)));
        };
        if action == Action::TakeCash {
            if entry.scope == Scope::Person(self.device.user) {
                return Ok(Ok(Standing::Own));
            }
            let journal = self.organisation.journal();
            if journal.was_granted(self.device.user, entry.scope)?
                && !journal.is_granted(self.device.user, entry.scope)?
            {
                return Ok(Ok(Standing::Held));
            }
        }
        Ok(match self.is_out_of_scope(entry.scope)? {
            Some(why) => Err(why),
            None => Ok(self.strength(entry.scope)),
        })
    }

    /// On what an admission in the scope rests.
    const fn strength(&self, scope: Scope) -> Standing {
        match self.leave {
            Leave::None => Standing::Holds(scope),
            Leave::Given => Standing::Held,
        }
    }

    fn is_out_of_scope(&self, scope: Scope) -> Result<Option<Why>, SyncError> {
        match scope {
            Scope::Office | Scope::Organisation | Scope::Person(_) | Scope::Book(_) => {
                Ok(Some(Why::new(
                    HeldCode::NotAllowed,
                    "a device writes about a plan, stop or customer",
                )))
            }
            Scope::Plan(_) | Scope::Stop(_) | Scope::Customer(_) => {
                let (journal, user) = (self.organisation.journal(), self.device.user);
                let (is_granted, words) = match self.leave {
                    Leave::None => (
                        journal.is_granted(user, scope)?,
                        "this is not, or no longer, in the device's scope",
                    ),
                    Leave::Given => (
                        journal.was_granted(user, scope)?,
                        "this was never in the device's scope",
                    ),
                };
                Ok((!is_granted).then(|| Why::new(HeldCode::OutOfScope, words)))
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm a kind of fact")]
    fn subject_is_missing(&self, entry: &Entry) -> Result<Option<Why>, SyncError> {
        let journal = self.organisation.journal();
        let mut named = Vec::from_iter(entry.amends);
        match &entry.fact {
            Fact::Acknowledgement(it) => {
                if let Some(why) = self.statement_is_wrong(it)? {
                    return Ok(Some(why));
                }
                if it.paper == PaperKind::DisputeFinding && !self.answers_a_finding(entry)? {
                    let words = "it is signed under no finding of this stop";
                    return Ok(Some(Why::new(HeldCode::Malformed, words)));
                }
            }
            Fact::DisputeFinding(it) => {
                if let Some(why) = self.finding_is_wrong(entry, it)? {
                    return Ok(Some(why));
                }
            }
            Fact::Amendment(it) => named.push(it.sent_back),
            Fact::Attached(it) => named.extend(it.about),
            Fact::CashReceipt(it) => {
                if let Some(why) = self.receipt_is_wrong(it)? {
                    return Ok(Some(why));
                }
            }
            Fact::CashVoided(it) => named.push(it.receipt),
            Fact::HandIn(it) => named.extend(&it.receipts),
            Fact::ConflictSettled(it) => {
                if journal.document(it.document)?.is_none() {
                    return Ok(Some(unknown("the document does not exist here")));
                }
            }
            Fact::StatementShown(it) => {
                if journal.snapshot(it.statement)?.is_none() {
                    return Ok(Some(unknown("the statement does not exist here")));
                }
            }
            // They mean nothing without the entry that they point back to.
            Fact::Countersignature(_)
            | Fact::CompanySeal(_)
            | Fact::RefusalWitnessed(_)
            | Fact::DemandLetterPosted(_)
            | Fact::CopyHandedOver(_) => {
                if entry.amends.is_none() {
                    return Ok(Some(Why::new(
                        HeldCode::Malformed,
                        "it points back to no entry",
                    )));
                }
            }
            Fact::CheckIn(_)
            | Fact::CheckOut(_)
            | Fact::Refusal(_)
            | Fact::Promise(_)
            | Fact::Outcome(_)
            | Fact::Attendance(_)
            | Fact::Dispute(_)
            | Fact::SerialBlockIssued(_)
            | Fact::CashCounted(_)
            | Fact::VarianceConfirmed(_)
            | Fact::LedgerImported(_)
            | Fact::LedgerSigned(_)
            | Fact::VisitListProposed(_)
            | Fact::VisitListDecided(_)
            | Fact::PlanSubmitted(_)
            | Fact::PlanDecided(_)
            | Fact::VisitAccepted(_)
            | Fact::SentBack(_)
            | Fact::DeviceEnrolled(_)
            | Fact::DeviceRevoked(_)
            | Fact::SettlementDrafted(_)
            | Fact::SettlementDecided(_)
            | Fact::HeldDecided(_)
            | Fact::EvidenceExported(_) => {}
        }
        for id in named {
            if !self.entries.contains(&id) && journal.entry(id)?.is_none() {
                return Ok(Some(unknown("the entry it answers does not exist here")));
            }
        }
        Ok(None)
    }

    /// A receipt's number must be of a block that was issued to this device, and its pieces must come to its amount.
    fn receipt_is_wrong(&self, receipt: &CashReceipt) -> Result<Option<Why>, SyncError> {
        if cash::total(&receipt.pieces) != Ok(receipt.amount) {
            let words = "the notes and coins do not come to the amount";
            return Ok(Some(Why::new(HeldCode::Malformed, words)));
        }
        let Some((_seq, sealed)) = self.organisation.journal().entry(receipt.block)? else {
            return Ok(Some(unknown("the block of numbers does not exist here")));
        };
        let is_issued = sealed.open().is_ok_and(|entry| {
            matches!(entry.fact, Fact::SerialBlockIssued(block)
                if block.device == self.device.id
                    && (block.first..=block.last).contains(&receipt.serial))
        });
        Ok((!is_issued).then(|| unknown("the number was not issued to this device")))
    }

    /// What was signed must be a statement that this server issued, byte for byte.
    fn statement_is_wrong(&self, signed: &Acknowledgement) -> Result<Option<Why>, SyncError> {
        if Digest::of(&signed.statement_bytes) != signed.statement {
            let words = "the statement's bytes do not hash to its name";
            return Ok(Some(Why::new(HeldCode::Malformed, words)));
        }
        let there = self.organisation.journal().snapshot(signed.statement)?;
        Ok(there
            .is_none()
            .then(|| unknown("the statement does not exist here")))
    }

    fn judge_run(&mut self, run: &Run) -> Result<Judgement, SyncError> {
        // The gate recomputes the actor from chain, document and epoch; a device raises its own epoch after a fork.
        if run.chain != self.device.id.into() {
            let words = "the changes were written under another device's actor";
            return Ok(Judgement::held(HeldCode::ForeignActor, words));
        }
        if run.changes.is_empty() {
            return Ok(Judgement::held(
                HeldCode::Malformed,
                "a run has at least one change",
            ));
        }
        let Some((kind, scope, seq)) = self.open_document(run)? else {
            return Ok(Judgement::Held(unknown("the document does not exist here")));
        };
        if let Some(why) = self.is_out_of_scope(scope)? {
            return Ok(Judgement::Held(why));
        }
        let action = match kind {
            DocumentKind::Stop | DocumentKind::Customer => Action::EditVisitDocument,
            DocumentKind::Plan => Action::DraftPlan,
        };
        if self.leave == Leave::None && !any_may(&self.roles, action) {
            let words = "a device of these roles may not change this document";
            return Ok(Judgement::held(HeldCode::NotAllowed, words));
        }
        let Some(changing) = self.documents.get_mut(&run.document) else {
            return Ok(Judgement::Held(unknown("the document does not exist here")));
        };
        let tried = self.organisation.gate().tried(|| Trial {
            kind,
            document: changing.document.save(),
            run: run.clone(),
        });
        if tried == Tried::Ended {
            let words = "ends_the_worker: the gate's worker ended or gave no answer, twice";
            return Ok(Judgement::held(HeldCode::Malformed, words));
        }
        match changing.document.admit(run) {
            Ok(0) => Ok(Judgement::Already(seq)),
            Ok(_applied) => {
                let record = RunRecord {
                    run: run.clone(),
                    user: self.device.user,
                    whole: Whole::default(),
                };
                Ok(Judgement::Admit(
                    Box::new(Record::Run(record)),
                    self.strength(scope),
                ))
            }
            Err(AppendError::Refused(code, words)) => Ok(Judgement::held(code, words)),
            Err(error) => Err(error.into()),
        }
    }

    /// Loads the document once a push.
    fn open_document(
        &mut self,
        run: &Run,
    ) -> Result<Option<(DocumentKind, Scope, u64)>, SyncError> {
        if let Some(there) = self.documents.get(&run.document) {
            return Ok(Some((there.kind, there.scope, there.seq)));
        }
        let Some(stored) = self.organisation.journal().document(run.document)? else {
            return Ok(None);
        };
        let changing = Changing {
            document: OpenDocument::load(run.document, stored.kind, &stored.whole.bytes)?,
            kind: stored.kind,
            scope: stored.scope,
            seq: stored.seq,
            records: Vec::new(),
        };
        self.documents.insert(run.document, changing);
        Ok(Some((stored.kind, stored.scope, stored.seq)))
    }
}

fn unopened(error: &OpenError) -> Why {
    let code = match error {
        OpenError::TooLarge { .. } | OpenError::Limit(_) => HeldCode::TooLarge,
        OpenError::Malformed(_)
        | OpenError::NotDeterministic
        | OpenError::UnknownVersion(_)
        | OpenError::Signedness { .. }
        | OpenError::Structure(_)
        | OpenError::Verify(_) => HeldCode::Malformed,
    };
    Why::new(code, error.to_string())
}

pub(super) fn unknown(words: &'static str) -> Why {
    Why::new(HeldCode::UnknownSubject, words)
}

fn forked(seq: u64) -> Place {
    let words = format!("the chain's number {seq} is another entry's: a copied phone");
    Place::Held(Why::new(HeldCode::ForkedChain, words))
}
