//! Cash on its way from the customer to finance.

use serde::{Deserialize, Serialize};

use crate::domain::cash::Pieces;
use crate::domain::ids::{Digest, EntryId, StopId, UserId};
use crate::domain::money::Money;
use crate::domain::time::Day;
use crate::snapshots::statement::RenderModel;
use crate::views::ObjectState;

/// Where a cash receipt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum CashState {
    /// The cash is with whoever took it.
    #[default]
    Open,
    /// Listed for finance, not counted.
    HandedIn,
    /// Counted with a variance that nobody else has confirmed.
    Counted,
    /// Finance has it.
    Confirmed,
    /// Not valid; the number stays.
    Voided,
}

impl CashState {
    /// Reads the word of the read model.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "open" => Some(Self::Open),
            "handed_in" => Some(Self::HandedIn),
            "counted" => Some(Self::Counted),
            "confirmed" => Some(Self::Confirmed),
            "voided" => Some(Self::Voided),
            _ => None,
        }
    }
}

/// One cash receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CashRow {
    /// The entry.
    pub receipt: EntryId,
    /// Where it was taken.
    pub stop: Option<StopId>,
    /// The hand-in that lists it.
    pub hand_in: Option<EntryId>,
    /// The customer's name as printed.
    pub customer_name: String,
    /// The running number as printed.
    pub serial: String,
    /// How much.
    pub amount: Money,
    /// Who gave it.
    pub payer: String,
    /// Who took it.
    pub taken_by: UserId,
    /// That person's name; empty when not known here.
    pub taken_by_name: String,
    /// When, by that person's device.
    pub at_ms: i64,
    /// Where it stands.
    pub state: CashState,
    /// Its day ended before finance had it.
    pub is_late: bool,
    /// Why it is void.
    pub void_reason: Option<String>,
    /// How far the entry has come.
    pub object: ObjectState,
}

/// Cash in one's own hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OpenCash {
    /// How much finance has not confirmed; none when there is nothing.
    pub amount: Option<Money>,
    /// On how many receipts.
    pub receipts: u64,
    /// A part of it was taken on an earlier day.
    pub is_late: bool,
}

/// The screen of one's own cash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CashView {
    /// The legal day of this device's clock.
    pub day: Day,
    /// What is open.
    pub open: OpenCash,
    /// What can be handed in now, by number; at most 500.
    pub to_hand_in: Vec<CashRow>,
    /// What that comes to; none when there is nothing.
    pub to_hand_in_total: Option<Money>,
    /// One page of all receipts of this user, newest first.
    pub rows: Vec<CashRow>,
    /// How many there are on all pages.
    pub total: u64,
    /// Numbers that this device has left.
    pub serials_left: u64,
}

/// What counted pieces come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PiecesTotal {
    /// The sum.
    pub total: Money,
    /// In the characters of the banks; empty for zero.
    pub words: String,
}

/// A cash receipt as it is shown to the one who paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CashPaper {
    /// The row of the list.
    pub row: CashRow,
    /// What the paper says.
    pub model: RenderModel,
    /// Notes and coins.
    pub pieces: Vec<Pieces>,
    /// Hash of the sealed entry.
    pub hash: Digest,
    /// Its first eight digits, as printed.
    pub hash_short: String,
    /// Whether this user may still void it.
    pub may_void: bool,
}
