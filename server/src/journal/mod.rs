//! The server's truth: an ordered journal per organisation, and the feed that each user's devices see of it.
//!
//! A row gets its sequence number from a counter inside the committing transaction, so a reader that saw number *n* can
//! never miss a smaller one that commits later. What a device may hold follows from *grants*: an object belongs to one
//! scope, a user holds a scope from its grant to its revoke, and objects of [`Scope::Organisation`] go to everybody.
//!
//! Three figures are kept up to date with each append, so that a pull costs what changed and not what exists:
//! the feed (which rows concern which reader), the scope digest of each reader, and the newest row of each reader.
//!
//! A write is decided against a state that was read before, without a lock. [`Expect`] carries what was believed; when it
//! is no longer so the batch fails alone with [`JournalError::Stale`], and is decided anew.

#[cfg(test)]
mod contract;
pub mod sqlite;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use countersign_core::documents::DocumentKind;
use countersign_core::domain::ids::{ChainId, DeviceId, Digest, DocumentId, EntryId, UserId};
use countersign_core::domain::time::Instant;
use countersign_core::journal::Scope;
use countersign_core::journal::seal::{SealedEntry, SealedSnapshot};
use countersign_core::protocol::HeldCode;
use countersign_core::protocol::frames::{ActorOwner, ScopeDigest};
use countersign_core::protocol::push::{EnvelopeId, Run};

/// Why the journal did not do it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Something changed since the batch was decided; nothing of it was appended. Decide anew.
    #[error("the journal has moved on since this was decided")]
    Stale,
    /// A grant names a scope that is nobody's to be granted.
    #[error("only a plan, stop or customer can be granted")]
    Ungrantable,
    /// A run names a document that is not in the journal.
    #[error("the document is not in the journal")]
    UnknownDocument,
    /// The entry, document or snapshot is there already, with other bytes.
    #[error("the id is taken by other bytes")]
    Taken,
    /// The writer has ended; the process is shutting down.
    #[error("the journal is closed")]
    Closed,
    /// A stored row cannot be read: the database is damaged.
    #[error("a stored row cannot be read")]
    Damaged(#[from] minicbor::decode::Error),
    /// The schema is newer than this program.
    #[error("the journal was written by a newer version of this program ({0}); use that one")]
    Newer(i64),
    /// The database.
    #[error("the journal's database")]
    Sqlite(#[from] rusqlite::Error),
    /// The folder.
    #[error("the journal's folder")]
    Folder(#[from] std::io::Error),
}

/// One row to append.
#[derive(Debug, Clone)]
pub enum Record {
    /// An entry.
    Entry(EntryRecord),
    /// A new document.
    Document(DocumentRecord),
    /// Changes of a document, with the document as it is after them.
    Run(RunRecord),
    /// A snapshot. One that is there already is left as it is.
    Snapshot {
        /// Who may hold it.
        scope: Scope,
        /// Its bytes.
        sealed: SealedSnapshot,
    },
    /// From now on the user holds the scope. Granting twice changes nothing.
    Grant {
        /// Who.
        user: UserId,
        /// What.
        scope: Scope,
    },
    /// The user no longer holds the scope. Revoking what is not held changes nothing.
    Revoke {
        /// Who.
        user: UserId,
        /// What.
        scope: Scope,
    },
}

/// An entry, taken apart as far as the journal needs it.
#[derive(Debug, Clone)]
pub struct EntryRecord {
    /// The entry.
    pub id: EntryId,
    /// Who may hold it.
    pub scope: Scope,
    /// Its place in its chain.
    pub link: Link,
    /// Its bytes.
    pub sealed: SealedEntry,
    /// The attachments it names.
    pub parts: Vec<Digest>,
}

/// A place in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The chain.
    pub chain: ChainId,
    /// Number in the chain.
    pub seq: u64,
    /// Hash of the entry there.
    pub hash: Digest,
}

/// A new document.
#[derive(Debug, Clone)]
pub struct DocumentRecord {
    /// The document.
    pub id: DocumentId,
    /// Its kind.
    pub kind: DocumentKind,
    /// Who may hold it.
    pub scope: Scope,
    /// The whole.
    pub whole: Whole,
    /// Who made it.
    pub owner: ActorOwner,
}

/// A document's saved bytes with what goes with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// automerge's save format.
    pub bytes: Vec<u8>,
    /// Digest of the heads.
    pub heads: Digest,
    /// Signature by the server key, as a document frame carries it.
    pub signature: Vec<u8>,
}

/// Changes of a document.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// The changes.
    pub run: Run,
    /// Who wrote them.
    pub user: UserId,
    /// The document after them.
    pub whole: Whole,
}

/// What a batch was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The chain ends at this number.
    ChainAt(ChainId, u64),
    /// The document's newest row is this one.
    DocumentAt(DocumentId, u64),
    /// The user holds the scope.
    Granted(UserId, Scope),
}

