//! What a fact says, for people.

use crate::journal::facts::Fact;
use crate::views::EntryDetail;

/// The row's detail of `fact`.
#[must_use]
#[expect(clippy::too_many_lines, reason = "one arm a kind of fact")]
pub fn detail(fact: &Fact) -> EntryDetail {
    match fact {
        Fact::CheckIn(position) => EntryDetail::CheckIn {
            position: position.clone(),
        },
        Fact::CheckOut(position) => EntryDetail::CheckOut {
            position: position.clone(),
        },
        Fact::StatementShown(shown) => EntryDetail::StatementShown {
            statement: shown.statement,
        },
        Fact::Acknowledgement(signed) => EntryDetail::Acknowledgement {
            paper: signed.paper,
            statement: signed.statement,
            signer_name: signed.signer.name.clone(),
            signer_title: signed.signer.title.clone(),
            capacity: signed.signer.capacity,
            total: signed.total,
            position: signed.position.clone(),
            stroke_consent: signed.stroke_consent,
            image: signed.image.digest,
        },
        Fact::Refusal(refusal) => EntryDetail::Refusal {
            paper: refusal.paper,
            person: refusal.person.clone(),
            reason: refusal.reason,
            words: refusal.words.clone(),
        },
        Fact::Promise(promise) => EntryDetail::Promise {
            amount: promise.amount,
            due: promise.due,
            supersedes: promise.supersedes,
        },
        Fact::Outcome(outcome) => EntryDetail::Outcome {
            outcome: outcome.kind,
            reason: outcome.reason,
            summary: outcome.summary.clone(),
        },
        Fact::Amendment(amendment) => EntryDetail::Amendment {
            sent_back: amendment.sent_back,
            text: amendment.text.clone(),
        },
        Fact::ConflictSettled(settled) => EntryDetail::ConflictSettled {
            field: settled.field.clone(),
            chosen: settled.chosen.clone(),
            were: settled.were.iter().map(|was| was.value.clone()).collect(),
        },
        Fact::Attached(attached) => EntryDetail::Attached {
            part: attached.kind,
            about: attached.about,
            media_type: attached.media_type,
            name: attached.name.clone(),
            caption: attached.caption.clone(),
            size_bytes: attached.content.size_bytes,
            content: attached.content.digest,
            thumbnail: attached.thumbnail.map(|part| part.digest),
            position: attached.position.clone(),
        },
        Fact::VisitAccepted(accepted) => EntryDetail::VisitAccepted {
            remark: accepted.remark.clone(),
        },
        Fact::SentBack(sent_back) => EntryDetail::SentBack {
            field: sent_back.field.clone(),
            reason: sent_back.reason.clone(),
            deadline: sent_back.deadline,
        },
        Fact::LedgerImported(_)
        | Fact::LedgerSigned(_)
        | Fact::VisitListProposed(_)
        | Fact::VisitListDecided(_)
        | Fact::PlanSubmitted(_)
        | Fact::PlanDecided(_)
        | Fact::DeviceEnrolled(_)
        | Fact::DeviceRevoked(_) => EntryDetail::Desk {
            fact: fact.kind().to_owned(),
        },
    }
}
