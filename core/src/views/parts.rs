//! What is attached to a stop.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::ids::{CaptureId, EntryId, StopId};
use crate::domain::media_type::MediaType;
use crate::journal::facts::PartKind;
use crate::views::ObjectState;

/// Bytes inside JSON: base 64 with padding (RFC 4648 §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Ok(Self(bytes))
    }
}

/// One page of what is attached to a stop, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PartsView {
    /// The page.
    pub rows: Vec<PartRow>,
    /// How many are attached to the stop, on all pages.
    pub total: u64,
    /// What was begun on this device and is not attached yet; at most 50.
    pub captures: Vec<CaptureRow>,
}

/// A photo, sound or file of a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PartRow {
    /// The entry that attached it.
    pub entry: EntryId,
    /// The entry that it belongs to.
    pub about: Option<EntryId>,
    /// What it shows or proves.
    pub part: PartKind,
    /// What the bytes are.
    pub media_type: MediaType,
    /// Its name on the device that took it; may be empty.
    pub name: String,
    /// What is to be seen or heard; may be empty.
    pub caption: String,
    /// Its size.
    pub size_bytes: u64,
    /// When, by that device's wall clock.
    pub at_ms: i64,
    /// Who; empty when not known here.
    pub author_name: String,
    /// How far it has come.
    pub state: ObjectState,
    /// Files of it that are complete on the server.
    pub parts_complete: u64,
    /// Files of it.
    pub parts_total: u64,
    /// The small picture, when there is one on this device.
    pub thumbnail: Option<Base64>,
    /// Whether the bytes are on this device, so that they can be opened.
    pub is_here: bool,
}

/// What `part.begin` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Begun {
    /// The capture that takes the pieces.
    pub capture: CaptureId,
}

/// A file that was begun to be handed over and is not attached: the app ended in between, or the user still looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CaptureRow {
    /// The capture.
    pub capture: CaptureId,
    /// What it was to show or prove.
    pub part: PartKind,
    /// Its name; may be empty.
    pub name: String,
    /// Bytes that are stored.
    pub stored_bytes: u64,
    /// Bytes of the whole.
    pub size_bytes: u64,
    /// When it was begun.
    pub begun_ms: i64,
}

/// A piece of an attached file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PartPiece {
    /// The stop that it is attached to.
    pub stop: Option<StopId>,
    /// The name of RFC 6838 for the whole.
    pub media_type: String,
    /// Bytes of the whole.
    pub size_bytes: u64,
    /// Where the piece begins.
    pub offset: u64,
    /// At most 768 KiB, a multiple of three but for the last; empty behind the end.
    pub content: Base64,
}
