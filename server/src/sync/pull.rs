//! Frames for a device, in feed order.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::domain::ids::{ChainId, Digest, DocumentId};
use countersign_core::journal::SealedEntry;
use countersign_core::protocol::frames::{
    ChangesFrame, DocumentFrame, EntryFrame, More, RevokeFrame, SnapshotFrame,
};
use countersign_core::protocol::{Cursor, Frame, PullEnd, Repair, RepairRequest};

use super::error::SyncError;
use crate::auth::devices::Device;
use crate::journal::{FeedBody, FeedItem, FeedRequest, GoesOn, Inventory, RowBody, StoredDocument};
use crate::organisation::Organisation;

/// Frames are read from the journal in pages of about this size, so that a long pull takes little memory.
const PAGE_BYTES: usize = 1 << 20;
/// One answer ends after about so much; the device asks again.
const ANSWER_BYTES: usize = 64 << 20;
/// Most of one repair; the rest differs still and comes with the next.
const REPAIR_BYTES: usize = 8 << 20;

/// One pull while it is answered.
pub(super) struct Pull<'a> {
    organisation: &'a Organisation,
    device: &'a Device,
    epoch: u32,
    start: u64,
    after: u64,
    own: Option<ChainId>,
    sent: BTreeMap<DocumentId, u64>,
    size_bytes: usize,
    is_over: bool,
}

impl<'a> Pull<'a> {
    /// From the cursor on. A cursor of another epoch is from before the server was restored: everything is sent again.
    pub(super) fn begin(
        organisation: &'a Organisation,
        device: &'a Device,
        cursor: Option<Cursor>,
    ) -> Result<Self, SyncError> {
        if device.revoked.is_some() {
            return Err(SyncError::Revoked);
        }
        let epoch = organisation.journal().epoch()?;
        let start = cursor
            .filter(|cursor| cursor.server_epoch == epoch)
            .map(|cursor| cursor.seq);
        Ok(Self {
            organisation,
            device,
            epoch,
            start: start.unwrap_or(0),
            after: start.unwrap_or(0),
            own: start.filter(|seq| *seq > 0).map(|_seq| device.id.into()),
            sent: BTreeMap::new(),
            size_bytes: 0,
            is_over: false,
        })
    }

    /// The next frames; `None` after the end has been given.
    pub(super) fn page(&mut self) -> Result<Option<Vec<Frame>>, SyncError> {
        if self.is_over {
            return Ok(None);
        }
        let journal = self.organisation.journal();
        let standing = journal.standing(self.device.user)?;
        if standing.seq <= self.after {
            self.is_over = true;
            return Ok(Some(vec![self.end(self.after, standing.digest, More::No)]));
        }
        let page = journal.feed(FeedRequest {
            user: self.device.user,
            start: self.start,
            after: self.after,
            own: self.own,
            sent: &mut self.sent,
            limit_bytes: PAGE_BYTES,
        })?;
        self.after = page.end;
        let mut frames: Vec<Frame> = page
            .items
            .into_iter()
            .map(|item| self.frame(item))
            .collect::<Result<_, _>>()?;
        self.size_bytes += PAGE_BYTES;
        let more = match page.goes_on {
            GoesOn::No => Some(More::No),
            GoesOn::Yes if self.size_bytes >= ANSWER_BYTES => Some(More::Yes),
            GoesOn::Yes => None,
        };
        if let Some(more) = more {
            self.is_over = true;
            frames.push(self.end(page.end, page.digest, more));
        }
        Ok(Some(frames))
    }

    /// Whether the end has been given.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    fn cursor(&self, seq: u64) -> Cursor {
        Cursor {
            server_epoch: self.epoch,
            seq,
        }
    }

    fn end(
        &self,
        seq: u64,
        scope_digest: countersign_core::protocol::frames::ScopeDigest,
        more: More,
    ) -> Frame {
        let time = self.organisation.clock().read().wall;
        Frame::End(PullEnd {
            cursor: self.cursor(seq),
            time,
            scope_digest,
            more,
        })
    }

    fn frame(&self, item: FeedItem) -> Result<Frame, SyncError> {
        let cursor = self.cursor(item.cursor);
        Ok(match item.body {
            FeedBody::Document(id, stored) => document_frame(cursor, id, *stored),
            FeedBody::Changes(runs, actors) => Frame::Changes(Box::new(ChangesFrame {
                cursor,
                runs,
                actors,
            })),
            FeedBody::Entry(entry) => entry_frame(self.organisation, cursor, entry)?,
            FeedBody::Snapshot(scope, snapshot) => Frame::Snapshot(Box::new(SnapshotFrame {
                cursor,
                scope,
                snapshot,
            })),
            FeedBody::Revoke(scope) => Frame::Revoke(RevokeFrame { cursor, scope }),
        })
    }
}

