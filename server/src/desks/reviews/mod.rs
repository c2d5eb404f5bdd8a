//! The manager's review: what came back from the stops of a day, accepted or sent back (退回补正).

mod signed;
mod verification;

use std::collections::BTreeSet;

use countersign_core::domain::ids::{Digest, DocumentId, EntryId, StopId, UserId};
use countersign_core::domain::time::Day;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{Fact, OutcomeKind, SentBack, VisitAccepted};
use countersign_core::read_model::plans::{self, Answers, ApprovedStopRow};
use countersign_core::read_model::reviews::{self, AcceptanceRow, SentBackRow};
use countersign_core::read_model::{disputes, documents, entries, statements, stops};
use countersign_core::views::{
    ConflictRow, DisputeRow, EntryDetail, EntryRow, PositionRow, PostingRow, PromiseRow, SignedRow,
    StatementSummary, posting, signed_rows,
};

pub use verification::{VerificationLine, VerificationReport, VerificationStep};

use super::{Desk, DeskError, Need, checked_text};
use crate::auth::policy::Action;
use crate::blobs::Presence;
use crate::organisation::{DeskEntry, ReadError};

/// Where the review of a stop stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewState {
    /// Nothing has come back from the stop.
    Planned,
    /// Something came back that nobody has accepted or sent back.
    Waiting,
    /// Sent back, and not every send-back is answered.
    SentBack,
    /// Every send-back is answered; the manager looks again.
    Answered,
    /// Everything that came back was accepted.
    Accepted,
}

impl ReviewState {
    /// The key of the word in `desks.ftl`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Planned => "desk-review-planned",
            Self::Waiting => "desk-review-waiting",
            Self::SentBack => "desk-review-sent-back",
            Self::Answered => "desk-review-answered",
            Self::Accepted => "desk-review-accepted",
        }
    }
}

/// One stop of a day, as the manager's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// The stop, its customer and plan.
    pub stop: ApprovedStopRow,
    /// Who went.
    pub team: Vec<UserId>,
    /// How it ended, by the last outcome.
    pub outcome: Option<OutcomeKind>,
    /// The last promise.
    pub promise: Option<PromiseRow>,
    /// The first check-in, with what its position is worth.
    pub check_in: Option<PositionRow>,
    /// Signed papers that state a claim: what was found about a dispute is none.
    pub signed: usize,
    /// Fields with more than one value.
    pub conflicts: usize,
    /// Parts of entries that are complete on the server.
    pub parts_complete: u64,
    /// Parts of all entries.
    pub parts_total: u64,
    /// Where the review stands.
    pub state: ReviewState,
}

/// A stop that waits for a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToReview {
    /// The stop, its customer and plan.
    pub stop: ApprovedStopRow,
    /// Waiting, or answered.
    pub state: ReviewState,
}

/// Everything that came back from one stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopReport {
    /// The row of the list.
    pub visit: VisitRow,
    /// Entries, oldest first.
    pub timeline: Vec<EntryRow>,
    /// Signed papers among them, oldest first.
    pub signed: Vec<EntryId>,
    /// The same with what belongs to each, newest first.
    pub papers: Vec<SignedRow>,
    /// The demand letter that goes out after a refusal.
    pub posting: Option<PostingRow>,
    /// What the customer disputed, oldest first, with what was found.
    pub disputes: Vec<DisputeRow>,
    /// The statement that was shown, in short.
    pub statement: Option<StatementSummary>,
    /// The customer's address as on the plan; may be empty.
    pub address: String,
    /// Conflicts of the stop's and the customer's document.
    pub conflicts: Vec<ConflictRow>,
    /// Send-backs with the amendments that answer them.
    pub sent_backs: Vec<SentBackRow>,
    /// The last acceptance.
    pub acceptance: Option<AcceptanceRow>,
    /// Hashes of what came back: what an acceptance is pinned to.
    pub pinned: Vec<Digest>,
}

/// What is sent back, why, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSentBack {
    /// The entry that is sent back.
    pub about: EntryId,
    /// The field or paper that is meant, at most 200 bytes.
    pub field: String,
    /// Why, at most 4 KiB.
    pub reason: String,
    /// Until which day.
    pub deadline: Day,
}

impl Desk {
    /// The approved stops of a day, by plan and visiting order.
    pub fn day_visits(&self, day: Day) -> Result<Vec<VisitRow>, DeskError> {
        self.require(Action::ReadVisits)?;
        let stops = self
            .organisation
            .read(|connection| plans::stops_of_day(connection, day))?;
        stops
            .into_iter()
            .map(|stop| self.report(stop).map(|report| report.visit))
            .collect()
    }

