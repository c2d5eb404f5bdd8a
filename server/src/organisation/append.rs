//! The one write door: items become records, facts are sealed on desk chains.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use countersign_core::documents::DocumentKind;
use countersign_core::domain::ids::{ChainId, DocumentId, EntryId, UserId};
use countersign_core::journal::facts::Fact;
use countersign_core::journal::seal::SealedEntry;
use countersign_core::journal::{ChainHead, DeviceSigner as _, Entry, Scope, SeenServer};
use countersign_core::protocol::frames::{ActorOwner, DocumentFrame};
use countersign_core::snapshots::Snapshot;

use super::documents::{DESK_EPOCH, OpenDocument};
use super::{AppendError, DeskEntry, Item, Organisation};
use crate::auth::secret;
use crate::journal::{
    Batch, DocumentRecord, EntryRecord, Expect, JournalError, Link, Record, RunRecord, Whole,
};

/// How often a write is decided anew when others got in between.
pub(crate) const ATTEMPTS: usize = 32;
const BUILD: &str = concat!("countersign-server ", env!("CARGO_PKG_VERSION"));

impl Organisation {
    /// Appends all items in one transaction, or none; gives their sequence numbers. The one write door of the desks.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "items are handed over; a retry decides on them anew"
    )]
    pub fn append(&self, items: Vec<Item>) -> Result<Vec<u64>, AppendError> {
        self.decided(|organisation| organisation.batch(&items))
    }

    /// Seals a fact on the author's desk chain under the server key and appends it together with `also`.
    pub fn desk_append(&self, entry: DeskEntry, also: Vec<Item>) -> Result<EntryId, AppendError> {
        let ids = self.desk_append_all(vec![entry], also)?;
        ids.first().copied().ok_or(AppendError::Busy)
    }

    /// Several facts in one append, in this order.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "items are handed over; a retry decides on them anew"
    )]
    pub fn desk_append_all(
        &self,
        entries: Vec<DeskEntry>,
        also: Vec<Item>,
    ) -> Result<Vec<EntryId>, AppendError> {
        let _turn = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ids = Vec::new();
        self.decided(|organisation| {
            let mut batch = organisation.batch(&also)?;
            ids = organisation.seal_onto(&mut batch, &entries)?;
            Ok(batch)
        })?;
        if entries
            .iter()
            .any(|entry| matches!(entry.fact, Fact::DeviceRevoked(_)))
        {
            self.publish_policy()?;
        }
        Ok(ids)
    }

    /// Puts the policy in force on record, for every device; nothing when the newest one is there already.
    pub fn publish_policy(&self) -> Result<(), AppendError> {
        let policy = self.accounts.policy(self.id)?;
        let sealed = self.seal_snapshot(&Snapshot::Policy(Box::new(policy)))?;
        if self.journal.snapshot(sealed.id())?.is_none() {
            self.append(vec![Item::Snapshot {
                scope: Scope::Organisation,
                sealed,
            }])?;
        }
        Ok(())
    }

    /// The item that creates an empty document, for [`Organisation::append`] or `also`.
    pub fn new_document(
        &self,
        author: UserId,
        id: DocumentId,
        kind: DocumentKind,
        scope: Scope,
    ) -> Result<Item, AppendError> {
        self.written_document(author, (id, kind), scope, Vec::new())
    }

    /// Decides, appends, tells; decides anew when others got in between.
    fn decided(
        &self,
        mut decide: impl FnMut(&Self) -> Result<Batch, AppendError>,
    ) -> Result<Vec<u64>, AppendError> {
        for _attempt in 0..ATTEMPTS {
            match self.commit(decide(self)?) {
                Err(JournalError::Stale) => {}
                done => return Ok(done?),
            }
        }
        Err(AppendError::Busy)
    }

    /// Appends a batch and tells whoever waits for news.
    pub(crate) fn commit(&self, batch: Batch) -> Result<Vec<u64>, JournalError> {
        let seqs = self.journal.append(batch)?;
        self.tell(&seqs);
        Ok(seqs)
    }

    fn batch(&self, items: &[Item]) -> Result<Batch, AppendError> {
        let mut batch = Batch {
            received: self.clock.read().wall,
            ..Batch::default()
        };
        let mut open: BTreeMap<DocumentId, OpenDocument> = BTreeMap::new();
        for item in items {
            let record = match item {
                Item::Entry { scope, sealed } => {
                    let entry = sealed.open()?;
                    Record::Entry(entry_record(&entry, *scope, sealed.clone()))
                }
                Item::NewDocument {
                    id,
                    kind,
                    scope,
                    bytes,
                    author,
                } => {
                    let document = OpenDocument::load(*id, *kind, bytes)?;
                    let whole = self.whole(*id, &document)?;
                    open.insert(*id, document);
                    Record::Document(DocumentRecord {
                        id: *id,
                        kind: *kind,
                        scope: *scope,
                        whole,
                        owner: desk_owner(*author),
                    })
                }
                Item::Run { scope: _, run } => {
                    let document = self.opened(&mut open, &mut batch, run.document)?;
                    document.admit(run)?;
                    let user = self.owner_of(run.chain)?;
                    let whole = self.whole(run.document, document)?;
                    Record::Run(RunRecord {
                        run: run.clone(),
                        user,
                        whole,
                    })
                }
                Item::Snapshot { scope, sealed } => Record::Snapshot {
                    scope: *scope,
                    sealed: sealed.clone(),
                },
                Item::Grant { user, scope } => Record::Grant {
                    user: *user,
                    scope: *scope,
                },
                Item::Revoke { user, scope } => Record::Revoke {
                    user: *user,
                    scope: *scope,
                },
            };
            batch.records.push(record);
        }
        Ok(batch)
    }

    fn opened<'a>(
        &self,
        open: &'a mut BTreeMap<DocumentId, OpenDocument>,
        batch: &mut Batch,
        id: DocumentId,
    ) -> Result<&'a mut OpenDocument, AppendError> {
        match open.entry(id) {
            std::collections::btree_map::Entry::Occupied(there) => Ok(there.into_mut()),
            std::collections::btree_map::Entry::Vacant(place) => {
                let stored = self
                    .journal
                    .document(id)?
                    .ok_or(AppendError::UnknownDocument(id))?;
                batch.expect.push(Expect::DocumentAt(id, stored.seq));
                Ok(place.insert(OpenDocument::load(id, stored.kind, &stored.whole.bytes)?))
            }
        }
    }

    fn owner_of(&self, chain: ChainId) -> Result<UserId, AppendError> {
        Ok(self
            .accounts
            .device_of_chain(chain)?
            .map_or(UserId(chain.0), |device| device.user))
    }

    /// A document's bytes, heads and signature as they are kept and sent.
    pub(crate) fn whole(
        &self,
        id: DocumentId,
        document: &OpenDocument,
    ) -> Result<Whole, AppendError> {
        let bytes = document.save();
        let heads = document.heads();
        let signature = self.sign(&DocumentFrame::signed_bytes(id, &bytes))?;
        Ok(Whole {
            bytes,
            heads,
            signature,
        })
    }

    /// Signs with the organisation's key.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, AppendError> {
        Ok(self.signer.sign(bytes)?.to_vec())
    }

    fn seal_onto(
        &self,
        batch: &mut Batch,
        facts: &[DeskEntry],
    ) -> Result<Vec<EntryId>, AppendError> {
        let mut heads: BTreeMap<ChainId, ChainHead> = BTreeMap::new();
        let seen = SeenServer {
            seq: self.journal.head()?,
            time_ms: batch.received.ms(),
        };
        let policy_epoch = self.accounts.policy(self.id)?.epoch;
        let mut ids = Vec::with_capacity(facts.len());
        for desk in facts {
            let chain = ChainId::from(desk.author);
            let head = if let Some(head) = heads.get(&chain) {
                *head
            } else {
                let head =
                    self.journal
                        .chain_head(chain)?
                        .map_or_else(ChainHead::default, |link| ChainHead {
                            seq: link.seq,
                            hash: link.hash,
                        });
                batch.expect.push(Expect::ChainAt(chain, head.seq));
                head
            };
            let entry = Entry {
                version: 1,
                organisation: self.id,
                id: EntryId(secret::fresh_uuid(self.accounts.random(), batch.received)?),
                chain,
                seq: head.seq + 1,
                previous: head.hash,
                author: desk.author,
                made: self.clock.read(),
                seen: Some(seen),
                scope: desk.scope,
                amends: desk.amends,
                policy_epoch,
                build: BUILD.to_owned(),
                fact: desk.fact.clone(),
            };
            let sealed = entry.seal(&self.signer)?;
            heads.insert(
                chain,
                ChainHead {
                    seq: entry.seq,
                    hash: sealed.hash(),
                },
            );
            ids.push(entry.id);
            batch
                .records
                .push(Record::Entry(entry_record(&entry, desk.scope, sealed)));
        }
        Ok(ids)
    }
}

/// A desk user's documents are written under the user's own chain.
pub(crate) fn desk_owner(author: UserId) -> ActorOwner {
    ActorOwner {
        chain: ChainId::from(author),
        actor_epoch: DESK_EPOCH,
        user: author,
    }
}

/// What the journal needs to know of an entry.
pub(crate) fn entry_record(entry: &Entry, scope: Scope, sealed: SealedEntry) -> EntryRecord {
    EntryRecord {
        id: entry.id,
        scope,
        link: Link {
            chain: entry.chain,
            seq: entry.seq,
            hash: sealed.hash(),
        },
        parts: entry.fact.parts().iter().map(|part| part.digest).collect(),
        sealed,
    }
}
