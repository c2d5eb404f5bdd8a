//! Parameters of the commands that take more than an id. The JSON names are the field names.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::cash::Pieces;
use crate::domain::ids::{
    CaptureId, CommandId, CustomerId, DocumentId, EntryId, SigningId, StopId, UserId,
};
use crate::domain::money::Money;
use crate::domain::signer::{Capacity, GuarantorNamed, SealCondition};
use crate::domain::time::Day;
use crate::journal::facts::{
    Consents, CopyForm, CountersignRole, MemberStatement, OutcomeKind, PartKind, PositionReport,
    ReasonCode, Signer, StrokeConsent, Viewing,
};
use crate::papers::PaperDraft;
use crate::views::{Base64, DraftForm, StrokeRow};

/// `device.enrol`: the one-time code from the console.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Enrolment {
    /// The server's address, such as `https://countersign.example.cn`.
    pub server_url: String,
    /// 26 Crockford base-32 digits; hyphens, spaces and case do not matter.
    pub code: String,
    /// How the user names this device, at most 200 bytes.
    pub name: String,
}

/// `today.read`: which page of stops.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(default)]
pub struct Page {
    /// How many to skip.
    pub offset: u32,
    /// How many to return, at most 500.
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            offset: 0,
            limit: 200,
        }
    }
}

/// `stop.read`, `statement.read`, `signing.read`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfStop {
    /// The stop.
    pub stop: StopId,
}

/// `stop.check_in`, `stop.check_out`: `{"stop":…,"fix":{…}}` or `{"stop":…,"missing":"denied"}`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Presence {
    /// The stop.
    pub stop: StopId,
    /// Where, or why that is not known.
    #[serde(flatten)]
    pub position: PositionReport,
}

/// `stop.edit`: one field of the stop's document, or a `customer.…` field of the customer's.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StopEdit {
    /// The stop.
    pub stop: StopId,
    /// `notes`, `negotiation`, `reason`, `met_person`, `proposal`, `next_step`, `customer_notes`.
    pub field: String,
    /// The whole new value, at most 64 KiB.
    pub value: String,
    /// The text that the change started from, for a field that merges: what arrived since then stays.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub base: Option<String>,
}

/// `signing.begin`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SigningBegin {
    /// The stop.
    pub stop: StopId,
    /// Who signs.
    pub signer: Signer,
    /// The signer's choice on stroke dynamics.
    pub stroke_consent: StrokeConsent,
    /// The signer's other choices.
    pub consents: Consents,
    /// When and how far the paper was shown.
    pub viewing: Viewing,
    /// What is signed; the statement when nothing is said.
    #[serde(default)]
    pub paper: PaperDraft,
    /// The guarantors, each by name, at most 20.
    #[serde(default)]
    pub guarantors: Vec<GuarantorNamed>,
    /// Whether the contract asks for the company seal.
    #[serde(default)]
    pub seal: SealCondition,
}

/// `paper.read`: a paper as it would be signed today.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PaperRead {
    /// The stop.
    pub stop: StopId,
    /// Which.
    #[serde(default)]
    pub paper: PaperDraft,
    /// The guarantors, each by name, at most 20.
    #[serde(default)]
    pub guarantors: Vec<GuarantorNamed>,
}

/// `signing.effect`: the effect text for a signer of a paper.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct EffectAsked {
    /// The stop.
    pub stop: StopId,
    /// Which paper.
    #[serde(default)]
    pub paper: PaperDraft,
    /// The guarantors, each by name, at most 20.
    #[serde(default)]
    pub guarantors: Vec<GuarantorNamed>,
    /// Whether the contract asks for the company seal.
    #[serde(default)]
    pub seal: SealCondition,
    /// The signer's capacity.
    pub capacity: Capacity,
    /// The signer's job title; may be empty.
    #[serde(default)]
    pub title: String,
}

/// `countersign.begin`: somebody beside the signer signs under the same paper.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CountersignBegin {
    /// The signed paper.
    pub entry: EntryId,
    /// As whom.
    pub role: CountersignRole,
    /// Name, at most 200 bytes.
    pub name: String,
    /// The team member's account, when he has one.
    #[serde(default)]
    pub member: Option<UserId>,
    /// The choice on stroke dynamics.
    pub stroke_consent: StrokeConsent,
}

/// `countersign.effect`: the effect text for a guarantor.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct GuarantorAsked {
    /// His name.
    pub name: String,
}

