//! The lock, as its screens show it.

use serde::{Deserialize, Serialize};

/// Whether the app is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// No PIN was set.
    Off,
    /// Unlocked.
    Open,
    /// The PIN is asked for; nothing but the lock, the device and a sync answers.
    Closed,
    /// Too many wrong PINs: what the PIN wrapped is destroyed and the device is to be enrolled again. Nothing recorded is lost.
    Spent,
}

/// What the owner's finger or face can do, where the platform knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum OwnerUnlock {
    /// Nothing: it was not chosen.
    Off,
    /// Unlock now.
    Ready,
    /// Unlock, once the PIN was typed after this start of the app: only the PIN opens the device key.
    AfterPin,
}

/// `lock.read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LockView {
    /// Whether the app is open.
    pub state: LockState,
    /// Wrong PINs that are left; the last of them destroys the wrap.
    pub tries_left: u8,
    /// How long until a PIN may be tried, in milliseconds; 0 is now.
    pub wait_ms: u64,
    /// Idle minutes after which the app locks itself: 1, 5 or 15.
    pub auto_lock_minutes: u8,
    /// How long until it does, in milliseconds, when nothing is touched; 0 unless it is open.
    pub idle_ms: u64,
    /// The owner's finger or face.
    pub owner: OwnerUnlock,
    /// Until the PIN is typed, this phone cannot send either: the device key is under the PIN alone.
    pub sync_waits: bool,
}