/// What is to be remembered about an envelope.
#[derive(Debug, Clone)]
pub struct KeptEnvelope {
    /// Who pushed it.
    pub device: DeviceId,
    /// Its id.
    pub id: EnvelopeId,
    /// Digest of its bytes.
    pub digest: Digest,
    /// What became of it.
    pub verdict: KeptVerdict,
    /// The attachments that its entry names.
    pub parts: Vec<Digest>,
}

/// What became of an envelope.
#[derive(Debug, Clone)]
pub enum KeptVerdict {
    /// Admitted: the place of its record in the batch.
    Admitted(usize),
    /// It was in the journal already, under this number.
    Already(u64),
    /// Kept in quarantine, byte for byte.
    Held {
        /// Why.
        code: HeldCode,
        /// Why, in words for the log of the office.
        words: String,
        /// The envelope's bytes as received.
        bytes: Vec<u8>,
    },
}

/// What is appended in one step, or not at all.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// When it arrived.
    pub received: Instant,
    /// What it was decided on.
    pub expect: Vec<Expect>,
    /// The rows, in order.
    pub records: Vec<Record>,
    /// Chain places that are taken by entries which are held: the chain goes on behind them.
    pub links: Vec<Link>,
    /// Verdicts on envelopes.
    pub envelopes: Vec<KeptEnvelope>,
    /// Attachments that devices bring.
    pub attachments: Vec<KeptAttachment>,
}

/// How much of something there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// How many.
    pub count: u64,
    /// Together.
    pub size_bytes: u64,
}

impl Amount {
    /// With one more of so many bytes.
    #[must_use]
    pub const fn and(self, size_bytes: u64) -> Self {
        Self {
            count: self.count.saturating_add(1),
            size_bytes: self.size_bytes.saturating_add(size_bytes),
        }
    }

    /// Whether it is within `share`.
    #[must_use]
    pub const fn fits(self, share: Self) -> bool {
        self.count <= share.count && self.size_bytes <= share.size_bytes
    }
}

/// What a device takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Attachments that it brought; of one that is not whole yet, what it will have at most.
    pub attachments: Amount,
    /// Its envelopes in quarantine.
    pub held: Amount,
}

/// An attachment of a device, before its bytes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptAttachment {
    /// Who brings it.
    pub device: DeviceId,
    /// Its name.
    pub blob: Digest,
    /// What it has at most.
    pub size_bytes: u64,
}

/// What is known of an attachment and a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attachment {
    /// An entry that the device pushed names it, admitted or held.
    pub is_named: bool,
    /// The device has brought it, or begun to.
    pub is_kept: bool,
}

/// A verdict as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenVerdict {
    /// Digest of the envelope's bytes.
    pub digest: Digest,
    /// What became of it.
    pub outcome: Given,
}

/// What became of an envelope, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Under this sequence number.
    Admitted(u64),
    /// In quarantine.
    Held(HeldCode, String),
}

/// One envelope in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Who pushed it.
    pub device: DeviceId,
    /// Its id.
    pub id: EnvelopeId,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Why.
    pub code: HeldCode,
    /// Why, in words.
    pub words: String,
    /// Its bytes as received.
    pub bytes: Vec<u8>,
    /// When it arrived.
    pub received: Instant,
    /// The number under which it was admitted later.
    pub released: Option<u64>,
}

/// A document as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// Its kind.
    pub kind: DocumentKind,
    /// Who may hold it.
    pub scope: Scope,
    /// Its newest row.
    pub seq: u64,
    /// The document.
    pub whole: Whole,
    /// Who wrote under which actor.
    pub actors: Vec<ActorOwner>,
}

/// An object of the journal, as the read model takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub seq: u64,
    /// Its scope.
    pub scope: Scope,
    /// When it arrived.
    pub received: Instant,
    /// What it is.
    pub body: RowBody,
}

/// What a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowBody {
    /// An entry.
    Entry(SealedEntry),
    /// A document was made or changed.
    Document(DocumentId),
    /// A snapshot.
    Snapshot(SealedSnapshot),
    /// A grant to this user.
    Grant(UserId),
    /// A revoke from this user.
    Revoke(UserId),
}

/// Where a user's devices stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The newest row that concerns them.
    pub seq: u64,
    /// Digest of all that they may hold.
    pub digest: ScopeDigest,
}

/// Which part of a feed is read.
#[derive(Debug)]
pub struct FeedRequest<'a> {
    /// Whose devices.
    pub user: UserId,
    /// Where the device stood when it asked; a document granted later is sent whole.
    pub start: u64,
    /// Rows after this one.
    pub after: u64,
    /// Entries and runs of this chain are left out: the device has them.
    pub own: Option<ChainId>,
    /// Documents that were sent in this answer, with the number up to which they are complete.
    pub sent: &'a mut BTreeMap<DocumentId, u64>,
    /// Stop after about so many bytes.
    pub limit_bytes: usize,
}

/// A part of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// In feed order.
    pub items: Vec<FeedItem>,
    /// Where this page ends.
    pub end: u64,
    /// Whether the feed goes on.
    pub goes_on: GoesOn,
    /// Digest of all that the device may hold, at the moment of reading.
    pub digest: ScopeDigest,
}

