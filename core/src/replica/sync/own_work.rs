//! This device's work on a document that comes whole: carried over as it is, or, after the phone was copied or restored
//! from a backup, written anew.

use std::collections::BTreeSet;

use crate::documents::{ActorId, Document, RUN_LIMIT_BYTES, RUN_LIMIT_CHANGES, Writer, actor_of};
use crate::domain::ids::{ChainId, DocumentId};
use crate::protocol::push::{ChangeBytes, Run};
use crate::read_model::documents::ActorNames;
use crate::replica::ReplicaError;
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::store::documents::DocumentRow;
use crate::store::{device, documents, outbox};

/// Most actors that are tried to find one which no copy of this phone has used.
const EPOCHS_TRIED: u32 = 64;

impl Commit<'_> {
    /// The server's document with what this device wrote and the server has not.
    pub(super) fn with_own_work(
        &mut self,
        mut theirs: Document,
        local: &DocumentRow,
    ) -> Result<Document, ReplicaError> {
        let mut mine = Document::load(local.document, local.kind, &local.content)?;
        if mine.has_follow_ups() {
            // A server that was restored from a backup of an earlier version grows the document anew, to the same bytes.
            theirs.grow()?;
        }
        let me = self.device()?;
        let now = (me.chain(), me.actor_epoch);
        let mut identities = device::former(self.tx)?;
        identities.push(now);
        let own: BTreeSet<ActorId> = identities
            .into_iter()
            .flat_map(|identity| actors(identity, local.document))
            .collect();
        if !mine.has_more_under(&theirs, &own) {
            return Ok(theirs);
        }
        let mut merged = theirs.clone();
        let carried = own_runs(now, local.document, &mut mine)
            .iter()
            .all(|run| merged.admit(run).is_ok());
        if carried && !mine.has_more_under(&merged, &own) {
            return Ok(merged);
        }
        self.write_anew(theirs, &mine, local)
    }

    fn write_anew(
        &mut self,
        mut theirs: Document,
        mine: &Document,
        local: &DocumentRow,
    ) -> Result<Document, ReplicaError> {
        let writer = self.fresh_writer(&theirs, mine, local.document)?;
        let changes = mine.rewritten(&theirs, &writer)?;
        outbox::replace_runs(self.tx, local.document)?;
        for changes in within_limits(changes) {
            let run = Run {
                document: local.document,
                chain: writer.chain,
                actor_epoch: writer.epoch,
                changes,
            };
            theirs
                .admit(&run)
                .map_err(|reject| ReplicaError::Unfit(reject.code()))?;
            self.offer_run(local, run)?;
        }
        let user = self.device()?.user;
        let names = ActorNames::from([(writer.actor(local.document), user)]);
        documents::add_actors(self.tx, local.document, &names)?;
        self.changed(&[Kind::Sync]);
        Ok(theirs)
    }

    /// This device under an actor that has the same changes in both documents, or none.
    fn fresh_writer(
        &self,
        theirs: &Document,
        mine: &Document,
        document: DocumentId,
    ) -> Result<Writer, ReplicaError> {
        for _epoch in 0..EPOCHS_TRIED {
            let me = self.device()?;
            let writer = Writer {
                chain: me.chain(),
                epoch: me.actor_epoch,
                at: self.now(),
            };
            let actor = BTreeSet::from([writer.actor(document)]);
            if !mine.has_more_under(theirs, &actor) && !theirs.has_more_under(mine, &actor) {
                return Ok(writer);
            }
            device::raise_actor_epoch(self.tx)?;
        }
        Err(ReplicaError::Unfit("own-changes-do-not-apply"))
    }
}

fn actors(
    (chain, last_epoch): (ChainId, u32),
    document: DocumentId,
) -> impl Iterator<Item = ActorId> {
    (0..=last_epoch).map(move |epoch| actor_of(chain, document, epoch))
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
