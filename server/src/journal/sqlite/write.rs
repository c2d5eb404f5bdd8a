//! What one batch does to the tables; runs inside the writer's savepoint.

use countersign_core::domain::ids::{Digest, UserId};
use countersign_core::journal::Scope;
use countersign_core::protocol::frames::{ActorOwner, ScopeDigest};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::int;
use super::read::{cbor, code_name, digest_of, kind_name};
use crate::journal::{
    Batch, DocumentRecord, EntryRecord, Expect, JournalError, KeptAttachment, KeptEnvelope,
    KeptVerdict, Link, Record, RunRecord, Whole,
};

/// The reader that stands for everybody.
pub(super) const EVERYBODY: i64 = 1;

pub(super) const ENTRY: i64 = 1;
pub(super) const DOCUMENT: i64 = 2;
pub(super) const RUN: i64 = 3;
pub(super) const SNAPSHOT: i64 = 4;
pub(super) const GRANT: i64 = 5;
pub(super) const REVOKE: i64 = 6;

/// Applies the batch and gives the number of each record.
pub(super) fn apply(db: &Connection, batch: &Batch) -> Result<Vec<u64>, JournalError> {
    for expect in &batch.expect {
        if !holds(db, *expect)? {
            return Err(JournalError::Stale);
        }
    }
    let writer = Writer {
        db,
        received_ms: batch.received.ms(),
    };
    let mut numbers = Vec::with_capacity(batch.records.len());
    for record in &batch.records {
        let seq = match record {
            Record::Entry(entry) => writer.entry(entry)?,
            Record::Document(document) => writer.document(document)?,
            Record::Run(run) => writer.run(run)?,
            Record::Snapshot { scope, sealed } => writer.snapshot(*scope, sealed)?,
            Record::Grant { user, scope } => writer.grant(*user, *scope)?,
            Record::Revoke { user, scope } => writer.revoke(*user, *scope)?,
        };
        numbers.push(seq);
    }
    for link in &batch.links {
        writer.link(*link)?;
    }
    for envelope in &batch.envelopes {
        writer.envelope(envelope, &numbers)?;
    }
    for attachment in &batch.attachments {
        writer.attachment(attachment)?;
    }
    Ok(numbers
        .into_iter()
        .map(|seq| u64::try_from(seq).unwrap_or(0))
        .collect())
}

fn holds(db: &Connection, expect: Expect) -> Result<bool, JournalError> {
    Ok(match expect {
        Expect::ChainAt(chain, seq) => {
            let at: i64 = db
                .prepare_cached("select coalesce(max(seq), 0) from links where chain = :chain")?
                .query_one(named_params! { ":chain": chain.as_bytes() }, |row| {
                    row.get(0)
                })?;
            at == int(seq)
        }
        Expect::DocumentAt(document, seq) => db
            .prepare_cached("select 1 from documents where id = :id and latest_seq = :seq")?
            .exists(named_params! { ":id": document.as_bytes(), ":seq": int(seq) })?,
        Expect::Granted(user, scope) => super::read::is_granted(db, user, scope)?,
    })
}

/// A row before it has a number.
struct NewRow<'a> {
    kind: i64,
    scope: i64,
    object: &'a [u8],
    chain: Option<&'a [u8]>,
    bytes: &'a [u8],
}

struct Writer<'a> {
    db: &'a Connection,
    received_ms: i64,
}