/// Whether the feed goes on behind a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesOn {
    /// It goes on.
    Yes,
    /// It ends here.
    No,
}

/// One object of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// With this one, everything up to here has been sent.
    pub cursor: u64,
    /// The object.
    pub body: FeedBody,
}

/// What a feed brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedBody {
    /// A whole document.
    Document(DocumentId, Box<StoredDocument>),
    /// Changes of a document the device has.
    Changes(Vec<Run>, Vec<ActorOwner>),
    /// An entry.
    Entry(SealedEntry),
    /// A snapshot.
    Snapshot(Scope, SealedSnapshot),
    /// A scope the devices may no longer hold.
    Revoke(Scope),
}

/// All that a user's devices may hold, by name: for the repair after unequal digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Documents and digests of their heads.
    pub documents: BTreeMap<DocumentId, Digest>,
    /// Hashes of entries, with their rows.
    pub entries: BTreeMap<Digest, u64>,
    /// Snapshots, with their rows.
    pub snapshots: BTreeMap<Digest, u64>,
}

/// One organisation's journal. Every backend passes the suite in `contract.rs`.
pub trait Journal: Send + Sync + Debug {
    /// Appends the whole batch durably, or nothing. Gives the number of each record; a grant, revoke or snapshot that
    /// changes nothing gives the number of what is there.
    ///
    /// # Errors
    /// [`JournalError::Stale`] when an expectation does not hold: read again and decide anew.
    fn append(&self, batch: Batch) -> Result<Vec<u64>, JournalError>;
    /// The newest row; 0 when there is none.
    fn head(&self) -> Result<u64, JournalError>;
    /// Changes when the journal was restored from a backup.
    fn epoch(&self) -> Result<u32, JournalError>;
    /// Rows after `after`, ascending, at most `limit`.
    fn tail(&self, after: u64, limit: usize) -> Result<Vec<Row>, JournalError>;
    /// The rows of one scope, ascending, at most `limit`.
    fn of_scope(&self, scope: Scope, limit: usize) -> Result<Vec<Row>, JournalError>;
    /// Where the user's devices stand. Costs the same however much there is.
    fn standing(&self, user: UserId) -> Result<Standing, JournalError>;
    /// A part of the user's feed, read at one moment.
    fn feed(&self, request: FeedRequest<'_>) -> Result<FeedPage, JournalError>;
    /// The names of all that the user's devices may hold.
    fn inventory(&self, user: UserId) -> Result<Inventory, JournalError>;
    /// Whether the user holds the scope now.
    fn is_granted(&self, user: UserId, scope: Scope) -> Result<bool, JournalError>;
    /// Whether the user was ever granted the scope, held still or not.
    fn was_granted(&self, user: UserId, scope: Scope) -> Result<bool, JournalError>;
    /// Who holds the scope now.
    fn holders(&self, scope: Scope) -> Result<Vec<UserId>, JournalError>;
    /// The newest place of a chain.
    fn chain_head(&self, chain: ChainId) -> Result<Option<Link>, JournalError>;
    /// What is at this place of a chain.
    fn link(&self, chain: ChainId, seq: u64) -> Result<Option<Digest>, JournalError>;
    /// An entry with its number.
    fn entry(&self, id: EntryId) -> Result<Option<(u64, SealedEntry)>, JournalError>;
    /// A document.
    fn document(&self, id: DocumentId) -> Result<Option<StoredDocument>, JournalError>;
    /// A snapshot with its scope.
    fn snapshot(&self, id: Digest) -> Result<Option<(Scope, SealedSnapshot)>, JournalError>;
    /// The scopes of the entries that name this attachment.
    fn blob_scopes(&self, blob: Digest) -> Result<Vec<Scope>, JournalError>;
    /// The verdict that was given on an envelope.
    fn verdict(&self, id: EnvelopeId) -> Result<Option<GivenVerdict>, JournalError>;
    /// What is in quarantine, oldest first, at most `limit`; of one device or of all.
    fn quarantine(
        &self,
        device: Option<DeviceId>,
        limit: usize,
    ) -> Result<Vec<Quarantined>, JournalError>;
    /// One page of what is in quarantine but for `except`, oldest first, and how many there are on all pages.
    fn quarantine_page(
        &self,
        except: &[Digest],
        page: (u32, u32),
    ) -> Result<(Vec<Quarantined>, u64), JournalError>;
    /// The envelope with these bytes that is, or once was, in quarantine.
    fn quarantined(&self, digest: Digest) -> Result<Option<Quarantined>, JournalError>;
    /// What a device takes up; of its attachments those that it brought at `since` or later, if that is given.
    fn usage(&self, device: DeviceId, since: Option<Instant>) -> Result<Usage, JournalError>;
    /// What is known of an attachment and a device.
    fn attachment(&self, device: DeviceId, blob: Digest) -> Result<Attachment, JournalError>;
    /// Writes a consistent copy, with a new epoch, and checks it.
    fn backup(&self, to: &Path) -> Result<(), JournalError>;
    /// Transactions committed since the journal was opened: each one is one fsync.
    fn commits(&self) -> u64;
}
