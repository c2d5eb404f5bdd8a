//! The kinds of fact that the journal holds, in the field (first part) and at the desks (second part).

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

pub use crate::journal::attached::{
    ATTACHED_LIMIT_BYTES, Attached, PartKind, THUMBNAIL_LIMIT_BYTES,
};
pub use crate::journal::cash::{
    CashCounted, CashReceipt, CashVoided, HandIn, SerialBlockIssued, VarianceConfirmed,
};

use crate::domain::ids::{
    CustomerId, DeviceId, Digest, DocumentId, EntryId, PlanId, SnapshotId, UserId, VisitListId,
};
use crate::domain::money::Money;
use crate::domain::position::RawFix;
use crate::domain::promise::Instalment;
use crate::domain::signer::{Capacity, GuarantorNamed, SealCondition};
use crate::domain::time::{Day, Instant};

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
            | Self::LedgerSigned(_)
            | Self::VisitListProposed(_)
            | Self::VisitListDecided(_)
            | Self::PlanSubmitted(_)
            | Self::PlanDecided(_)
            | Self::VisitAccepted(_)
            | Self::SentBack(_)
            | Self::DeviceEnrolled(_)
            | Self::DeviceRevoked(_) => Vec::new(),
        };
        parts.sort_unstable();
        parts.dedup();
        parts
    }
}

/// A position, or why there is none. A missing fix never blocks a check-in; it is marked.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionReport {
    /// What the platform gave, unaltered.
    #[n(0)]
    Fix(#[n(0)] RawFix),
    /// There was none.
    #[n(1)]
    Missing(#[n(0)] MissingFix),
}

/// Why there is no position.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum MissingFix {
    /// The user or the system denied it.
    #[n(0)]
    Denied,
    /// No fix within the time allowed.
    #[n(1)]
    TimedOut,
    /// Position is switched off or absent on this device.
    #[n(2)]
    Unavailable,
}

/// What was shown and when, on the device's monotonic clock.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StatementShown {
    /// The statement.
    #[n(0)]
    pub statement: SnapshotId,
    /// Digest of the render model that the screen drew.
    #[n(1)]
    pub render_model: Digest,
    /// When and how far.
    #[n(2)]
    pub viewing: Viewing,
}

/// Milliseconds on the monotonic clock of the entry's boot.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Viewing {
    /// The document was opened.
    #[n(0)]
    pub opened_ms: u64,
    /// Its end was reached by scrolling, or was visible at once.
    #[n(1)]
    pub scrolled_to_end_ms: Option<u64>,
    /// The customer confirmed the total.
    #[n(2)]
    pub total_confirmed_ms: Option<u64>,
}

/// What kind of paper was signed.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum PaperKind {
    /// Statement form A: principal only, the contractual penalty reserved.
    #[n(0)]
    StatementA,
    /// Statement form B: full settlement with figures.
    #[n(1)]
    StatementB,
    /// Written repayment promise (承诺书).
    #[n(2)]
    Promise,
    /// Visit receipt (到访回执单).
    #[n(3)]
    VisitReceipt,
    /// Receipt for a demand letter (催款函回执). 4 is the cash receipt's.
    #[n(5)]
    DemandLetterReceipt,
}

/// Who signed, by what right.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Signer {
    /// Name as spoken and typed, at most 200 bytes.
    #[n(0)]
    pub name: String,
    /// Job title, at most 200 bytes.
    #[n(1)]
    pub title: String,
    /// The capacity (身份) that decides the effect.
    #[n(2)]
    pub capacity: Capacity,
    /// What proof of authority was seen, in words; empty when none was.
    #[n(3)]
    pub proof: String,
}

