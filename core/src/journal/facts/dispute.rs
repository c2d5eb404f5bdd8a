//! What a customer disputes, and what was found about it.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::CustomerId;
use crate::domain::money::Money;
use crate::domain::quality_objection::ObjectionPeriod;
use crate::domain::time::Day;

/// The customer disputes quality or amount (异议).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Dispute {
    /// Who disputes.
    #[n(0)]
    pub customer: CustomerId,
    /// What.
    #[n(1)]
    pub about: DisputeAbout,
    /// Numbers of the receivables that it concerns, as on the statement, at most 200; empty when it concerns none in particular.
    #[n(2)]
    pub documents: Vec<String>,
    /// In the customer's words, at most 4 KiB.
    #[n(3)]
    pub words: String,
    /// How much of it, when he names an amount.
    #[n(4)]
    pub amount: Option<Money>,
    /// Who raised it, at most 200 bytes.
    #[n(5)]
    pub person: String,
    /// Job title, at most 200 bytes; may be empty.
    #[n(6)]
    pub title: String,
    /// Quality: when the goods were received, as far as it is known.
    #[n(7)]
    pub received: Option<Day>,
    /// Quality: which period the contract sets, as far as it is known.
    #[n(8)]
    pub period: Option<ObjectionPeriod>,
}

/// What is disputed.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum DisputeAbout {
    /// The quality of what was delivered (质量).
    #[n(0)]
    Quality,
    /// The amount that is claimed (金额).
    #[n(1)]
    Amount,
}

/// What was found about a dispute (结论); the entry's `amends` names the dispute. A later one replaces it.
///
/// About quality it is the technician's, and names no amount: he promises no price. Signed by both it closes the dispute; the
/// ledger changes by finance's postings only.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DisputeFinding {
    /// What the dispute is about, said again: it decides who may find.
    #[n(0)]
    pub about: DisputeAbout,
    /// Whether the customer is right.
    #[n(1)]
    pub finding: Finding,
    /// What was looked at and found, at most 4 KiB.
    #[n(2)]
    pub words: String,
    /// What is done about it.
    #[n(3)]
    pub remedy: Remedy,
    /// How and until when, at most 4 KiB; may be empty.
    #[n(4)]
    pub remedy_words: String,
    /// Amount: what both sides agree is right of the amount in dispute.
    #[n(5)]
    pub agreed: Option<Money>,
}

/// Whether a dispute is founded.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Finding {
    /// It is (属实).
    #[n(0)]
    Confirmed,
    /// In part (部分属实).
    #[n(1)]
    Partly,
    /// It is not (不属实).
    #[n(2)]
    NotConfirmed,
}

/// What is done about a dispute.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Remedy {
    /// Nothing needs to be (无须处理).
    #[n(0)]
    None,
    /// Repaired (修理).
    #[n(1)]
    Repair,
    /// Replaced (更换).
    #[n(2)]
    Replacement,
    /// Taken back (退货).
    #[n(3)]
    Return,
    /// Examined further, such as by a laboratory (进一步检测).
    #[n(4)]
    Examination,
    /// The accounts are compared (核对账目).
    #[n(5)]
    Reconciliation,
    /// Put before the company to decide, such as on the price (报公司处理).
    #[n(6)]
    Referral,
}
