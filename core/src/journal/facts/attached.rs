//! What is attached to a stop: photo, sound, file.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::EntryId;
use crate::domain::media_type::MediaType;
use crate::journal::facts::{Part, PositionReport};

/// Largest file that is attached: 20 MiB.
pub const ATTACHED_LIMIT_BYTES: u64 = 20 << 20;
/// Largest thumbnail.
pub const THUMBNAIL_LIMIT_BYTES: u64 = 64 << 10;

/// A photo, sound or file as it was taken, hashed on the device at that moment (附件).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attached {
    /// What it shows or proves.
    #[n(0)]
    pub kind: PartKind,
    /// The entry of the same stop that it belongs to, such as the acknowledgement whose stamped sheet it shows.
    #[n(1)]
    pub about: Option<EntryId>,
    /// What the bytes are.
    #[n(2)]
    pub media_type: MediaType,
    /// Its name on the device, at most 255 bytes; may be empty.
    #[n(3)]
    pub name: String,
    /// What is to be seen or heard, at most 4 KiB; may be empty.
    #[n(4)]
    pub caption: String,
    /// The bytes, as they were taken; at most [`ATTACHED_LIMIT_BYTES`].
    #[n(5)]
    pub content: Part,
    /// A small picture of it for lists; never the evidence.
    #[n(6)]
    pub thumbnail: Option<Part>,
    /// Where it was taken.
    #[n(7)]
    pub position: PositionReport,
}

/// What an attached part shows or proves.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum PartKind {
    /// Proof of authority (授权书、工牌、名片、营业执照).
    #[n(0)]
    ProofOfAuthority,
    /// The place of business (现场).
    #[n(1)]
    Site,
    /// The sheet with the company's seal on it (盖章件).
    #[n(2)]
    StampedSheet,
    /// The goods that were delivered or are disputed (货物).
    #[n(3)]
    Goods,
    /// A recording that was announced (录音).
    #[n(4)]
    Audio,
    /// Anything else.
    #[n(5)]
    Other,
}
