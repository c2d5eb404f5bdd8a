//! Foreign objects, each checked before it is stored: documents and snapshots against the server's key, changes by the
//! admission gate, entries by their form and, where the key is known here, by their signature.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::documents::{Document, RUN_LIMIT_BYTES, RUN_LIMIT_CHANGES, actor_of};
use crate::domain::ids::{ChainId, DeviceId, Digest, DocumentId};
use crate::journal::signer::verify_raw;
use crate::journal::{Entry, Scope};
use crate::protocol::frames::{ActorOwner, ChangesFrame, DocumentFrame, EntryFrame, SnapshotFrame};
use crate::protocol::push::{ChangeBytes, Run};
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

impl Replica {
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
                let cursor = commit.apply(frame)?;
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

    /// Keeps an unfit object and passes by it.
    pub(super) fn keep_in_quarantine(
        &self,
        foreign: Foreign<'_>,
        reason: &str,
        cursor: Option<Cursor>,
    ) -> Result<(), ReplicaError> {
        self.commit("quarantine", |commit| {
            quarantine::keep(commit.tx, foreign, reason, commit.now())?;
            if let Some(cursor) = cursor {
                device::set_cursor(commit.tx, cursor)?;
            }
            quarantine::clear(commit.tx)?;
            commit.changed(&[Kind::Sync]);
            Ok(())
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
    fn apply(&mut self, frame: &Frame) -> Result<Cursor, ReplicaError> {
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
                self.apply_entry(frame)?;
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
        if let Some(row) = documents::row(self.tx, frame.document)? {
            let mut old = Document::load(row.document, row.kind, &row.content)?;
            for run in own_runs((me.chain(), me.actor_epoch), frame.document, &mut old) {
                document
                    .admit(&run)
                    .map_err(|_reject| ReplicaError::Unfit("own-changes-do-not-apply"))?;
            }
        }
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

    fn apply_entry(&mut self, frame: &EntryFrame) -> Result<(), ReplicaError> {
        let hash = frame.entry.hash();
        if store::entries::is_known(self.tx, hash)? {
            return Ok(());
        }
        let entry = frame
            .entry
            .open()
            .map_err(|_malformed| ReplicaError::Unfit("malformed"))?;
        if let Some(key) = self.key_of(&entry)? {
            frame
                .entry
                .verify(&key)
                .map_err(|_forged| ReplicaError::Unfit("bad-signature"))?;
        }
        if store::entries::is_taken(self.tx, &entry)? {
            return Err(ReplicaError::Unfit("forked-chain"));
        }
        store::entries::insert(self.tx, &entry, &frame.entry)?;
        read_model::project_entry(self.tx, &entry, hash)?;
        self.changed(&[Kind::Stops]);
        Ok(())
    }

    /// The key that must have signed an entry, if it is known here: the server's for desk chains, whose id is their
    /// user's; a phone's when its enrolment is here. Routine entries carry no signature of their own.
    fn key_of(&self, entry: &Entry) -> Result<Option<Vec<u8>>, ReplicaError> {
        if !entry.fact.is_signed_alone() {
            return Ok(None);
        }
        let me = self.device()?;
        if entry.chain == ChainId::from(entry.author) {
            return Ok(Some(me.server_key));
        }
        if entry.chain == me.chain() {
            let key = self.replica.devices.signer.public_key();
            return key.map(Some).map_err(|_refused| ReplicaError::Key);
        }
        let device = read_model::devices::device(self.tx, DeviceId(entry.chain.0))?;
        Ok(device.map(|row| row.public_key))
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

/// The changes of this device's actors in a document: an epoch's in as many runs as the gate's limits ask for.
fn own_runs(
    (chain, last_epoch): (ChainId, u32),
    document: DocumentId,
    from: &mut Document,
) -> Vec<Run> {
    let changes = from.all_changes();
    (0..=last_epoch)
        .flat_map(|actor_epoch| {
            let actor = actor_of(chain, document, actor_epoch);
            let mut own: Vec<(u64, ChangeBytes)> = changes
                .iter()
                .filter(|(writer, _seq, _bytes)| *writer == actor)
                .map(|(_writer, seq, bytes)| (*seq, bytes.clone()))
                .collect();
            own.sort_by_key(|(seq, _bytes)| *seq);
            let own = own.into_iter().map(|(_seq, bytes)| bytes).collect();
            within_limits(own).into_iter().map(move |changes| Run {
                document,
                chain,
                actor_epoch,
                changes,
            })
        })
        .collect()
}

fn within_limits(changes: Vec<ChangeBytes>) -> Vec<Vec<ChangeBytes>> {
    let mut pieces: Vec<Vec<ChangeBytes>> = Vec::new();
    let mut size = 0;
    for change in changes {
        size += change.0.len();
        match pieces.last_mut() {
            Some(piece) if piece.len() < RUN_LIMIT_CHANGES && size <= RUN_LIMIT_BYTES => {
                piece.push(change);
            }
            Some(_) | None => {
                size = change.0.len();
                pieces.push(vec![change]);
            }
        }
    }
    pieces
}
