//! Entries as a timeline shows them.

use serde::{Deserialize, Serialize};

use crate::domain::attendance::{AttendanceFinding, HourAgreed, MeetingPlace, Recording};
use crate::domain::ids::{Digest, EntryId, SnapshotId, StopId, UserId};
use crate::domain::media_type::MediaType;
use crate::domain::money::Money;
use crate::domain::quality_objection::ObjectionPeriod;
use crate::domain::signer::{Capacity, CustomerKind, GuarantorNamed, SealCondition};
use crate::domain::time::Day;
use crate::journal::facts::{
    CopyForm, CountersignRole, DisputeAbout, Finding, MemberStatement, MissingFix, OutcomeKind,
    PaperKind, PartKind, PersonMet, PositionReport, ReasonCode, Remedy, StrokeConsent, TeamPresent,
    ThirdPersonPresent,
};
use crate::protocol::HeldCode;
use crate::views::ObjectState;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct EntryRow {
    /// The entry.
    pub entry: EntryId,
    /// The stop it is about, when it is about one.
    pub stop: Option<StopId>,
    /// Wall clock of the author's device.
    pub at_ms: i64,
    /// Who.
    pub author: UserId,
    /// The author's name; empty when not known here.
    pub author_name: String,
    /// Digest of its sealed bytes.
    pub hash: Digest,
    /// How far it has come.
    pub state: ObjectState,
    /// Why it is held.
    pub held_code: Option<HeldCode>,
    /// Parts that are complete on the server.
    pub parts_complete: u64,
    /// Parts in its manifest.
    pub parts_total: u64,
    /// The entry it corrects or answers.
    pub amends: Option<EntryId>,
    /// Where, for a check-in or check-out.
    pub position: Option<PositionRow>,
    /// What it says.
    pub detail: EntryDetail,
}