/// The signed acknowledgement receipt: everything that was on the glass when the customer signed.
///
/// The bytes of the entry that holds it are the evidence; they are stored as they came.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Acknowledgement {
    /// What was signed.
    #[n(0)]
    pub paper: PaperKind,
    /// The ceremony.
    #[n(1)]
    pub customer: CustomerId,
    /// The statement snapshot that was shown.
    #[n(2)]
    pub statement: SnapshotId,
    /// The payload bytes of that snapshot, so that the entry stands for itself.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub statement_bytes: Vec<u8>,
    /// Digest of the render model: the label/value rows really drawn.
    #[n(4)]
    pub render_model: Digest,
    /// The total that was confirmed.
    #[n(5)]
    pub total: Money,
    /// Digest of the clause by which this way of signing was agreed.
    #[n(6)]
    pub agreed_method: Digest,
    /// Who signed.
    #[n(7)]
    pub signer: Signer,
    /// SHA-256 over salt and stroke bytes: proves the strokes without showing them.
    #[n(8)]
    pub stroke_commitment: Digest,
    /// The part that holds salt and strokes.
    #[n(9)]
    pub strokes: Part,
    /// The part that holds the drawn signature as SVG.
    #[n(10)]
    pub image: Part,
    /// When and how far the statement was shown.
    #[n(11)]
    pub viewing: Viewing,
    /// Where.
    #[n(12)]
    pub position: PositionReport,
    /// Personal-data consent for the stroke dynamics, its own choice (PIPL art. 29).
    #[n(13)]
    pub stroke_consent: StrokeConsent,
    /// The bytes of the render model of a paper that the device composed; absent for a statement, whose render model is in its
    /// snapshot.
    #[n(14)]
    pub paper_model: Option<ByteVec>,
    /// The legal effect that was shown before the signature.
    #[n(15)]
    pub effect: Option<EffectShown>,
    /// The guarantors as they were named, at most 20.
    #[n(16)]
    pub guarantors: Option<Vec<GuarantorNamed>>,
    /// Whether the contract asks for the company seal, as far as the team knew.
    #[n(17)]
    pub seal: Option<SealCondition>,
    /// The signer's other choices.
    #[n(18)]
    pub consents: Option<Consents>,
    /// What a promise paper promises, in order of days, at most 60.
    #[n(19)]
    pub instalments: Option<Vec<Instalment>>,
}

/// A legal effect exactly as it was shown.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct EffectShown {
    /// Version of the rule that made it.
    #[n(0)]
    pub rule_version: u32,
    /// The lines, in order, at most 40.
    #[n(1)]
    pub lines: Vec<String>,
    /// Until when limitation runs by the signature, when it restarts it.
    #[n(2)]
    pub last_day: Option<Day>,
    /// The day to plan with then.
    #[n(3)]
    pub act_by: Option<Day>,
}

/// Choices that are asked one by one (PIPL art. 14, 29; Electronic Signature Law art. 3).
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Consents {
    /// To signing on a screen at all; withheld, nothing is signed on it.
    #[n(0)]
    pub agreed_method: Consent,
    /// To keeping where the signature was given; withheld, the signature has no position.
    #[n(1)]
    pub personal_data: Consent,
}

/// One choice.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Consent {
    /// Agreed.
    #[n(0)]
    Given,
    /// Not agreed.
    #[n(1)]
    Withheld,
}

/// Another signature under a paper: a team member's, or a guarantor's for himself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Countersignature {
    /// Hash of the acknowledgement's sealed bytes.
    #[n(0)]
    pub pinned: Digest,
    /// As whom.
    #[n(1)]
    pub role: CountersignRole,
    /// Name, at most 200 bytes.
    #[n(2)]
    pub name: String,
    /// The team member's account, when it is known.
    #[n(3)]
    pub member: Option<UserId>,
    /// SHA-256 over salt and stroke bytes.
    #[n(4)]
    pub stroke_commitment: Digest,
    /// The part that holds salt and strokes.
    #[n(5)]
    pub strokes: Part,
    /// The part that holds the drawn signature as SVG.
    #[n(6)]
    pub image: Part,
    /// The choice on stroke dynamics.
    #[n(7)]
    pub stroke_consent: StrokeConsent,
    /// The effect that a guarantor was shown.
    #[n(8)]
    pub effect: Option<EffectShown>,
    /// Where.
    #[n(9)]
    pub position: PositionReport,
}