    /// Stops that wait for a review, of whatever day, the oldest first; at most `limit`, and how many there are in all.
    pub fn visits_to_review(&self, limit: u32) -> Result<(Vec<ToReview>, u64), DeskError> {
        self.require(Action::ReadVisits)?;
        let (stops, total) = self
            .organisation
            .read(|connection| plans::stops_to_review(connection, limit))?;
        let rows = stops.into_iter().map(|(stop, answers)| ToReview {
            stop,
            state: match answers {
                Answers::NotAskedFor => ReviewState::Waiting,
                Answers::Given => ReviewState::Answered,
            },
        });
        Ok((rows.collect(), total))
    }

    /// Everything that came back from a stop.
    pub fn stop_report(&self, stop: StopId) -> Result<StopReport, DeskError> {
        self.require(Action::ReadVisits)?;
        let stop = self
            .organisation
            .read(|connection| plans::approved_stop(connection, stop))?
            .ok_or(DeskError::NotFound)?;
        self.report(stop)
    }

    fn report(&self, stop: ApprovedStopRow) -> Result<StopReport, DeskError> {
        let id = stop.stop;
        let timeline = self.timeline(&stop)?;
        let conflicts = self.conflicts_of(&stop)?;
        let (team, sent_backs, acceptance, accepted) = self.organisation.read(|connection| {
            Ok((
                plans::approved_team(connection, stop.plan)?,
                reviews::sent_backs(connection, id)?,
                reviews::acceptance(connection, id)?,
                reviews::accepted_entries(connection, id)?,
            ))
        })?;
        let (disputes, statement, address) = self.organisation.read(|connection| {
            Ok((
                disputes::of_stop(connection, id)?,
                statements::row(connection, stop.statement)?.map(|row| row.summary()),
                stops::address(connection, id)?,
            ))
        })?;
        let pinned: Vec<Digest> = came_back(&timeline).map(|entry| entry.hash).collect();
        let mut visit = visit_row(stop, team, &timeline);
        visit.conflicts = conflicts.len();
        visit.state = review_state(&pinned, &accepted, &sent_backs);
        Ok(StopReport {
            signed: timeline
                .iter()
                .filter(|entry| matches!(entry.detail, EntryDetail::Acknowledgement { .. }))
                .map(|entry| entry.entry)
                .collect(),
            papers: signed_rows(&timeline),
            posting: posting(&timeline, self.today()),
            disputes,
            statement,
            address,
            visit,
            timeline,
            conflicts,
            sent_backs,
            acceptance,
            pinned,
        })
    }

    /// Accepts what came back from a stop. `pinned` is [`StopReport::pinned`] as it was looked at. Never somebody who
    /// wrote one of the entries.
    pub fn accept_visit(
        &self,
        stop: StopId,
        pinned: &[Digest],
        remark: &str,
    ) -> Result<EntryId, DeskError> {
        self.require(Action::ReviewVisit)?;
        let report = self.stop_report(stop)?;
        self.refuse_own(came_back(&report.timeline))?;
        if report.pinned.is_empty() {
            return Err(DeskError::invalid("stop", "desk-invalid-nothing-came-back"));
        }
        let looked_at: BTreeSet<&Digest> = pinned.iter().collect();
        if looked_at != report.pinned.iter().collect() {
            return Err(DeskError::Stale);
        }
        let remark = checked_text(remark, 4096, "remark", Need::Optional)?;
        let fact = Fact::VisitAccepted(VisitAccepted {
            entries: report.pinned,
            remark,
        });
        self.append_at(stop, None, fact)
    }

    /// Sends an entry back with a reason and a deadline. It arrives on the team's phones; the entry stays as it is.
    pub fn send_back(&self, stop: StopId, new: &NewSentBack) -> Result<EntryId, DeskError> {
        self.require(Action::ReviewVisit)?;
        let report = self.stop_report(stop)?;
        let about = came_back(&report.timeline)
            .find(|entry| entry.entry == new.about)
            .ok_or(DeskError::NotFound)?;
        self.refuse_own(std::iter::once(about))?;
        if new.deadline < self.today() {
            return Err(DeskError::invalid("deadline", "desk-invalid-day-in-past"));
        }
        let fact = Fact::SentBack(SentBack {
            field: checked_text(&new.field, 200, "field", Need::Required)?,
            reason: checked_text(&new.reason, 4096, "reason", Need::Required)?,
            deadline: new.deadline,
        });
        self.append_at(stop, Some(new.about), fact)
    }

