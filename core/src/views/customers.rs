//! Customers: the row of a list and the whole card.

use serde::{Deserialize, Serialize};

use crate::domain::ageing::Bucket;
use crate::domain::ids::{CustomerId, DocumentId, EntryId, StopId};
use crate::domain::money::Money;
use crate::domain::promise::PromiseState;
use crate::domain::time::Day;
use crate::journal::facts::{DisputeAbout, OutcomeKind, ReasonCode};
use crate::views::{CallRow, ContactRow, DisputeRow, DisputeState, SignedRow, StopStatus};

/// What to order customers by; equal ones by reading, then by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum CustomerSort {
    /// Largest overdue amount first.
    #[default]
    Overdue,
    /// Oldest first.
    DaysPastDue,
    /// As the name is read.
    Name,
    /// By code.
    Code,
}

impl CustomerSort {
    /// As in JSON and in SQL.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::DaysPastDue => "days_past_due",
            Self::Name => "name",
            Self::Code => "code",
        }
    }
}

/// One page of customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomersView {
    /// At most 50.
    pub rows: Vec<CustomerRow>,
    /// How many there are on all pages; 0 behind the last one.
    pub total: u64,
    /// This user's customer book; none when no signed ledger names him.
    pub book: Option<CustomerBookRow>,
}

/// A customer book as it is held here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerBookRow {
    /// The day the figures are as of.
    pub cut_off: Day,
    /// How many customers have arrived.
    pub customers: u64,
    /// How many pieces have not.
    pub pieces_missing: u32,
}

/// One customer in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerRow {
    /// The customer.
    pub customer: CustomerId,
    /// Code; may be empty.
    pub code: String,
    /// Name.
    pub name: String,
    /// Address; may be empty.
    pub address: String,
    /// First contact's name; may be empty.
    pub contact: String,
    /// First contact's number; may be empty.
    pub phone: String,
    /// Credit grade as imported; empty when it is not known here.
    pub grade: String,
    /// From this user's book; else the customer of a planned stop.
    pub is_own: bool,
    /// What is owed; none when no figure is held here.
    pub balance: Option<CustomerBalance>,
}

/// What a customer owes by age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerBalance {
    /// The day the figures are as of.
    pub cut_off: Day,
    /// All that is outstanding, credits deducted.
    pub outstanding: Money,
    /// What is past due, credits not deducted.
    pub overdue: Money,
    /// Credit notes and overpayments, zero or negative; outside the buckets.
    pub credits: Money,
    /// Of the oldest receivable that is not settled, at the cut-off; 0 when none is overdue.
    pub days_past_due: u32,
    /// The bucket of that.
    pub bucket: Bucket,
    /// The buckets with an amount, youngest first.
    pub buckets: Vec<BucketAmount>,
}

/// What is outstanding in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct BucketAmount {
    /// The bucket.
    pub bucket: Bucket,
    /// How much.
    pub amount: Money,
}

/// Everything on a customer's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerView {
    /// The row of the list.
    pub row: CustomerRow,
    /// The customer's document; none while this phone does not hold it, and then nothing can be written.
    pub document: Option<DocumentId>,
    /// Notes, shared over all stops; empty without a document.
    pub notes: String,
    /// Contacts of the document.
    pub contacts: Vec<ContactRow>,
    /// Whom to call, under a number that is valid today.
    pub call: Option<CallRow>,
    /// Promises, newest first, at most 200.
    pub promises: Vec<PromiseStandingRow>,
    /// Stops at this customer, newest first, at most 50.
    pub visits: Vec<CustomerVisitRow>,
    /// What somebody has to answer or do.
    pub open_questions: Vec<OpenQuestion>,
    /// Recorded disputes with what was found, newest first, at most 100.
    pub disputes: Vec<DisputeRow>,
    /// What an outcome or refusal says against quality or amount where no such dispute was recorded, newest first.
    pub disputes_said: Vec<CustomerDisputeRow>,
    /// What was signed, newest first.
    pub signings: Vec<CustomerSignedRow>,
}

/// A promise and how it stands as far as this phone can know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PromiseStandingRow {
    /// The entry.
    pub entry: EntryId,
    /// Where it was made.
    pub stop: Option<StopId>,
    /// How much.
    pub amount: Money,
    /// Until which day, included.
    pub due: Day,
    /// The last day on which money counts: the next day that is no rest day.
    pub last_day: Day,
    /// When it was made.
    pub made_ms: i64,
    /// Who promised in person; empty otherwise.
    pub signer_name: String,
    /// By the cash that finance confirmed and by later promises. A phone holds no bank postings, so it never says broken.
    pub state: PromiseState,
    /// The last day is past and only the office can say whether it was kept.
    pub is_for_the_office: bool,
}

/// One stop at the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerVisitRow {
    /// The stop.
    pub stop: StopId,
    /// Day of the plan.
    pub day: Day,
    /// The plan's title.
    pub plan_title: String,
    /// How far it has come.
    pub status: StopStatus,
    /// How it ended.
    pub outcome: Option<OutcomeKind>,
    /// In one sentence; may be empty.
    pub summary: String,
}

/// Something that waits for an answer or an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OpenQuestion {
    /// A send-back (退回补正) without an answer.
    SentBack {
        /// The stop.
        stop: StopId,
        /// The send-back.
        entry: EntryId,
        /// The field or paper that is meant.
        field: String,
        /// Why.
        reason: String,
        /// Until which day.
        deadline: Day,
    },
    /// A field with more than one value.
    Conflict {
        /// A stop on whose screen it is settled.
        stop: StopId,
        /// The document.
        document: DocumentId,
        /// The field.
        field: String,
    },
    /// A dispute that is not closed.
    Dispute {
        /// The stop.
        stop: StopId,
        /// The dispute.
        entry: EntryId,
        /// What is disputed.
        about: DisputeAbout,
        /// How far it has come; never closed.
        state: DisputeState,
    },
    /// A demand letter that has not gone out after a refusal.
    Posting {
        /// The stop.
        stop: StopId,
        /// The refusal.
        entry: EntryId,
        /// Until which day it goes out.
        post_by: Day,
        /// The day is past.
        is_overdue: bool,
    },
}

/// Something the customer disputed without a dispute being recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerDisputeRow {
    /// The stop.
    pub stop: StopId,
    /// The outcome or refusal that says so.
    pub entry: EntryId,
    /// When.
    pub at_ms: i64,
    /// About quality or amount, when it was said.
    pub reason: Option<ReasonCode>,
    /// In which words; may be empty.
    pub words: String,
}

/// Something that was signed, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CustomerSignedRow {
    /// The stop.
    pub stop: StopId,
    /// What was signed.
    pub signed: SignedRow,
}
