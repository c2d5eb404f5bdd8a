//! The kinds of fact that the journal holds, in the field (first part) and at the desks (second part).

mod attached;
mod attendance;
mod cash;
mod desk;
mod dispute;
mod signing;
mod visit;

use minicbor::{Decode, Encode};

pub use self::attached::{ATTACHED_LIMIT_BYTES, Attached, PartKind, THUMBNAIL_LIMIT_BYTES};
pub use self::attendance::{Attendance, PersonMet, TeamPresent, ThirdPersonPresent};
pub use self::cash::{
    CashCounted, CashReceipt, CashVoided, HandIn, SerialBlockIssued, VarianceConfirmed,
};
pub use self::desk::{
    Decided, Decision, DeviceEnrolled, DeviceRevoked, EvidenceExported, HeldDecided, LedgerDecided,
    LedgerImported, LedgerSigned, PlanSubmitted, SentBack, SettlementDecided, SettlementDrafted,
    StruckRow, VisitAccepted, VisitListDecided, VisitListProposed, VisitListRow,
};
pub use self::dispute::{Dispute, DisputeAbout, DisputeFinding, Finding, Remedy};
pub use self::signing::{
    Acknowledgement, CompanySeal, Consent, Consents, CopyForm, CopyHandedOver, CountersignRole,
    Countersignature, EffectShown, PaperKind, Signer, StrokeConsent,
};
pub use self::visit::{
    Amendment, ConflictSettled, ConflictValue, DemandLetterPosted, MemberStatement, MissingFix,
    Outcome, OutcomeKind, PositionReport, PromiseMade, ReasonCode, Refusal, RefusalWitnessed,
    StatementShown, Viewing,
};

use crate::domain::ids::{Digest, PlanId};

