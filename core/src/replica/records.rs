//! Parameters of what is recorded about who was there and what is disputed. The JSON names are the field names.

use serde::Deserialize;

use crate::domain::attendance::{HourAgreed, MeetingPlace, Recording};
use crate::domain::ids::{EntryId, StopId};
use crate::domain::money::Money;
use crate::domain::quality_objection::ObjectionPeriod;
use crate::domain::signer::CustomerKind;
use crate::domain::time::Day;
use crate::journal::facts::{
    DisputeAbout, Finding, PersonMet, Remedy, TeamPresent, ThirdPersonPresent,
};

/// `attendance.check`, `attendance.record`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttendanceRecord {
    /// The stop.
    pub stop: StopId,
    /// The team's members who were there, at most 20.
    pub team: Vec<TeamPresent>,
    /// The people of the customer who were met, at most 20; empty when nobody was.
    pub met: Vec<PersonMet>,
    /// What kind of customer it is.
    pub customer: CustomerKind,
    /// Where.
    pub place: MeetingPlace,
    /// People who owe nothing and were there, at most 20.
    #[serde(default)]
    pub third_persons: Vec<ThirdPersonPresent>,
    /// Whether it was recorded.
    pub recording: Recording,
    /// Whether the person agreed to the hour.
    pub hour: HourAgreed,
    /// Why it was so, at most 4 KiB.
    #[serde(default)]
    pub reason: String,
}

/// `dispute.record`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DisputeRecord {
    /// The stop.
    pub stop: StopId,
    /// What is disputed.
    pub about: DisputeAbout,
    /// Numbers of receivables as on the statement.
    #[serde(default)]
    pub documents: Vec<String>,
    /// In the customer's words, at most 4 KiB.
    pub words: String,
    /// How much of it; above zero.
    #[serde(default)]
    pub amount: Option<Money>,
    /// Who raised it, at most 200 bytes.
    pub person: String,
    /// Job title, at most 200 bytes.
    #[serde(default)]
    pub title: String,
    /// Quality: when the goods were received; not after today.
    #[serde(default)]
    pub received: Option<Day>,
    /// Quality: which period the contract sets.
    #[serde(default)]
    pub period: Option<ObjectionPeriod>,
}

/// `finding.record`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FindingRecord {
    /// The stop.
    pub stop: StopId,
    /// The dispute.
    pub dispute: EntryId,
    /// Whether the customer is right.
    pub finding: Finding,
    /// What was looked at and found, at most 4 KiB.
    pub words: String,
    /// What is done about it.
    pub remedy: Remedy,
    /// How and until when, at most 4 KiB.
    #[serde(default)]
    pub remedy_words: String,
    /// Amount: what both sides agree is right; not below zero.
    #[serde(default)]
    pub agreed: Option<Money>,
}
