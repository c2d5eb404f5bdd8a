//! One list of what this phone's user has to do, from wherever it comes.

use serde::{Deserialize, Serialize};

use crate::domain::follow_ups::DueWhen;
use crate::domain::ids::{CustomerId, StopId};
use crate::domain::money::Money;
use crate::domain::time::Day;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ToDoKind {
    /// Call back.
    Callback,
    /// Send a paper.
    SendPaper,
    /// Post a demand letter, as a follow-up.
    PostLetter,
    /// Something else, told in words.
    Other,
    /// Answer what the manager sent back.
    SendBack,
    /// Post the demand letter that follows a refusal.
    Posting,
    /// A promise falls due.
    Promise,
    /// Cash in hand goes to finance.
    Cash,
}

impl ToDoKind {
    /// Reads the word of the query.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
    }
}

/// How many are in each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ToDoCounts {
    /// Before today.
    pub late: u64,
    /// Today.
    pub today: u64,
    /// After today, until Sunday.
    pub this_week: u64,
    /// After this week's Sunday.
    pub later: u64,
}

/// One page of the list, what is late first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ToDoView {
    /// Today's legal day.
    pub day: Day,
    /// How many are in each group, on all pages.
    pub counts: ToDoCounts,
    /// One page, by day and time.
    pub rows: Vec<ToDoRow>,
    /// All of them.
    pub total: u64,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ToDoRow {
    /// What.
    pub kind: ToDoKind,
    /// Names it: a follow-up's key or an entry; empty for cash.
    pub id: String,
    /// Until which day.
    pub due: Day,
    /// At which time; may be empty.
    pub time: String,
    /// Where its day lies as seen from today.
    pub when: DueWhen,
    /// For which customer; none for cash.
    pub customer: Option<CustomerId>,
    /// The customer's name; empty when it is not known here.
    pub customer_name: String,
    /// At which stop it is done, when it belongs to one.
    pub stop: Option<StopId>,
    /// What exactly; may be empty.
    pub text: String,
    /// How much, for promises and cash.
    pub amount: Option<Money>,
    /// Nobody in particular was named to do it.
    pub is_anybodys: bool,
}