/// As whom somebody countersigns.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum CountersignRole {
    /// One of the team, as a witness (在场人员).
    #[n(0)]
    TeamMember,
    /// A guarantor (保证人), for himself.
    #[n(1)]
    Guarantor,
}

/// The photograph of a stamped sheet, bound to the paper whose hash the sheet shows.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CompanySeal {
    /// Hash of the acknowledgement's sealed bytes, as the sheet's QR code says it.
    #[n(0)]
    pub pinned: Digest,
    /// The photograph, a JPEG file.
    #[n(1)]
    pub photo: Part,
    /// What the stamp says, as read by the team, at most 200 bytes.
    #[n(2)]
    pub reads: String,
}

/// What a second team member saw when somebody refused.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RefusalWitnessed {
    /// In his words, at most 4 KiB.
    #[n(0)]
    pub words: String,
}

/// The demand letter's posting.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DemandLetterPosted {
    /// The day on which it was handed in.
    #[n(0)]
    pub posted: Day,
    /// The carrier's number, at most 64 bytes.
    #[n(1)]
    pub number: String,
}

/// The customer's copy.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CopyHandedOver {
    /// Hash of the acknowledgement's sealed bytes.
    #[n(0)]
    pub pinned: Digest,
    /// Who has it, at most 200 bytes.
    #[n(1)]
    pub person: String,
    /// In which form.
    #[n(2)]
    pub form: CopyForm,
}

/// The form of a customer's copy.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum CopyForm {
    /// A file on his own device.
    #[n(0)]
    File,
    /// A print.
    #[n(1)]
    Print,
    /// He photographed the screen.
    #[n(2)]
    Photograph,
}

/// The signer's separate choice on keeping stroke dynamics.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum StrokeConsent {
    /// Agreed: time and pressure are kept.
    #[n(0)]
    Given,
    /// Not agreed: only the drawn line is kept.
    #[n(1)]
    Withheld,
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

/// A refusal to sign; an outcome, not a failure.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refusal {
    /// What was refused.
    #[n(0)]
    pub paper: PaperKind,
    /// The statement, when one was shown.
    #[n(1)]
    pub statement: Option<SnapshotId>,
    /// Who refused, at most 200 bytes.
    #[n(2)]
    pub person: String,
    /// Why.
    #[n(3)]
    pub reason: ReasonCode,
    /// In the words that were used, at most 4 KiB.
    #[n(4)]
    pub words: String,
    /// What team members saw, at most 8.
    #[n(5)]
    pub members: Option<Vec<MemberStatement>>,
    /// What the label of the express letter says is inside (内件品名), at most 1 KiB.
    #[n(6)]
    pub label: Option<String>,
    /// Until which day the demand letter goes out: before the day to act by.
    #[n(7)]
    pub post_by: Option<Day>,
}

/// A team member's statement about a refusal, typed on the phone of the entry's author.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct MemberStatement {
    /// Whose, at most 200 bytes.
    #[n(0)]
    pub name: String,
    /// His account, when it is known.
    #[n(1)]
    pub member: Option<UserId>,
    /// In his words, at most 4 KiB.
    #[n(2)]
    pub words: String,
}

/// Why a customer does not pay or sign (推诿、拖延、拒付、恶意、质量、金额不符).
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum ReasonCode {
    /// Passes it on to others (推诿).
    #[n(0)]
    Evasive,
    /// Plays for time (拖延).
    #[n(1)]
    Delay,
    /// Refuses outright (拒付).
    #[n(2)]
    Refuses,
    /// Bad faith (恶意).
    #[n(3)]
    BadFaith,
    /// Disputes the quality (质量).
    #[n(4)]
    Quality,
    /// Disputes the amount (金额不符).
    #[n(5)]
    Amount,
    /// No money at present (资金困难).
    #[n(6)]
    NoFunds,
    /// Nobody who may decide is there (无权决定).
    #[n(7)]
    NoAuthority,
}

