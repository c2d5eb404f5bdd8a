//! What this device made and where each object stands.
//!
//! An envelope's bytes are fixed by its first send. Until then a run takes up further changes of the same document, so that
//! an hour of typing travels as one piece.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use crate::domain::held::{HeldDecision, HeldState};
use crate::domain::ids::{Digest, DocumentId, EntryId};
use crate::domain::time::Instant;
use crate::journal::Scope;
use crate::journal::seal::SealedEntry;
use crate::protocol::push::EnvelopeId;
use crate::protocol::{Envelope, HeldCode, Object};
use crate::read_model::columns::{parsed, parsed_or_null, text};
use crate::read_model::entries::{from_json, json};
use crate::read_model::held;
use crate::store::scopes;
use crate::views::ObjectState;

/// Size above which a run is closed and a new one begun.
const RUN_LIMIT_BYTES: usize = 64 << 10;

/// One object of this device.
#[derive(Debug, Clone)]
pub(crate) struct OutboxRow {
    pub(crate) entry: Option<EntryId>,
    pub(crate) content: Vec<u8>,
}

/// A new object.
#[derive(Debug)]
pub(crate) struct NewObject<'a> {
    pub(crate) envelope: &'a Envelope,
    pub(crate) scope: Scope,
    pub(crate) title: &'a str,
    pub(crate) at: Instant,
}

fn encode(envelope: &Envelope) -> rusqlite::Result<Vec<u8>> {
    minicbor::to_vec(envelope)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Puts an object in; `entry` names the entry that it holds, if it holds one.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    object: &NewObject<'_>,
    entry: Option<EntryId>,
) -> rusqlite::Result<()> {
    let (kind, document) = match &object.envelope.object {
        Object::Entry(_) => ("entry", None),
        Object::Run(run) => ("run", Some(text(&run.document))),
    };
    tx.prepare_cached(
        "insert into outbox (envelope, kind, entry, document, scope, title, content, state, made_ms)
         values (:envelope, :kind, :entry, :document, :scope, :title, :content, 'local', :at)",
    )?
    .execute(named_params! {
        ":envelope": text(&object.envelope.id.0),
        ":kind": kind,
        ":entry": entry.map(|entry| entry.to_string()),
        ":document": document,
        ":scope": scopes::text(object.scope),
        ":title": object.title,
        ":content": encode(object.envelope)?,
        ":at": object.at.ms(),
    })?;
    Ok(())
}

/// The run of a document that was never sent and is below the size limit, if there is one.
pub(crate) fn open_run(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Option<OutboxRow>> {
    let row = connection
        .prepare_cached(
            "select * from outbox where document = :document and state = 'local' order by ordinal desc limit 1",
        )?
        .query_row(named_params! { ":document": text(&document) }, outbox_row)
        .optional()?;
    Ok(row.filter(|row| row.content.len() < RUN_LIMIT_BYTES))
}

/// Replaces the bytes of an object that was never sent.
pub(crate) fn grow(tx: &Transaction<'_>, envelope: &Envelope) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "update outbox set content = :content where envelope = :envelope and state = 'local'",
    )?
    .execute(named_params! {
        ":content": encode(envelope)?,
        ":envelope": text(&envelope.id.0),
    })?;
    Ok(())
}

/// One object by the id of its envelope.
pub(crate) fn row(
    connection: &Connection,
    envelope: EnvelopeId,
) -> rusqlite::Result<Option<OutboxRow>> {
    connection
        .prepare_cached("select * from outbox where envelope = :envelope")?
        .query_row(named_params! { ":envelope": text(&envelope.0) }, outbox_row)
        .optional()
}

/// What is to be offered: entries in chain order, then runs in the order made, at most `limit`.
pub(crate) fn unsent(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<OutboxRow>> {
    connection
        .prepare_cached(
            "select * from outbox where state in ('local', 'sent') order by kind = 'run', ordinal limit :limit",
        )?
        .query_map(
            named_params! { ":limit": i64::try_from(limit).unwrap_or(i64::MAX) },
            outbox_row,
        )?
        .collect()
}

/// Marks an object as sent, before it is.
pub(crate) fn set_sent(tx: &Transaction<'_>, envelope: EnvelopeId) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "update outbox set state = 'sent' where envelope = :envelope and state = 'local'",
    )?
    .execute(named_params! { ":envelope": text(&envelope.0) })?;
    Ok(())
}

