//! Who writes in a document.

use std::fmt;

use sha2::Digest as _;

use crate::domain::ids::{ChainId, DocumentId};
use crate::domain::time::Instant;

/// An automerge actor: always 16 bytes here, and always computed, so that nobody can write under another's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub [u8; 16]);

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorId({self})")
    }
}

/// The actor of a chain in a document: the first 16 bytes of the SHA-256 of chain, document and epoch (4 bytes,
/// big-endian). A device that lost its store goes on under the next epoch.
#[must_use]
pub fn actor_of(chain: ChainId, document: DocumentId, epoch: u32) -> ActorId {
    let mut hasher = sha2::Sha256::new();
    hasher.update(chain.as_bytes());
    hasher.update(document.as_bytes());
    hasher.update(epoch.to_be_bytes());
    let mut actor = [0; 16];
    actor
        .iter_mut()
        .zip(hasher.finalize())
        .for_each(|(to, from)| *to = from);
    ActorId(actor)
}

/// Who writes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer {
    /// The device's or desk user's chain.
    pub chain: ChainId,
    /// Numbers the chain's actors.
    pub epoch: u32,
    /// The wall clock, kept as the change's time in milliseconds; a conflict shows it.
    pub at: Instant,
}

impl Writer {
    /// The actor under which this writer writes in `document`.
    #[must_use]
    pub fn actor(&self, document: DocumentId) -> ActorId {
        actor_of(self.chain, document, self.epoch)
    }
}
