//! One organisation: its journal, read model, key and attachments.

use std::sync::Arc;

use countersign_core::documents::DocumentKind;
use countersign_core::domain::ids::{Digest, DocumentId, EntryId, OrganisationId, UserId};
use countersign_core::domain::time::Clock;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::Fact;
use countersign_core::journal::seal::{SealedEntry, SealedSnapshot};
use countersign_core::protocol::push::Run;
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::policy::Policy;

/// One thing to append.
#[derive(Debug, Clone)]
pub enum Item {
    /// A sealed entry.
    Entry {
        /// Who may hold it.
        scope: Scope,
        /// Its bytes.
        sealed: SealedEntry,
    },
    /// A new document, see [`Organisation::new_document`].
    NewDocument {
        /// The document.
        id: DocumentId,
        /// Its kind.
        kind: DocumentKind,
        /// Who may hold it.
        scope: Scope,
        /// automerge's save format.
        bytes: Vec<u8>,
    },
    /// Changes of a document that is there.
    Run {
        /// Who may hold it.
        scope: Scope,
        /// The changes.
        run: Run,
    },
    /// A server-signed snapshot.
    Snapshot {
        /// Who may hold it.
        scope: Scope,
        /// Its bytes.
        sealed: SealedSnapshot,
    },
    /// The user's devices may hold the scope from now on.
    Grant {
        /// Who.
        user: UserId,
        /// What.
        scope: Scope,
    },
    /// The user's devices may no longer hold the scope.
    Revoke {
        /// Who.
        user: UserId,
        /// What.
        scope: Scope,
    },
}

/// A fact that a desk user puts on record.
#[derive(Debug, Clone)]
pub struct DeskEntry {
    /// Who.
    pub author: UserId,
    /// Who may hold it.
    pub scope: Scope,
    /// The entry this one corrects or answers.
    pub amends: Option<EntryId>,
    /// The fact.
    pub fact: Fact,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {}

/// Why the read model could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {}

/// One company's data. All methods block on the disk: call them from a blocking thread.
#[derive(Debug)]
pub struct Organisation {}

impl Organisation {
    /// Which.
    pub fn id(&self) -> OrganisationId {
        unimplemented!()
    }
    /// Its name as printed on papers.
    pub fn name(&self) -> String {
        unimplemented!()
    }
    /// The server's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        unimplemented!()
    }
    /// Appends all items in one transaction, or none; gives their sequence numbers. The one write door.
    pub fn append(&self, _items: Vec<Item>) -> Result<Vec<u64>, AppendError> {
        unimplemented!()
    }
    /// Seals a fact on the author's desk chain under the server key and appends it together with `also`.
    pub fn desk_append(&self, _entry: DeskEntry, _also: Vec<Item>) -> Result<EntryId, AppendError> {
        unimplemented!()
    }
    /// Several facts in one append, in this order.
    pub fn desk_append_all(
        &self,
        _entries: Vec<DeskEntry>,
        _also: Vec<Item>,
    ) -> Result<Vec<EntryId>, AppendError> {
        unimplemented!()
    }
    /// Reads the read model, caught up with the journal.
    pub fn read<R>(
        &self,
        _query: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<R>,
    ) -> Result<R, ReadError> {
        unimplemented!()
    }
    /// Seals a snapshot under the server key.
    pub fn seal_snapshot(&self, _snapshot: &Snapshot) -> Result<SealedSnapshot, AppendError> {
        unimplemented!()
    }
    /// The item that creates an empty document, for [`Organisation::append`] or `also`.
    pub fn new_document(
        &self,
        _author: UserId,
        _id: DocumentId,
        _kind: DocumentKind,
        _scope: Scope,
    ) -> Result<Item, AppendError> {
        unimplemented!()
    }
    /// The digest of a document's heads; `None` when there is no such document.
    pub fn document_heads(&self, _id: DocumentId) -> Result<Option<Digest>, ReadError> {
        unimplemented!()
    }
    /// The snapshot, as sealed.
    pub fn snapshot(&self, _id: Digest) -> Result<Option<SealedSnapshot>, ReadError> {
        unimplemented!()
    }
    /// The entry, as sealed.
    pub fn entry(&self, _id: EntryId) -> Result<Option<SealedEntry>, ReadError> {
        unimplemented!()
    }
    /// Keeps an attachment and gives its name.
    pub fn put_blob(&self, _bytes: &[u8]) -> Result<Digest, ReadError> {
        unimplemented!()
    }
    /// A complete attachment.
    pub fn blob(&self, _digest: Digest) -> Result<Option<Vec<u8>>, ReadError> {
        unimplemented!()
    }
    /// The policy in force.
    pub fn policy(&self) -> Result<Policy, ReadError> {
        unimplemented!()
    }
    /// The server's public key: SEC 1 uncompressed, 65 bytes. Verifies desk entries, snapshots and receipts.
    pub fn public_key(&self) -> Vec<u8> {
        unimplemented!()
    }
    /// The public key under which a chain's entries verify: the device's, or the server's for a desk chain.
    pub fn chain_key(
        &self,
        _chain: countersign_core::domain::ids::ChainId,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        unimplemented!()
    }
}
