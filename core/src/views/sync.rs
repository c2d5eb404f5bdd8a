//! What is on its way to the office.

use crate::domain::held::HeldState;
use serde::{Deserialize, Serialize};

use crate::protocol::HeldCode;
use crate::views::ObjectState;

/// The sync screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SyncStatus {
    /// What is not receipted yet, held first, then oldest first, then what was receipted last; at most 200.
    pub items: Vec<SyncItem>,
    /// Objects never sent.
    pub local: u64,
    /// Objects sent without receipt.
    pub sent: u64,
    /// Objects held that the office has not dismissed.
    pub held: u64,
    /// Objects receipted.
    pub receipted: u64,
    /// Attachments that are not complete on the server.
    pub parts_waiting: u64,
    /// Foreign objects that could not be applied here.
    pub quarantined: u64,
    /// The newest of these, at most 50.
    pub quarantine: Vec<QuarantineRow>,
    /// Everything is receipted, or kept on the server and dismissed by the office: the phone may be switched off, lost or wiped.
    pub safe_to_close: bool,
    /// When a sync last came to its end, by this device's wall clock.
    pub last_sync_ms: Option<i64>,
}

/// One object of this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SyncItem {
    /// Id of its envelope, or the digest of an attachment.
    pub id: String,
    /// `entry`, `run` or `part`.
    pub kind: String,
    /// Key of its title in the catalogs, such as `sync-item-acknowledgement`.
    pub title_key: String,
    /// The customer's name; may be empty.
    pub subject: String,
    /// How far it has come.
    pub state: ObjectState,
    /// Why it is held.
    pub held_code: Option<HeldCode>,
    /// What the office decided about it while it is held.
    pub decided: Option<HeldDecidedRow>,
    /// Its size.
    pub size_bytes: u64,
    /// When it was made.
    pub at_ms: i64,
}

/// What the office decided last about a held object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HeldDecidedRow {
    /// Where the object stands.
    pub state: HeldState,
    /// Who.
    pub by_name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at_ms: i64,
}

/// A foreign object that could not be applied here. It is kept, and a later version of the program may apply it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct QuarantineRow {
    /// Digest of its bytes.
    pub object: String,
    /// `document`, `changes`, `entry`, `snapshot`, `revoke` or `end`.
    pub what: String,
    /// Why, as a stable word.
    pub reason: String,
    /// When it came, or was taken out of its place, by this device's wall clock.
    pub at_ms: i64,
}

/// What one run of sync did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SyncReport {
    /// Envelopes sent.
    pub pushed: u64,
    /// Envelopes receipted.
    pub admitted: u64,
    /// Envelopes that the server holds.
    pub held: u64,
    /// Frames applied.
    pub frames: u64,
    /// Frames put in quarantine here.
    pub quarantined: u64,
    /// Attachments that became complete.
    pub parts: u64,
    /// Requests sent.
    pub requests: u64,
    /// Bytes of the bodies sent.
    pub bytes_up: u64,
    /// Bytes of the bodies received.
    pub bytes_down: u64,
    /// How the push lane ended.
    pub push: LaneResult,
    /// How the pull lane ended.
    pub pull: LaneResult,
    /// How the attachment lane ended.
    pub blobs: LaneResult,
    /// Whether device and server hold the same.
    pub agreement: Agreement,
}

/// How a lane ended. A lane that failed is tried again at the next sync; nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum LaneResult {
    /// It did not run.
    #[default]
    NotRun,
    /// Nothing is left to do.
    Done,
    /// The connection was lost or refused.
    NoConnection,
    /// The server asks to come back later.
    Busy,
    /// The server does not know this device any more: enrol again.
    SignIn,
    /// The server's answer is not what the protocol says; the program is too old, or something is in between.
    BadAnswer,
    /// This device's share of the server's space is used up: the office makes room. What was confirmed stays.
    NoRoom,
}

/// The digest comparison at the end of a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Not compared: something is unsent or held, or the pull did not reach its end.
    #[default]
    NotCompared,
    /// Equal.
    Equal,
    /// They differed and a repair brought what was missing.
    Repaired,
    /// They still differ.
    Differs,
}
