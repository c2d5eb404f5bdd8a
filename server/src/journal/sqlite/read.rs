//! The reading half of the trait.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::sync_channel;

use countersign_core::documents::DocumentKind;
use countersign_core::domain::ids::{ChainId, DeviceId, Digest, DocumentId, EntryId, UserId};
use countersign_core::domain::time::Instant;
use countersign_core::journal::Scope;
use countersign_core::journal::seal::{SealedEntry, SealedSnapshot};
use countersign_core::protocol::HeldCode;
use countersign_core::protocol::frames::{ActorOwner, ScopeDigest};
use countersign_core::protocol::push::EnvelopeId;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, named_params};
use serde::de::DeserializeOwned;

use super::write::{DOCUMENT, ENTRY, EVERYBODY, GRANT, REVOKE, RUN, SNAPSHOT};
use super::{Job, SqliteJournal, copy, feed, int, number};
use crate::journal::{
    Amount, Attachment, Batch, FeedPage, FeedRequest, Given, GivenVerdict, Inventory, Journal,
    JournalError, Link, Quarantined, Row, RowBody, Standing, StoredDocument, Usage, Whole,
};

impl Journal for SqliteJournal {
    fn append(&self, batch: Batch) -> Result<Vec<u64>, JournalError> {
        let (reply, answer) = sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or(JournalError::Closed)?;
        jobs.send(Job { batch, reply })
            .map_err(|_ended| JournalError::Closed)?;
        answer.recv().map_err(|_ended| JournalError::Closed)?
    }

    fn head(&self) -> Result<u64, JournalError> {
        self.reading(head)
    }

    fn epoch(&self) -> Result<u32, JournalError> {
        self.reading(|db| {
            Ok(db
                .prepare_cached("select value from counters where name = 'epoch'")?
                .query_one([], |row| row.get(0))?)
        })
    }

    fn tail(&self, after: u64, limit: usize) -> Result<Vec<Row>, JournalError> {
        self.reading(|db| tail(db, after, limit))
    }

    fn of_scope(&self, scope: Scope, limit: usize) -> Result<Vec<Row>, JournalError> {
        self.reading(|db| of_scope(db, scope, limit))
    }

    fn standing(&self, user: UserId) -> Result<Standing, JournalError> {
        self.reading(|db| standing(db, user))
    }

    fn feed(&self, request: FeedRequest<'_>) -> Result<FeedPage, JournalError> {
        self.reading(|db| feed::page(db, request))
    }

    fn inventory(&self, user: UserId) -> Result<Inventory, JournalError> {
        self.reading(|db| inventory(db, user))
    }

    fn is_granted(&self, user: UserId, scope: Scope) -> Result<bool, JournalError> {
        self.reading(|db| is_granted(db, user, scope))
    }

    fn was_granted(&self, user: UserId, scope: Scope) -> Result<bool, JournalError> {
        self.reading(|db| {
            Ok(db
                .prepare_cached(
                    "select 1 from rows join scopes using (scope)
                     where name = :name and kind = :grant and object = :user",
                )?
                .exists(named_params! {
                    ":name": cbor(&scope), ":grant": GRANT, ":user": user.as_bytes(),
                })?)
        })
    }

    fn holders(&self, scope: Scope) -> Result<Vec<UserId>, JournalError> {
        self.reading(|db| {
            Ok(db
                .prepare_cached(
                    "select user from grants join scopes using (scope) join readers using (reader)
                     where name = :name order by user",
                )?
                .query_map(named_params! { ":name": cbor(&scope) }, |row| {
                    row.get(0).map(UserId::from_bytes)
                })?
                .collect::<Result<_, _>>()?)
        })
    }