/// `seal.record`: the photographed sheet.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SealRecord {
    /// The signed paper.
    pub entry: EntryId,
    /// The photograph: a JPEG file, at most 3 MiB.
    pub photo: Base64,
    /// What the stamp says, at most 200 bytes; may be empty.
    #[serde(default)]
    pub reads: String,
}

/// `copy.record`: the customer has his copy.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CopyRecord {
    /// The signed paper.
    pub entry: EntryId,
    /// Who has it, at most 200 bytes.
    pub person: String,
    /// In which form.
    pub form: CopyForm,
}

/// `refusal.witness`: what this device's user saw of a colleague's refusal entry.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RefusalWitness {
    /// The stop.
    pub stop: StopId,
    /// The refusal.
    pub refusal: EntryId,
    /// In his words, at most 4 KiB.
    pub words: String,
}

/// `posting.record`: the demand letter went out.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PostingRecord {
    /// The stop.
    pub stop: StopId,
    /// The refusal.
    pub refusal: EntryId,
    /// On which day; not after today.
    pub posted: Day,
    /// The carrier's number, at most 64 bytes.
    pub number: String,
}

/// `signing.stroke`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SigningStroke {
    /// The ceremony.
    pub signing: SigningId,
    /// The stroke, as the finger lifted.
    pub stroke: StrokeRow,
}

/// `signing.undo`, `signing.abandon`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfSigning {
    /// The ceremony.
    pub signing: SigningId,
}

/// `signing.finish`: `{"signing":…,"fix":{…}}` or `{"signing":…,"missing":"denied"}`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SigningFinish {
    /// The ceremony.
    pub signing: SigningId,
    /// Where, or why that is not known.
    #[serde(flatten)]
    pub position: PositionReport,
}

/// `signing.effects`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct EffectsOf {
    /// The capacity of the signer.
    pub capacity: Capacity,
}

/// `refusal.record`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RefusalRecord {
    /// The stop.
    pub stop: StopId,
    /// Who refused, at most 200 bytes.
    pub person: String,
    /// Why.
    pub reason: ReasonCode,
    /// In the words that were used, at most 4 KiB.
    pub words: String,
    /// What was refused; the statement when nothing is said.
    #[serde(default)]
    pub paper: PaperDraft,
    /// What team members saw, at most 8.
    #[serde(default)]
    pub members: Vec<MemberStatement>,
    /// What the express letter's label says is inside, at most 1 KiB.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub label: Option<String>,
    /// Until which day the demand letter goes out: not before today, and before the day to act by.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub post_by: Option<Day>,
}

/// `promise.record`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PromiseRecord {
    /// The stop.
    pub stop: StopId,
    /// How much; above zero.
    pub amount: Money,
    /// Until which day; not before today.
    pub due: Day,
    /// Who promised in person.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub signer: Option<Signer>,
}

/// `outcome.record`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OutcomeRecord {
    /// The stop.
    pub stop: StopId,
    /// How it ended.
    pub kind: OutcomeKind,
    /// Why, when it did not end well.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub reason: Option<ReasonCode>,
    /// One sentence for the manager, at most 4 KiB.
    #[serde(default)]
    pub summary: String,
}

/// `conflict.settle`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ConflictSettle {
    /// The document.
    pub document: DocumentId,
    /// The field as the conflict row names it.
    pub field: String,
    /// The value it shall have: one of the row's, or a new one.
    pub value: String,
}

/// `send_back.answer`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SendBackAnswer {
    /// The stop.
    pub stop: StopId,
    /// The send-back.
    pub sent_back: EntryId,
    /// What is added or corrected, at most 16 KiB.
    pub text: String,
}

/// Whose form it is: `{"stop":…}` or `{"customer":…}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(untagged)]
pub enum DraftPlace {
    /// A stop's.
    Stop {
        /// The stop.
        stop: StopId,
    },
    /// A customer's.
    Customer {
        /// The customer.
        customer: CustomerId,
    },
}

impl DraftPlace {
    /// The id of the stop or customer.
    pub(crate) const fn id(self) -> Uuid {
        match self {
            Self::Stop { stop } => stop.0,
            Self::Customer { customer } => customer.0,
        }
    }
}

