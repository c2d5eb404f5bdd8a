//! Judging what a device pushed.
//!
//! Each envelope gets a verdict of its own: admitted into the journal, or held in quarantine byte for byte with the
//! reason. Judging reads the journal without a lock; the batch that comes of it carries what it was judged on, and when
//! that has changed meanwhile everything is judged anew.
//!
//! A chain goes on behind an entry that is held for what it says (a role, a scope, a signature): its number and hash are
//! known, and its neighbours must not suffer. Only a gap and a fork stop a chain.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::domain::held::HeldState;
use countersign_core::domain::ids::{Digest, DocumentId};
use countersign_core::domain::time::Instant;
use countersign_core::journal::{ChainHead, Scope, verify_raw};
use countersign_core::protocol::push::EnvelopeId;
use countersign_core::protocol::{
    Envelope, HeldCode, Object, PushAnswer, PushRequest, Verdict, VerdictKind,
};
use countersign_core::read_model::held;

use super::error::SyncError;
use super::judge::{Judgement, Standing, Why};
use crate::auth::devices::Device;
use crate::journal::{
    Amount, Batch, Expect, Given, JournalError, KeptEnvelope, KeptVerdict, Link, Record,
};
use crate::organisation::documents::OpenDocument;
use crate::organisation::{ATTEMPTS, Organisation};

/// Most held envelopes of a device that are looked at again with each push.
const TRIED_AGAIN: usize = 500;

/// Judges, keeps, receipts.
pub(super) fn push(
    organisation: &Organisation,
    device: &Device,
    request: &PushRequest,
) -> Result<PushAnswer, SyncError> {
    let now = organisation.clock().read().wall;
    let signed = PushRequest::signed_bytes(request.head_seq, request.head, &request.envelopes);
    let proof = match verify_raw(&device.public_key, &signed, &request.signature) {
        Ok(()) => Proof::Stands,
        Err(_) => Proof::Fails,
    };
    for _attempt in 0..ATTEMPTS {
        let mut admission = Admission::begin(organisation, device, now)?;
        for envelope in &request.envelopes {
            admission.take(envelope, proof)?;
        }
        if proof == Proof::Stands && device.revoked.is_none() {
            admission.try_again()?;
        }
        match admission.finish()? {
            Finished::Done(verdicts) => return sign(organisation, verdicts, now),
            Finished::Stale => {}
        }
    }
    Err(SyncError::Busy)
}

fn sign(
    organisation: &Organisation,
    verdicts: Vec<Verdict>,
    time: Instant,
) -> Result<PushAnswer, SyncError> {
    let signature = organisation.sign(&PushAnswer::signed_bytes(&verdicts, time))?;
    Ok(PushAnswer {
        verdicts,
        time,
        signature,
    })
}

/// Whether the office lets an object in although its author may not write there, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    None,
    Given,
}

/// Whether the push is signed by the device's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Stands,
    Fails,
}

pub(super) enum Finished {
    Done(Vec<Verdict>),
    Stale,
}

/// A verdict that waits for the number of its record.
struct Pending {
    id: EnvelopeId,
    digest: Digest,
    kind: PendingKind,
}

pub(super) enum PendingKind {
    /// The place of the record in the batch.
    Record(usize),
    Known(VerdictKind),
}

/// One push while it is judged.
pub(super) struct Admission<'a> {
    pub(super) organisation: &'a Organisation,
    pub(super) device: &'a Device,
    pub(super) roles: Vec<countersign_core::snapshots::policy::Role>,
    pub(super) leave: Leave,
    /// The device's chain with what was judged so far.
    pub(super) head: ChainHead,
    /// Chain places taken in this push.
    pub(super) links: BTreeMap<u64, Digest>,
    /// Hashes of entries that do not open, and so have no known number.
    pub(super) unreadable: BTreeSet<Digest>,
    /// Hashes of entries held as a copy's, once that was asked.
    pub(super) forked: Option<BTreeSet<Digest>>,
    /// Entries admitted in this push.
    pub(super) entries: BTreeSet<countersign_core::domain::ids::EntryId>,
    pub(super) documents: BTreeMap<DocumentId, Changing>,
    pub(super) batch: Batch,
    expected_scopes: BTreeSet<Scope>,
    chain_before: u64,
    verdicts: Vec<Pending>,
    seen: BTreeMap<EnvelopeId, usize>,
    /// Envelopes of this push that are in quarantine already, or will be with it.
    kept: BTreeSet<Digest>,
    /// What quarantine holds of the device, once that was asked.
    held: Option<Amount>,
}

