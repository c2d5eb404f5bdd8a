//! What a device is sent: frames in feed order, each usable on its own.

use minicbor::{Decode, Encode};

use crate::documents::DocumentKind;
use crate::domain::ids::{ChainId, Digest, DocumentId, UserId};
use crate::domain::time::Instant;
use crate::journal::entry::Scope;
use crate::journal::seal::{SealedEntry, SealedSnapshot};
use crate::protocol::push::Run;

/// A place in the feed. Opaque to the device; it never expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Cursor {
    /// Changes when the server was restored from a backup.
    #[n(0)]
    pub server_epoch: u32,
    /// Everything up to this sequence number has been seen.
    #[n(1)]
    pub seq: u64,
}

/// One piece of a pull. Applied in one transaction together with its cursor.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Frame {
    /// A document the device did not have: the whole, compact, with who its actors are.
    #[n(0)]
    Document(#[n(0)] Box<DocumentFrame>),
    /// Runs that came since, for a document that the device has.
    #[n(1)]
    Changes(#[n(0)] Box<ChangesFrame>),
    /// An entry of another chain, or of this device when it lost its store.
    #[n(2)]
    Entry(#[n(0)] Box<EntryFrame>),
    /// A server-signed snapshot.
    #[n(3)]
    Snapshot(#[n(0)] Box<SnapshotFrame>),
    /// The device may no longer hold this scope; it drops it after its own unsent work was pushed.
    #[n(4)]
    Revoke(#[n(0)] RevokeFrame),
    /// The feed is exhausted.
    #[n(5)]
    End(#[n(0)] PullEnd),
}

/// A whole document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocumentFrame {
    /// Resume here.
    #[n(0)]
    pub cursor: Cursor,
    /// The document.
    #[n(1)]
    pub document: DocumentId,
    /// Its kind.
    #[n(2)]
    pub kind: DocumentKind,
    /// Whose it is.
    #[n(3)]
    pub scope: Scope,
    /// automerge's save format.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// Who wrote under which actor.
    #[n(5)]
    pub actors: Vec<ActorOwner>,
    /// Signature by the server key over [`DocumentFrame::signed_bytes`].
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Vec<u8>,
}

impl DocumentFrame {
    /// What `signature` signs.
    #[must_use]
    pub fn signed_bytes(document: DocumentId, bytes: &[u8]) -> Vec<u8> {
        Digest::of_parts(&[b"countersign-document-1", document.as_bytes(), bytes])
            .0
            .to_vec()
    }
}

/// Names the person behind an actor, for conflicts and history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ActorOwner {
    /// The chain.
    #[n(0)]
    pub chain: ChainId,
    /// Numbers the chain's actors.
    #[n(1)]
    pub actor_epoch: u32,
    /// The person.
    #[n(2)]
    pub user: UserId,
}

/// Runs for a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChangesFrame {
    /// Resume here.
    #[n(0)]
    pub cursor: Cursor,
    /// In feed order.
    #[n(1)]
    pub runs: Vec<Run>,
    /// Who wrote them.
    #[n(2)]
    pub actors: Vec<ActorOwner>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EntryFrame {
    /// Resume here.
    #[n(0)]
    pub cursor: Cursor,
    /// The entry.
    #[n(1)]
    pub entry: SealedEntry,
    /// For an entry that is not signed by itself, the receipt: signature by the server key over
    /// [`EntryFrame::signed_bytes`], raw r‖s, 64 bytes, low-S.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub receipt: Option<Vec<u8>>,
}

impl EntryFrame {
    /// What `receipt` signs: the server admitted the entry whose bytes hash to this.
    #[must_use]
    pub fn signed_bytes(hash: Digest) -> Vec<u8> {
        Digest::of_parts(&[b"countersign-entry-receipt-1", &hash.0])
            .0
            .to_vec()
    }
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SnapshotFrame {
    /// Resume here.
    #[n(0)]
    pub cursor: Cursor,
    /// Whose it is.
    #[n(1)]
    pub scope: Scope,
    /// The snapshot.
    #[n(2)]
    pub snapshot: SealedSnapshot,
}

/// A lost scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RevokeFrame {
    /// Resume here.
    #[n(0)]
    pub cursor: Cursor,
    /// What to drop.
    #[n(1)]
    pub scope: Scope,
}

/// The end of a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PullEnd {
    /// Next time from here.
    #[n(0)]
    pub cursor: Cursor,
    /// The server's time.
    #[n(1)]
    pub time: Instant,
    /// Digest of all that the device should now hold; see [`ScopeDigest`].
    #[n(2)]
    pub scope_digest: ScopeDigest,
    /// More frames are ready: pull again from `cursor`.
    #[n(3)]
    pub more: More,
}

/// Whether another pull would bring something at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum More {
    /// The feed is exhausted.
    #[n(0)]
    No,
    /// Pull again.
    #[n(1)]
    Yes,
}

/// An order-independent digest of a set of objects: the sum, modulo 2^128, of the first 16 bytes (big-endian) of each
/// object's digest. Adding and removing one object costs one addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScopeDigest(pub u128);

impl ScopeDigest {
    /// The digest that a document with these heads adds.
    #[must_use]
    pub fn of_document(document: DocumentId, heads: Digest) -> Self {
        Self::of(&Digest::of_parts(&[
            b"document",
            document.as_bytes(),
            &heads.0,
        ]))
    }

    /// The digest that an entry adds, by the hash of its bytes.
    #[must_use]
    pub fn of_entry(hash: Digest) -> Self {
        Self::of(&Digest::of_parts(&[b"entry", &hash.0]))
    }

    /// The digest that a snapshot adds.
    #[must_use]
    pub fn of_snapshot(id: Digest) -> Self {
        Self::of(&Digest::of_parts(&[b"snapshot", &id.0]))
    }

    fn of(digest: &Digest) -> Self {
        let mut first = [0; 16];
        first
            .iter_mut()
            .zip(digest.0)
            .for_each(|(to, from)| *to = from);
        Self(u128::from_be_bytes(first))
    }

    /// With `other` added.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// With `other` taken away.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }
}

impl<C> Encode<C> for ScopeDigest {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0.to_be_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for ScopeDigest {
    fn decode(
        d: &mut minicbor::Decoder<'b>,
        _ctx: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        <[u8; 16]>::try_from(d.bytes()?)
            .map(|bytes| Self(u128::from_be_bytes(bytes)))
            .map_err(|_length| minicbor::decode::Error::message("a scope digest has 16 bytes"))
    }
}

/// All that the device holds and has receipts for, after unequal digests.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RepairRequest {
    /// Document and digest of its heads.
    #[n(0)]
    pub documents: Vec<(DocumentId, Digest)>,
    /// Hashes of entries.
    #[n(1)]
    pub entries: Vec<Digest>,
    /// Ids of snapshots.
    #[n(2)]
    pub snapshots: Vec<Digest>,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Repair {
    /// Objects that the device lacks or holds in another state.
    #[n(0)]
    pub frames: Vec<Frame>,
    /// Entries that the server lacks: the device offers them again.
    #[n(1)]
    pub missing_entries: Vec<Digest>,
    /// Documents whose changes the server lacks: the device offers its own again.
    #[n(2)]
    pub missing_changes: Vec<DocumentId>,
    /// Objects outside the device's scope: it drops them.
    #[n(3)]
    pub drop_documents: Vec<DocumentId>,
}
