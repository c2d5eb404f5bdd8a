//! What is signed on a device, and what belongs to the signed paper afterwards.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CustomerId, Digest, SnapshotId, UserId};
use crate::domain::money::Money;
use crate::domain::promise::Instalment;
use crate::domain::signer::{Capacity, GuarantorNamed, SealCondition};
use crate::domain::time::Day;
use crate::journal::facts::{Part, PositionReport, Viewing};

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
    /// What was found about a dispute (异议处理结论书).
    #[n(6)]
    DisputeFinding,
}

impl PaperKind {
    /// Whether the paper asks for payment or promises it, so that a signature under it can restart limitation. What was found about
    /// a dispute does neither.
    #[must_use]
    pub const fn demands_payment(self) -> bool {
        match self {
            Self::StatementA
            | Self::StatementB
            | Self::Promise
            | Self::VisitReceipt
            | Self::DemandLetterReceipt => true,
            Self::DisputeFinding => false,
        }
    }
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