/// The attachments that an envelope's entry names.
fn named_parts(envelope: &Envelope) -> Vec<Digest> {
    let Object::Entry(sealed) = &envelope.object else {
        return Vec::new();
    };
    let parts = sealed.open().map(|entry| entry.fact.parts());
    let digests = parts.into_iter().flatten().map(|part| part.digest);
    digests.collect()
}

/// A document that runs of this push are admitted into.
pub(super) struct Changing {
    pub(super) document: OpenDocument,
    pub(super) kind: countersign_core::documents::DocumentKind,
    pub(super) scope: Scope,
    pub(super) seq: u64,
    /// Places of its runs in the batch.
    pub(super) records: Vec<usize>,
}

impl<'a> Admission<'a> {
    pub(super) fn begin(
        organisation: &'a Organisation,
        device: &'a Device,
        received: Instant,
    ) -> Result<Self, SyncError> {
        let chain = device.id.into();
        let head =
            organisation
                .journal()
                .chain_head(chain)?
                .map_or_else(ChainHead::default, |link| ChainHead {
                    seq: link.seq,
                    hash: link.hash,
                });
        let roles = organisation
            .accounts()
            .account(device.user)?
            .map(|account| account.roles)
            .unwrap_or_default();
        Ok(Self {
            organisation,
            device,
            roles,
            leave: Leave::None,
            head,
            links: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            forked: None,
            entries: BTreeSet::new(),
            documents: BTreeMap::new(),
            batch: Batch {
                received,
                ..Batch::default()
            },
            expected_scopes: BTreeSet::new(),
            chain_before: head.seq,
            verdicts: Vec::new(),
            seen: BTreeMap::new(),
            kept: BTreeSet::new(),
            held: None,
        })
    }

    fn take(&mut self, envelope: &Envelope, proof: Proof) -> Result<(), SyncError> {
        let digest = envelope.digest();
        if let Some(earlier) = self
            .seen
            .get(&envelope.id)
            .and_then(|place| self.verdicts.get(*place))
        {
            let kind = if earlier.digest == digest {
                match &earlier.kind {
                    PendingKind::Record(place) => PendingKind::Record(*place),
                    PendingKind::Known(kind) => PendingKind::Known(kind.clone()),
                }
            } else {
                self.hold(envelope, digest, reused())?
            };
            self.verdicts.push(Pending {
                id: envelope.id,
                digest,
                kind,
            });
            return Ok(());
        }
        let kind = match self.organisation.journal().verdict(envelope.id)? {
            Some(given) if given.digest != digest => self.hold(envelope, digest, reused())?,
            Some(given) => match given.outcome {
                Given::Admitted(seq) => PendingKind::Known(VerdictKind::Admitted(seq)),
                Given::Held(code, _words)
                    if (is_tried_again(code) || code == HeldCode::BadSignature)
                        && !self.is_dismissed(envelope.id, digest)? =>
                {
                    self.kept.insert(digest);
                    let judgement = self.judge(envelope, proof)?;
                    self.enact(envelope, digest, judgement)?
                }
                Given::Held(code, words) => PendingKind::Known(VerdictKind::Held(code, words)),
            },
            None => {
                let judgement = self.judge(envelope, proof)?;
                self.enact(envelope, digest, judgement)?
            }
        };
        self.seen.insert(envelope.id, self.verdicts.len());
        self.verdicts.push(Pending {
            id: envelope.id,
            digest,
            kind,
        });
        Ok(())
    }