/// What an entry says, for people; the sealed bytes stay the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryDetail {
    /// 签到.
    CheckIn {
        /// Where.
        position: PositionReport,
    },
    /// 签退.
    CheckOut {
        /// Where.
        position: PositionReport,
    },
    /// The statement was shown.
    StatementShown {
        /// The statement.
        statement: SnapshotId,
    },
    /// 签字确认.
    Acknowledgement {
        /// What was signed.
        paper: PaperKind,
        /// The statement.
        statement: SnapshotId,
        /// Who signed.
        signer_name: String,
        /// Job title.
        signer_title: String,
        /// In which capacity.
        capacity: Capacity,
        /// The total that was confirmed.
        total: Money,
        /// Where.
        position: PositionReport,
        /// The signer's choice on stroke dynamics.
        stroke_consent: StrokeConsent,
        /// Digest of the SVG part.
        image: Digest,
        /// The guarantors as named.
        #[serde(default)]
        guarantors: Vec<GuarantorNamed>,
        /// Whether the contract asks for the seal.
        #[serde(default)]
        seal: SealCondition,
    },
    /// 拒签.
    Refusal {
        /// What was refused.
        paper: PaperKind,
        /// Who refused.
        person: String,
        /// Why.
        reason: ReasonCode,
        /// In which words.
        words: String,
        /// What team members saw, typed on the author's phone.
        #[serde(default)]
        members: Vec<MemberStatement>,
        /// What the express letter's label says is inside; may be empty.
        #[serde(default)]
        label: String,
        /// Until which day the demand letter goes out.
        #[serde(default)]
        post_by: Option<Day>,
    },
    /// Another signature under a signed paper.
    Countersignature {
        /// As whom.
        role: CountersignRole,
        /// Who.
        name: String,
        /// Digest of the drawn signature.
        image: Digest,
        /// Hash of the acknowledgement.
        pinned: Digest,
    },
    /// The stamped sheet (公章).
    CompanySeal {
        /// Digest of the photograph.
        photo: Digest,
        /// What the stamp says; may be empty.
        reads: String,
        /// Hash of the acknowledgement.
        pinned: Digest,
    },
    /// A second team member's statement about a refusal.
    RefusalWitnessed {
        /// In which words.
        words: String,
    },
    /// The demand letter went out.
    DemandLetterPosted {
        /// On which day.
        posted: Day,
        /// The carrier's number; may be empty.
        number: String,
    },
    /// The customer has his copy.
    CopyHandedOver {
        /// Who has it.
        person: String,
        /// In which form.
        form: CopyForm,
        /// Hash of the acknowledgement.
        pinned: Digest,
    },
    /// 承诺.
    Promise {
        /// How much.
        amount: Money,
        /// Until which day.
        due: Day,
        /// The promise it replaces.
        supersedes: Option<EntryId>,
    },
    /// 走访结果.
    Outcome {
        /// How it ended.
        outcome: OutcomeKind,
        /// Why, when it did not end well.
        reason: Option<ReasonCode>,
        /// One sentence for the manager.
        summary: String,
    },
    /// The answer to a send-back.
    Amendment {
        /// The send-back.
        sent_back: EntryId,
        /// What is added or corrected.
        text: String,
    },
    /// A settled conflict.
    ConflictSettled {
        /// The field.
        field: String,
        /// The value it has now.
        chosen: String,
        /// The values it had.
        were: Vec<String>,
    },
    /// A photo, sound or file (附件).
    Attached {
        /// What it shows or proves.
        part: PartKind,
        /// The entry that it belongs to.
        about: Option<EntryId>,
        /// What the bytes are.
        media_type: MediaType,
        /// Its name on the device; may be empty.
        name: String,
        /// What is to be seen or heard; may be empty.
        caption: String,
        /// Its size.
        size_bytes: u64,
        /// Digest of the bytes.
        content: Digest,
        /// Digest of the small picture for lists.
        thumbnail: Option<Digest>,
        /// Where it was taken.
        position: PositionReport,
    },
    /// 现金收据.
    CashReceipt {
        /// The running number as printed.
        serial: String,
        /// How much.
        amount: Money,
        /// Who gave it.
        payer: String,
        /// What for; may be empty.
        remark: String,
    },
    /// A cash receipt is void.
    CashVoided {
        /// The receipt.
        receipt: EntryId,
        /// Why.
        reason: String,
    },
    /// 交款.
    HandIn {
        /// How many receipts.
        receipts: u64,
        /// What they come to.
        total: Money,
    },
    /// Finance counted a hand-in.
    CashCounted {
        /// What was counted.
        counted: Money,
        /// Counted less what the receipts come to.
        variance: Money,
        /// Why there is a variance.
        reason: String,
    },
    /// A second person confirmed a variance.
    VarianceConfirmed {
        /// A remark; may be empty.
        remark: String,
    },
    /// 到场人员.
    Attendance {
        /// The team's members who were there.
        team: Vec<TeamPresent>,
        /// Whom they met.
        met: Vec<PersonMet>,
        /// What kind of customer it is.
        customer: CustomerKind,
        /// Where.
        place: MeetingPlace,
        /// People who owe nothing and were there.
        third_persons: Vec<ThirdPersonPresent>,
        /// Whether it was recorded.
        recording: Recording,
        /// Whether the person agreed to the hour.
        hour: HourAgreed,
        /// Why it was so; may be empty.
        reason: String,
        /// What was marked.
        findings: Vec<AttendanceFinding>,
    },
    /// 异议.
    Dispute {
        /// What is disputed.
        about: DisputeAbout,
        /// Numbers of the receivables.
        documents: Vec<String>,
        /// In the customer's words.
        words: String,
        /// How much of it.
        amount: Option<Money>,
        /// Who raised it.
        person: String,
        /// Job title; may be empty.
        title: String,
        /// When the goods were received.
        received: Option<Day>,
        /// Which period the contract sets.
        period: Option<ObjectionPeriod>,
    },
    /// What was found about a dispute.
    DisputeFinding {
        /// What is disputed.
        about: DisputeAbout,
        /// Whether the customer is right.
        finding: Finding,
        /// What was found.
        words: String,
        /// What is done about it.
        remedy: Remedy,
        /// How and until when; may be empty.
        remedy_words: String,
        /// What both sides agree is right.
        agreed: Option<Money>,
    },
    /// The manager accepted the visit.
    VisitAccepted {
        /// A remark; may be empty.
        remark: String,
    },
    /// 退回补正.
    SentBack {
        /// The field or paper that is meant.
        field: String,
        /// Why.
        reason: String,
        /// Until which day.
        deadline: Day,
    },
    /// A desk entry that has its own pages in the console.
    Desk {
        /// The kind of its fact, such as `plan_decided`.
        fact: String,
    },
}

/// A position with what it is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PositionRow {
    /// When, by the device's wall clock.
    pub at_ms: i64,
    /// Why there is none.
    pub missing: Option<MissingFix>,
    /// Radius of 68 % confidence, in metres, rounded up.
    pub accuracy_m: Option<u32>,
    /// Age of the fix when it was taken, in milliseconds.
    pub age_ms: Option<u32>,
    /// A mock provider made it.
    pub is_mocked: bool,
    /// Its age was beyond what counts as fresh.
    pub is_stale: bool,
    /// Distance to the customer's site, in metres; none without fix or site.
    pub distance_m: Option<u32>,
    /// Inside the site's radius or not.
    pub fence: Fence,
}

/// Where a fix lies against the site's radius, its uncertainty taken into account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Fence {
    /// Surely inside.
    Inside,
    /// Cannot be said.
    Unsure,
    /// Surely outside.
    Outside,
    /// No fix, or no site on file.
    Unknown,
}
