//! What the form for those who were there starts from.

use serde::{Deserialize, Serialize};

use crate::views::{EntryRow, TeamMember};

/// Whom the form proposes, and what was recorded last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttendanceView {
    /// The team of the stop's plan, this device's user first.
    pub team: Vec<TeamMember>,
    /// When the meeting began: the first check-in; none before it.
    pub met_at_ms: Option<i64>,
    /// The last record of the stop, which a new one replaces.
    pub last: Option<EntryRow>,
}
