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
    /// The position that the distances are from; none when none is known that is young enough, and then there are none.
    pub here: Option<HereRow>,
    /// Cash that this user took and finance has not confirmed.
    pub cash: OpenCash,
    /// How much there is to do, in the groups of its list.
    pub to_do: ToDoCounts,
}

/// Where this phone was last, as far as it knows: from its own check-ins, or from the platform while the app was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HereRow {
    /// When it was there, by this device's wall clock.
    pub at_ms: i64,
    /// How long ago that was, in whole minutes; less than twelve hours.
    pub age_minutes: u32,
    /// Radius of 68 % confidence in metres, rounded up; none when the platform did not say.
    pub accuracy_m: Option<u32>,
    /// The platform says that a mock provider made it.
    pub is_mocked: bool,
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
    /// Ready for offline: every document, every statement, the policy, and of a customer book on its way all that may name
    /// its customers are on this device.
    pub ready: bool,
    /// How many of them are missing.
    pub missing_parts: u64,
}
