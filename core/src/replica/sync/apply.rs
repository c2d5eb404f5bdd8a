//! Foreign objects, each checked before it is stored: documents and snapshots against the server's key, changes by the
//! admission gate, entries by their form and a signature (`entry`).

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::documents::{Document, actor_of};
use crate::domain::ids::{Digest, DocumentId};
use crate::journal::Scope;
use crate::journal::signer::verify_raw;
use crate::protocol::frames::{ActorOwner, ChangesFrame, DocumentFrame, SnapshotFrame};
use crate::protocol::{Cursor, Frame};
use crate::read_model;
use crate::read_model::documents::ActorNames;
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::replica::{Replica, ReplicaError};
use crate::snapshots::Snapshot;
use crate::store::documents::DocumentRow;
use crate::store::quarantine::{self, Foreign};
use crate::store::{self, device, documents};

/// Whether applying a frame moves the cursor; frames of a repair do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moves {
    Cursor,
    Nothing,
}

/// A frame and the bytes it came in.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) frame: Frame,
    pub(super) bytes: Vec<u8>,
}

impl Replica {
    /// Applies frames with the last one's cursor in one transaction. Answers whether it did: when one of them is unfit,
    /// or the program ended while it applied something, nothing is stored and each is to be applied alone.
    pub(super) fn apply_together(&self, frames: &[Received]) -> Result<bool, ReplicaError> {
        if frames.len() < 2 {
            return Ok(false);
        }
        let names: Vec<Digest> = frames
            .iter()
            .map(|frame| Digest::of(&frame.bytes))
            .collect();
        let parts: Vec<&[u8]> = names.iter().map(|name| name.0.as_slice()).collect();
        let batch = Digest::of_parts(&parts);
        let may = self.commit("mark", |commit| {
            Ok(!quarantine::is_marked(commit.tx)? && quarantine::mark(commit.tx, batch)?)
        })?;
        if !may {
            return Ok(false);
        }
        let applied = catch_unwind(AssertUnwindSafe(|| {
            self.commit("apply", |commit| {
                for received in frames {
                    let cursor = commit.apply(&received.frame, Moves::Cursor)?;
                    device::set_cursor(commit.tx, cursor)?;
                }
                quarantine::clear(commit.tx)?;
                Ok(())
            })
        }));
        match applied {
            Ok(Ok(())) => Ok(true),
            Ok(Err(ReplicaError::Unfit(_) | ReplicaError::Document(_))) | Err(_) => {
                self.commit("unmark", |commit| Ok(quarantine::clear(commit.tx)?))?;
                Ok(false)
            }
            Ok(Err(error)) => Err(error),
        }
    }

    /// Applies a frame with its cursor in one transaction. The inner error is a stable word that says why the object is
    /// unfit; nothing of it is stored then.
    pub(super) fn apply(
        &self,
        frame: &Frame,
        object: Digest,
        moves: Moves,
    ) -> Result<Result<(), &'static str>, ReplicaError> {
        let is_document = matches!(frame, Frame::Document(_) | Frame::Changes(_));
        if is_document && !self.commit("mark", |commit| Ok(quarantine::mark(commit.tx, object)?))? {
            return Ok(Err("ends-the-program"));
        }
        let applied = catch_unwind(AssertUnwindSafe(|| {
            self.commit("apply", |commit| {
                let cursor = commit.apply(frame, moves)?;
                if moves == Moves::Cursor {
                    device::set_cursor(commit.tx, cursor)?;
                }
                if is_document {
                    quarantine::clear(commit.tx)?;
                }
                Ok(())
            })
        }));
        match applied {
            Ok(Ok(())) => Ok(Ok(())),
            Ok(Err(ReplicaError::Unfit(reason))) => Ok(Err(reason)),
            Ok(Err(ReplicaError::Document(_))) => Ok(Err("unreadable-document")),
            Ok(Err(error)) => Err(error),
            Err(_panic) => Ok(Err("panicked")),
        }
    }

    /// Keeps an unfit object and passes by it. Answers whether it is new here.
    pub(super) fn keep_in_quarantine(
        &self,
        foreign: Foreign<'_>,
        reason: &str,
        cursor: Option<Cursor>,
    ) -> Result<bool, ReplicaError> {
        self.commit("quarantine", |commit| {
            let is_new = quarantine::keep(commit.tx, foreign, reason, commit.now())?;
            if let Some(cursor) = cursor {
                device::set_cursor(commit.tx, cursor)?;
            }
            quarantine::clear(commit.tx)?;
            commit.changed(&[Kind::Sync]);
            Ok(is_new)
        })
    }
}