/// A promise to pay.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PromiseMade {
    /// By which customer.
    #[n(0)]
    pub customer: CustomerId,
    /// How much.
    #[n(1)]
    pub amount: Money,
    /// Until which day, included.
    #[n(2)]
    pub due: Day,
    /// Who promised, when somebody did in person.
    #[n(3)]
    pub signer: Option<Signer>,
    /// The promise this one replaces, when it was made in time.
    #[n(4)]
    pub supersedes: Option<EntryId>,
}

/// How a stop ended.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Outcome {
    /// The kind.
    #[n(0)]
    pub kind: OutcomeKind,
    /// Why, when it did not end well.
    #[n(1)]
    pub reason: Option<ReasonCode>,
    /// One sentence for the manager, at most 4 KiB.
    #[n(2)]
    pub summary: String,
}

/// The kinds of outcome.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum OutcomeKind {
    /// Statement or promise signed.
    #[n(0)]
    Signed,
    /// Promised by word only.
    #[n(1)]
    PromisedOrally,
    /// Refused to sign (拒签).
    #[n(2)]
    RefusedToSign,
    /// Disputes quality or amount.
    #[n(3)]
    Disputed,
    /// Nobody met.
    #[n(4)]
    NotMet,
    /// Paid on the spot or showed payment.
    #[n(5)]
    Paid,
    /// The firm has moved or closed.
    #[n(6)]
    Gone,
}

/// The answer to a send-back. The amended original stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Amendment {
    /// The send-back that is answered.
    #[n(0)]
    pub sent_back: EntryId,
    /// What is added or corrected, at most 16 KiB.
    #[n(1)]
    pub text: String,
}

/// A settled conflict: the audited act beside the merge.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ConflictSettled {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Field path inside it, such as `negotiation.reason`.
    #[n(1)]
    pub field: String,
    /// The value it has now.
    #[n(2)]
    pub chosen: String,
    /// The values it had, with their authors.
    #[n(3)]
    pub were: Vec<ConflictValue>,
}

/// One of several values of a field.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ConflictValue {
    /// The value as text.
    #[n(0)]
    pub value: String,
    /// Who wrote it, when that is known on this device.
    #[n(1)]
    pub author: Option<UserId>,
    /// When, by the writer's wall clock.
    #[n(2)]
    pub at: Instant,
}

/// A ledger draft made from a file.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LedgerImported {
    /// Digest of the file's bytes, kept as an attachment.
    #[n(0)]
    pub file: Part,
    /// Its name as uploaded, at most 255 bytes.
    #[n(1)]
    pub file_name: String,
    /// Digest of the draft (the payload of the unsigned ledger snapshot), kept as an attachment.
    #[n(2)]
    pub draft: Part,
    /// Cut-off day.
    #[n(3)]
    pub cut_off: Day,
    /// Rows taken.
    #[n(4)]
    pub accepted: u64,
    /// Rows held for a decision; in no total.
    #[n(5)]
    pub held: u64,
    /// Sum of what is outstanding on the rows taken.
    #[n(6)]
    pub outstanding: Money,
    /// What the clerk decided about single rows and customers; none when nothing was decided.
    #[n(7)]
    pub decided: Option<LedgerDecided>,
}

/// How many rows of a ledger file were decided by hand, and where each decision can be read.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LedgerDecided {
    /// The [`LedgerDecisions`](super::decisions::LedgerDecisions), kept as an attachment.
    #[n(0)]
    pub decisions: Part,
    /// Rows taken with a corrected cell.
    #[n(1)]
    pub corrected: u64,
    /// Rows struck.
    #[n(2)]
    pub struck: u64,
    /// Rows taken as they are after somebody confirmed a doubt.
    #[n(3)]
    pub confirmed: u64,
    /// Customers taken as new, or said to be one on file.
    #[n(4)]
    pub customers: u64,
}

