//! Documents' bytes, heads and actors.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::documents::{ActorId, DocumentKind};
use crate::domain::ids::{CustomerId, Digest, DocumentId};
use crate::journal::Scope;
use crate::read_model::columns::{parsed, text};
use crate::read_model::documents::ActorNames;
use crate::read_model::entries::{from_json, json};
use crate::store::scopes;

/// A stored document.
#[derive(Debug, Clone)]
pub(crate) struct DocumentRow {
    pub(crate) document: DocumentId,
    pub(crate) kind: DocumentKind,
    pub(crate) scope: Scope,
    pub(crate) content: Vec<u8>,
    pub(crate) heads: Digest,
}

pub(crate) fn put(tx: &Transaction<'_>, row: &DocumentRow) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "insert into documents values (:document, :kind, :scope, :content, :heads)
         on conflict (document) do update set content = :content, heads = :heads, scope = :scope",
    )?
    .execute(named_params! {
        ":document": text(&row.document),
        ":kind": json(&row.kind)?,
        ":scope": scopes::text(row.scope),
        ":content": row.content,
        ":heads": text(&row.heads),
    })?;
    Ok(())
}

pub(crate) fn row(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Option<DocumentRow>> {
    connection
        .prepare_cached("select * from documents where document = :document")?
        .query_row(named_params! { ":document": text(&document) }, |row| {
            let scope: String = row.get("scope")?;
            Ok(DocumentRow {
                document,
                kind: from_json(&row.get::<_, String>("kind")?)?,
                scope: scopes::parse(&scope).map_err(|error| {
                    rusqlite::Error::FromSqlConversionFailure(
                        2,
                        rusqlite::types::Type::Text,
                        Box::new(error),
                    )
                })?,
                content: row.get("content")?,
                heads: parsed(row, "heads")?,
            })
        })
        .optional()
}

/// The document of a customer, when it is here.
pub(crate) fn of_customer(
    connection: &Connection,
    customer: CustomerId,
) -> rusqlite::Result<Option<DocumentId>> {
    connection
        .prepare_cached("select document from documents where scope = :scope and kind = :kind")?
        .query_row(
            named_params! {
                ":scope": scopes::text(Scope::Customer(customer)),
                ":kind": json(&DocumentKind::Customer)?,
            },
            |row| parsed(row, "document"),
        )
        .optional()
}

/// All documents with the digest of their heads.
pub(crate) fn heads(connection: &Connection) -> rusqlite::Result<Vec<(DocumentId, Digest)>> {
    connection
        .prepare_cached("select document, heads from documents order by document")?
        .query_map([], |row| {
            Ok((parsed(row, "document")?, parsed(row, "heads")?))
        })?
        .collect()
}

pub(crate) fn add_actors(
    tx: &Transaction<'_>,
    document: DocumentId,
    actors: &ActorNames,
) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "insert or ignore into document_actors values (:document, :actor, :user)",
    )?;
    for (actor, user) in actors {
        insert.execute(named_params! {
            ":document": text(&document),
            ":actor": hex(actor),
            ":user": text(user),
        })?;
    }
    Ok(())
}

pub(crate) fn actors(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<ActorNames> {
    connection
        .prepare_cached("select actor, user from document_actors where document = :document")?
        .query_map(named_params! { ":document": text(&document) }, |row| {
            Ok((row.get::<_, String>("actor")?, parsed(row, "user")?))
        })?
        .filter_map(|row| match row {
            Ok((actor, user)) => from_hex(&actor).map(|actor| Ok((actor, user))),
            Err(error) => Some(Err(error)),
        })
        .collect()
}

fn hex(actor: &ActorId) -> String {
    uuid::Uuid::from_bytes(actor.0).simple().to_string()
}

fn from_hex(text: &str) -> Option<ActorId> {
    uuid::Uuid::try_parse(text)
        .ok()
        .map(|uuid| ActorId(uuid.into_bytes()))
}

pub(crate) fn delete(tx: &Transaction<'_>, document: DocumentId) -> rusqlite::Result<()> {
    tx.execute(
        "delete from documents where document = :document",
        named_params! { ":document": text(&document) },
    )?;
    Ok(())
}
