//! The one write door of a replica.
//!
//! A command names its operation and does all its work in one transaction: entries on the chain, documents, outbox, read
//! model. When the transaction is durable, and not before, observers are told. A command that fails leaves nothing behind.

use std::collections::BTreeSet;

use rusqlite::{Transaction, TransactionBehavior};
use uuid::{Builder, Uuid};

use crate::documents::{Document, DocumentKind, Edit, RUN_LIMIT_CHANGES, Writer, actor_of};
use crate::domain::ids::{DocumentId, EntryId};
use crate::domain::time::{ClockReading, Instant};
use crate::journal::chain::ChainHead;
use crate::journal::facts::Fact;
use crate::journal::{Entry, Scope};
use crate::protocol::push::{ChangeBytes, EnvelopeId, Run};
use crate::protocol::{Envelope, Object};
use crate::read_model;
use crate::read_model::documents::ActorNames;
use crate::replica::devices::Kind;
use crate::replica::error::or_not_found;
use crate::replica::{Replica, ReplicaError};
use crate::store::device::DeviceRow;
use crate::store::documents::DocumentRow;
use crate::store::outbox::NewObject;
use crate::store::{self, device, documents, outbox};
use crate::views::ObjectState;

const BUILD: &str = concat!("countersign ", env!("CARGO_PKG_VERSION"));

/// A running operation: what it may do to the store.
pub(crate) struct Commit<'a> {
    pub(crate) tx: &'a Transaction<'a>,
    pub(crate) replica: &'a Replica,
    pub(crate) reading: ClockReading,
    kinds: BTreeSet<Kind>,
}

/// What an entry is about, and what it corrects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) scope: Scope,
    pub(crate) amends: Option<EntryId>,
}

impl Replica {
    /// Runs `work` in one durable transaction, then tells the observers what changed.
    pub(crate) fn commit<R>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Commit<'_>) -> Result<R, ReplicaError>,
    ) -> Result<R, ReplicaError> {
        let (result, kinds) = {
            let mut connection = self.connection();
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut commit = Commit {
                tx: &tx,
                replica: self,
                reading: self.devices.clock.read(),
                kinds: BTreeSet::new(),
            };
            let result = work(&mut commit)?;
            let kinds = commit.kinds;
            tx.commit()?;
            (result, kinds)
        };
        tracing::debug!(operation, "committed");
        self.tell(&kinds.into_iter().collect::<Vec<_>>());
        Ok(result)
    }
}

