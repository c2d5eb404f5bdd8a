//! Documents as they read now, and their conflicts.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::documents::{
    ActorId, CustomerDocument, Document, DocumentError, DocumentKind, FieldConflict,
};
use crate::domain::ids::{DocumentId, PlanId, UserId};
use crate::read_model::columns::{parsed, parsed_or_null, text};
use crate::read_model::entries::{from_json, json};
use crate::read_model::{contacts, people, plans};
use crate::views::{ConflictRow, ConflictValueRow};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Why a document cannot be projected.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// It does not read as a document of its kind.
    #[error("the document does not read as one of its kind")]
    Document(#[from] DocumentError),
    /// SQLite answers with an error.
    #[error("the read model cannot be written")]
    Database(#[from] rusqlite::Error),
}

/// Who writes under which actor, as far as that is known here.
pub type ActorNames = BTreeMap<ActorId, UserId>;

/// A stop's document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopText {
    /// Notes.
    pub notes: String,
    /// Negotiation record.
    pub negotiation: String,
    /// Reason code or empty.
    pub reason: String,
    /// Whom the team met.
    pub met_person: String,
    /// What the customer proposes.
    pub proposal: String,
    /// What comes next.
    pub next_step: String,
}

/// Takes in a document as it is now. A plan's draft goes to the tables of plans and only leaves its conflicts here.
pub fn project_document(
    tx: &Transaction<'_>,
    (id, kind): (DocumentId, DocumentKind),
    document: &Document,
    actors: &ActorNames,
) -> Result<(), ProjectError> {
    match kind {
        DocumentKind::Stop => project_stop(tx, id, document)?,
        DocumentKind::Customer => {
            let customer = document.customer()?;
            project_notes(tx, id, &customer)?;
            contacts::project(tx, document, &customer)?;
        }
        DocumentKind::Plan => {
            plans::project_draft(tx, PlanId(id.0), document.heads_digest(), &document.plan()?)?;
        }
    }
    project_conflicts(tx, (id, kind), &document.conflicts(), actors)?;
    Ok(())
}

fn project_stop(
    tx: &Transaction<'_>,
    id: DocumentId,
    document: &Document,
) -> Result<(), ProjectError> {
    let stop = document.stop()?;
    tx.prepare_cached(
        "insert or replace into stop_documents values (:document, :notes, :negotiation, :reason, :met_person, :proposal,
            :next_step)",
    )?
    .execute(named_params! {
        ":document": text(&id),
        ":notes": stop.notes,
        ":negotiation": stop.negotiation,
        ":reason": stop.reason,
        ":met_person": stop.met_person,
        ":proposal": stop.proposal,
        ":next_step": stop.next_step,
    })?;
    forget_packed(tx, id)?;
    let mut insert =
        tx.prepare_cached("insert into packed_materials values (:document, :material)")?;
    for material in &stop.packed {
        insert.execute(named_params! { ":document": text(&id), ":material": json(material)? })?;
    }
    Ok(())
}

fn forget_packed(tx: &Transaction<'_>, document: DocumentId) -> rusqlite::Result<()> {
    tx.prepare_cached("delete from packed_materials where document = :document")?
        .execute(named_params! { ":document": text(&document) })?;
    Ok(())
}

fn project_notes(
    tx: &Transaction<'_>,
    id: DocumentId,
    customer: &CustomerDocument,
) -> rusqlite::Result<()> {
    tx.prepare_cached("insert or replace into customer_documents values (:document, :notes)")?
        .execute(named_params! { ":document": text(&id), ":notes": customer.notes })?;
    Ok(())
}

fn project_conflicts(
    tx: &Transaction<'_>,
    (id, kind): (DocumentId, DocumentKind),
    conflicts: &[FieldConflict],
    actors: &ActorNames,
) -> rusqlite::Result<()> {
    tx.execute(
        "delete from document_conflicts where document = :document",
        named_params! { ":document": text(&id) },
    )?;
    let mut insert = tx.prepare_cached(
        "insert or ignore into document_conflicts values (:document, :kind, :field, :ordinal, :value, :author, :at)",
    )?;
    for conflict in conflicts {
        for (ordinal, value) in (0_i64..).zip(&conflict.values) {
            insert.execute(named_params! {
                ":document": text(&id),
                ":kind": json(&kind)?,
                ":field": conflict.field,
                ":ordinal": ordinal,
                ":value": value.value,
                ":author": actors.get(&value.actor).map(ToString::to_string),
                ":at": value.at.ms(),
            })?;
        }
    }
    Ok(())
}

/// Forgets a document.
pub fn forget(tx: &Transaction<'_>, document: DocumentId) -> rusqlite::Result<()> {
    for table in ["stop_documents", "customer_documents", "document_conflicts"] {
        tx.execute(
            &format!("delete from {table} where document = :document"),
            named_params! { ":document": text(&document) },
        )?;
    }
    forget_packed(tx, document)?;
    contacts::forget(tx, document)
}

/// A stop's document as it reads now; none until it has arrived.
pub fn stop_text(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Option<StopText>> {
    connection
        .prepare_cached("select * from stop_documents where document = :document")?
        .query_row(named_params! { ":document": text(&document) }, |row| {
            Ok(StopText {
                notes: row.get("notes")?,
                negotiation: row.get("negotiation")?,
                reason: row.get("reason")?,
                met_person: row.get("met_person")?,
                proposal: row.get("proposal")?,
                next_step: row.get("next_step")?,
            })
        })
        .optional()
}

/// The notes on a customer; none until the document has arrived.
pub fn customer_notes(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("select notes from customer_documents where document = :document")?
        .query_row(named_params! { ":document": text(&document) }, |row| {
            row.get("notes")
        })
        .optional()
}

/// Documents that have a field with more than one value, by id, at most 200.
pub fn conflicted(connection: &Connection) -> rusqlite::Result<Vec<DocumentId>> {
    connection
        .prepare_cached(
            "select distinct document from document_conflicts order by document limit 200",
        )?
        .query_map([], |row| parsed(row, "document"))?
        .collect()
}

/// The fields of a document with more than one value, at most 1,000 values.
pub fn conflicts(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Vec<ConflictRow>> {
    let values: Vec<(DocumentKind, String, ConflictValueRow)> = connection
        .prepare_cached(
            "select * from document_conflicts where document = :document order by field, ordinal limit 1000",
        )?
        .query_map(named_params! { ":document": text(&document) }, |row| {
            Ok((
                from_json(&row.get::<_, String>("kind")?)?,
                row.get("field")?,
                ConflictValueRow {
                    value: row.get("value")?,
                    author: parsed_or_null(row, "author")?,
                    author_name: String::new(),
                    at_ms: row.get("at_ms")?,
                },
            ))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut rows: Vec<ConflictRow> = Vec::new();
    for (document_kind, field, mut value) in values {
        if let Some(author) = value.author {
            value.author_name = people::name(connection, author)?;
        }
        match rows.last_mut().filter(|row| row.field == field) {
            Some(row) => row.values.push(value),
            None => rows.push(ConflictRow {
                document,
                document_kind,
                field,
                values: vec![value],
            }),
        }
    }
    Ok(rows)
}
