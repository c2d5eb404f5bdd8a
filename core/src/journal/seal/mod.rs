//! Sealing: from here on no byte changes.
//!
//! An entry's payload is deterministic CBOR. Entries that a court may see alone (acknowledgement, promise, refusal,
//! amendment, and every desk decision) carry their own `COSE_Sign1` (RFC 9052 §4.2) with detached payload; routine entries
//! are covered by the signature over the chain head of each push.

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};
use minicbor::{Decode, Encode};

use crate::domain::ids::Digest;
use crate::journal::signer::{DeviceSigner, SignerError, VerifyError, verify_raw};
use crate::journal::{Entry, limits};
use crate::snapshots::Snapshot;

/// The external additional data under an entry's signature: its type string.
pub const ENTRY_AAD: &[u8] = b"countersign-entry-1";
/// The external additional data under a snapshot's signature.
pub const SNAPSHOT_AAD: &[u8] = b"countersign-snapshot-1";

/// Largest payload of an entry.
pub const ENTRY_LIMIT_BYTES: usize = 1 << 20;
/// Largest payload of a snapshot: a ledger of 100,000 receivables stays below it.
pub const SNAPSHOT_LIMIT_BYTES: usize = 64 << 20;
/// Largest `COSE_Sign1` that is looked at.
const COSE_LIMIT_BYTES: usize = 512;

/// Why something could not be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key refused.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A text or list is longer than its documentation allows.
    #[error(transparent)]
    Limit(#[from] limits::OverLimit),
    /// The payload would be larger than allowed.
    #[error("the payload has {size_bytes} bytes; at most {limit_bytes} are allowed")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
        /// What is allowed.
        limit_bytes: usize,
    },
    /// coset could not write the signature's structure.
    #[error("the signature could not be written: {0}")]
    Cose(String),
}