impl Commit<'_> {
    /// Notes that rows of a kind changed.
    pub(crate) fn changed(&mut self, kinds: &[Kind]) {
        self.kinds.extend(kinds);
    }

    /// Who this device is.
    pub(crate) fn device(&self) -> Result<DeviceRow, ReplicaError> {
        device::read(self.tx)?.ok_or(ReplicaError::NotEnrolled)
    }

    /// The wall clock's instant.
    pub(crate) fn now(&self) -> Instant {
        self.reading.wall
    }

    /// A new UUID of version 7 (RFC 9562 §5.7).
    pub(crate) fn new_id(&self) -> Result<Uuid, ReplicaError> {
        let mut random = [0; 10];
        self.replica.fill(&mut random)?;
        let ms = u64::try_from(self.now().ms()).unwrap_or(0);
        Ok(Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }

    /// Seals a fact as the next entry of this device's chain and puts it in the outbox.
    ///
    /// # Errors
    /// [`ReplicaError::Locked`] while the app is locked, wherever the call came from.
    pub(crate) fn append(&mut self, about: About, fact: Fact) -> Result<EntryId, ReplicaError> {
        self.replica.must_not_be_locked()?;
        let me = self.device()?;
        let epoch = read_model::people::policy(self.tx)?.map_or(0, |policy| policy.epoch);
        let id = EntryId(self.new_id()?);
        let entry = Entry {
            version: 1,
            organisation: me.organisation,
            id,
            chain: me.chain(),
            seq: me.head.seq + 1,
            previous: me.head.hash,
            author: me.user,
            made: self.reading.clone(),
            seen: me.seen,
            scope: about.scope,
            amends: about.amends,
            policy_epoch: epoch,
            build: BUILD.to_owned(),
            fact,
        };
        let sealed = entry.seal(self.replica.signer().as_ref())?;
        let hash = sealed.hash();
        if !outbox::is_copied(self.tx)? {
            // On a copied phone the number is another's, or will be; the outbox has this entry.
            store::entries::insert(self.tx, &entry, &sealed)?;
        }
        device::set_head(
            self.tx,
            ChainHead {
                seq: entry.seq,
                hash,
            },
        )?;
        let object = NewObject {
            envelope: &Envelope {
                id: EnvelopeId(id.0),
                policy_epoch: epoch,
                object: Object::Entry(sealed),
            },
            scope: entry.scope,
            title: entry.fact.kind(),
            at: self.now(),
        };
        outbox::insert(self.tx, &object, Some(id))?;
        read_model::project_entry(self.tx, &entry, hash)?;
        read_model::entries::set_state(self.tx, id, ObjectState::Local, None)?;
        read_model::entries::set_parts(self.tx, id, 0)?;
        self.changed(&[Kind::Stops, Kind::Sync]);
        Ok(id)
    }

    /// Brings an entry's row up to date with its receipt and its parts: green only with both.
    pub(crate) fn refresh_entry(&mut self, entry: EntryId) -> Result<(), ReplicaError> {
        let Some((state, held)) = outbox::entry_state(self.tx, entry)? else {
            return Ok(());
        };
        let (total, complete) = store::parts::progress(self.tx, entry)?;
        let shown = if state == ObjectState::Receipted && complete < total {
            ObjectState::Sent
        } else {
            state
        };
        read_model::entries::set_state(self.tx, entry, shown, held)?;
        read_model::entries::set_parts(self.tx, entry, complete)?;
        self.changed(&[Kind::Stops, Kind::Sync]);
        Ok(())
    }

    /// Edits a document as this device's user. Nothing happens when it already reads so.
    pub(crate) fn edit(&mut self, id: DocumentId, edit: Edit) -> Result<(), ReplicaError> {
        let me = self.device()?;
        let mut row = or_not_found(documents::row(self.tx, id)?, "document")?;
        let mut document = Document::load(id, row.kind, &row.content)?;
        let writer = Writer {
            chain: me.chain(),
            epoch: me.actor_epoch,
            at: self.now(),
        };
        let Some(change) = document.edit(&writer, edit)? else {
            return Ok(());
        };
        let own = ActorNames::from([(actor_of(me.chain(), id, me.actor_epoch), me.user)]);
        documents::add_actors(self.tx, id, &own)?;
        self.store_document(&mut row, &mut document)?;
        self.offer_change(&me, &row, change)?;
        self.changed(&[Kind::Stops, Kind::Conflicts, Kind::Sync]);
        Ok(())
    }

    /// Stores a document and its rows.
    pub(crate) fn store_document(
        &mut self,
        row: &mut DocumentRow,
        document: &mut Document,
    ) -> Result<(), ReplicaError> {
        row.content = document.save();
        row.heads = document.heads_digest();
        documents::put(self.tx, row)?;
        let actors = documents::actors(self.tx, row.document)?;
        read_model::documents::project_document(
            self.tx,
            (row.document, row.kind),
            document,
            &actors,
        )?;
        Ok(())
    }

    fn offer_change(
        &self,
        me: &DeviceRow,
        row: &DocumentRow,
        change: ChangeBytes,
    ) -> Result<(), ReplicaError> {
        if let Some(open) = outbox::open_run(self.tx, row.document)? {
            let mut envelope: Envelope = minicbor::decode(&open.content)
                .map_err(|_damaged| ReplicaError::Damaged("outbox"))?;
            if let Object::Run(run) = &mut envelope.object
                && run.actor_epoch == me.actor_epoch
                && run.changes.len() < RUN_LIMIT_CHANGES
            {
                run.changes.push(change);
                outbox::grow(self.tx, &envelope)?;
                return Ok(());
            }
        }
        let run = Run {
            document: row.document,
            chain: me.chain(),
            actor_epoch: me.actor_epoch,
            changes: vec![change],
        };
        self.offer_run(row, run)
    }

    /// Puts a new run of a document in the outbox.
    pub(crate) fn offer_run(&self, row: &DocumentRow, run: Run) -> Result<(), ReplicaError> {
        let envelope = Envelope {
            id: EnvelopeId(self.new_id()?),
            policy_epoch: read_model::people::policy(self.tx)?.map_or(0, |policy| policy.epoch),
            object: Object::Run(run),
        };
        let object = NewObject {
            envelope: &envelope,
            scope: row.scope,
            title: title(row.kind),
            at: self.now(),
        };
        outbox::insert(self.tx, &object, None)?;
        Ok(())
    }
}

const fn title(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Stop => "stop_document",
        DocumentKind::Customer => "customer_document",
        DocumentKind::Plan => "plan_document",
    }
}