    fn judge(&mut self, envelope: &Envelope, proof: Proof) -> Result<Judgement, SyncError> {
        // What is held as revoked was signed by the device: the office may let it in later, and that cannot be asked then.
        if proof == Proof::Fails {
            Ok(Judgement::held(
                HeldCode::BadSignature,
                "the push is not signed by the device's key",
            ))
        } else if self.device.revoked.is_some() {
            Ok(Judgement::held(HeldCode::Revoked, "the device was revoked"))
        } else {
            self.judge_object(envelope)
        }
    }

    pub(super) fn enact(
        &mut self,
        envelope: &Envelope,
        digest: Digest,
        judgement: Judgement,
    ) -> Result<PendingKind, SyncError> {
        Ok(match judgement {
            Judgement::Admit(record, standing) => {
                match standing {
                    Standing::Holds(scope) => {
                        self.expected_scopes.insert(scope);
                    }
                    Standing::Held => {}
                    Standing::Own => self.batch.records.push(Record::Grant {
                        user: self.device.user,
                        scope: Scope::Person(self.device.user),
                    }),
                }
                let place = self.batch.records.len();
                if let Record::Run(run) = &*record
                    && let Some(changing) = self.documents.get_mut(&run.run.document)
                {
                    changing.records.push(place);
                }
                self.batch.records.push(*record);
                self.keep(envelope, digest, KeptVerdict::Admitted(place));
                PendingKind::Record(place)
            }
            Judgement::Already(seq) => {
                self.keep(envelope, digest, KeptVerdict::Already(seq));
                PendingKind::Known(VerdictKind::Admitted(seq))
            }
            Judgement::Held(why) => self.hold(envelope, digest, why)?,
        })
    }

    fn hold(
        &mut self,
        envelope: &Envelope,
        digest: Digest,
        why: Why,
    ) -> Result<PendingKind, SyncError> {
        let bytes =
            minicbor::to_vec(envelope).expect("writing CBOR into a vector has no failing sink");
        if self.kept.insert(digest) {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let held = self.held()?.and(size);
            if !held.fits(self.organisation.quotas().held()) {
                self.kept.remove(&digest);
                let words =
                    "the device's share of quarantine is used up; keep it and offer it again";
                let kind = VerdictKind::Held(HeldCode::NoRoom, words.to_owned());
                return Ok(PendingKind::Known(kind));
            }
            self.held = Some(held);
        }
        let verdict = KeptVerdict::Held {
            code: why.code,
            words: why.words.clone(),
            bytes,
        };
        self.keep(envelope, digest, verdict);
        Ok(PendingKind::Known(VerdictKind::Held(why.code, why.words)))
    }

    /// What quarantine holds of the device, with what this push adds.
    fn held(&mut self) -> Result<Amount, SyncError> {
        if let Some(held) = self.held {
            return Ok(held);
        }
        let usage = self.organisation.journal().usage(self.device.id, None)?;
        Ok(usage.held)
    }

    fn keep(&mut self, envelope: &Envelope, digest: Digest, verdict: KeptVerdict) {
        self.batch.envelopes.push(KeptEnvelope {
            device: self.device.id,
            id: envelope.id,
            digest,
            verdict,
            parts: named_parts(envelope),
        });
    }

    /// Whether the office dismissed it: then it stays out, whatever has become of scope and role since.
    fn is_dismissed(&self, id: EnvelopeId, digest: Digest) -> Result<bool, SyncError> {
        let decided = self
            .organisation
            .read(|connection| held::decisions(connection, id, digest))?;
        Ok(decided.is_some_and(|decided| decided.state == HeldState::Dismissed))
    }

