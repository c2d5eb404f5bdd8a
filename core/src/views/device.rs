//! This device, as its settings screen shows it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::DeviceId;

/// Who uses this device and how much of the work is still only here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeviceView {
    /// A one-time code was used; without it nothing else works.
    pub enrolled: bool,
    /// The user's name; empty before enrolment.
    pub user_name: String,
    /// The organisation's name from the policy; empty until the first sync.
    pub organisation_name: String,
    /// The device's id.
    pub device_id: Option<DeviceId>,
    /// Objects without a receipt, held ones not counted.
    pub unsent: u64,
    /// Objects that the server keeps but did not apply.
    pub held: u64,
    /// Another device writes this one's chain: it was copied or restored from a backup. It goes on working, what it signs is
    /// held, and it is to be enrolled again with a new code.
    pub copied: bool,
    /// When a sync last came to its end, by this device's wall clock.
    pub last_sync_ms: Option<i64>,
    /// The server's address as given at enrolment; empty before.
    pub server_url: String,
}
