//! What customers dispute, as screens and pages list it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CustomerId, EntryId, StopId, UserId};
use crate::domain::money::Money;
use crate::domain::quality_objection::{ObjectionPeriod, ObjectionVerdict};
use crate::domain::time::Day;
use crate::journal::facts::{DisputeAbout, Finding, Remedy};
use crate::views::ObjectState;

/// How far a dispute has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// Nobody has found anything.
    Open,
    /// There is a finding that has not been signed by both.
    Found,
    /// The finding was signed by the customer's person and by one of the team.
    Closed,
}

/// One dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DisputeRow {
    /// The entry.
    pub dispute: EntryId,
    /// Where it was raised.
    pub stop: StopId,
    /// Who disputes.
    pub customer: CustomerId,
    /// When it was recorded, by the author's device.
    pub at_ms: i64,
    /// Who recorded it.
    pub author: UserId,
    /// That person's name; empty when not known here.
    pub author_name: String,
    /// What is disputed.
    pub about: DisputeAbout,
    /// Numbers of the receivables that it concerns.
    pub documents: Vec<String>,
    /// In the customer's words.
    pub words: String,
    /// How much of it, when an amount was named.
    pub amount: Option<Money>,
    /// Who raised it.
    pub person: String,
    /// Job title; may be empty.
    pub title: String,
    /// Quality: whether the objection came in time, when the day of receipt is known.
    pub objection: Option<ObjectionRow>,
    /// How far it has come.
    pub state: DisputeState,
    /// The finding that counts.
    pub finding: Option<FindingRow>,
    /// How far the entry has come.
    pub object: ObjectState,
}

/// The days of a quality objection (Civil Code (2021) art. 621). No limitation clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ObjectionRow {
    /// When the goods were received, as it was said.
    pub received: Day,
    /// The contract's period, as far as it is known.
    pub period: Option<ObjectionPeriod>,
    /// The last day on which one could object.
    pub last_day: Option<Day>,
    /// Whether the day it was recorded on lies in it.
    pub verdict: ObjectionVerdict,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FindingRow {
    /// The entry.
    pub entry: EntryId,
    /// When, by the author's device.
    pub at_ms: i64,
    /// Who found.
    pub author: UserId,
    /// That person's name; empty when not known here.
    pub author_name: String,
    /// Whether the customer is right.
    pub finding: Finding,
    /// What was found.
    pub words: String,
    /// What is done about it.
    pub remedy: Remedy,
    /// How and until when; may be empty.
    pub remedy_words: String,
    /// What both sides agree is right of the amount.
    pub agreed: Option<Money>,
    /// The customer's signature under it.
    pub signed: Option<FindingSigned>,
    /// How far the entry has come.
    pub object: ObjectState,
}

/// A signature under a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FindingSigned {
    /// The acknowledgement.
    pub entry: EntryId,
    /// Who signed for the customer.
    pub signer_name: String,
    /// When, by the device that took it.
    pub at_ms: i64,
    /// Who of the team signed under it.
    pub countersigned_by: Vec<String>,
}
