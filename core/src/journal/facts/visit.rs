//! What a team member records at a stop, beside the papers that are signed there.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CustomerId, Digest, DocumentId, EntryId, SnapshotId, UserId};
use crate::domain::money::Money;
use crate::domain::position::RawFix;
use crate::domain::time::{Day, Instant};
use crate::journal::facts::{PaperKind, Signer};

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
