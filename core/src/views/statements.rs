//! The statement of account, short and whole.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Digest, SnapshotId, StopId};
use crate::domain::money::Money;
use crate::domain::time::Day;
use crate::journal::facts::PaperKind;
use crate::snapshots::statement::{RenderModel, StatementLine};

/// A statement in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatementSummary {
    /// The snapshot.
    pub statement: SnapshotId,
    /// The day the figures are as of.
    pub cut_off: Day,
    /// Outstanding in total.
    pub total: Money,
    /// The total in words (大写).
    pub total_words: String,
    /// How many receivables.
    pub lines: u64,
    /// First eight hex digits of the render model's digest.
    pub hash_short: String,
}

/// A full settlement (statement form B) in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SettlementSummary {
    /// The snapshot.
    pub statement: SnapshotId,
    /// The day the figures are as of.
    pub cut_off: Day,
    /// Principal.
    pub principal: Money,
    /// The interest that replaces the contractual penalty.
    pub interest: Money,
    /// Both.
    pub total: Money,
    /// First eight hex digits of the render model's digest.
    pub hash_short: String,
}

/// A statement as the customer reads it. Only the strings of `render_model` are drawn while somebody signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatementView {
    /// The stop.
    pub stop: StopId,
    /// The snapshot.
    pub statement: SnapshotId,
    /// Form A or B.
    pub form: PaperKind,
    /// The day the figures are as of.
    pub cut_off: Day,
    /// What is drawn.
    pub render_model: RenderModel,
    /// Its digest.
    pub render_model_digest: Digest,
    /// The first eight hex digits of that.
    pub hash_short: String,
    /// Outstanding in total.
    pub total: Money,
    /// The total in words (大写).
    pub total_words: String,
    /// The receivables, oldest due day first.
    pub lines: Vec<StatementLine>,
    /// The clause by which signing on the screen is agreed, from the policy; empty until it has arrived.
    pub agreed_method: String,
}
