//! One organisation: its journal, read model, key and attachments.

mod append;
pub mod documents;
mod key;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::documents::{DocumentError, DocumentKind};
use countersign_core::domain::ids::{ChainId, Digest, DocumentId, EntryId, OrganisationId, UserId};
use countersign_core::domain::time::Clock;
use countersign_core::journal::facts::Fact;
use countersign_core::journal::seal::{SealedEntry, SealedSnapshot};
use countersign_core::journal::{
    DeviceSigner as _, OpenError as EntryOpenError, Scope, SealError, SignerError, SoftwareSigner,
};
use countersign_core::protocol::HeldCode;
use countersign_core::protocol::push::Run;
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::policy::Policy;
use tokio::sync::watch;

use crate::auth::accounts::{Accounts, AccountsError};
use crate::auth::secret::SecretError;
use crate::blobs::{BlobError, Blobs};
use crate::config::Quotas;
use crate::gate::Gate;
use crate::journal::sqlite::SqliteJournal;
use crate::journal::{Journal, JournalError, RowBody, StoredDocument};
use crate::uploads::{UploadError, Uploads};

pub(crate) use append::{ATTEMPTS, entry_record};
pub use key::KeyError;
use rows::Rows;
pub use rows::TableDigests;

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
        /// Who made it.
        author: UserId,
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
pub enum AppendError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// An entry could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The key could not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// An entry does not read back.
    #[error(transparent)]
    Open(#[from] EntryOpenError),
    /// There is no such document.
    #[error("there is no document {0}")]
    UnknownDocument(DocumentId),
    /// A document cannot be read or edited so.
    #[error(transparent)]
    Document(Box<DocumentError>),
    /// Changes are not in order.
    #[error("the document's changes are refused ({0:?}): {1}")]
    Refused(HeldCode, String),
    /// Others wrote the same thing again and again meanwhile; try again.
    #[error("others are writing the same thing; try again")]
    Busy,
    /// Randomness.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The server's own database.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl From<DocumentError> for AppendError {
    fn from(source: DocumentError) -> Self {
        Self::Document(Box::new(source))
    }
}

