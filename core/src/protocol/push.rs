//! What a device offers, and the server's verdicts.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

pub use crate::domain::ids::EnvelopeId;
use crate::domain::ids::{ChainId, Digest, DocumentId};
use crate::domain::time::Instant;
use crate::journal::seal::SealedEntry;

/// Up to [`super::PUSH_LIMIT_ENVELOPES`] envelopes, entries before documents, in chain order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PushRequest {
    /// Number of the last entry on the device's chain, sent or not; 0 when there is none.
    #[n(0)]
    pub head_seq: u64,
    /// Its hash; zeros when there is none.
    #[n(1)]
    pub head: Digest,
    /// The offered objects.
    #[n(2)]
    pub envelopes: Vec<Envelope>,
    /// Signature by the device key over [`PushRequest::signed_bytes`]: raw r‖s, 64 bytes, low-S. It covers routine
    /// entries (through the chain) and document changes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

impl PushRequest {
    /// What `signature` signs: the chain head and the digest of every envelope.
    #[must_use]
    pub fn signed_bytes(head_seq: u64, head: Digest, envelopes: &[Envelope]) -> Vec<u8> {
        let digests: Vec<Digest> = envelopes.iter().map(Envelope::digest).collect();
        let mut parts: Vec<&[u8]> = vec![b"countersign-push-1"];
        let seq = head_seq.to_be_bytes();
        parts.push(&seq);
        parts.push(&head.0);
        parts.extend(digests.iter().map(|digest| digest.0.as_slice()));
        Digest::of_parts(&parts).0.to_vec()
    }
}

/// One offered object under a client-made id.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Envelope {
    /// Made and stored before the first send: the same id with the same bytes gets the same verdict again.
    #[n(0)]
    pub id: EnvelopeId,
    /// The policy the device worked under.
    #[n(1)]
    pub policy_epoch: u64,
    /// The object.
    #[n(2)]
    pub object: Object,
}

impl Envelope {
    /// The digest of its deterministic CBOR bytes.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&minicbor::to_vec(self).expect("writing CBOR into a vector has no failing sink"))
    }
}

/// What can be offered.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Object {
    /// An entry of the device's chain.
    #[n(0)]
    Entry(#[n(0)] SealedEntry),
    /// Consecutive changes of one actor of one document.
    #[n(1)]
    Run(#[n(0)] Run),
}

/// A run: consecutive raw automerge changes of one (document, actor).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Run {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The chain whose actor wrote it.
    #[n(1)]
    pub chain: ChainId,
    /// Numbers the actors of that chain.
    #[n(2)]
    pub actor_epoch: u32,
    /// Raw change chunks in sequence order; each is one change.
    #[n(3)]
    pub changes: Vec<ChangeBytes>,
}

/// The raw bytes of one automerge change chunk, as they came.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct ChangeBytes(#[cbor(with = "minicbor::bytes")] pub Vec<u8>);

/// The server's answer: one verdict for each envelope, in order, under one signature. Behind them come the new verdicts of
/// earlier envelopes of this device that were held and could now be admitted, as when a gap has been filled.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PushAnswer {
    /// In the order of the envelopes; then those of earlier ones that were admitted meanwhile.
    #[n(0)]
    pub verdicts: Vec<Verdict>,
    /// The server's time.
    #[n(1)]
    pub time: Instant,
    /// Signature by the server key over [`PushAnswer::signed_bytes`]: raw r‖s, 64 bytes, low-S. With the verdict it is
    /// the receipt.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

impl PushAnswer {
    /// What `signature` signs.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn signed_bytes(verdicts: &[Verdict], time: Instant) -> Vec<u8> {
        let verdicts: Vec<Vec<u8>> = verdicts
            .iter()
            .map(|verdict| {
                minicbor::to_vec(verdict).expect("writing CBOR into a vector has no failing sink")
            })
            .collect();
        let time = time.ms().to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![b"countersign-receipt-1", &time];
        parts.extend(verdicts.iter().map(Vec::as_slice));
        Digest::of_parts(&parts).0.to_vec()
    }
}

/// What became of one envelope.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Verdict {
    /// Which envelope.
    #[n(0)]
    pub id: EnvelopeId,
    /// Digest of the envelope's bytes as received: the receipt names every byte it covers.
    #[n(1)]
    pub digest: Digest,
    /// The verdict.
    #[n(2)]
    pub kind: VerdictKind,
}

/// Admitted, or kept but held.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum VerdictKind {
    /// In the journal under this sequence number; said again, with the same number, when the envelope comes again.
    #[n(0)]
    Admitted(#[n(0)] u64),
    /// Kept in quarantine, not applied; somebody decides.
    #[n(1)]
    Held(#[n(0)] HeldCode, #[n(1)] String),
}

/// Why an object is held. The words a person reads come from the catalogs, keyed by this code.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum HeldCode {
    /// The device was revoked.
    #[n(0)]
    Revoked,
    /// The stop or customer is no longer in the device's scope.
    #[n(1)]
    OutOfScope,
    /// The bytes are not in the required form.
    #[n(2)]
    Malformed,
    /// A signature does not verify.
    #[n(3)]
    BadSignature,
    /// The chain number is already taken by other bytes: a copied phone.
    #[n(4)]
    ForkedChain,
    /// An earlier entry of the chain has not arrived.
    #[n(5)]
    GapInChain,
    /// The change was written under an actor that is not bound to this device and document.
    #[n(6)]
    ForeignActor,
    /// The actor's change number is already taken by another change.
    #[n(7)]
    ForkedActor,
    /// A change that this one depends on has not arrived.
    #[n(8)]
    MissingDependency,
    /// Larger than allowed.
    #[n(9)]
    TooLarge,
    /// This role may not write that.
    #[n(10)]
    NotAllowed,
    /// The entry names something that does not exist here.
    #[n(11)]
    UnknownSubject,
    /// The same envelope id came before with other bytes.
    #[n(12)]
    IdReused,
    /// Not even kept: this device's share of quarantine is used up. The phone keeps it and offers it again.
    #[n(13)]
    NoRoom,
}