    fn refuse_own<'a>(
        &self,
        mut entries: impl Iterator<Item = &'a EntryRow>,
    ) -> Result<(), DeskError> {
        if entries.any(|entry| entry.author == self.user) {
            return Err(DeskError::OwnRequest);
        }
        Ok(())
    }

    fn append_at(
        &self,
        stop: StopId,
        amends: Option<EntryId>,
        fact: Fact,
    ) -> Result<EntryId, DeskError> {
        let entry = DeskEntry {
            author: self.user,
            scope: Scope::Stop(stop),
            amends,
            fact,
        };
        Ok(self.organisation.desk_append(entry, Vec::new())?)
    }

    /// Entries with what is really here of their parts; a phone's receipt for a part comes before the whole is read.
    fn timeline(&self, stop: &ApprovedStopRow) -> Result<Vec<EntryRow>, DeskError> {
        let mut timeline = self
            .organisation
            .read(|connection| entries::timeline(connection, stop.stop, stop.site))?;
        for entry in timeline.iter_mut().filter(|entry| entry.parts_total > 0) {
            entry.parts_complete = self.parts_here(entry.entry)?;
        }
        Ok(timeline)
    }

    fn parts_here(&self, entry: EntryId) -> Result<u64, DeskError> {
        let sealed = self.organisation.entry(entry)?.ok_or(DeskError::Damaged)?;
        let entry = sealed.open().map_err(|_unreadable| DeskError::Damaged)?;
        let mut here = 0;
        for part in entry.fact.parts() {
            let presence = self
                .organisation
                .blobs()
                .presence(part.digest)
                .map_err(ReadError::from)?;
            here += u64::from(presence == Presence::Complete);
        }
        Ok(here)
    }

    fn conflicts_of(&self, stop: &ApprovedStopRow) -> Result<Vec<ConflictRow>, DeskError> {
        Ok(self.organisation.read(|connection| {
            let mut conflicts = documents::conflicts(connection, DocumentId(stop.stop.0))?;
            conflicts.extend(documents::conflicts(
                connection,
                DocumentId(stop.customer.0),
            )?);
            Ok(conflicts)
        })?)
    }
}

/// What the team wrote, the desks' own entries apart.
fn came_back(timeline: &[EntryRow]) -> impl Iterator<Item = &EntryRow> {
    timeline.iter().filter(|entry| match entry.detail {
        EntryDetail::CheckIn { .. }
        | EntryDetail::CheckOut { .. }
        | EntryDetail::StatementShown { .. }
        | EntryDetail::Acknowledgement { .. }
        | EntryDetail::Refusal { .. }
        | EntryDetail::Promise { .. }
        | EntryDetail::Outcome { .. }
        | EntryDetail::Amendment { .. }
        | EntryDetail::Attached { .. }
        | EntryDetail::Countersignature { .. }
        | EntryDetail::CompanySeal { .. }
        | EntryDetail::RefusalWitnessed { .. }
        | EntryDetail::DemandLetterPosted { .. }
        | EntryDetail::CopyHandedOver { .. }
        | EntryDetail::CashReceipt { .. }
        | EntryDetail::CashVoided { .. }
        | EntryDetail::HandIn { .. }
        | EntryDetail::Attendance { .. }
        | EntryDetail::Dispute { .. }
        | EntryDetail::DisputeFinding { .. } => true,
        EntryDetail::ConflictSettled { .. }
        | EntryDetail::CashCounted { .. }
        | EntryDetail::VarianceConfirmed { .. }
        | EntryDetail::VisitAccepted { .. }
        | EntryDetail::SentBack { .. }
        | EntryDetail::Desk { .. } => false,
    })
}

fn visit_row(stop: ApprovedStopRow, team: Vec<UserId>, timeline: &[EntryRow]) -> VisitRow {
    let mut visit = VisitRow {
        stop,
        team,
        outcome: None,
        promise: None,
        check_in: None,
        signed: 0,
        conflicts: 0,
        parts_complete: 0,
        parts_total: 0,
        state: ReviewState::Planned,
    };
    for entry in timeline {
        visit.parts_complete = visit.parts_complete.saturating_add(entry.parts_complete);
        visit.parts_total = visit.parts_total.saturating_add(entry.parts_total);
        if let EntryDetail::Outcome { outcome, .. } = &entry.detail {
            visit.outcome = Some(*outcome);
        }
        if let EntryDetail::Promise { amount, due, .. } = &entry.detail {
            visit.promise = Some(PromiseRow {
                entry: entry.entry,
                amount: *amount,
                due: *due,
            });
        }
        if matches!(entry.detail, EntryDetail::CheckIn { .. }) && visit.check_in.is_none() {
            visit.check_in.clone_from(&entry.position);
        }
        if matches!(&entry.detail, EntryDetail::Acknowledgement { paper, .. } if paper.demands_payment())
        {
            visit.signed = visit.signed.saturating_add(1);
        }
    }
    visit
}

/// An acceptance covers the entries it names: what comes later waits again.
fn review_state(
    came_back: &[Digest],
    accepted: &[Digest],
    sent_backs: &[SentBackRow],
) -> ReviewState {
    if came_back.is_empty() {
        ReviewState::Planned
    } else if came_back.iter().all(|hash| accepted.contains(hash)) {
        ReviewState::Accepted
    } else if sent_backs.iter().any(|row| row.answers.is_empty()) {
        ReviewState::SentBack
    } else if sent_backs.is_empty() {
        ReviewState::Waiting
    } else {
        ReviewState::Answered
    }
}
