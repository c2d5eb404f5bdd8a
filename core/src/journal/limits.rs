//! How long the texts and lists of an entry may be.

use crate::journal::Entry;
use crate::journal::facts::{
    ATTACHED_LIMIT_BYTES, Acknowledgement, Attached, Attendance, Decision, Dispute, EffectShown,
    Fact, Refusal, Signer, THUMBNAIL_LIMIT_BYTES,
};

/// A text or list beyond its limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is too long: {length}, at most {limit}")]
pub struct OverLimit {
    /// The field.
    pub field: &'static str,
    /// Its length: bytes of a text, items of a list.
    pub length: usize,
    /// What is allowed.
    pub limit: usize,
}

const NAME: usize = 200;
const SENTENCE: usize = 4 << 10;
const TEXT: usize = 16 << 10;
const LIST: usize = 5_000;
/// Guarantors at one signing; the effect text has a line for each.
pub(crate) const GUARANTORS: usize = 20;
/// People of one kind at a stop.
const PEOPLE: usize = 20;
/// Receivables that one dispute concerns.
const DOCUMENTS: usize = 200;
/// Instalments of one promise paper: five years of months.
pub(crate) const INSTALMENTS: usize = 60;

fn within(field: &'static str, length: usize, limit: usize) -> Result<(), OverLimit> {
    if length > limit {
        Err(OverLimit {
            field,
            length,
            limit,
        })
    } else {
        Ok(())
    }
}

fn signer(signer: &Signer) -> Result<(), OverLimit> {
    within("signer.name", signer.name.len(), NAME)?;
    within("signer.title", signer.title.len(), NAME)?;
    within("signer.proof", signer.proof.len(), SENTENCE)
}

fn acknowledgement(it: &Acknowledgement) -> Result<(), OverLimit> {
    signer(&it.signer)?;
    within(
        "paper_model",
        it.paper_model.as_ref().map_or(0, |bytes| bytes.len()),
        64 << 10,
    )?;
    it.effect.as_ref().map_or(Ok(()), effect)?;
    let guarantors = it.guarantors.as_deref().unwrap_or_default();
    within("guarantors", guarantors.len(), GUARANTORS)?;
    for guarantor in guarantors {
        within("guarantor.name", guarantor.name.len(), NAME)?;
    }
    within(
        "instalments",
        it.instalments.as_ref().map_or(0, Vec::len),
        INSTALMENTS,
    )
}

fn effect(effect: &EffectShown) -> Result<(), OverLimit> {
    within("effect.lines", effect.lines.len(), 40)?;
    effect
        .lines
        .iter()
        .try_for_each(|line| within("effect.line", line.len(), 8 << 10))
}

fn refusal(it: &Refusal) -> Result<(), OverLimit> {
    within("refusal.person", it.person.len(), NAME)?;
    within("refusal.words", it.words.len(), SENTENCE)?;
    within(
        "refusal.label",
        it.label.as_ref().map_or(0, String::len),
        1 << 10,
    )?;
    let members = it.members.as_deref().unwrap_or_default();
    within("refusal.members", members.len(), 8)?;
    for member in members {
        within("member.name", member.name.len(), NAME)?;
        within("member.words", member.words.len(), SENTENCE)?;
    }
    Ok(())
}

fn decision(decision: &Decision) -> Result<(), OverLimit> {
    match decision {
        Decision::Approved => Ok(()),
        Decision::SentBack(reason) => within("decision.reason", reason.len(), SENTENCE),
    }
}

fn file(field: &'static str, size_bytes: u64, limit_bytes: u64) -> Result<(), OverLimit> {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    within(field, size(size_bytes), size(limit_bytes))
}

fn attached(it: &Attached) -> Result<(), OverLimit> {
    within("attached.name", it.name.len(), 255)?;
    within("attached.caption", it.caption.len(), SENTENCE)?;
    file(
        "attached.content",
        it.content.size_bytes,
        ATTACHED_LIMIT_BYTES,
    )?;
    it.thumbnail.map_or(Ok(()), |thumbnail| {
        file(
            "attached.thumbnail",
            thumbnail.size_bytes,
            THUMBNAIL_LIMIT_BYTES,
        )
    })
}

fn attendance(it: &Attendance) -> Result<(), OverLimit> {
    within("attendance.team", it.team.len(), PEOPLE)?;
    within("attendance.met", it.met.len(), PEOPLE)?;
    within("attendance.third_persons", it.third_persons.len(), PEOPLE)?;
    for member in &it.team {
        within("attendance.team.name", member.name.len(), NAME)?;
    }
    for person in &it.met {
        within("attendance.met.name", person.name.len(), NAME)?;
        within("attendance.met.title", person.title.len(), NAME)?;
    }
    for person in &it.third_persons {
        within("attendance.third_persons.who", person.who.len(), NAME)?;
    }
    within("attendance.findings", it.findings.len(), PEOPLE)?;
    within("attendance.reason", it.reason.len(), SENTENCE)
}