impl Writer<'_> {
    fn entry(&self, entry: &EntryRecord) -> Result<i64, JournalError> {
        let taken = self
            .db
            .prepare_cached("select 1 from entries where id = :id")?
            .exists(named_params! { ":id": entry.id.as_bytes() })?;
        if taken {
            return Err(JournalError::Taken);
        }
        let scope = self.scope(entry.scope)?;
        let bytes = cbor(&entry.sealed);
        let seq = self.row(&NewRow {
            kind: ENTRY,
            scope,
            object: entry.id.as_bytes(),
            chain: Some(entry.link.chain.as_bytes()),
            bytes: &bytes,
        })?;
        self.db
            .prepare_cached("insert into entries (id, seq, hash) values (:id, :seq, :hash)")?
            .execute(named_params! {
                ":id": entry.id.as_bytes(), ":seq": seq, ":hash": entry.link.hash.0,
            })?;
        for part in &entry.parts {
            self.db
                .prepare_cached(
                    "insert or ignore into blob_scopes (blob, scope) values (:blob, :scope)",
                )?
                .execute(named_params! { ":blob": part.0, ":scope": scope })?;
        }
        self.link(entry.link)?;
        self.tell(entry.scope, scope, seq)?;
        self.add(entry.scope, scope, ScopeDigest::of_entry(entry.link.hash))?;
        Ok(seq)
    }

    fn document(&self, document: &DocumentRecord) -> Result<i64, JournalError> {
        let scope = self.scope(document.scope)?;
        let taken = self
            .db
            .prepare_cached("select 1 from documents where id = :id")?
            .exists(named_params! { ":id": document.id.as_bytes() })?;
        if taken {
            return Err(JournalError::Taken);
        }
        let seq = self.row(&NewRow {
            kind: DOCUMENT,
            scope,
            object: document.id.as_bytes(),
            chain: Some(document.owner.chain.as_bytes()),
            bytes: &document.whole.bytes,
        })?;
        self.db
            .prepare_cached(
                "insert into documents (id, kind, scope, created_seq, latest_seq, heads, signature, saved)
                 values (:id, :kind, :scope, :seq, :seq, :heads, :signature, :saved)",
            )?
            .execute(named_params! {
                ":id": document.id.as_bytes(),
                ":kind": kind_name(document.kind),
                ":scope": scope,
                ":seq": seq,
                ":heads": document.whole.heads.0,
                ":signature": document.whole.signature,
                ":saved": document.whole.bytes,
            })?;
        self.actor(document.id.as_bytes(), document.owner)?;
        self.tell(document.scope, scope, seq)?;
        self.add(
            document.scope,
            scope,
            ScopeDigest::of_document(document.id, document.whole.heads),
        )?;
        Ok(seq)
    }

    fn run(&self, record: &RunRecord) -> Result<i64, JournalError> {
        let RunRecord { run, user, whole } = record;
        let (ordinal, heads, name): (i64, [u8; 32], Vec<u8>) = self
            .db
            .prepare_cached(
                "select scope, heads, name from documents join scopes using (scope) where id = :id",
            )?
            .query_row(named_params! { ":id": run.document.as_bytes() }, |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?
            .ok_or(JournalError::UnknownDocument)?;
        let scope: Scope = minicbor::decode(&name)?;
        let bytes = cbor(run);
        let seq = self.row(&NewRow {
            kind: RUN,
            scope: ordinal,
            object: run.document.as_bytes(),
            chain: Some(run.chain.as_bytes()),
            bytes: &bytes,
        })?;
        self.save(run.document.as_bytes(), seq, whole)?;
        self.actor(
            run.document.as_bytes(),
            ActorOwner {
                chain: run.chain,
                actor_epoch: run.actor_epoch,
                user: *user,
            },
        )?;
        self.tell(scope, ordinal, seq)?;
        let change = ScopeDigest::of_document(run.document, whole.heads)
            .minus(ScopeDigest::of_document(run.document, Digest(heads)));
        self.add(scope, ordinal, change)?;
        Ok(seq)
    }

    fn save(&self, document: &[u8; 16], seq: i64, whole: &Whole) -> Result<(), JournalError> {
        self.db
            .prepare_cached(
                "update documents set latest_seq = :seq, heads = :heads, signature = :signature, saved = :saved
                 where id = :id",
            )?
            .execute(named_params! {
                ":id": document,
                ":seq": seq,
                ":heads": whole.heads.0,
                ":signature": whole.signature,
                ":saved": whole.bytes,
            })?;
        Ok(())
    }

    fn snapshot(
        &self,
        scope: Scope,
        sealed: &countersign_core::journal::seal::SealedSnapshot,
    ) -> Result<i64, JournalError> {
        let id = sealed.id();
        let there = self
            .db
            .prepare_cached("select seq from snapshots where id = :id")?
            .query_row(named_params! { ":id": id.0 }, |row| row.get(0))
            .optional()?;
        if let Some(seq) = there {
            return Ok(seq);
        }
        let ordinal = self.scope(scope)?;
        let bytes = cbor(sealed);
        let seq = self.row(&NewRow {
            kind: SNAPSHOT,
            scope: ordinal,
            object: &id.0,
            chain: None,
            bytes: &bytes,
        })?;
        self.db
            .prepare_cached("insert into snapshots (id, seq) values (:id, :seq)")?
            .execute(named_params! { ":id": id.0, ":seq": seq })?;
        self.tell(scope, ordinal, seq)?;
        self.add(scope, ordinal, ScopeDigest::of_snapshot(id))?;
        Ok(seq)
    }

    fn grant(&self, user: UserId, scope: Scope) -> Result<i64, JournalError> {
        let (reader, ordinal) = self.grantable(user, scope)?;
        if let Some(seq) = self.granted(reader, ordinal)? {
            return Ok(seq);
        }
        let seq = self.standing_row(GRANT, user, ordinal)?;
        self.db
            .prepare_cached(
                "insert into grants (reader, scope, seq) values (:reader, :scope, :seq)",
            )?
            .execute(named_params! { ":reader": reader, ":scope": ordinal, ":seq": seq })?;
        self.tell_one(reader, seq)?;
        self.add_to_reader(reader, self.scope_digest(ordinal)?)?;
        Ok(seq)
    }

    fn revoke(&self, user: UserId, scope: Scope) -> Result<i64, JournalError> {
        let (reader, ordinal) = self.grantable(user, scope)?;
        if self.granted(reader, ordinal)?.is_none() {
            let last = self
                .db
                .prepare_cached("select last_seq from readers where reader = :reader")?
                .query_one(named_params! { ":reader": reader }, |row| row.get(0))?;
            return Ok(last);
        }
        let seq = self.standing_row(REVOKE, user, ordinal)?;
        self.db
            .prepare_cached("delete from grants where reader = :reader and scope = :scope")?
            .execute(named_params! { ":reader": reader, ":scope": ordinal })?;
        self.tell_one(reader, seq)?;
        let gone = ScopeDigest::default().minus(self.scope_digest(ordinal)?);
        self.add_to_reader(reader, gone)?;
        Ok(seq)
    }

    fn standing_row(&self, kind: i64, user: UserId, scope: i64) -> Result<i64, JournalError> {
        self.row(&NewRow {
            kind,
            scope,
            object: user.as_bytes(),
            chain: None,
            bytes: &[],
        })
    }

    fn grantable(&self, user: UserId, scope: Scope) -> Result<(i64, i64), JournalError> {
        match scope {
            Scope::Office | Scope::Organisation => Err(JournalError::Ungrantable),
            Scope::Plan(_)
            | Scope::Stop(_)
            | Scope::Customer(_)
            | Scope::Person(_)
            | Scope::Book(_) => Ok((self.reader(user)?, self.scope(scope)?)),
        }
    }

    fn granted(&self, reader: i64, scope: i64) -> Result<Option<i64>, JournalError> {
        Ok(self
            .db
            .prepare_cached("select seq from grants where reader = :reader and scope = :scope")?
            .query_row(
                named_params! { ":reader": reader, ":scope": scope },
                |row| row.get(0),
            )
            .optional()?)
    }

    fn row(&self, row: &NewRow<'_>) -> Result<i64, JournalError> {
        let seq: i64 = self
            .db
            .prepare_cached(
                "update counters set value = value + 1 where name = 'seq' returning value",
            )?
            .query_one([], |row| row.get(0))?;
        self.db
            .prepare_cached(
                "insert into rows (seq, kind, scope, object, chain, bytes, received_ms)
                 values (:seq, :kind, :scope, :object, :chain, :bytes, :received_ms)",
            )?
            .execute(named_params! {
                ":seq": seq,
                ":kind": row.kind,
                ":scope": row.scope,
                ":object": row.object,
                ":chain": row.chain,
                ":bytes": row.bytes,
                ":received_ms": self.received_ms,
            })?;
        Ok(seq)
    }

    fn scope(&self, scope: Scope) -> Result<i64, JournalError> {
        let name = cbor(&scope);
        let there = self
            .db
            .prepare_cached("select scope from scopes where name = :name")?
            .query_row(named_params! { ":name": name }, |row| row.get(0))
            .optional()?;
        if let Some(ordinal) = there {
            return Ok(ordinal);
        }
        self.db
            .prepare_cached(
                "insert into scopes (name, digest) values (:name, zeroblob(16)) returning scope",
            )?
            .query_one(named_params! { ":name": name }, |row| row.get(0))
            .map_err(JournalError::from)
    }

    fn reader(&self, user: UserId) -> Result<i64, JournalError> {
        let there = self
            .db
            .prepare_cached("select reader from readers where user = :user")?
            .query_row(named_params! { ":user": user.as_bytes() }, |row| row.get(0))
            .optional()?;
        if let Some(reader) = there {
            return Ok(reader);
        }
        self.db
            .prepare_cached(
                "insert into readers (user, digest, last_seq) values (:user, zeroblob(16), 0) returning reader",
            )?
            .query_one(named_params! { ":user": user.as_bytes() }, |row| row.get(0))
            .map_err(JournalError::from)
    }

    /// The readers whose devices hold the scope.
    fn readers_of(&self, scope: Scope, ordinal: i64) -> Result<Vec<i64>, JournalError> {
        Ok(match scope {
            Scope::Office => Vec::new(),
            Scope::Organisation => vec![EVERYBODY],
            Scope::Plan(_)
            | Scope::Stop(_)
            | Scope::Customer(_)
            | Scope::Person(_)
            | Scope::Book(_) => self
                .db
                .prepare_cached("select reader from grants where scope = :scope")?
                .query_map(named_params! { ":scope": ordinal }, |row| row.get(0))?
                .collect::<Result<_, _>>()?,
        })
    }

    fn tell(&self, scope: Scope, ordinal: i64, seq: i64) -> Result<(), JournalError> {
        self.readers_of(scope, ordinal)?
            .into_iter()
            .try_for_each(|reader| self.tell_one(reader, seq))
    }

    fn tell_one(&self, reader: i64, seq: i64) -> Result<(), JournalError> {
        self.db
            .prepare_cached("insert into feed (reader, seq) values (:reader, :seq)")?
            .execute(named_params! { ":reader": reader, ":seq": seq })?;
        self.db
            .prepare_cached("update readers set last_seq = :seq where reader = :reader")?
            .execute(named_params! { ":reader": reader, ":seq": seq })?;
        Ok(())
    }

    fn scope_digest(&self, ordinal: i64) -> Result<ScopeDigest, JournalError> {
        let bytes: [u8; 16] = self
            .db
            .prepare_cached("select digest from scopes where scope = :scope")?
            .query_one(named_params! { ":scope": ordinal }, |row| row.get(0))?;
        Ok(digest_of(bytes))
    }

    /// Adds `change` to the scope and to every reader that holds it.
    fn add(&self, scope: Scope, ordinal: i64, change: ScopeDigest) -> Result<(), JournalError> {
        let digest = self.scope_digest(ordinal)?.plus(change);
        self.db
            .prepare_cached("update scopes set digest = :digest where scope = :scope")?
            .execute(named_params! { ":scope": ordinal, ":digest": digest.0.to_be_bytes() })?;
        self.readers_of(scope, ordinal)?
            .into_iter()
            .try_for_each(|reader| self.add_to_reader(reader, change))
    }

    fn add_to_reader(&self, reader: i64, change: ScopeDigest) -> Result<(), JournalError> {
        let bytes: [u8; 16] = self
            .db
            .prepare_cached("select digest from readers where reader = :reader")?
            .query_one(named_params! { ":reader": reader }, |row| row.get(0))?;
        let digest = digest_of(bytes).plus(change);
        self.db
            .prepare_cached("update readers set digest = :digest where reader = :reader")?
            .execute(named_params! { ":reader": reader, ":digest": digest.0.to_be_bytes() })?;
        Ok(())
    }

    fn actor(&self, document: &[u8; 16], owner: ActorOwner) -> Result<(), JournalError> {
        self.db
            .prepare_cached(
                "insert or ignore into actors (document, chain, actor_epoch, user)
                 values (:document, :chain, :actor_epoch, :user)",
            )?
            .execute(named_params! {
                ":document": document,
                ":chain": owner.chain.as_bytes(),
                ":actor_epoch": owner.actor_epoch,
                ":user": owner.user.as_bytes(),
            })?;
        Ok(())
    }

    /// Takes a place of a chain. The same entry again changes nothing.
    fn link(&self, link: Link) -> Result<(), JournalError> {
        let there: Option<[u8; 32]> = self
            .db
            .prepare_cached("select hash from links where chain = :chain and seq = :seq")?
            .query_row(
                named_params! { ":chain": link.chain.as_bytes(), ":seq": int(link.seq) },
                |row| row.get(0),
            )
            .optional()?;
        match there {
            Some(hash) if hash == link.hash.0 => Ok(()),
            Some(_other) => Err(JournalError::Stale),
            None => {
                self.db
                    .prepare_cached("insert into links (chain, seq, hash) values (:chain, :seq, :hash)")?
                    .execute(named_params! {
                        ":chain": link.chain.as_bytes(), ":seq": int(link.seq), ":hash": link.hash.0,
                    })?;
                Ok(())
            }
        }
    }

    fn attachment(&self, attachment: &KeptAttachment) -> Result<(), JournalError> {
        self.db
            .prepare_cached(
                "insert into attachments (device, blob, is_named, size_bytes, received_ms)
                 values (:device, :blob, 0, :size, :received_ms)
                 on conflict (device, blob) do update set size_bytes = :size, received_ms = :received_ms
                 where received_ms is null",
            )?
            .execute(named_params! {
                ":device": attachment.device.as_bytes(),
                ":blob": attachment.blob.0,
                ":size": int(attachment.size_bytes),
                ":received_ms": self.received_ms,
            })?;
        Ok(())
    }

    fn named(&self, envelope: &KeptEnvelope) -> Result<(), JournalError> {
        let mut insert = self.db.prepare_cached(
            "insert into attachments (device, blob, is_named, size_bytes) values (:device, :blob, 1, 0)
             on conflict (device, blob) do update set is_named = 1",
        )?;
        for part in &envelope.parts {
            insert.execute(
                named_params! { ":device": envelope.device.as_bytes(), ":blob": part.0 },
            )?;
        }
        Ok(())
    }

    fn envelope(&self, envelope: &KeptEnvelope, numbers: &[i64]) -> Result<(), JournalError> {
        self.named(envelope)?;
        let seq = match &envelope.verdict {
            KeptVerdict::Admitted(place) => {
                Some(numbers.get(*place).copied().ok_or(JournalError::Stale)?)
            }
            KeptVerdict::Already(seq) => Some(int(*seq)),
            KeptVerdict::Held { .. } => None,
        };
        if let Some(seq) = seq {
            self.db
                .prepare_cached("update quarantine set released_seq = :seq where digest = :digest")?
                .execute(named_params! { ":digest": envelope.digest.0, ":seq": seq })?;
            self.db
                .prepare_cached(
                    "insert into verdicts (envelope, digest, seq) values (:envelope, :digest, :seq)
                     on conflict (envelope) do update set seq = :seq, code = null, words = null
                     where digest = :digest",
                )?
                .execute(named_params! {
                    ":envelope": envelope.id.0.as_bytes(), ":digest": envelope.digest.0, ":seq": seq,
                })?;
        }
        if let KeptVerdict::Held { code, words, bytes } = &envelope.verdict {
            self.hold(envelope, &code_name(*code), words, bytes)?;
        }
        Ok(())
    }

    fn hold(
        &self,
        envelope: &KeptEnvelope,
        code: &str,
        words: &str,
        bytes: &[u8],
    ) -> Result<(), JournalError> {
        self.db
            .prepare_cached(
                "insert into quarantine (digest, envelope, device, code, words, bytes, received_ms)
                 values (:digest, :envelope, :device, :code, :words, :bytes, :received_ms)
                 on conflict (digest) do update set code = :code, words = :words",
            )?
            .execute(named_params! {
                ":digest": envelope.digest.0,
                ":envelope": envelope.id.0.as_bytes(),
                ":device": envelope.device.as_bytes(),
                ":code": code,
                ":words": words,
                ":bytes": bytes,
                ":received_ms": self.received_ms,
            })?;
        self.db
            .prepare_cached(
                "insert into verdicts (envelope, digest, code, words) values (:envelope, :digest, :code, :words)
                 on conflict (envelope) do update set code = :code, words = :words
                 where digest = :digest and seq is null",
            )?
            .execute(named_params! {
                ":envelope": envelope.id.0.as_bytes(),
                ":digest": envelope.digest.0,
                ":code": code,
                ":words": words,
            })?;
        Ok(())
    }
}