    fn chain_head(&self, chain: ChainId) -> Result<Option<Link>, JournalError> {
        self.reading(|db| {
            Ok(db
                .prepare_cached(
                    "select seq, hash from links where chain = :chain order by seq desc limit 1",
                )?
                .query_row(named_params! { ":chain": chain.as_bytes() }, |row| {
                    Ok(Link {
                        chain,
                        seq: number(row, 0)?,
                        hash: Digest(row.get(1)?),
                    })
                })
                .optional()?)
        })
    }

    fn link(&self, chain: ChainId, seq: u64) -> Result<Option<Digest>, JournalError> {
        self.reading(|db| {
            Ok(db
                .prepare_cached("select hash from links where chain = :chain and seq = :seq")?
                .query_row(
                    named_params! { ":chain": chain.as_bytes(), ":seq": int(seq) },
                    |row| row.get(0).map(Digest),
                )
                .optional()?)
        })
    }

    fn entry(&self, id: EntryId) -> Result<Option<(u64, SealedEntry)>, JournalError> {
        self.reading(|db| {
            let found: Option<(u64, Vec<u8>)> = db
                .prepare_cached(
                    "select seq, bytes from entries join rows using (seq) where id = :id",
                )?
                .query_row(named_params! { ":id": id.as_bytes() }, |row| {
                    Ok((number(row, 0)?, row.get(1)?))
                })
                .optional()?;
            found
                .map(|(seq, bytes)| Ok((seq, minicbor::decode(&bytes)?)))
                .transpose()
        })
    }

    fn document(&self, id: DocumentId) -> Result<Option<StoredDocument>, JournalError> {
        self.reading(|db| document(db, id))
    }