fn dispute(it: &Dispute) -> Result<(), OverLimit> {
    within("dispute.documents", it.documents.len(), DOCUMENTS)?;
    for number in &it.documents {
        within("dispute.document", number.len(), NAME)?;
    }
    if it.period.is_some_and(|period| !period.is_usable()) {
        return within("dispute.period", usize::MAX, 0);
    }
    within("dispute.words", it.words.len(), SENTENCE)?;
    within("dispute.person", it.person.len(), NAME)?;
    within("dispute.title", it.title.len(), NAME)
}

/// Checks every text and list of `entry` against the limit that its documentation states.
///
/// # Errors
/// [`OverLimit`] for the first that is too long.
pub fn check_entry(entry: &Entry) -> Result<(), OverLimit> {
    within("build", entry.build.len(), 64)?;
    within("made.boot", entry.made.boot.len(), 64)?;
    match &entry.fact {
        Fact::CheckIn(_)
        | Fact::CheckOut(_)
        | Fact::StatementShown(_)
        | Fact::LedgerSigned(_)
        | Fact::SerialBlockIssued(_)
        | Fact::PlanSubmitted(_)
        | Fact::EvidenceExported(_) => Ok(()),
        Fact::Acknowledgement(it) => acknowledgement(it),
        Fact::Refusal(it) => refusal(it),
        Fact::Promise(it) => it.signer.as_ref().map_or(Ok(()), signer),
        Fact::Outcome(it) => within("outcome.summary", it.summary.len(), SENTENCE),
        Fact::Amendment(it) => within("amendment.text", it.text.len(), TEXT),
        Fact::ConflictSettled(it) => {
            within("conflict.field", it.field.len(), NAME)?;
            within("conflict.chosen", it.chosen.len(), 64 << 10)?;
            within("conflict.were", it.were.len(), 64)
        }
        Fact::Attached(it) => attached(it),
        Fact::Countersignature(it) => {
            within("countersignature.name", it.name.len(), NAME)?;
            it.effect.as_ref().map_or(Ok(()), effect)
        }
        Fact::CompanySeal(it) => within("seal.reads", it.reads.len(), NAME),
        Fact::RefusalWitnessed(it) => within("witnessed.words", it.words.len(), SENTENCE),
        Fact::DemandLetterPosted(it) => within("posted.number", it.number.len(), 64),
        Fact::CopyHandedOver(it) => within("copy.person", it.person.len(), NAME),
        Fact::CashReceipt(it) => {
            within("cash.customer_name", it.customer_name.len(), SENTENCE)?;
            within("cash.payer", it.payer.len(), NAME)?;
            within("cash.pieces", it.pieces.len(), 16)?;
            within("cash.remark", it.remark.len(), SENTENCE)
        }
        Fact::CashVoided(it) => within("cash.reason", it.reason.len(), SENTENCE),
        Fact::HandIn(it) => within("hand_in.receipts", it.receipts.len(), LIST),
        Fact::CashCounted(it) => {
            within("counted.pieces", it.pieces.len(), 16)?;
            within("counted.reason", it.reason.len(), SENTENCE)
        }
        Fact::VarianceConfirmed(it) => within("variance.remark", it.remark.len(), SENTENCE),
        Fact::Attendance(it) => attendance(it),
        Fact::Dispute(it) => dispute(it),
        Fact::DisputeFinding(it) => {
            within("finding.words", it.words.len(), SENTENCE)?;
            within("finding.remedy_words", it.remedy_words.len(), SENTENCE)
        }
        Fact::LedgerImported(it) => within("file_name", it.file_name.len(), 255),
        Fact::VisitListProposed(it) => {
            within("list.title", it.title.len(), NAME)?;
            within("list.rows", it.rows.len(), LIST)
        }
        Fact::VisitListDecided(it) => decision(&it.decision),
        Fact::PlanDecided(it) => decision(&it.decision),
        Fact::VisitAccepted(it) => {
            within("accepted.entries", it.entries.len(), LIST)?;
            within("accepted.remark", it.remark.len(), SENTENCE)
        }
        Fact::SentBack(it) => {
            within("sent_back.field", it.field.len(), NAME)?;
            within("sent_back.reason", it.reason.len(), SENTENCE)
        }
        Fact::DeviceEnrolled(it) => within("device.name", it.name.len(), NAME),
        Fact::DeviceRevoked(it) => within("revoked.reason", it.reason.len(), SENTENCE),
        Fact::SettlementDrafted(it) => within("settlement.reason", it.reason.len(), SENTENCE),
        Fact::SettlementDecided(it) => decision(&it.decision),
        Fact::HeldDecided(it) => within("held.reason", it.reason.len(), SENTENCE),
    }
}