    /// Looks again at what is held of this device, until nothing more can be admitted. What is admitted now gets a
    /// verdict behind the others.
    fn try_again(&mut self) -> Result<(), SyncError> {
        let held = self
            .organisation
            .journal()
            .quarantine(Some(self.device.id), TRIED_AGAIN)?;
        let mut waiting: Vec<(Digest, Envelope)> = Vec::new();
        for held in held {
            if is_tried_again(held.code)
                && !self.seen.contains_key(&held.id)
                && !self.is_dismissed(held.id, held.digest)?
                && let Ok(envelope) = minicbor::decode(&held.bytes)
            {
                waiting.push((held.digest, envelope));
            }
        }
        loop {
            let before = waiting.len();
            let mut still = Vec::new();
            for (digest, envelope) in waiting {
                let judgement = self.judge_object(&envelope)?;
                if let Judgement::Held(_) = judgement {
                    still.push((digest, envelope));
                } else {
                    let kind = self.enact(&envelope, digest, judgement)?;
                    self.verdicts.push(Pending {
                        id: envelope.id,
                        digest,
                        kind,
                    });
                }
            }
            if still.len() == before {
                return Ok(());
            }
            waiting = still;
        }
    }

    /// Appends what came of it and gives the verdicts.
    pub(super) fn finish(mut self) -> Result<Finished, SyncError> {
        if self.batch.records.is_empty()
            && self.batch.envelopes.is_empty()
            && self.batch.links.is_empty()
        {
            return Ok(Finished::Done(verdicts(self.verdicts, &[])));
        }
        for (id, changing) in &mut self.documents {
            if changing.records.is_empty() {
                continue;
            }
            // All runs of one push lead to the same saved document.
            let whole = self.organisation.whole(*id, &changing.document)?;
            for place in &changing.records {
                if let Some(Record::Run(run)) = self.batch.records.get_mut(*place) {
                    run.whole = whole.clone();
                }
            }
            self.batch
                .expect
                .push(Expect::DocumentAt(*id, changing.seq));
        }
        if !self.links.is_empty() {
            self.batch
                .expect
                .push(Expect::ChainAt(self.device.id.into(), self.chain_before));
        }
        let user = self.device.user;
        let scopes = std::mem::take(&mut self.expected_scopes);
        self.batch
            .expect
            .extend(scopes.into_iter().map(|scope| Expect::Granted(user, scope)));
        match self.organisation.commit(self.batch) {
            Ok(numbers) => Ok(Finished::Done(verdicts(self.verdicts, &numbers))),
            Err(JournalError::Stale) => Ok(Finished::Stale),
            Err(error) => Err(error.into()),
        }
    }

    /// A place of the chain that an entry takes although it is held.
    pub(super) fn take_place(&mut self, seq: u64, hash: Digest) {
        self.links.insert(seq, hash);
        self.head = ChainHead { seq, hash };
        self.batch.links.push(Link {
            chain: self.device.id.into(),
            seq,
            hash,
        });
    }
}

fn verdicts(pending: Vec<Pending>, numbers: &[u64]) -> Vec<Verdict> {
    pending
        .into_iter()
        .map(|Pending { id, digest, kind }| {
            let kind = match kind {
                PendingKind::Known(kind) => kind,
                PendingKind::Record(place) => {
                    VerdictKind::Admitted(numbers.get(place).copied().unwrap_or_default())
                }
            };
            Verdict { id, digest, kind }
        })
        .collect()
}

/// What may become admissible without being sent in another form.
const fn is_tried_again(code: HeldCode) -> bool {
    match code {
        HeldCode::GapInChain
        | HeldCode::MissingDependency
        | HeldCode::UnknownSubject
        | HeldCode::OutOfScope
        | HeldCode::NoRoom => true,
        HeldCode::Revoked
        | HeldCode::Malformed
        | HeldCode::BadSignature
        | HeldCode::ForkedChain
        | HeldCode::ForeignActor
        | HeldCode::ForkedActor
        | HeldCode::TooLarge
        | HeldCode::NotAllowed
        | HeldCode::IdReused => false,
    }
}

fn reused() -> Why {
    Why::new(
        HeldCode::IdReused,
        "the same envelope id came before with other bytes",
    )
}