fn names(document: DocumentId, owners: &[ActorOwner]) -> ActorNames {
    owners
        .iter()
        .map(|owner| {
            (
                actor_of(owner.chain, document, owner.actor_epoch),
                owner.user,
            )
        })
        .collect()
}

impl Commit<'_> {
    fn apply(&mut self, frame: &Frame, moves: Moves) -> Result<Cursor, ReplicaError> {
        match frame {
            Frame::Document(frame) => {
                self.apply_document(frame)?;
                Ok(frame.cursor)
            }
            Frame::Changes(frame) => {
                self.apply_changes(frame)?;
                Ok(frame.cursor)
            }
            Frame::Entry(frame) => {
                self.apply_entry(frame, moves)?;
                Ok(frame.cursor)
            }
            Frame::Snapshot(frame) => {
                self.apply_snapshot(frame)?;
                Ok(frame.cursor)
            }
            Frame::Revoke(frame) => {
                self.revoke(frame.scope)?;
                Ok(frame.cursor)
            }
            Frame::End(end) => Ok(end.cursor),
        }
    }

    fn apply_document(&mut self, frame: &DocumentFrame) -> Result<(), ReplicaError> {
        let me = self.device()?;
        let signed = DocumentFrame::signed_bytes(frame.document, &frame.bytes);
        verify_raw(&me.server_key, &signed, &frame.signature)
            .map_err(|_forged| ReplicaError::Unfit("bad-signature"))?;
        let mut document = Document::load(frame.document, frame.kind, &frame.bytes)?;
        let local = documents::row(self.tx, frame.document)?;
        let mut row = DocumentRow {
            document: frame.document,
            kind: frame.kind,
            scope: frame.scope,
            content: frame.bytes.clone(),
            heads: Digest::default(),
        };
        documents::put(self.tx, &row)?;
        documents::add_actors(
            self.tx,
            frame.document,
            &names(frame.document, &frame.actors),
        )?;
        if let Some(local) = local {
            document = self.with_own_work(document, &local)?;
        }
        self.store_document(&mut row, &mut document)?;
        self.changed(&[Kind::Stops, Kind::Plans, Kind::Conflicts]);
        Ok(())
    }

    fn apply_changes(&mut self, frame: &ChangesFrame) -> Result<(), ReplicaError> {
        for run in &frame.runs {
            let row = documents::row(self.tx, run.document)?;
            let mut row = row.ok_or(ReplicaError::Unfit("unknown-document"))?;
            let mut document = Document::load(row.document, row.kind, &row.content)?;
            document
                .admit(run)
                .map_err(|reject| ReplicaError::Unfit(reject.code()))?;
            documents::add_actors(self.tx, run.document, &names(run.document, &frame.actors))?;
            self.store_document(&mut row, &mut document)?;
        }
        self.changed(&[Kind::Stops, Kind::Conflicts]);
        Ok(())
    }

    fn apply_snapshot(&mut self, frame: &SnapshotFrame) -> Result<(), ReplicaError> {
        let me = self.device()?;
        let snapshot = frame
            .snapshot
            .verify(&me.server_key)
            .map_err(|_forged| ReplicaError::Unfit("bad-signature"))?;
        if !store::snapshots::insert(self.tx, frame.scope, &frame.snapshot)? {
            return Ok(());
        }
        let id = frame.snapshot.id();
        read_model::project_snapshot(self.tx, id, &snapshot)?;
        self.changed(match snapshot {
            Snapshot::Statement(_) => &[Kind::Statements, Kind::Stops, Kind::Plans],
            Snapshot::Plan(_) => &[Kind::Plans, Kind::Stops],
            Snapshot::CustomerBook(_) => &[Kind::Customers],
            Snapshot::Policy(_) | Snapshot::Ledger(_) => &[Kind::Device, Kind::Plans],
        });
        Ok(())
    }

    fn revoke(&mut self, scope: Scope) -> Result<(), ReplicaError> {
        if self.has_unsent_in(scope)? {
            store::revocations::insert(self.tx, scope)?;
            return Ok(());
        }
        self.drop_scope(scope)
    }
}