/// Why something could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The read model.
    #[error("the read model")]
    Rows(#[from] rusqlite::Error),
    /// The folder.
    #[error("the organisation's folder")]
    Folder(#[from] std::io::Error),
    /// A document does not load.
    #[error("the document {id} does not load; rebuild it from its changes")]
    DamagedDocument {
        /// Which.
        id: DocumentId,
        /// Why.
        source: Box<DocumentError>,
    },
    /// Attachments.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The server's own database.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// Ledger files under review.
    #[error(transparent)]
    Uploads(#[from] UploadError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key cannot be used.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

/// One company's data. All methods block on the disk: call them from a blocking thread.
#[derive(Debug)]
pub struct Organisation {
    id: OrganisationId,
    name: String,
    folder: PathBuf,
    journal: Arc<dyn Journal>,
    rows: Arc<Rows>,
    blobs: Blobs,
    uploads: Uploads,
    signer: SoftwareSigner,
    public_key: Vec<u8>,
    accounts: Arc<Accounts>,
    clock: Arc<dyn Clock>,
    quotas: Quotas,
    gate: Arc<Gate>,
    /// Desk appends seal on a chain's head, so they take turns.
    desk: Mutex<()>,
    /// Decisions that must see each other, such as which numbers come next, take turns too.
    turn: Mutex<()>,
    news: watch::Sender<u64>,
    catch_up: SyncSender<()>,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// Rows that were read.
    pub rows: usize,
    /// Rows that do not stand; the log names them.
    pub faults: usize,
}

/// What an organisation shares with the server around it.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// People and devices.
    pub accounts: Arc<Accounts>,
    /// The server's clock.
    pub clock: Arc<dyn Clock>,
    /// What one device may take up.
    pub quotas: Quotas,
    /// Who tries changes of phones first.
    pub gate: Arc<Gate>,
}

impl Organisation {
    /// Opens the organisation's folder, making what is not there.
    pub fn open(
        id: OrganisationId,
        name: String,
        folder: &Path,
        around: Surroundings,
    ) -> Result<Self, ReadError> {
        std::fs::create_dir_all(folder)?;
        let signer = key::open(&folder.join("server.key"), around.accounts.random())?;
        let journal: Arc<dyn Journal> =
            Arc::new(SqliteJournal::open(&folder.join("journal.sqlite"))?);
        let rows = Arc::new(Rows::open(&folder.join("read_model.sqlite"))?);
        rows.catch_up(journal.as_ref())?;
        let head = journal.head()?;
        Ok(Self {
            id,
            name,
            folder: folder.to_owned(),
            public_key: signer.public_key()?,
            catch_up: follow(Arc::clone(&journal), Arc::clone(&rows))?,
            journal,
            rows,
            blobs: Blobs::open(&folder.join("blobs"))?,
            uploads: Uploads::open(&folder.join("uploads.sqlite"))?,
            signer,
            accounts: around.accounts,
            clock: around.clock,
            quotas: around.quotas,
            gate: around.gate,
            desk: Mutex::new(()),
            turn: Mutex::new(()),
            news: watch::Sender::new(head),
        })
    }

    /// Which.
    #[must_use]
    pub const fn id(&self) -> OrganisationId {
        self.id
    }

    /// Its name as printed on papers.
    #[must_use]
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// The server's clock.
    #[must_use]
    pub const fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// What one device may take up.
    #[must_use]
    pub const fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Who tries changes of phones first.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The journal: the truth.
    #[must_use]
    pub fn journal(&self) -> &dyn Journal {
        self.journal.as_ref()
    }

    /// The attachments.
    #[must_use]
    pub const fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Ledger files under review.
    #[must_use]
    pub const fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// People and devices.
    #[must_use]
    pub const fn accounts(&self) -> &Arc<Accounts> {
        &self.accounts
    }

    /// The number of the newest row, each time there is one. A hint, never data.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// Reads the read model, caught up with the journal.
    pub fn read<R>(
        &self,
        query: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<R>,
    ) -> Result<R, ReadError> {
        self.rows.catch_up(self.journal.as_ref())?;
        self.rows.read(query)
    }

    /// Runs `decide` while nobody else runs one: what it reads still stands when it appends.
    pub(crate) fn in_turn<R>(&self, decide: impl FnOnce() -> R) -> R {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        decide()
    }

    /// Seals a snapshot under the server key.
    pub fn seal_snapshot(&self, snapshot: &Snapshot) -> Result<SealedSnapshot, AppendError> {
        Ok(snapshot.seal(&self.signer)?)
    }

    /// A document as stored.
    pub fn stored_document(&self, id: DocumentId) -> Result<Option<StoredDocument>, ReadError> {
        Ok(self.journal.document(id)?)
    }

    /// The digest of a document's heads; `None` when there is no such document.
    pub fn document_heads(&self, id: DocumentId) -> Result<Option<Digest>, ReadError> {
        Ok(self.journal.document(id)?.map(|stored| stored.whole.heads))
    }

    /// The snapshot, as sealed.
    pub fn snapshot(&self, id: Digest) -> Result<Option<SealedSnapshot>, ReadError> {
        Ok(self.journal.snapshot(id)?.map(|(_scope, sealed)| sealed))
    }

    /// The entry, as sealed.
    pub fn entry(&self, id: EntryId) -> Result<Option<SealedEntry>, ReadError> {
        Ok(self.journal.entry(id)?.map(|(_seq, sealed)| sealed))
    }

    /// Keeps an attachment and gives its name.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<Digest, ReadError> {
        Ok(self.blobs.put(bytes.to_vec())?)
    }

    /// A complete attachment.
    pub fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.blobs.read(digest)?)
    }

    /// The policy in force.
    pub fn policy(&self) -> Result<Policy, ReadError> {
        Ok(self.accounts.policy(self.id)?)
    }

    /// The server's public key: SEC 1 uncompressed, 65 bytes. Verifies desk entries, snapshots and receipts.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.public_key.clone()
    }

    /// The server's key, for what the desks sign beside entries and snapshots.
    pub(crate) const fn signer(&self) -> &SoftwareSigner {
        &self.signer
    }

    /// The public key under which a chain's entries verify: the device's, or the server's for a desk chain.
    pub fn chain_key(&self, chain: ChainId) -> Result<Option<Vec<u8>>, ReadError> {
        if let Some(device) = self.accounts.device_of_chain(chain)? {
            return Ok(Some(device.public_key).filter(|_key| device.organisation == self.id));
        }
        let desk = self.accounts.account(UserId(chain.0))?;
        Ok(desk
            .filter(|account| account.organisation == self.id)
            .map(|_account| self.public_key()))
    }

    /// Drops the read model's content and replays the journal into a new one beside it; gives the digests of each table
    /// before and after. Equal digests prove that the tables are nothing but a view of the journal.
    pub fn rebuild(&self) -> Result<(TableDigests, TableDigests), ReadError> {
        self.rows.catch_up(self.journal.as_ref())?;
        let before = self.rows.digests()?;
        let beside = tempfile_beside(&self.folder);
        let fresh = Rows::open(&beside)?;
        fresh.catch_up(self.journal.as_ref())?;
        let after = fresh.digests()?;
        drop(fresh);
        rows::remove(&beside)?;
        Ok((before, after))
    }

    /// Reads every row: entries and snapshots must verify, documents load.
    pub fn check(&self) -> Result<Checked, ReadError> {
        let mut checked = Checked::default();
        let mut after = 0;
        loop {
            let rows = self.journal.tail(after, 500)?;
            let Some(last) = rows.last() else {
                return Ok(checked);
            };
            after = last.seq;
            for row in &rows {
                checked.rows += 1;
                if let Some(fault) = self.fault(&row.body)? {
                    checked.faults += 1;
                    tracing::error!(row.seq = row.seq, fault, "a row does not stand");
                }
            }
        }
    }

    fn fault(&self, body: &RowBody) -> Result<Option<String>, ReadError> {
        Ok(match body {
            RowBody::Entry(sealed) => match sealed.open() {
                Ok(entry) => match self.chain_key(entry.chain)? {
                    Some(key) => sealed.verify(&key).err().map(|error| error.to_string()),
                    None => Some("the entry's chain is nobody's".to_owned()),
                },
                Err(error) => Some(error.to_string()),
            },
            RowBody::Snapshot(sealed) => sealed
                .verify(&self.public_key)
                .err()
                .map(|error| error.to_string()),
            RowBody::Document(id) => match self.journal.document(*id)? {
                Some(stored) => {
                    documents::OpenDocument::load(*id, stored.kind, &stored.whole.bytes)
                        .err()
                        .map(|error| error.to_string())
                }
                None => Some("the document is not there".to_owned()),
            },
            RowBody::Grant(_) | RowBody::Revoke(_) => None,
        })
    }

    /// Writes a consistent copy of the journal, the key, the attachments and the files under review into `folder`.
    pub fn backup(&self, folder: &Path) -> Result<(), ReadError> {
        std::fs::create_dir_all(folder)?;
        self.journal.backup(&folder.join("journal.sqlite"))?;
        self.uploads.backup(&folder.join("uploads.sqlite"))?;
        std::fs::copy(self.folder.join("server.key"), folder.join("server.key"))?;
        copy_folder(&self.folder.join("blobs"), &folder.join("blobs"))?;
        Ok(())
    }

    fn tell(&self, seqs: &[u64]) {
        if let Some(newest) = seqs.iter().max() {
            self.news.send_if_modified(|head| {
                let is_newer = newest > head;
                *head = (*head).max(*newest);
                is_newer
            });
            // A full queue means that a catch-up is due anyway.
            if let Err(TrySendError::Disconnected(())) = self.catch_up.try_send(()) {
                tracing::error!("the read model no longer follows the journal");
            }
        }
    }
}

/// A thread that keeps the read model close behind the journal, so that a page seldom waits.
fn follow(journal: Arc<dyn Journal>, rows: Arc<Rows>) -> Result<SyncSender<()>, std::io::Error> {
    let (sender, receiver) = sync_channel(1);
    std::thread::Builder::new()
        .name("read-model".to_owned())
        .spawn(move || {
            while receiver.recv().is_ok() {
                if let Err(error) = rows.catch_up(journal.as_ref()) {
                    tracing::error!(%error, "the read model cannot follow the journal");
                }
            }
        })?;
    Ok(sender)
}

fn tempfile_beside(folder: &Path) -> PathBuf {
    folder.join(format!("read_model.{}.rebuild.sqlite", std::process::id()))
}

/// Copies what is not there yet; attachments never change under their name.
fn copy_folder(from: &Path, to: &Path) -> Result<(), std::io::Error> {
    std::fs::create_dir_all(to)?;
    for item in std::fs::read_dir(from)? {
        let item = item?;
        let target = to.join(item.file_name());
        if item.file_type()?.is_dir() {
            copy_folder(&item.path(), &target)?;
        } else if !target.exists() {
            std::fs::copy(item.path(), &target)?;
        }
    }
    Ok(())
}
