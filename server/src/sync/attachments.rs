//! Attachments of devices, each within its device's share of the space.
//!
//! Room is taken before bytes are kept, so that a broken transfer counts too. A revoked device brings only what an entry
//! that it pushed names, within a share of its own that begins with the revocation.

use countersign_core::domain::ids::Digest;
use countersign_core::protocol::parts::{
    PART_LIMIT_BYTES, PARTS_LIMIT, PARTS_LIMIT_BYTES, PartBytes,
};
use countersign_core::protocol::{
    BLOB_CHUNK_BYTES, BlobChunk, PartState, PartVerdict, PartsAnswer, PartsRequest,
};

use super::error::SyncError;
use crate::auth::devices::Device;
use crate::blobs::Presence;
use crate::journal::{Amount, Batch, KeptAttachment};
use crate::organisation::Organisation;

/// Keeps small attachments whole.
pub(super) fn put_parts(
    organisation: &Organisation,
    device: &Device,
    request: PartsRequest,
) -> Result<PartsAnswer, SyncError> {
    let size: usize = request.parts.iter().map(|part| part.0.len()).sum();
    let is_small = |part: &PartBytes| part.0.len() <= PART_LIMIT_BYTES;
    if request.parts.len() > PARTS_LIMIT
        || size > PARTS_LIMIT_BYTES
        || !request.parts.iter().all(is_small)
    {
        return Err(SyncError::TooLarge);
    }
    let mut room = Room::of(organisation, device)?;
    let mut parts = Vec::with_capacity(request.parts.len());
    for part in &request.parts {
        let digest = Digest::of(&part.0);
        let state = room.take(digest, bytes(part.0.len()))?;
        parts.push(PartVerdict { digest, state });
    }
    room.commit()?;
    for (part, verdict) in request.parts.into_iter().zip(&parts) {
        if verdict.state == PartState::Complete {
            organisation.blobs().put(part.0)?;
        }
    }
    Ok(PartsAnswer { parts })
}

/// Keeps one chunk of a large one.
pub(super) fn put_chunk(
    organisation: &Organisation,
    device: &Device,
    blob: Digest,
    chunk: BlobChunk,
) -> Result<Presence, SyncError> {
    let size = bytes(BLOB_CHUNK_BYTES)
        .saturating_mul(u64::from(chunk.of.saturating_sub(1)))
        .saturating_add(bytes(chunk.bytes.len()));
    let mut room = Room::of(organisation, device)?;
    match room.take(blob, size)? {
        PartState::Complete => room.commit()?,
        PartState::NoRoom => return Err(SyncError::NoRoom),
        PartState::NotNamed => return Err(SyncError::NotNamed),
    }
    Ok(organisation.blobs().put_chunk(blob, chunk)?)
}

/// The room that a device has left, while a request is answered.
struct Room<'a> {
    organisation: &'a Organisation,
    device: &'a Device,
    used: Amount,
    share: Amount,
    taken: Vec<KeptAttachment>,
}

impl<'a> Room<'a> {
    fn of(organisation: &'a Organisation, device: &'a Device) -> Result<Self, SyncError> {
        let quotas = organisation.quotas();
        let usage = organisation.journal().usage(device.id, device.revoked)?;
        Ok(Self {
            organisation,
            device,
            used: usage.attachments,
            share: match device.revoked {
                Some(_) => quotas.revoked(),
                None => quotas.attachments(),
            },
            taken: Vec::new(),
        })
    }

    /// Takes room for an attachment; one that has begun has its room.
    fn take(&mut self, blob: Digest, size_bytes: u64) -> Result<PartState, SyncError> {
        let known = self
            .organisation
            .journal()
            .attachment(self.device.id, blob)?;
        if known.is_kept || self.taken.iter().any(|taken| taken.blob == blob) {
            return Ok(PartState::Complete);
        }
        if self.device.revoked.is_some() && !known.is_named {
            return Ok(PartState::NotNamed);
        }
        let used = self.used.and(size_bytes);
        if !used.fits(self.share) {
            return Ok(PartState::NoRoom);
        }
        self.used = used;
        self.taken.push(KeptAttachment {
            device: self.device.id,
            blob,
            size_bytes,
        });
        Ok(PartState::Complete)
    }

    fn commit(self) -> Result<(), SyncError> {
        if !self.taken.is_empty() {
            self.organisation.commit(Batch {
                received: self.organisation.clock().read().wall,
                attachments: self.taken,
                ..Batch::default()
            })?;
        }
        Ok(())
    }
}

fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