/// Stores the server's answer to a push.
pub(crate) fn insert_receipt(tx: &Transaction<'_>, answer: &[u8]) -> rusqlite::Result<i64> {
    tx.execute(
        "insert into receipts (answer) values (:answer)",
        named_params! { ":answer": answer },
    )?;
    Ok(tx.last_insert_rowid())
}

/// The server admitted an object.
pub(crate) fn set_receipted(
    tx: &Transaction<'_>,
    envelope: EnvelopeId,
    receipt: i64,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "update outbox set state = 'receipted', held_code = null, held_words = null, receipt = :receipt
         where envelope = :envelope",
    )?
    .execute(named_params! { ":receipt": receipt, ":envelope": text(&envelope.0) })?;
    Ok(())
}

/// The server keeps an object but did not apply it.
pub(crate) fn set_held(
    tx: &Transaction<'_>,
    envelope: EnvelopeId,
    receipt: i64,
    (code, words): (HeldCode, &str),
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "update outbox set state = 'held', held_code = :code, held_words = :words, receipt = :receipt
         where envelope = :envelope",
    )?
    .execute(named_params! {
        ":code": json(&code)?,
        ":words": words,
        ":receipt": receipt,
        ":envelope": text(&envelope.0),
    })?;
    Ok(())
}

/// Offers again what may have become admissible without being made anew: what it waits for, or the scope, may have come.
/// Answers how many.
pub(crate) fn offer_waiting_again(tx: &Transaction<'_>) -> rusqlite::Result<usize> {
    tx.execute(
        "update outbox set state = 'sent' where state = 'held' and held_code in (:gap, :dependency, :subject, :scope, :room)
            and ordinal > (select coalesce(max(last_ordinal), 0) from former_devices)",
        named_params! {
            ":gap": json(&HeldCode::GapInChain)?,
            ":dependency": json(&HeldCode::MissingDependency)?,
            ":subject": json(&HeldCode::UnknownSubject)?,
            ":scope": json(&HeldCode::OutOfScope)?,
            ":room": json(&HeldCode::NoRoom)?,
        },
    )
}

/// Offers again what the office let in, also from a time when this phone was another device. Answers how many.
pub(crate) fn offer_released_again(tx: &Transaction<'_>) -> rusqlite::Result<usize> {
    tx.execute(
        "update outbox set state = 'sent' where state = 'held' and exists (
            select 1 from held_decisions h where h.envelope = outbox.envelope and h.decision = :released)",
        named_params! { ":released": HeldDecision::Released.word() },
    )
}

/// The sealed bytes of an own entry.
pub(crate) fn sealed(
    connection: &Connection,
    entry: EntryId,
) -> rusqlite::Result<Option<SealedEntry>> {
    let content: Option<Vec<u8>> = connection
        .prepare_cached("select content from outbox where entry = :entry")?
        .query_row(named_params! { ":entry": text(&entry) }, |row| row.get(0))
        .optional()?;
    let envelope = content.and_then(|content| minicbor::decode::<Envelope>(&content).ok());
    Ok(envelope.and_then(|envelope| match envelope.object {
        Object::Entry(sealed) => Some(sealed),
        Object::Run(_) => None,
    }))
}

/// Whether another device writes this one's chain: an entry made since the last enrolment found its number taken.
pub(crate) fn is_copied(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "select 1 from outbox where kind = 'entry' and state = 'held' and held_code = :forked
                and ordinal > (select coalesce(max(last_ordinal), 0) from former_devices)",
        )?
        .exists(named_params! { ":forked": json(&HeldCode::ForkedChain)? })
}

/// Documents with changes whose numbers another device used too.
pub(crate) fn forked_documents(connection: &Connection) -> rusqlite::Result<Vec<DocumentId>> {
    connection
        .prepare_cached(
            "select distinct document from outbox
             where kind = 'run' and state = 'held' and held_code in (:forked, :reused) order by document",
        )?
        .query_map(
            named_params! {
                ":forked": json(&HeldCode::ForkedActor)?, ":reused": json(&HeldCode::IdReused)?,
            },
            |row| parsed(row, "document"),
        )?
        .collect()
}

/// What runs without a receipt said in a document is written anew: they are kept and not offered again.
pub(crate) fn replace_runs(tx: &Transaction<'_>, document: DocumentId) -> rusqlite::Result<()> {
    tx.execute(
        "update outbox set state = 'replaced' where document = :document and state in ('local', 'sent', 'held')",
        named_params! { ":document": text(&document) },
    )?;
    Ok(())
}