/// Finance's signature under a draft.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LedgerSigned {
    /// The draft; also the id of the snapshot that is now in force.
    #[n(0)]
    pub ledger: SnapshotId,
    /// Cut-off day, said again by the one who signs.
    #[n(1)]
    pub cut_off: Day,
    /// Total outstanding, said again by the one who signs.
    #[n(2)]
    pub outstanding: Money,
}

/// A proposed visit list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VisitListProposed {
    /// The list.
    #[n(0)]
    pub list: VisitListId,
    /// Title, at most 200 bytes.
    #[n(1)]
    pub title: String,
    /// The ledger it was screened from.
    #[n(2)]
    pub ledger: SnapshotId,
    /// The customers, ranked.
    #[n(3)]
    pub rows: Vec<VisitListRow>,
}

/// One customer on a visit list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VisitListRow {
    /// The customer.
    #[n(0)]
    pub customer: CustomerId,
    /// Overdue amount at the cut-off.
    #[n(1)]
    pub overdue: Money,
    /// Days past due of the oldest receivable.
    #[n(2)]
    pub days_past_due: i64,
    /// Why it is on the list, as printed.
    #[n(3)]
    pub reason: String,
}

/// A decision about something, pinned to exactly what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Decided<Id> {
    /// What was decided about.
    #[n(0)]
    pub about: Id,
    /// Hash of its content when the decision was taken: an entry's hash, or the digest of a document's heads.
    #[n(1)]
    pub pinned: Digest,
    /// The decision.
    #[n(2)]
    pub decision: Decision,
}

/// The sales manager's decision about a visit list, with the rows he strikes when he approves.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VisitListDecided {
    /// The list.
    #[n(0)]
    pub list: VisitListId,
    /// Hash of the entry that proposed it.
    #[n(1)]
    pub pinned: Digest,
    /// The decision.
    #[n(2)]
    pub decision: Decision,
    /// Customers taken off the list, each with the reason; empty when it is sent back.
    #[n(3)]
    pub struck: Vec<StruckRow>,
}

/// One customer taken off a visit list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StruckRow {
    /// The customer.
    #[n(0)]
    pub customer: CustomerId,
    /// Why, at most 1 KiB.
    #[n(1)]
    pub reason: String,
}

/// Approve, or return with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Approved (审批通过).
    #[n(0)]
    Approved,
    /// Sent back with a reason, at most 4 KiB.
    #[n(1)]
    SentBack(#[n(0)] String),
}

/// A plan put forward.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PlanSubmitted {
    /// The plan.
    #[n(0)]
    pub plan: PlanId,
    /// Digest of the plan document's heads.
    #[n(1)]
    pub heads: Digest,
}

/// A stop whose report was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VisitAccepted {
    /// The hashes of the entries that were looked at, in chain order.
    #[n(0)]
    pub entries: Vec<Digest>,
    /// A remark, at most 4 KiB; may be empty.
    #[n(1)]
    pub remark: String,
}

/// 退回补正: what is missing, why, until when.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SentBack {
    /// The field or paper that is meant, at most 200 bytes.
    #[n(0)]
    pub field: String,
    /// Why, at most 4 KiB.
    #[n(1)]
    pub reason: String,
    /// Until which day.
    #[n(2)]
    pub deadline: Day,
}

/// A bound phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceEnrolled {
    /// The phone.
    #[n(0)]
    pub device: DeviceId,
    /// Its user.
    #[n(1)]
    pub user: UserId,
    /// Its public key: SEC 1 uncompressed point on P-256, 65 bytes.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// How the user named it, at most 200 bytes.
    #[n(3)]
    pub name: String,
}

/// An unbound phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceRevoked {
    /// The phone.
    #[n(0)]
    pub device: DeviceId,
    /// Why, at most 4 KiB.
    #[n(1)]
    pub reason: String,
}
