//! Facts of a stop that one form records: promise, outcome, the answer to a send-back.
//!
//! A form that is sent twice, because a screen was killed between the tap and the answer, records one entry: when the last
//! entry of that kind by this device at the stop says the same, it is the answer.

use crate::domain::ids::{EntryId, StopId};
use crate::domain::time::Day;
use crate::journal::Scope;
use crate::journal::facts::{Amendment, Fact, Outcome, PromiseMade};
use crate::protocol::HeldCode;
use crate::read_model::{entries, promises, reviews};
use crate::replica::commit::{About, Commit};
use crate::replica::error::or_not_found;
use crate::replica::{
    OfDraft, OutcomeRecord, PromiseRecord, Recorded, Replica, ReplicaError, SendBackAnswer,
};
use crate::store::outbox;
use crate::views::{DraftForm, EntryDetail, ObjectState};

impl Replica {
    /// `promise.record`: amount and day. It replaces the promise in force that was made at the stop.
    ///
    /// # Errors
    /// `amount-not-positive`, `day-in-the-past`, `role-not-allowed`.
    pub fn promise(&self, promise: &PromiseRecord) -> Result<Recorded, ReplicaError> {
        if !promise.amount.is_positive() {
            return Err(ReplicaError::Refused("amount-not-positive"));
        }
        self.commit("promise", |commit| {
            commit.must_conduct_signings()?;
            if promise.due < Day::legal(commit.now()) {
                return Err(ReplicaError::Refused("day-in-the-past"));
            }
            let parts = commit.stop(promise.stop)?;
            commit.drop_draft(OfDraft::of(parts.stop, DraftForm::Promise))?;
            let in_force = match promises::of_stop(commit.tx, parts.stop)? {
                Some(made) if commit.is_left_behind(made.entry)? => None,
                made => made,
            };
            if let Some(made) = &in_force
                && (made.amount, made.due) == (promise.amount, promise.due)
                && made.made_by == commit.device()?.user
            {
                return Ok(Recorded { entry: made.entry });
            }
            let fact = Fact::Promise(PromiseMade {
                customer: parts.customer,
                amount: promise.amount,
                due: promise.due,
                signer: promise.signer.clone(),
                supersedes: in_force.map(|made| made.entry),
            });
            commit.record(parts.stop, fact)
        })
    }

    /// `outcome.record`: how the stop ended. A later one replaces it.
    ///
    /// # Errors
    /// `text-too-long`.
    pub fn outcome(&self, outcome: &OutcomeRecord) -> Result<Recorded, ReplicaError> {
        self.commit("outcome", |commit| {
            let parts = commit.stop(outcome.stop)?;
            commit.drop_draft(OfDraft::of(parts.stop, DraftForm::Outcome))?;
            let fact = Fact::Outcome(Outcome {
                kind: outcome.kind,
                reason: outcome.reason,
                summary: outcome.summary.clone(),
            });
            commit.record_once(parts.stop, fact)
        })
    }

    /// `send_back.answer`: a linked amendment; what was sent back stays as it is.
    ///
    /// # Errors
    /// `answer-missing`; `send-back` is gone when it is not one of this stop.
    pub fn answer_send_back(&self, answer: &SendBackAnswer) -> Result<Recorded, ReplicaError> {
        if answer.text.trim().is_empty() {
            return Err(ReplicaError::Refused("answer-missing"));
        }
        self.commit("answer_send_back", |commit| {
            let parts = commit.stop(answer.stop)?;
            let sent_back = reviews::sent_back(commit.tx, answer.sent_back)?
                .filter(|row| row.stop == parts.stop);
            let sent_back = or_not_found(sent_back, "send-back")?;
            commit.drop_draft(OfDraft {
                about: Some(sent_back.entry.0),
                ..OfDraft::of(parts.stop, DraftForm::SendBack)
            })?;
            let fact = Fact::Amendment(Amendment {
                sent_back: sent_back.entry,
                text: answer.text.clone(),
            });
            if let Some(entry) = commit.said_before(parts.stop, &fact)? {
                return Ok(Recorded { entry });
            }
            let about = About {
                scope: Scope::Stop(parts.stop),
                amends: Some(sent_back.about),
            };
            Ok(Recorded {
                entry: commit.append(about, fact)?,
            })
        })
    }
}

impl Commit<'_> {
    /// Records a fact about a stop, once.
    pub(super) fn record_once(
        &mut self,
        stop: StopId,
        fact: Fact,
    ) -> Result<Recorded, ReplicaError> {
        match self.said_before(stop, &fact)? {
            Some(entry) => Ok(Recorded { entry }),
            None => self.record(stop, fact),
        }
    }

    /// Whether an entry is held of the time before this device was enrolled again: it counts for nothing, and the same may be
    /// recorded anew.
    fn is_left_behind(&self, entry: EntryId) -> Result<bool, ReplicaError> {
        let forked = Some((ObjectState::Held, Some(HeldCode::ForkedChain)));
        Ok(outbox::entry_state(self.tx, entry)? == forked && !outbox::is_copied(self.tx)?)
    }

    /// The last entry of this kind by this device at the stop, if it says the same.
    pub(super) fn said_before(
        &self,
        stop: StopId,
        fact: &Fact,
    ) -> Result<Option<EntryId>, ReplicaError> {
        let said = entries::detail(fact);
        let kind = |detail: &EntryDetail| std::mem::discriminant(detail);
        let last = self
            .own_timeline(stop)?
            .into_iter()
            .rfind(|row| kind(&row.detail) == kind(&said));
        Ok(last.filter(|row| row.detail == said).map(|row| row.entry))
    }
}