/// Offers an entry again that the server lacks although it gave a receipt.
pub(crate) fn offer_entry_again(tx: &Transaction<'_>, entry: EntryId) -> rusqlite::Result<()> {
    tx.execute(
        "update outbox set state = 'sent' where entry = :entry and state = 'receipted'",
        named_params! { ":entry": text(&entry) },
    )?;
    Ok(())
}

/// Offers the runs of a document again.
pub(crate) fn offer_runs_again(tx: &Transaction<'_>, document: DocumentId) -> rusqlite::Result<()> {
    tx.execute(
        "update outbox set state = 'sent' where document = :document and state = 'receipted'",
        named_params! { ":document": text(&document) },
    )?;
    Ok(())
}

/// The state of an entry's envelope with the code if it is held; none for entries of others.
pub(crate) fn entry_state(
    connection: &Connection,
    entry: EntryId,
) -> rusqlite::Result<Option<(ObjectState, Option<HeldCode>)>> {
    connection
        .prepare_cached("select state, held_code from outbox where entry = :entry")?
        .query_row(named_params! { ":entry": text(&entry) }, |row| {
            let state: String = row.get("state")?;
            let code: Option<String> = row.get("held_code")?;
            Ok((
                ObjectState::from_word(&state).unwrap_or_default(),
                code.map(|code| from_json(&code)).transpose()?,
            ))
        })
        .optional()
}

/// An entry of this device as it was or will be sent.
pub(crate) fn sealed_entry(
    connection: &Connection,
    entry: EntryId,
) -> rusqlite::Result<Option<SealedEntry>> {
    let content: Option<Vec<u8>> = connection
        .prepare_cached("select content from outbox where entry = :entry")?
        .query_row(named_params! { ":entry": text(&entry) }, |row| row.get(0))
        .optional()?;
    let envelope = content.and_then(|content| minicbor::decode::<Envelope>(&content).ok());
    Ok(envelope.and_then(|envelope| match envelope.object {
        Object::Entry(sealed) => Some(sealed),
        Object::Run(_) => None,
    }))
}

/// The server's answer that holds an entry's verdict.
pub(crate) fn receipt_of_entry(
    connection: &Connection,
    entry: EntryId,
) -> rusqlite::Result<Option<(Vec<u8>, Vec<u8>)>> {
    connection
        .prepare_cached(
            "select o.content, r.answer from outbox o join receipts r using (receipt) where o.entry = :entry",
        )?
        .query_row(named_params! { ":entry": text(&entry) }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
}

/// How many objects are in a state.
pub(crate) fn count(connection: &Connection, state: ObjectState) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("select count(*) from outbox where state = :state")?
        .query_row(named_params! { ":state": state.word() }, |row| row.get(0))
}

/// How many objects wait for the office: held, and not dismissed by it.
pub(crate) fn count_held(connection: &Connection) -> rusqlite::Result<i64> {
    let mut held = count(connection, ObjectState::Held)?;
    let mut decided = connection.prepare_cached(
        "select envelope, content from outbox o where state = 'held'
            and exists (select 1 from held_decisions h where h.envelope = o.envelope)",
    )?;
    let mut rows = decided.query([])?;
    while let Some(row) = rows.next()? {
        let digest = Digest::of(row.get_ref("content")?.as_blob()?);
        let found = held::decisions(connection, parsed(row, "envelope")?, digest)?;
        held -= i64::from(found.is_some_and(|found| found.state == HeldState::Dismissed));
    }
    Ok(held)
}

/// How many runs are not admitted: while there are any, a document's heads differ from the server's.
pub(crate) fn count_open_runs(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "select count(*) from outbox where kind = 'run' and state in ('local', 'sent', 'held')",
        )?
        .query_row([], |row| row.get(0))
}

/// Whether something of a scope is unsent, its parts included.
pub(crate) fn has_unsent(connection: &Connection, scope: Scope) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "select 1 from outbox o where o.scope = :scope and (o.state in ('local', 'sent')
                or (o.state = 'receipted' and exists
                    (select 1 from parts p where p.entry = o.entry and p.is_complete = 0)))",
        )?
        .exists(named_params! { ":scope": scopes::text(scope) })
}

fn outbox_row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    Ok(OutboxRow {
        entry: parsed_or_null(row, "entry")?,
        content: row.get("content")?,
    })
}
