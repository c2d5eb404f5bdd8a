//! What the office records: ledgers, visit lists, plans, reviews, devices.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::held::HeldDecision;
use crate::domain::ids::{
    CustomerId, DeviceId, Digest, EnvelopeId, PlanId, SnapshotId, UserId, VisitListId,
};
use crate::domain::money::Money;
use crate::domain::statement_lint::SettlementApprover;
use crate::domain::time::Day;
use crate::evidence::About;
use crate::journal::facts::Part;

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
    /// The [`LedgerDecisions`](crate::journal::decisions::LedgerDecisions), kept as an attachment.
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

/// An evidence bundle (证据包) left the office.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EvidenceExported {
    /// What it is about.
    #[n(0)]
    pub about: About,
    /// SHA-256 of the file.
    #[n(1)]
    pub bundle: Digest,
    /// Its size.
    #[n(2)]
    pub size_bytes: u64,
}

/// A full settlement (statement form B) put forward for the three approvals.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SettlementDrafted {
    /// The statement: the digest of the snapshot bytes below, and its name once it is issued.
    #[n(0)]
    pub statement: SnapshotId,
    /// The payload bytes of the statement snapshot as it will be issued.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub statement_bytes: Vec<u8>,
    /// Interest by the rate, before anything was given up.
    #[n(2)]
    pub computed: Money,
    /// Why the customer is offered a full settlement, and why less interest than computed, at most 4 KiB.
    #[n(3)]
    pub reason: String,
}

/// One of the three decisions about a full settlement.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SettlementDecided {
    /// The statement.
    #[n(0)]
    pub statement: SnapshotId,
    /// Hash of the entry that put it forward.
    #[n(1)]
    pub pinned: Digest,
    /// As whom.
    #[n(2)]
    pub approver: SettlementApprover,
    /// The decision.
    #[n(3)]
    pub decision: Decision,
}

/// A decision about an object in quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HeldDecided {
    /// The envelope that holds it.
    #[n(0)]
    pub envelope: EnvelopeId,
    /// Digest of the envelope's bytes: another envelope under the same id is another matter.
    #[n(1)]
    pub digest: Digest,
    /// The decision.
    #[n(2)]
    pub decision: HeldDecision,
    /// Whether two people must agree to a dismissal.
    #[n(3)]
    pub needs_two: bool,
    /// Why, at most 4 KiB.
    #[n(4)]
    pub reason: String,
}
