//! Sealing: from here on no byte changes.
//!
//! An entry's payload is deterministic CBOR. Entries that a court may see alone (acknowledgement, promise, refusal,
//! amendment, and every desk decision) carry their own `COSE_Sign1` (RFC 9052 §4.2) with detached payload; routine entries
//! are covered by the signature over the chain head of each push.

use minicbor::{Decode, Encode};

use crate::domain::ids::Digest;

/// The external additional data under an entry's signature: its type string.
pub const ENTRY_AAD: &[u8] = b"countersign-entry-1";
/// The external additional data under a snapshot's signature.
pub const SNAPSHOT_AAD: &[u8] = b"countersign-snapshot-1";

/// An entry as it travels and is stored: bytes, never re-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedEntry {
    /// Deterministic CBOR of an [`crate::journal::Entry`].
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub payload: Vec<u8>,
    /// `COSE_Sign1` with detached payload, for the kinds that are signed by themselves.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Option<Vec<u8>>,
}

impl SealedEntry {
    /// The hash that the next entry of the chain names.
    #[must_use]
    pub fn hash(&self) -> Digest {
        Digest::of(&self.payload)
    }
}

/// A snapshot as it travels and is stored.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedSnapshot {
    /// Deterministic CBOR of a [`crate::snapshots::Snapshot`].
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub payload: Vec<u8>,
    /// `COSE_Sign1` by the server key, with detached payload.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

impl SealedSnapshot {
    /// The snapshot's id.
    #[must_use]
    pub fn id(&self) -> Digest {
        Digest::of(&self.payload)
    }
}
