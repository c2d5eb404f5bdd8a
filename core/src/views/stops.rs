//! Stops: the row of the list and the whole screen.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CustomerId, DocumentId, EntryId, PlanId, SigningId, StopId};
use crate::domain::money::Money;
use crate::domain::position::SitePoint;
use crate::domain::time::Day;
use crate::journal::facts::{DisputeAbout, OutcomeKind};
use crate::snapshots::plan::Material;
use crate::views::{
    CallRow, ConflictRow, ContactRow, DisputeRow, DraftRow, EntryRow, ObjectState, PositionRow,
    PostingRow, SettlementSummary, SignedRow, StatementSummary,
};

/// How far a stop has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum StopStatus {
    /// Nobody has checked in.
    Planned,
    /// Checked in, not out.
    Arrived,
    /// Checked out.
    Left,
    /// The manager accepted it.
    Accepted,
}

/// One stop in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StopRow {
    /// The stop.
    pub stop: StopId,
    /// Its plan.
    pub plan: PlanId,
    /// Day of the plan.
    pub day: Day,
    /// Visiting order, from 1.
    pub order: u32,
    /// The customer.
    pub customer: CustomerId,
    /// The customer's code.
    pub code: String,
    /// The customer's name.
    pub name: String,
    /// Address; may be empty.
    pub address: String,
    /// Contact's name as on the plan; may be empty.
    pub contact: String,
    /// Contact's number as on the plan; may be empty.
    pub phone: String,
    /// Papers to take along.
    pub materials: Vec<Material>,
    /// Those of them that somebody ticked as packed, in the same order.
    pub packed: Vec<Material>,
    /// Those of them that nobody packed and that this phone does not show itself, in the same order.
    pub materials_missing: Vec<Material>,
    /// What the stop needs without a network and is not here; a sync brings it.
    pub offline_missing: Vec<OfflinePart>,
    /// Whom to call, under a number that is valid today.
    pub call: Option<CallRow>,
    /// The site in degrees, latitude first, in GCJ-02: how map apps in China read a link. None when it is not known.
    pub map_point: Option<String>,
    /// Metres to the site in a straight line; none when the site or this phone's position is not known, or nobody asked.
    pub distance_m: Option<u32>,
    /// Outstanding on the statement; none until it has arrived.
    pub total: Option<Money>,
    /// Days past due of the oldest overdue receivable on the day of the plan; 0 when none is overdue.
    pub days_past_due: Option<i64>,
    /// The ageing bucket of that, as its stable word.
    pub bucket: Option<String>,
    /// How far it has come.
    pub status: StopStatus,
    /// How it ended, when an outcome was recorded.
    pub outcome: Option<OutcomeKind>,
    /// The promise in force, when there is one.
    pub promise: Option<PromiseRow>,
    /// Somebody signed here.
    pub is_signed: bool,
    /// A field has more than one value.
    pub has_conflict: bool,
    /// Send-backs without an answer.
    pub open_send_backs: u64,
    /// The furthest-behind state of this device's own objects of the stop; none when there are no own objects.
    pub state: Option<ObjectState>,
}

/// Something that a stop needs without a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum OfflinePart {
    /// The statement.
    Statement,
    /// The stop's document, in which the visit is written.
    StopDocument,
    /// The customer's document: contacts, follow-ups, notes.
    CustomerDocument,
    /// The policy: people, roles, rules.
    Policy,
    /// The customer's figures: the user's customer book has not arrived whole, and what is here does not name the customer.
    CustomerBook,
}

/// A promise as a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PromiseRow {
    /// The entry.
    pub entry: EntryId,
    /// How much.
    pub amount: Money,
    /// Until which day, included.
    pub due: Day,
}

/// Everything on a stop's screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StopView {
    /// The row of the list.
    pub row: StopRow,
    /// Where the site is, when known.
    pub site: Option<SitePoint>,
    /// The stop's document; conflicts and edits name it.
    pub document: DocumentId,
    /// The customer's document.
    pub customer_document: DocumentId,
    /// Whether the stop's document has arrived, so that it can be edited.
    pub is_editable: bool,
    /// This phone's user may conduct a signing and take a promise.
    pub may_sign: bool,
    /// What this phone's user may say the finding on, and have it signed.
    pub may_find_on: Vec<DisputeAbout>,
    /// What the customer disputed here, oldest first.
    pub disputes: Vec<DisputeRow>,
    /// Notes; merges.
    pub notes: String,
    /// Negotiation record; merges.
    pub negotiation: String,
    /// Reason code or empty.
    pub reason: String,
    /// Whom the team met; may be empty.
    pub met_person: String,
    /// What the customer proposes; may be empty.
    pub proposal: String,
    /// What comes next; may be empty.
    pub next_step: String,
    /// Notes on the customer, shared over all stops.
    pub customer_notes: String,
    /// The customer's contacts.
    pub contacts: Vec<ContactRow>,
    /// Open follow-ups of the customer.
    pub follow_ups: u64,
    /// The first check-in, with its distance to the site.
    pub check_in: Option<PositionRow>,
    /// The last check-out.
    pub check_out: Option<PositionRow>,
    /// Entries of this stop, oldest first, at most 500.
    pub timeline: Vec<EntryRow>,
    /// Fields with more than one value, of both documents.
    pub conflicts: Vec<ConflictRow>,
    /// The statement in short; none until it has arrived.
    pub statement: Option<StatementSummary>,
    /// The full settlement that the office approved for the same figures; none when there is none.
    pub settlement: Option<SettlementSummary>,
    /// What came back from review, newest first.
    pub sent_backs: Vec<SentBackRow>,
    /// What was signed here, newest first.
    pub signings: Vec<SignedRow>,
    /// Photos, sounds and files attached to the stop.
    pub attached: u64,
    /// Parts of all entries of the stop that are complete on the server.
    pub parts_complete: u64,
    /// Parts of all entries of the stop.
    pub parts_total: u64,
    /// What was begun to be attached on this device and is not.
    pub captures: u64,
    /// The demand letter that goes out after a refusal.
    pub posting: Option<PostingRow>,
    /// A signing that was begun and neither finished nor abandoned.
    pub open_signing: Option<SigningId>,
    /// Forms that somebody began on this phone and did not finish, oldest first.
    pub drafts: Vec<DraftRow>,
}

/// A send-back (退回补正).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SentBackRow {
    /// The send-back.
    pub entry: EntryId,
    /// The entry that it is about.
    pub about: Option<EntryId>,
    /// The field or paper that is meant.
    pub field: String,
    /// Why.
    pub reason: String,
    /// Until which day.
    pub deadline: Day,
    /// Who sent it back; empty when not known here.
    pub author_name: String,
    /// When.
    pub at_ms: i64,
    /// The answer, once given.
    pub answer: Option<String>,
    /// State of the answer.
    pub answer_state: Option<ObjectState>,
}
