//! Who was there when a customer was met.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::attendance::{AttendanceFinding, HourAgreed, MeetingPlace, Recording};
use crate::domain::ids::UserId;
use crate::domain::signer::{Capacity, CustomerKind};

/// Who was there (到场人员), recorded at the stop. A later one replaces it; the entry's `amends` names the one before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attendance {
    /// The team's members who were there, at most 20.
    #[n(0)]
    pub team: Vec<TeamPresent>,
    /// The people of the customer who were met, at most 20; empty when nobody was.
    #[n(1)]
    pub met: Vec<PersonMet>,
    /// What kind of customer it is; hours and homes hang on it.
    #[n(2)]
    pub customer: CustomerKind,
    /// Where.
    #[n(3)]
    pub place: MeetingPlace,
    /// People who owe nothing and were there, at most 20.
    #[n(4)]
    pub third_persons: Vec<ThirdPersonPresent>,
    /// Whether it was recorded.
    #[n(5)]
    pub recording: Recording,
    /// Whether the person agreed to the hour.
    #[n(6)]
    pub hour: HourAgreed,
    /// Why it was so, for findings that ask for a reason, at most 4 KiB; may be empty.
    #[n(7)]
    pub reason: String,
    /// What was marked and shown before it was recorded, ascending.
    #[n(8)]
    pub findings: Vec<AttendanceFinding>,
}

/// One of the team at a stop.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct TeamPresent {
    /// The account, when it is known.
    #[n(0)]
    pub member: Option<UserId>,
    /// The name, at most 200 bytes.
    #[n(1)]
    pub name: String,
}

/// Somebody of the customer's.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct PersonMet {
    /// The name, at most 200 bytes.
    #[n(0)]
    pub name: String,
    /// Job title, at most 200 bytes; may be empty.
    #[n(1)]
    pub title: String,
    /// In which capacity he spoke.
    #[n(2)]
    pub capacity: Capacity,
}

/// Somebody who owes nothing and was there (第三人).
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ThirdPersonPresent {
    /// Who, as far as it is known, such as a name or 邻居, at most 200 bytes.
    #[n(0)]
    pub who: String,
    /// The debt was disclosed to him.
    #[n(1)]
    pub is_debt_disclosed: bool,
}
