//! Small attachments, several in one request.

use minicbor::{Decode, Encode};

use crate::domain::ids::Digest;

/// Largest attachment that travels together with others.
pub const PART_LIMIT_BYTES: usize = 64 << 10;
/// Most bytes of attachments in one request: what is lost when it breaks off is no more than a chunk.
pub const PARTS_LIMIT_BYTES: usize = 256 << 10;
/// Most attachments in one request.
pub const PARTS_LIMIT: usize = 100;

/// Whole attachments, each at most [`PART_LIMIT_BYTES`]; together at most [`PARTS_LIMIT_BYTES`] and [`PARTS_LIMIT`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PartsRequest {
    /// Their bytes; each is named by its SHA-256.
    #[n(0)]
    pub parts: Vec<PartBytes>,
}

/// The bytes of one attachment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct PartBytes(#[cbor(with = "minicbor::bytes")] pub Vec<u8>);

/// What became of each attachment, in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PartsAnswer {
    /// One for each.
    #[n(0)]
    pub parts: Vec<PartVerdict>,
}

/// What became of one attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PartVerdict {
    /// The SHA-256 of the bytes as they came.
    #[n(0)]
    pub digest: Digest,
    /// What became of it.
    #[n(1)]
    pub state: PartState,
}

/// Whether an attachment was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum PartState {
    /// Kept whole.
    #[n(0)]
    Complete,
    /// Not kept: the device's share of the server's space is used up. Offer it again later.
    #[n(1)]
    NoRoom,
    /// Not kept: the device was revoked, and no entry that it pushed names this attachment.
    #[n(2)]
    NotNamed,
}
