//! Cash receipts, hand-ins and counts.

mod project;
mod queries;

pub use project::project_entry;
pub use queries::{
    blocks, count_of, hand_in, hand_ins, last_serial, money_of_customer, next_serial,
    open_by_taker, open_receipts, receipt, receipts, receipts_of_hand_in, serial_findings, void_of,
};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

use serde::Serialize;

use crate::domain::cash_hand_in::custody;
use crate::domain::ids::{DeviceId, EntryId, UserId};
use crate::domain::money::Money;
use crate::domain::time::Instant;

/// A block of numbers and how far it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SerialBlockRow {
    /// The entry that issued it.
    pub block: EntryId,
    /// Whose device.
    pub device: DeviceId,
    /// The first number.
    pub first: u64,
    /// The last number, included.
    pub last: u64,
    /// How many receipts carry one of its numbers.
    pub used: u64,
    /// The highest number in use.
    pub highest: Option<u64>,
    /// How many of them are void.
    pub voided: u64,
    /// Who issued it.
    pub issued_by: UserId,
    /// When.
    pub issued_at: Instant,
}

impl SerialBlockRow {
    /// How many numbers are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.last
            - self
                .highest
                .unwrap_or(self.first.saturating_sub(1))
                .min(self.last)
    }
}

/// A hand-in and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandInRow {
    /// The entry.
    pub hand_in: EntryId,
    /// What its receipts come to.
    pub total: Money,
    /// How many receipts.
    pub receipts: u64,
    /// Who took the cash.
    pub made_by: UserId,
    /// When it was listed.
    pub made_at: Instant,
    /// When the earliest part of it was taken.
    pub taken_at: Option<Instant>,
    /// Finance's count, once there is one.
    pub count: Option<CountRow>,
}

impl HandInRow {
    /// Whether it lies with finance, a variance settled.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.count
            .as_ref()
            .is_some_and(|count| count.variance.is_zero() || count.confirmed_by.is_some())
    }

    /// Whether a part of it was not confirmed on the day it was taken on; for one that is open as of `now`.
    #[must_use]
    pub fn is_late(&self, now: Instant) -> bool {
        let confirmed_at = self.count.as_ref().filter(|_count| self.is_confirmed());
        let until =
            confirmed_at.map_or(now, |count| count.confirmed_at.unwrap_or(count.counted_at));
        self.taken_at
            .is_some_and(|taken_at| custody(taken_at, until).is_breach)
    }
}

/// A count of finance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountRow {
    /// The entry.
    pub entry: EntryId,
    /// What was counted.
    pub counted: Money,
    /// Counted less what the receipts come to.
    pub variance: Money,
    /// Why there is a variance.
    pub reason: String,
    /// Who counted.
    pub counted_by: UserId,
    /// When.
    pub counted_at: Instant,
    /// The second person, when there is a variance and one has confirmed it.
    pub confirmed_by: Option<UserId>,
    /// When.
    pub confirmed_at: Option<Instant>,
}

/// Cash in somebody's hand that finance has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenCashRow {
    /// Who.
    pub taken_by: UserId,
    /// How many receipts.
    pub receipts: u64,
    /// How much.
    pub amount: Money,
    /// When the earliest part of it was taken.
    pub since: Instant,
    /// That part was not with finance on the day it was taken on.
    pub is_late: bool,
}
