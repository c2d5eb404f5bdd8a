//! The server's hands on documents: load, admit, edit, save, project. All foreign changes pass the gate of core.

use countersign_core::documents::{Document, DocumentKind, Edit, Writer, actor_of};
use countersign_core::domain::ids::{ChainId, Digest, DocumentId, UserId};
use countersign_core::protocol::HeldCode;
use countersign_core::protocol::push::Run;
use countersign_core::read_model::contacts;
use countersign_core::read_model::documents::{ActorNames, ProjectError, project_document};
use rusqlite::Transaction;

use super::{AppendError, Item, Organisation, ReadError};
use crate::journal::StoredDocument;

/// Desk users write under one actor per document for ever.
pub const DESK_EPOCH: u32 = 1;
/// Documents that grow in one append.
const GROWN_AT_ONCE: u32 = 100;

/// A loaded document.
#[derive(Debug)]
pub(crate) struct OpenDocument(Document);

impl OpenDocument {
    /// Loads what this server saved before.
    pub(crate) fn load(
        id: DocumentId,
        kind: DocumentKind,
        bytes: &[u8],
    ) -> Result<Self, AppendError> {
        Ok(Self(Document::load(id, kind, bytes)?))
    }

    /// Takes in a run through the gate; gives how many changes were new.
    pub(crate) fn admit(&mut self, run: &Run) -> Result<usize, AppendError> {
        match self.0.admit(run) {
            Ok(admission) => Ok(admission.applied),
            Err(reject) => {
                let words = format!("{}: {reject}", reject.code());
                Err(AppendError::Refused(HeldCode::from(reject), words))
            }
        }
    }

    pub(crate) fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    pub(crate) fn heads(&self) -> Digest {
        self.0.heads_digest()
    }
}

impl Organisation {
    /// A document as it is now; `None` when there is none.
    pub fn load_document(&self, id: DocumentId) -> Result<Option<Document>, ReadError> {
        let Some(stored) = self.journal.document(id)? else {
            return Ok(None);
        };
        Document::load(id, stored.kind, &stored.whole.bytes)
            .map(Some)
            .map_err(|source| ReadError::DamagedDocument {
                id,
                source: Box::new(source),
            })
    }

    /// The item that creates a document with these first edits, for [`Organisation::append`] or `also`.
    pub fn written_document(
        &self,
        author: UserId,
        (id, kind): (DocumentId, DocumentKind),
        scope: countersign_core::journal::Scope,
        edits: Vec<Edit>,
    ) -> Result<Item, AppendError> {
        let writer = self.writer(author);
        let mut document = Document::create(kind, id, &writer)?;
        for edit in edits {
            document.edit(&writer, edit)?;
        }
        Ok(Item::NewDocument {
            id,
            kind,
            scope,
            bytes: document.save(),
            author,
        })
    }

    /// Some customers' documents of version 0.1.0 that lack what this version needs.
    pub fn not_grown(&self) -> Result<Vec<DocumentId>, ReadError> {
        self.read(|connection| contacts::not_grown(connection, GROWN_AT_ONCE))
    }

    /// Gives documents what they lack and says how many lacked something. Phones learn of it like of any change; doing it
    /// twice is doing it once.
    pub fn grow(&self, ids: &[DocumentId]) -> Result<usize, AppendError> {
        let mut items = Vec::new();
        for id in ids {
            items.extend(self.growth(*id)?);
        }
        let grown = items.len();
        if grown > 0 {
            self.append(items)?;
        }
        Ok(grown)
    }

    /// The item by which a document grows; none when it lacks nothing.
    pub(crate) fn growth(&self, id: DocumentId) -> Result<Option<Item>, AppendError> {
        let Some(stored) = self.journal.document(id)? else {
            return Ok(None);
        };
        let mut document = Document::load(id, stored.kind, &stored.whole.bytes)?;
        Ok(document.grow()?.map(|run| Item::Run {
            scope: stored.scope,
            run,
        }))
    }

    /// Writes edits under the author's desk actor, all or none, and gives the digest of the heads afterwards.
    pub fn edit_document(
        &self,
        author: UserId,
        id: DocumentId,
        edits: &[Edit],
    ) -> Result<Digest, AppendError> {
        for _attempt in 0..super::ATTEMPTS {
            let stored = self
                .journal
                .document(id)?
                .ok_or(AppendError::UnknownDocument(id))?;
            let Some((run, heads)) = self.run_of(author, (id, &stored), edits)? else {
                return Ok(stored.whole.heads);
            };
            let item = Item::Run {
                scope: stored.scope,
                run,
            };
            match self.append(vec![item]) {
                // Two desks of one person wrote at once: the number is taken, so write anew.
                Err(AppendError::Refused(HeldCode::ForkedActor, _words)) => {}
                done => return done.map(|_seqs| heads),
            }
        }
        Err(AppendError::Busy)
    }

    fn run_of(
        &self,
        author: UserId,
        (id, stored): (DocumentId, &StoredDocument),
        edits: &[Edit],
    ) -> Result<Option<(Run, Digest)>, AppendError> {
        let writer = self.writer(author);
        let mut document = Document::load(id, stored.kind, &stored.whole.bytes)?;
        let mut changes = Vec::new();
        for edit in edits {
            changes.extend(document.edit(&writer, edit.clone())?);
        }
        if changes.is_empty() {
            return Ok(None);
        }
        let run = Run {
            document: id,
            chain: writer.chain,
            actor_epoch: writer.epoch,
            changes,
        };
        Ok(Some((run, document.heads_digest())))
    }

    /// Who writes at a desk.
    fn writer(&self, author: UserId) -> Writer {
        Writer {
            chain: ChainId::from(author),
            epoch: DESK_EPOCH,
            at: self.clock.read().wall,
        }
    }
}

/// Takes a document over into the read model, as it is now.
pub(super) fn project(
    tx: &Transaction<'_>,
    id: DocumentId,
    stored: &StoredDocument,
) -> Result<(), ReadError> {
    let damaged = |source| ReadError::DamagedDocument {
        id,
        source: Box::new(source),
    };
    let document = Document::load(id, stored.kind, &stored.whole.bytes).map_err(damaged)?;
    let names: ActorNames = stored
        .actors
        .iter()
        .map(|owner| (actor_of(owner.chain, id, owner.actor_epoch), owner.user))
        .collect();
    match project_document(tx, (id, stored.kind), &document, &names) {
        Ok(()) => {}
        Err(ProjectError::Document(source)) => return Err(damaged(source)),
        Err(ProjectError::Database(source)) => return Err(source.into()),
    }
    Ok(())
}