/// One fact. The number of a variant is part of the format and is never used again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Fact {
    /// Arrival at the site (签到).
    #[n(1)]
    CheckIn(#[n(0)] PositionReport),
    /// Departure (签退).
    #[n(2)]
    CheckOut(#[n(0)] PositionReport),
    /// The statement was on the screen in front of the customer.
    #[n(3)]
    StatementShown(#[n(0)] StatementShown),
    /// The customer signed (签字确认).
    #[n(4)]
    Acknowledgement(#[n(0)] Box<Acknowledgement>),
    /// The customer refused to sign (拒签).
    #[n(5)]
    Refusal(#[n(0)] Refusal),
    /// Amount and day promised (承诺).
    #[n(6)]
    Promise(#[n(0)] PromiseMade),
    /// How the stop ended (走访结果).
    #[n(7)]
    Outcome(#[n(0)] Outcome),
    /// The answer to a send-back; the entry's `amends` names the entry that is corrected.
    #[n(8)]
    Amendment(#[n(0)] Amendment),
    /// Somebody settled a conflict between two values of a document's field.
    #[n(9)]
    ConflictSettled(#[n(0)] ConflictSettled),
    /// A photo, sound or file was attached (附件).
    #[n(20)]
    Attached(#[n(0)] Box<Attached>),
    /// Somebody beside the signer signed under the same paper; the entry's `amends` names the acknowledgement.
    #[n(10)]
    Countersignature(#[n(0)] Box<Countersignature>),
    /// The stamped sheet (公章) was photographed; the entry's `amends` names the acknowledgement.
    #[n(11)]
    CompanySeal(#[n(0)] CompanySeal),
    /// A second team member's statement about a refusal, from his own phone; the entry's `amends` names the refusal.
    #[n(12)]
    RefusalWitnessed(#[n(0)] RefusalWitnessed),
    /// The demand letter went out after a refusal; the entry's `amends` names the refusal.
    #[n(13)]
    DemandLetterPosted(#[n(0)] DemandLetterPosted),
    /// The customer has his copy; the entry's `amends` names the acknowledgement.
    #[n(14)]
    CopyHandedOver(#[n(0)] CopyHandedOver),
    /// Numbers for cash receipts were issued to a device (现金收据号段).
    #[n(21)]
    SerialBlockIssued(#[n(0)] SerialBlockIssued),
    /// Cash was taken (现金收据).
    #[n(22)]
    CashReceipt(#[n(0)] Box<CashReceipt>),
    /// A cash receipt was voided (作废).
    #[n(23)]
    CashVoided(#[n(0)] CashVoided),
    /// Cash was listed for finance (交款).
    #[n(24)]
    HandIn(#[n(0)] HandIn),
    /// Finance counted it (点收).
    #[n(25)]
    CashCounted(#[n(0)] CashCounted),
    /// A second person confirmed a variance (差额确认).
    #[n(26)]
    VarianceConfirmed(#[n(0)] VarianceConfirmed),
    /// Who was there (到场人员).
    #[n(27)]
    Attendance(#[n(0)] Box<Attendance>),
    /// The customer disputes quality or amount (异议).
    #[n(28)]
    Dispute(#[n(0)] Box<Dispute>),
    /// What was found about a dispute (结论); the entry's `amends` names the dispute.
    #[n(29)]
    DisputeFinding(#[n(0)] Box<DisputeFinding>),

    /// A ledger file was imported as a draft.
    #[n(32)]
    LedgerImported(#[n(0)] LedgerImported),
    /// Finance signed the draft; the snapshot is in force.
    #[n(33)]
    LedgerSigned(#[n(0)] LedgerSigned),
    /// The clerk proposed a visit list.
    #[n(34)]
    VisitListProposed(#[n(0)] VisitListProposed),
    /// The sales manager decided on it.
    #[n(35)]
    VisitListDecided(#[n(0)] VisitListDecided),
    /// The clerk put a visit plan forward for approval.
    #[n(36)]
    PlanSubmitted(#[n(0)] PlanSubmitted),
    /// The director decided on it.
    #[n(37)]
    PlanDecided(#[n(0)] Decided<PlanId>),
    /// The manager accepted what came back from a stop.
    #[n(38)]
    VisitAccepted(#[n(0)] VisitAccepted),
    /// The manager sent an entry back (退回补正); the entry's `amends` names it.
    #[n(39)]
    SentBack(#[n(0)] SentBack),
    /// A phone was bound to a user.
    #[n(40)]
    DeviceEnrolled(#[n(0)] DeviceEnrolled),
    /// A phone was unbound.
    #[n(41)]
    DeviceRevoked(#[n(0)] DeviceRevoked),
    /// The clerk put a full settlement forward for approval.
    #[n(42)]
    SettlementDrafted(#[n(0)] Box<SettlementDrafted>),
    /// Sales manager, finance or legal decided on it.
    #[n(43)]
    SettlementDecided(#[n(0)] SettlementDecided),
    /// Somebody decided about an object in quarantine (待处理).
    #[n(44)]
    HeldDecided(#[n(0)] HeldDecided),
    /// An evidence bundle was exported at a desk (导出证据包).
    #[n(45)]
    EvidenceExported(#[n(0)] EvidenceExported),
}

impl Fact {
    /// Whether entries of this kind carry a signature of their own; the others are covered through the chain head that
    /// each push signs.
    #[must_use]
    pub const fn is_signed_alone(&self) -> bool {
        !matches!(
            self,
            Self::CheckIn(_) | Self::CheckOut(_) | Self::StatementShown(_) | Self::Outcome(_)
        )
    }

    /// The kind's stable name, as in the read model and the catalogs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CheckIn(_) => "check_in",
            Self::CheckOut(_) => "check_out",
            Self::StatementShown(_) => "statement_shown",
            Self::Acknowledgement(_) => "acknowledgement",
            Self::Refusal(_) => "refusal",
            Self::Promise(_) => "promise",
            Self::Outcome(_) => "outcome",
            Self::Amendment(_) => "amendment",
            Self::ConflictSettled(_) => "conflict_settled",
            Self::Attached(_) => "attached",
            Self::Countersignature(_) => "countersignature",
            Self::CompanySeal(_) => "company_seal",
            Self::RefusalWitnessed(_) => "refusal_witnessed",
            Self::DemandLetterPosted(_) => "demand_letter_posted",
            Self::CopyHandedOver(_) => "copy_handed_over",
            Self::SerialBlockIssued(_) => "serial_block_issued",
            Self::CashReceipt(_) => "cash_receipt",
            Self::CashVoided(_) => "cash_voided",
            Self::HandIn(_) => "hand_in",
            Self::CashCounted(_) => "cash_counted",
            Self::VarianceConfirmed(_) => "variance_confirmed",
            Self::Attendance(_) => "attendance",
            Self::Dispute(_) => "dispute",
            Self::DisputeFinding(_) => "dispute_finding",
            Self::LedgerImported(_) => "ledger_imported",
            Self::LedgerSigned(_) => "ledger_signed",
            Self::VisitListProposed(_) => "visit_list_proposed",
            Self::VisitListDecided(_) => "visit_list_decided",
            Self::PlanSubmitted(_) => "plan_submitted",
            Self::PlanDecided(_) => "plan_decided",
            Self::VisitAccepted(_) => "visit_accepted",
            Self::SentBack(_) => "sent_back",
            Self::DeviceEnrolled(_) => "device_enrolled",
            Self::DeviceRevoked(_) => "device_revoked",
            Self::SettlementDrafted(_) => "settlement_drafted",
            Self::SettlementDecided(_) => "settlement_decided",
            Self::HeldDecided(_) => "held_decided",
            Self::EvidenceExported(_) => "evidence_exported",
        }
    }

    /// The signed paper, when it is one.
    #[must_use]
    pub fn paper(&self) -> Option<&Acknowledgement> {
        if let Self::Acknowledgement(paper) = self {
            Some(paper)
        } else {
            None
        }
    }

    /// The manifest: every file that belongs to the fact, each once.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = match self {
            Self::Acknowledgement(it) => vec![it.strokes, it.image],
            Self::Countersignature(it) => vec![it.strokes, it.image],
            Self::CompanySeal(it) => vec![it.photo],
            Self::LedgerImported(it) => {
                let decisions = it.decided.as_ref().map(|decided| decided.decisions);
                [it.file, it.draft].into_iter().chain(decisions).collect()
            }
            Self::Attached(it) => std::iter::once(it.content).chain(it.thumbnail).collect(),
            Self::CheckIn(_)
            | Self::CheckOut(_)
            | Self::StatementShown(_)
            | Self::Refusal(_)
            | Self::Promise(_)
            | Self::Outcome(_)
            | Self::Amendment(_)
            | Self::ConflictSettled(_)
            | Self::RefusalWitnessed(_)
            | Self::DemandLetterPosted(_)
            | Self::CopyHandedOver(_)
            | Self::SerialBlockIssued(_)
            | Self::CashReceipt(_)
            | Self::CashVoided(_)
            | Self::HandIn(_)
            | Self::CashCounted(_)
            | Self::VarianceConfirmed(_)
            | Self::Attendance(_)
            | Self::Dispute(_)
            | Self::DisputeFinding(_)
            | Self::LedgerSigned(_)
            | Self::VisitListProposed(_)
            | Self::VisitListDecided(_)
            | Self::PlanSubmitted(_)
            | Self::PlanDecided(_)
            | Self::VisitAccepted(_)
            | Self::SentBack(_)
            | Self::DeviceEnrolled(_)
            | Self::DeviceRevoked(_)
            | Self::SettlementDrafted(_)
            | Self::SettlementDecided(_)
            | Self::HeldDecided(_)
            | Self::EvidenceExported(_) => Vec::new(),
        };
        parts.sort_unstable();
        parts.dedup();
        parts
    }
}

/// One file of an entry's manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Part {
    /// SHA-256 of its bytes.
    #[n(0)]
    pub digest: Digest,
    /// Its size.
    #[n(1)]
    pub size_bytes: u64,
}
