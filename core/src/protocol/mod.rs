//! The sync protocol: wire types shared by device and server, and the trait that both implement.
//!
//! Bodies are deterministic CBOR, compressed with zstd. `docs/sync-protocol.md` tells the whole story.

pub mod codec;
pub mod frames;
pub mod parts;
pub mod push;
pub mod session;

use crate::domain::ids::{DeviceId, Digest};

pub use frames::{Cursor, Frame, PullEnd, Repair, RepairRequest};
pub use parts::{PartState, PartVerdict, PartsAnswer, PartsRequest};
pub use push::{Envelope, HeldCode, Object, PushAnswer, PushRequest, Verdict, VerdictKind};
pub use session::{EnrolAnswer, EnrolRequest, SessionAnswer, SessionRequest};

/// Largest body of one push, before compression.
pub const PUSH_LIMIT_BYTES: usize = 4 << 20;
/// Most envelopes in one push.
pub const PUSH_LIMIT_ENVELOPES: usize = 500;
/// Size of one chunk of an attachment.
pub const BLOB_CHUNK_BYTES: usize = 256 << 10;
/// The header of the answers to `HEAD` and `PUT` of an attachment: `complete`, or the indices of the chunks that are there,
/// separated by commas; empty when there are none. The status of such an answer is 200 or 204.
pub const CHUNKS_HEADER: &str = "countersign-chunks";
/// Largest attachment.
pub const BLOB_LIMIT_BYTES: u64 = 32 << 20;
/// Largest frame of a pull, before compression: a whole document and what stands around it.
pub const FRAME_LIMIT_BYTES: usize = 5 << 20;

/// What a device can ask of the server. The device half sends it over a transport, the server half does it; the tests
/// run both against each other without a network.
pub trait SyncProtocol {
    /// What can go wrong on this side.
    type Error;

    /// Binds a device to the user for whom the one-time code was issued.
    fn enrol(&self, request: EnrolRequest) -> Result<EnrolAnswer, Self::Error>;
    /// Opens a session of 24 hours by proof of possession of the device key.
    fn session(&self, request: SessionRequest) -> Result<SessionAnswer, Self::Error>;
    /// Offers envelopes; each gets a verdict of its own.
    fn push(&self, device: DeviceId, request: PushRequest) -> Result<PushAnswer, Self::Error>;
    /// What changed in the device's scope since `cursor`, in feed order; the last frame is [`Frame::End`] unless more follows.
    fn pull(&self, device: DeviceId, cursor: Option<Cursor>) -> Result<Vec<Frame>, Self::Error>;
    /// After unequal digests: which objects differ, and their frames.
    fn repair(&self, device: DeviceId, request: RepairRequest) -> Result<Repair, Self::Error>;
    /// Which chunks of an attachment the server has; empty when none.
    fn blob_chunks(&self, device: DeviceId, blob: Digest) -> Result<Vec<u32>, Self::Error>;
    /// Stores one chunk; the attachment is complete when all are there and the whole hashes to `blob`.
    fn put_blob_chunk(
        &self,
        device: DeviceId,
        blob: Digest,
        chunk: BlobChunk,
    ) -> Result<BlobState, Self::Error>;
    /// Stores small attachments whole.
    fn put_parts(
        &self,
        device: DeviceId,
        request: PartsRequest,
    ) -> Result<PartsAnswer, Self::Error>;
    /// The bytes of a complete attachment in the device's scope.
    fn blob(&self, device: DeviceId, blob: Digest) -> Result<Vec<u8>, Self::Error>;
}

/// The body of an answer whose status is no success.
#[derive(Debug, Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct ErrorBody {
    /// A stable name, such as `bad_code`; `docs/http-api.md` lists them.
    #[n(0)]
    pub code: String,
    /// What to do, in English, for a log.
    #[n(1)]
    pub words: String,
}

/// One chunk of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobChunk {
    /// From 0.
    pub index: u32,
    /// How many the attachment has.
    pub of: u32,
    /// At most [`BLOB_CHUNK_BYTES`]; all but the last have exactly that size.
    pub bytes: Vec<u8>,
}

/// Whether an attachment has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobState {
    /// Chunks are missing.
    Partial,
    /// Whole, and hashed by the server.
    Complete,
}