/// Why sealed bytes are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Larger than allowed.
    #[error("the payload has {size_bytes} bytes; at most {limit_bytes} are allowed")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
        /// What is allowed.
        limit_bytes: usize,
    },
    /// Not CBOR of the expected shape.
    #[error("the payload is not of the expected form: {0}")]
    Malformed(String),
    /// The bytes are not the one deterministic encoding of what they say.
    #[error("the payload is not in deterministic form: it does not re-encode to itself")]
    NotDeterministic,
    /// A format version that this program does not know.
    #[error("format version {0} is not known; update the app")]
    UnknownVersion(u8),
    /// A text or list is longer than its documentation allows.
    #[error(transparent)]
    Limit(#[from] limits::OverLimit),
    /// The kind must carry a signature of its own and has none, or the other way round.
    #[error("an entry of this kind {}", if *.wanted { "must be signed by itself and is not" } else { "is not signed by itself but carries a signature" })]
    Signedness {
        /// Whether a signature was wanted.
        wanted: bool,
    },
    /// The structure around the signature is not exactly as specified.
    #[error("the signature's structure is not as specified: {0}")]
    Structure(&'static str),
    /// The signature does not stand.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

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

impl Entry {
    /// Encodes the entry and, for the kinds that a court may see alone, signs it.
    ///
    /// # Errors
    /// [`SealError`]: the key refused, or a text is longer than allowed.
    pub fn seal(&self, signer: &dyn DeviceSigner) -> Result<SealedEntry, SealError> {
        limits::check_entry(self)?;
        let payload = encoded(self);
        sized(payload.len(), ENTRY_LIMIT_BYTES)?;
        let signature = if self.fact.is_signed_alone() {
            Some(sign_detached(signer, &payload, ENTRY_AAD)?)
        } else {
            None
        };
        Ok(SealedEntry { payload, signature })
    }
}

impl SealedEntry {
    /// Reads the entry; checks size, deterministic form, version and limits, not the signature.
    ///
    /// # Errors
    /// Each variant of [`OpenError`] but those about signatures.
    pub fn open(&self) -> Result<Entry, OpenError> {
        let entry: Entry = decoded(&self.payload, ENTRY_LIMIT_BYTES)?;
        if entry.version != 1 {
            return Err(OpenError::UnknownVersion(entry.version));
        }
        limits::check_entry(&entry)?;
        let wanted = entry.fact.is_signed_alone();
        if wanted == self.signature.is_some() {
            Ok(entry)
        } else {
            Err(OpenError::Signedness { wanted })
        }
    }

    /// As [`SealedEntry::open`], and checks the entry's own signature, where its kind has one, under `public_key`.
    ///
    /// # Errors
    /// Each variant of [`OpenError`].
    pub fn verify(&self, public_key: &[u8]) -> Result<Entry, OpenError> {
        let entry = self.open()?;
        if let Some(signature) = &self.signature {
            verify_detached(public_key, &self.payload, signature, ENTRY_AAD)?;
        }
        Ok(entry)
    }
}

impl Snapshot {
    /// Encodes and signs the snapshot.
    ///
    /// # Errors
    /// [`SealError`]: the key refused, or the snapshot is too large.
    pub fn seal(&self, signer: &dyn DeviceSigner) -> Result<SealedSnapshot, SealError> {
        let payload = encoded(self);
        sized(payload.len(), SNAPSHOT_LIMIT_BYTES)?;
        let signature = sign_detached(signer, &payload, SNAPSHOT_AAD)?;
        Ok(SealedSnapshot { payload, signature })
    }
}

impl SealedSnapshot {
    /// Reads the snapshot; checks size and deterministic form, not the signature.
    ///
    /// # Errors
    /// Each variant of [`OpenError`] but those about signatures.
    pub fn open(&self) -> Result<Snapshot, OpenError> {
        decoded(&self.payload, SNAPSHOT_LIMIT_BYTES)
    }

    /// As [`SealedSnapshot::open`], and checks the signature under `public_key`, the server's.
    ///
    /// # Errors
    /// Each variant of [`OpenError`].
    pub fn verify(&self, public_key: &[u8]) -> Result<Snapshot, OpenError> {
        verify_detached(public_key, &self.payload, &self.signature, SNAPSHOT_AAD)?;
        self.open()
    }
}

/// Names a key inside a signature: the first 16 bytes of the SHA-256 of its public point.
#[must_use]
pub fn key_id(public_key: &[u8]) -> Vec<u8> {
    Digest::of(public_key).0.iter().take(16).copied().collect()
}

fn encoded(value: &impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing CBOR into a vector has no failing sink")
}

fn decoded<'b, T: Decode<'b, ()> + Encode<()>>(
    payload: &'b [u8],
    limit_bytes: usize,
) -> Result<T, OpenError> {
    if payload.len() > limit_bytes {
        return Err(OpenError::TooLarge {
            size_bytes: payload.len(),
            limit_bytes,
        });
    }
    let value: T =
        minicbor::decode(payload).map_err(|source| OpenError::Malformed(source.to_string()))?;
    if encoded(&value) == payload {
        Ok(value)
    } else {
        Err(OpenError::NotDeterministic)
    }
}

const fn sized(size_bytes: usize, limit_bytes: usize) -> Result<(), SealError> {
    if size_bytes > limit_bytes {
        Err(SealError::TooLarge {
            size_bytes,
            limit_bytes,
        })
    } else {
        Ok(())
    }
}

/// A `COSE_Sign1` with detached payload and `aad` as external data.
pub(crate) fn sign_detached(
    signer: &dyn DeviceSigner,
    payload: &[u8],
    aad: &[u8],
) -> Result<Vec<u8>, SealError> {
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::ES256)
        .key_id(key_id(&signer.public_key()?))
        .build();
    CoseSign1Builder::new()
        .protected(protected)
        .try_create_detached_signature(payload, aad, |bytes| {
            signer.sign(bytes).map(|signature| signature.to_vec())
        })?
        .build()
        .to_vec()
        .map_err(|source| SealError::Cose(source.to_string()))
}

/// Checks what [`sign_detached`] made, and that it has the one encoding.
pub(crate) fn verify_detached(
    public_key: &[u8],
    payload: &[u8],
    cose: &[u8],
    aad: &[u8],
) -> Result<(), OpenError> {
    if cose.len() > COSE_LIMIT_BYTES {
        return Err(OpenError::Structure("it is larger than any such signature"));
    }
    let sign1 = CoseSign1::from_slice(cose)
        .map_err(|_source| OpenError::Structure("it is no COSE_Sign1"))?;
    let expected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::ES256)
        .key_id(key_id(public_key))
        .build();
    if sign1.payload.is_some() {
        return Err(OpenError::Structure("its payload is not detached"));
    }
    if !sign1.unprotected.is_empty() {
        return Err(OpenError::Structure("its unprotected header is not empty"));
    }
    if sign1.protected.header != expected {
        return Err(OpenError::Structure(
            "its protected header is not {alg ES256, kid of this key}",
        ));
    }
    sign1.verify_detached_signature(payload, aad, |signature, bytes| {
        verify_raw(public_key, bytes, signature)
    })?;
    // The structure itself has one encoding too, so that no second envelope verifies for the same entry.
    let again = sign1
        .to_vec()
        .map_err(|_source| OpenError::Structure("it cannot be written again"))?;
    if again == cose {
        Ok(())
    } else {
        Err(OpenError::Structure("it is not in deterministic form"))
    }
}

#[cfg(test)]
mod tests;
