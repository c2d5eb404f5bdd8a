//! The first screen: the plans and stops this device holds.

use serde::{Deserialize, Serialize};

use crate::domain::ids::PlanId;
use crate::domain::time::Day;
use crate::views::{OpenCash, StopRow, ToDoCounts};

/// The plans and their stops: today's first, then those to come, then past ones, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct TodayView {
    /// The legal day of this device's clock (Asia/Shanghai).
    pub day: Day,
    /// At most 100 plans.
    pub plans: Vec<PlanRow>,
    /// One page of stops, in the order of the plans, then in visiting order.
    pub stops: Vec<StopRow>,
    /// All stops, on all pages.
    pub stops_total: u64,
    /// Cash that this user took and finance has not confirmed.
    pub cash: OpenCash,
    /// How much there is to do, in the groups of its list.
    pub to_do: ToDoCounts,
}

/// One approved plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PlanRow {
    /// The plan.
    pub plan: PlanId,
    /// Title.
    pub title: String,
    /// Day of the visits.
    pub day: Day,
    /// Vehicle; may be empty.
    pub vehicle: String,
    /// Names of the team.
    pub team: Vec<String>,
    /// How many stops it has.
    pub stops: u64,
    /// Ready for offline: every document, every statement and the policy are on this device.
    pub ready: bool,
    /// How many of them are missing.
    pub missing_parts: u64,
}
