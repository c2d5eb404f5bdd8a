//! What a fact says, for people.

use crate::domain::cash::serial_text;
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
            guarantors: signed.guarantors.clone().unwrap_or_default(),
            seal: signed.seal.unwrap_or_default(),
        },
        Fact::Refusal(refusal) => EntryDetail::Refusal {
            paper: refusal.paper,
            person: refusal.person.clone(),
            reason: refusal.reason,
            words: refusal.words.clone(),
            members: refusal.members.clone().unwrap_or_default(),
            label: refusal.label.clone().unwrap_or_default(),
            post_by: refusal.post_by,
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
        Fact::Countersignature(signed) => EntryDetail::Countersignature {
            role: signed.role,
            name: signed.name.clone(),
            image: signed.image.digest,
            pinned: signed.pinned,
        },
        Fact::CompanySeal(seal) => EntryDetail::CompanySeal {
            photo: seal.photo.digest,
            reads: seal.reads.clone(),
            pinned: seal.pinned,
        },
        Fact::RefusalWitnessed(witnessed) => EntryDetail::RefusalWitnessed {
            words: witnessed.words.clone(),
        },
        Fact::DemandLetterPosted(posted) => EntryDetail::DemandLetterPosted {
            posted: posted.posted,
            number: posted.number.clone(),
        },
        Fact::CopyHandedOver(copy) => EntryDetail::CopyHandedOver {
            person: copy.person.clone(),
            form: copy.form,
            pinned: copy.pinned,
        },
        Fact::CashReceipt(cash) => EntryDetail::CashReceipt {
            serial: serial_text(cash.serial),
            amount: cash.amount,
            payer: cash.payer.clone(),
            remark: cash.remark.clone(),
        },
        Fact::CashVoided(voided) => EntryDetail::CashVoided {
            receipt: voided.receipt,
            reason: voided.reason.clone(),
        },
        Fact::HandIn(hand_in) => EntryDetail::HandIn {
            receipts: u64::try_from(hand_in.receipts.len()).unwrap_or(u64::MAX),
            total: hand_in.total,
        },
        Fact::CashCounted(counted) => EntryDetail::CashCounted {
            counted: counted.counted,
            variance: counted.variance,
            reason: counted.reason.clone(),
        },
        Fact::VarianceConfirmed(confirmed) => EntryDetail::VarianceConfirmed {
            remark: confirmed.remark.clone(),
        },
        Fact::Attendance(it) => EntryDetail::Attendance {
            team: it.team.clone(),
            met: it.met.clone(),
            customer: it.customer,
            place: it.place,
            third_persons: it.third_persons.clone(),
            recording: it.recording,
            hour: it.hour,
            reason: it.reason.clone(),
            findings: it.findings.clone(),
        },
        Fact::Dispute(it) => EntryDetail::Dispute {
            about: it.about,
            documents: it.documents.clone(),
            words: it.words.clone(),
            amount: it.amount,
            person: it.person.clone(),
            title: it.title.clone(),
            received: it.received,
            period: it.period,
        },
        Fact::DisputeFinding(it) => EntryDetail::DisputeFinding {
            about: it.about,
            finding: it.finding,
            words: it.words.clone(),
            remedy: it.remedy,
            remedy_words: it.remedy_words.clone(),
            agreed: it.agreed,
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
        | Fact::SerialBlockIssued(_)
        | Fact::VisitListProposed(_)
        | Fact::VisitListDecided(_)
        | Fact::PlanSubmitted(_)
        | Fact::PlanDecided(_)
        | Fact::DeviceEnrolled(_)
        | Fact::DeviceRevoked(_)
        | Fact::SettlementDrafted(_)
        | Fact::SettlementDecided(_)
        | Fact::HeldDecided(_)
        | Fact::EvidenceExported(_) => EntryDetail::Desk {
            fact: fact.kind().to_owned(),
        },
    }
}
