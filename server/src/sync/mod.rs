//! The server half of the sync protocol; `docs/sync-protocol.md` tells the whole story.

mod admission;
mod attachments;
mod codec;
mod disputes;
mod enrol;
pub mod error;
pub mod http;
mod judge;
mod pull;
pub(crate) mod release;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use countersign_core::domain::ids::{DeviceId, Digest};
use countersign_core::journal::Scope;
use countersign_core::protocol::{
    BlobChunk, BlobState, Cursor, EnrolAnswer, EnrolRequest, Frame, PUSH_LIMIT_ENVELOPES,
    PartsAnswer, PartsRequest, PushAnswer, PushRequest, Repair, RepairRequest, SessionAnswer,
    SessionRequest, SyncProtocol,
};

use crate::app::App;
use crate::auth::devices::Device;
use crate::blobs::Presence;
use crate::organisation::Organisation;

pub use error::SyncError;

/// The server, as devices see it. All methods block: call them from a blocking thread.
#[derive(Debug, Clone)]
pub struct SyncServer {
    app: App,
}

impl SyncServer {
    /// Over an open server.
    #[must_use]
    pub const fn new(app: App) -> Self {
        Self { app }
    }

    fn device(&self, id: DeviceId) -> Result<(Device, Arc<Organisation>), SyncError> {
        let device = self
            .app
            .accounts()
            .device(id)?
            .ok_or(SyncError::NoSession)?;
        let organisation = self
            .app
            .organisation(device.organisation)
            .ok_or(SyncError::NoSession)?;
        Ok((device, organisation))
    }

    fn not_revoked(&self, id: DeviceId) -> Result<(Device, Arc<Organisation>), SyncError> {
        let (device, organisation) = self.device(id)?;
        if device.revoked.is_some() {
            Err(SyncError::Revoked)
        } else {
            Ok((device, organisation))
        }
    }

    /// What is there of an attachment.
    pub fn blob_presence(&self, device: DeviceId, blob: Digest) -> Result<Presence, SyncError> {
        let (_device, organisation) = self.device(device)?;
        Ok(organisation.blobs().presence(blob)?)
    }

    /// Keeps one chunk of an attachment; what is there of it then.
    pub fn put_chunk(
        &self,
        device: DeviceId,
        blob: Digest,
        chunk: BlobChunk,
    ) -> Result<Presence, SyncError> {
        let (device, organisation) = self.device(device)?;
        attachments::put_chunk(&organisation, &device, blob, chunk)
    }
}

impl SyncProtocol for SyncServer {
    type Error = SyncError;

    fn enrol(&self, request: EnrolRequest) -> Result<EnrolAnswer, SyncError> {
        enrol::enrol(&self.app, &request)
    }

    fn session(&self, request: SessionRequest) -> Result<SessionAnswer, SyncError> {
        enrol::session(&self.app, &request)
    }

    fn push(&self, device: DeviceId, request: PushRequest) -> Result<PushAnswer, SyncError> {
        if request.envelopes.len() > PUSH_LIMIT_ENVELOPES {
            return Err(SyncError::TooLarge);
        }
        let (device, organisation) = self.device(device)?;
        admission::push(&organisation, &device, &request)
    }

    fn pull(&self, device: DeviceId, cursor: Option<Cursor>) -> Result<Vec<Frame>, SyncError> {
        let (device, organisation) = self.device(device)?;
        let mut pull = pull::Pull::begin(&organisation, &device, cursor)?;
        let mut frames = Vec::new();
        while let Some(page) = pull.page()? {
            frames.extend(page);
        }
        Ok(frames)
    }

    fn repair(&self, device: DeviceId, request: RepairRequest) -> Result<Repair, SyncError> {
        let (device, organisation) = self.device(device)?;
        pull::repair(&organisation, &device, &request)
    }

    fn blob_chunks(&self, device: DeviceId, blob: Digest) -> Result<Vec<u32>, SyncError> {
        Ok(match self.blob_presence(device, blob)? {
            Presence::Chunks(chunks) => chunks.into_iter().collect(),
            Presence::Complete => vec![],
        })
    }

    fn put_blob_chunk(
        &self,
        device: DeviceId,
        blob: Digest,
        chunk: BlobChunk,
    ) -> Result<BlobState, SyncError> {
        Ok(match self.put_chunk(device, blob, chunk)? {
            Presence::Complete => BlobState::Complete,
            Presence::Chunks(_) => BlobState::Partial,
        })
    }

    fn put_parts(&self, device: DeviceId, request: PartsRequest) -> Result<PartsAnswer, SyncError> {
        let (device, organisation) = self.device(device)?;
        attachments::put_parts(&organisation, &device, request)
    }

    fn blob(&self, device: DeviceId, blob: Digest) -> Result<Vec<u8>, SyncError> {
        let (device, organisation) = self.not_revoked(device)?;
        let journal = organisation.journal();
        let mut is_in_scope = false;
        for scope in journal.blob_scopes(blob)? {
            is_in_scope |= scope != Scope::Office && journal.is_granted(device.user, scope)?;
        }
        if !is_in_scope {
            return Err(SyncError::NotFound);
        }
        organisation.blobs().read(blob)?.ok_or(SyncError::NotFound)
    }
}