/// An entry that carries no signature of its own travels under the server's.
fn entry_frame(
    organisation: &Organisation,
    cursor: Cursor,
    entry: SealedEntry,
) -> Result<Frame, SyncError> {
    let receipt = match entry.signature {
        Some(_) => None,
        None => Some(organisation.sign(&EntryFrame::signed_bytes(entry.hash()))?),
    };
    Ok(Frame::Entry(Box::new(EntryFrame {
        cursor,
        entry,
        receipt,
    })))
}

fn document_frame(cursor: Cursor, document: DocumentId, stored: StoredDocument) -> Frame {
    Frame::Document(Box::new(DocumentFrame {
        cursor,
        document,
        kind: stored.kind,
        scope: stored.scope,
        bytes: stored.whole.bytes,
        actors: stored.actors,
        signature: stored.whole.signature,
    }))
}

/// What differs between the device and its scope. Nothing is overwritten: documents merge, entries and snapshots are
/// sent or asked for.
pub(super) fn repair(
    organisation: &Organisation,
    device: &Device,
    request: &RepairRequest,
) -> Result<Repair, SyncError> {
    if device.revoked.is_some() {
        return Err(SyncError::Revoked);
    }
    let journal = organisation.journal();
    let cursor = Cursor {
        server_epoch: journal.epoch()?,
        seq: journal.standing(device.user)?.seq,
    };
    let inventory = journal.inventory(device.user)?;
    let theirs: BTreeMap<DocumentId, Digest> = request.documents.iter().copied().collect();
    let their_entries: BTreeSet<Digest> = request.entries.iter().copied().collect();
    let their_snapshots: BTreeSet<Digest> = request.snapshots.iter().copied().collect();
    let mut frames = Vec::new();
    let mut size_bytes = 0;
    for (id, heads) in &inventory.documents {
        if size_bytes < REPAIR_BYTES
            && theirs.get(id) != Some(heads)
            && let Some(stored) = journal.document(*id)?
        {
            size_bytes += stored.whole.bytes.len();
            frames.push(document_frame(cursor, *id, stored));
        }
    }
    let entries = inventory
        .entries
        .iter()
        .filter(|(hash, _seq)| !their_entries.contains(hash));
    let snapshots = inventory
        .snapshots
        .iter()
        .filter(|(id, _seq)| !their_snapshots.contains(id));
    // As they were written: a send-back comes after what it answers, a plan's newer version after the older.
    let mut missing: Vec<u64> = entries.chain(snapshots).map(|(_name, seq)| *seq).collect();
    missing.sort_unstable();
    for seq in missing {
        if size_bytes >= REPAIR_BYTES {
            break;
        }
        for row in journal.tail(seq.saturating_sub(1), 1)? {
            match row.body {
                RowBody::Entry(entry) => {
                    size_bytes += entry.payload.len();
                    frames.push(entry_frame(organisation, cursor, entry)?);
                }
                RowBody::Snapshot(snapshot) => {
                    size_bytes += snapshot.payload.len();
                    let scope = row.scope;
                    frames.push(Frame::Snapshot(Box::new(SnapshotFrame {
                        cursor,
                        scope,
                        snapshot,
                    })));
                }
                RowBody::Document(_) | RowBody::Grant(_) | RowBody::Revoke(_) => {}
            }
        }
    }
    Ok(differences(frames, &inventory, theirs, their_entries))
}

fn differences(
    frames: Vec<Frame>,
    inventory: &Inventory,
    theirs: BTreeMap<DocumentId, Digest>,
    their_entries: BTreeSet<Digest>,
) -> Repair {
    Repair {
        frames,
        missing_entries: their_entries
            .into_iter()
            .filter(|hash| !inventory.entries.contains_key(hash))
            .collect(),
        missing_changes: theirs
            .iter()
            .filter(|(id, heads)| {
                inventory
                    .documents
                    .get(id)
                    .is_some_and(|ours| ours != *heads)
            })
            .map(|(id, _heads)| *id)
            .collect(),
        drop_documents: theirs
            .into_keys()
            .filter(|id| !inventory.documents.contains_key(id))
            .collect(),
    }
}