/// `draft.read`, `draft.drop`: a form of a stop or customer.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfDraft {
    /// Whose.
    #[serde(flatten)]
    pub place: DraftPlace,
    /// The form.
    pub form: DraftForm,
    /// The entry, contact or follow-up that the form is about, for a form that is about one.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "string", optional))]
    pub about: Option<Uuid>,
}

impl OfDraft {
    /// A form of a stop that is about no entry.
    pub(crate) const fn of(stop: StopId, form: DraftForm) -> Self {
        Self {
            place: DraftPlace::Stop { stop },
            form,
            about: None,
        }
    }

    /// A form of a customer, about the member of his document with this key if there is one.
    pub(crate) fn of_customer(customer: CustomerId, form: DraftForm, key: &str) -> Self {
        Self {
            place: DraftPlace::Customer { customer },
            form,
            about: key.parse().ok(),
        }
    }
}

/// `draft.keep`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DraftKeep {
    /// The form.
    #[serde(flatten)]
    pub of: OfDraft,
    /// Its fields as the screen writes them; at most 32 KiB.
    pub content: String,
}

/// `sync.export`: one envelope with its attachments, or everything without a receipt.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ExportOf {
    /// The id of a row of the sync screen that is no attachment.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "string", optional))]
    pub envelope: Option<Uuid>,
}

/// `entry.read`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfEntry {
    /// The entry.
    pub entry: EntryId,
}

/// A photo, sound or file of a stop, without its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NewPart {
    /// The stop.
    pub stop: StopId,
    /// The entry of the stop that it belongs to.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub about: Option<EntryId>,
    /// What it shows or proves.
    pub kind: PartKind,
    /// What the platform says it is, such as `image/jpeg`; the bytes decide.
    #[serde(default)]
    pub media_type: String,
    /// Its name on the device, at most 255 bytes.
    #[serde(default)]
    pub name: String,
    /// What is to be seen or heard, at most 4 KiB.
    #[serde(default)]
    pub caption: String,
    /// Where, or why that is not known.
    pub position: PositionReport,
}

/// `part.begin`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaptureBegin {
    /// What it is.
    pub part: NewPart,
    /// Bytes of the whole, at most 20 MiB.
    pub size_bytes: u64,
}

/// `part.piece`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CapturePiece {
    /// The capture.
    pub capture: CaptureId,
    /// Its place, from 0, without gaps.
    pub ordinal: u32,
    /// At most 1 MiB.
    pub content: Base64,
}

/// `part.finish`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaptureFinish {
    /// The capture.
    pub capture: CaptureId,
    /// Where it was taken, when that was found meanwhile; else what was said at the beginning stands.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub position: Option<PositionReport>,
    /// A small picture for lists: JPEG, PNG or WebP, at most 64 KiB.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub thumbnail: Option<Base64>,
}

/// `part.abandon`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfCapture {
    /// The capture.
    pub capture: CaptureId,
}

/// `part.list`: which page of a stop's list.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfStopPage {
    /// The stop.
    pub stop: StopId,
    /// How many to skip.
    #[serde(default)]
    pub offset: u32,
    /// How many to return, at most 100.
    pub limit: u32,
}

/// `part.read`: a piece of an attached file.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PieceOf {
    /// The entry that attached it.
    pub entry: EntryId,
    /// Where the piece begins.
    #[serde(default)]
    pub offset: u64,
}

/// `cash.count`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PiecesCount {
    /// Notes and coins, largest first.
    pub pieces: Vec<Pieces>,
}

/// `cash.take`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CashTake {
    /// Made by the screen before its first attempt.
    pub command: CommandId,
    /// The stop.
    pub stop: StopId,
    /// How much; what the pieces come to.
    pub amount: Money,
    /// Notes and coins, largest first.
    pub pieces: Vec<Pieces>,
    /// Who gave it, at most 200 bytes.
    pub payer: String,
    /// What for, at most 4 KiB.
    #[serde(default)]
    pub remark: String,
}

/// `cash.void`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CashVoid {
    /// The receipt.
    pub receipt: EntryId,
    /// Why, at most 4 KiB.
    pub reason: String,
}

/// `cash.hand_in`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HandInMake {
    /// The receipts whose cash is handed in.
    pub receipts: Vec<EntryId>,
}

/// `cash.paper`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfCash {
    /// The receipt.
    pub receipt: EntryId,
}

/// The answer of every command that seals one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Recorded {
    /// The entry.
    pub entry: EntryId,
}