    fn snapshot(&self, id: Digest) -> Result<Option<(Scope, SealedSnapshot)>, JournalError> {
        self.reading(|db| {
            let found: Option<(Vec<u8>, Vec<u8>)> = db
                .prepare_cached(
                    "select name, bytes from snapshots join rows using (seq) join scopes using (scope)
                     where id = :id",
                )?
                .query_row(named_params! { ":id": id.0 }, |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            found
                .map(|(scope, bytes)| Ok((minicbor::decode(&scope)?, minicbor::decode(&bytes)?)))
                .transpose()
        })
    }

    fn blob_scopes(&self, blob: Digest) -> Result<Vec<Scope>, JournalError> {
        self.reading(|db| {
            let names: Vec<Vec<u8>> = db
                .prepare_cached(
                    "select name from blob_scopes join scopes using (scope) where blob = :blob",
                )?
                .query_map(named_params! { ":blob": blob.0 }, |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            Ok(names
                .iter()
                .map(|name| minicbor::decode(name))
                .collect::<Result<_, _>>()?)
        })
    }

    fn verdict(&self, id: EnvelopeId) -> Result<Option<GivenVerdict>, JournalError> {
        self.reading(|db| verdict(db, id))
    }

    fn quarantine(
        &self,
        device: Option<DeviceId>,
        limit: usize,
    ) -> Result<Vec<Quarantined>, JournalError> {
        self.reading(|db| quarantine(db, device, limit))
    }

    fn quarantine_page(
        &self,
        except: &[Digest],
        page: (u32, u32),
    ) -> Result<(Vec<Quarantined>, u64), JournalError> {
        self.reading(|db| quarantine_page(db, except, page))
    }

    fn quarantined(&self, digest: Digest) -> Result<Option<Quarantined>, JournalError> {
        self.reading(|db| {
            let mut query = db.prepare_cached("select * from quarantine where digest = :digest")?;
            let mut rows = query.query(named_params! { ":digest": digest.0 })?;
            rows.next()?.map(in_quarantine).transpose()
        })
    }

    fn usage(&self, device: DeviceId, since: Option<Instant>) -> Result<Usage, JournalError> {
        let amount = |row: &SqlRow<'_>| {
            Ok(Amount {
                count: number(row, 0)?,
                size_bytes: number(row, 1)?,
            })
        };
        self.reading(|db| {
            let since = since.map_or(i64::MIN, Instant::ms);
            let attachments = db
                .prepare_cached(
                    "select count(*), coalesce(sum(size_bytes), 0) from attachments
                     where device = :device and received_ms >= :since",
                )?
                .query_one(
                    named_params! { ":device": device.as_bytes(), ":since": since },
                    amount,
                )?;
            let held = db
                .prepare_cached(
                    "select count(*), coalesce(sum(length(bytes)), 0) from quarantine
                     where device = :device and released_seq is null",
                )?
                .query_one(named_params! { ":device": device.as_bytes() }, amount)?;
            Ok(Usage { attachments, held })
        })
    }

    fn attachment(&self, device: DeviceId, blob: Digest) -> Result<Attachment, JournalError> {
        self.reading(|db| {
            let known = db
                .prepare_cached(
                    "select is_named, received_ms is not null from attachments
                     where device = :device and blob = :blob",
                )?
                .query_row(
                    named_params! { ":device": device.as_bytes(), ":blob": blob.0 },
                    |row| {
                        Ok(Attachment {
                            is_named: row.get(0)?,
                            is_kept: row.get(1)?,
                        })
                    },
                )
                .optional()?;
            Ok(known.unwrap_or_default())
        })
    }

    fn backup(&self, to: &Path) -> Result<(), JournalError> {
        copy(&self.reader()?, to)
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

pub(super) fn head(db: &Connection) -> Result<u64, JournalError> {
    Ok(db
        .prepare_cached("select value from counters where name = 'seq'")?
        .query_one([], |row| number(row, 0))?)
}

pub(super) fn standing(db: &Connection, user: UserId) -> Result<Standing, JournalError> {
    let mut standing = Standing {
        seq: 0,
        digest: ScopeDigest::default(),
    };
    let mut query = db.prepare_cached(
        "select last_seq, digest from readers where reader = :everybody or user = :user",
    )?;
    let mut rows =
        query.query(named_params! { ":everybody": EVERYBODY, ":user": user.as_bytes() })?;
    while let Some(row) = rows.next()? {
        standing.seq = standing.seq.max(number(row, 0)?);
        standing.digest = standing.digest.plus(digest_of(row.get(1)?));
    }
    Ok(standing)
}

pub(super) fn is_granted(
    db: &Connection,
    user: UserId,
    scope: Scope,
) -> Result<bool, JournalError> {
    Ok(match scope {
        Scope::Office => false,
        Scope::Organisation => true,
        Scope::Plan(_)
        | Scope::Stop(_)
        | Scope::Customer(_)
        | Scope::Person(_)
        | Scope::Book(_) => db
            .prepare_cached(
                "select 1 from grants join scopes using (scope) join readers using (reader)
                 where name = :name and user = :user",
            )?
            .exists(named_params! { ":name": cbor(&scope), ":user": user.as_bytes() })?,
    })
}

fn tail(db: &Connection, after: u64, limit: usize) -> Result<Vec<Row>, JournalError> {
    let mut query = db.prepare_cached(
        "select seq, kind, name, object, bytes, received_ms from rows join scopes using (scope)
         where seq > :after order by seq limit :limit",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = query.query(named_params! { ":after": int(after), ":limit": limit })?;
    let mut tail = Vec::new();
    while let Some(row) = rows.next()? {
        tail.push(stored_row(row)?);
    }
    Ok(tail)
}

fn of_scope(db: &Connection, scope: Scope, limit: usize) -> Result<Vec<Row>, JournalError> {
    let mut query = db.prepare_cached(
        "select seq, kind, name, object, bytes, received_ms from rows join scopes using (scope)
         where name = :name order by seq limit :limit",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = query.query(named_params! { ":name": cbor(&scope), ":limit": limit })?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(stored_row(row)?);
    }
    Ok(found)
}

fn stored_row(row: &SqlRow<'_>) -> Result<Row, JournalError> {
    let kind: i64 = row.get(1)?;
    let scope: Vec<u8> = row.get(2)?;
    let bytes: Vec<u8> = row.get(4)?;
    let body = match kind {
        ENTRY => RowBody::Entry(minicbor::decode(&bytes)?),
        DOCUMENT | RUN => RowBody::Document(DocumentId::from_bytes(row.get(3)?)),
        SNAPSHOT => RowBody::Snapshot(minicbor::decode(&bytes)?),
        GRANT => RowBody::Grant(UserId::from_bytes(row.get(3)?)),
        REVOKE => RowBody::Revoke(UserId::from_bytes(row.get(3)?)),
        _unknown => {
            return Err(minicbor::decode::Error::message("a row of no known kind").into());
        }
    };
    Ok(Row {
        seq: number(row, 0)?,
        scope: minicbor::decode(&scope)?,
        received: Instant::from_ms(row.get(5)?),
        body,
    })
}

pub(super) fn document(
    db: &Connection,
    id: DocumentId,
) -> Result<Option<StoredDocument>, JournalError> {
    let found = db
        .prepare_cached(
            "select kind, name, latest_seq, saved, heads, signature from documents join scopes using (scope)
             where id = :id",
        )?
        .query_row(named_params! { ":id": id.as_bytes() }, |row| {
            let kind: String = row.get(0)?;
            let scope: Vec<u8> = row.get(1)?;
            let whole = Whole {
                bytes: row.get(3)?,
                heads: Digest(row.get(4)?),
                signature: row.get(5)?,
            };
            Ok((kind, scope, number(row, 2)?, whole))
        })
        .optional()?;
    let Some((kind, scope, seq, whole)) = found else {
        return Ok(None);
    };
    Ok(Some(StoredDocument {
        kind: named(kind)?,
        scope: minicbor::decode(&scope)?,
        seq,
        whole,
        actors: actors(db, id)?,
    }))
}

pub(super) fn actors(db: &Connection, id: DocumentId) -> Result<Vec<ActorOwner>, JournalError> {
    Ok(db
        .prepare_cached(
            "select chain, actor_epoch, user from actors where document = :document order by chain, actor_epoch",
        )?
        .query_map(named_params! { ":document": id.as_bytes() }, |row| {
            Ok(ActorOwner {
                chain: ChainId::from_bytes(row.get(0)?),
                actor_epoch: row.get(1)?,
                user: UserId::from_bytes(row.get(2)?),
            })
        })?
        .collect::<Result<_, _>>()?)
}

fn verdict(db: &Connection, id: EnvelopeId) -> Result<Option<GivenVerdict>, JournalError> {
    type Stored = ([u8; 32], Option<u64>, Option<String>, Option<String>);
    let found: Option<Stored> = db
        .prepare_cached("select digest, seq, code, words from verdicts where envelope = :envelope")?
        .query_row(named_params! { ":envelope": id.0.as_bytes() }, |row| {
            let seq = row.get::<_, Option<i64>>(1)?.map(i64::unsigned_abs);
            Ok((row.get(0)?, seq, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((digest, seq, code, words)) = found else {
        return Ok(None);
    };
    let outcome = match (seq, code) {
        (Some(seq), _) => Given::Admitted(seq),
        (None, code) => Given::Held(named(code.unwrap_or_default())?, words.unwrap_or_default()),
    };
    Ok(Some(GivenVerdict {
        digest: Digest(digest),
        outcome,
    }))
}

fn quarantine(
    db: &Connection,
    device: Option<DeviceId>,
    limit: usize,
) -> Result<Vec<Quarantined>, JournalError> {
    let mut query = db.prepare_cached(
        "select * from quarantine
         where released_seq is null and (:device is null or device = :device)
         order by rowid limit :limit",
    )?;
    let mut rows = query.query(named_params! {
        ":device": device.as_ref().map(|device| device.as_bytes().as_slice()),
        ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
    })?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        held.push(in_quarantine(row)?);
    }
    Ok(held)
}

fn quarantine_page(
    db: &Connection,
    except: &[Digest],
    (offset, limit): (u32, u32),
) -> Result<(Vec<Quarantined>, u64), JournalError> {
    const OPEN: &str = "from quarantine where released_seq is null
        and lower(hex(digest)) not in (select value from json_each(:except))";
    let names: Vec<String> = except.iter().map(ToString::to_string).collect();
    let except = serde_json::Value::from(names).to_string();
    let total: i64 = db
        .prepare_cached(&format!("select count(*) {OPEN}"))?
        .query_row(named_params! { ":except": except }, |row| row.get(0))?;
    let mut query = db.prepare_cached(&format!(
        "select * {OPEN} order by rowid limit :limit offset :offset"
    ))?;
    let mut rows =
        query.query(named_params! { ":except": except, ":limit": limit, ":offset": offset })?;
    let mut held = Vec::new();
    while let Some(row) = rows.next()? {
        held.push(in_quarantine(row)?);
    }
    Ok((held, total.unsigned_abs()))
}

fn in_quarantine(row: &rusqlite::Row<'_>) -> Result<Quarantined, JournalError> {
    Ok(Quarantined {
        device: DeviceId::from_bytes(row.get("device")?),
        id: EnvelopeId(uuid::Uuid::from_bytes(row.get("envelope")?)),
        digest: Digest(row.get("digest")?),
        code: named(row.get("code")?)?,
        words: row.get("words")?,
        bytes: row.get("bytes")?,
        received: Instant::from_ms(row.get("received_ms")?),
        released: row
            .get::<_, Option<i64>>("released_seq")?
            .map(i64::unsigned_abs),
    })
}

fn inventory(db: &Connection, user: UserId) -> Result<Inventory, JournalError> {
    let mut inventory = Inventory::default();
    // Everything in a scope that this user or everybody holds.
    let held = "scope in (
            select scope from grants join readers using (reader) where user = :user
            union select scope from scopes where name = :everywhere)";
    let everywhere = cbor(&Scope::Organisation);
    let params = named_params! { ":user": user.as_bytes(), ":everywhere": everywhere };
    let mut documents =
        db.prepare_cached(&format!("select id, heads from documents where {held}"))?;
    let mut rows = documents.query(params)?;
    while let Some(row) = rows.next()? {
        inventory
            .documents
            .insert(DocumentId::from_bytes(row.get(0)?), Digest(row.get(1)?));
    }
    let mut entries = db.prepare_cached(&format!(
        "select hash, seq from entries join rows using (seq) where {held}"
    ))?;
    let mut rows = entries.query(params)?;
    while let Some(row) = rows.next()? {
        inventory
            .entries
            .insert(Digest(row.get(0)?), number(row, 1)?);
    }
    let mut snapshots = db.prepare_cached(&format!(
        "select id, seq from snapshots join rows using (seq) where {held}"
    ))?;
    let mut rows = snapshots.query(params)?;
    while let Some(row) = rows.next()? {
        inventory
            .snapshots
            .insert(Digest(row.get(0)?), number(row, 1)?);
    }
    Ok(inventory)
}

pub(super) fn cbor<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing CBOR into a vector has no failing sink")
}

pub(super) fn digest_of(bytes: [u8; 16]) -> ScopeDigest {
    ScopeDigest(u128::from_be_bytes(bytes))
}

pub(super) fn code_name(code: HeldCode) -> String {
    name_of(&code)
}

pub(super) fn kind_name(kind: DocumentKind) -> String {
    name_of(&kind)
}

/// The snake-case name of a fieldless variant, as serde writes it.
fn name_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

fn named<T: DeserializeOwned>(name: String) -> Result<T, JournalError> {
    serde_json::from_value(serde_json::Value::String(name))
        .map_err(|_unknown| minicbor::decode::Error::message("a stored name is not known").into())
}
