//! Contacts and follow-ups of customers: rows of their documents, so that no list opens a document.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use crate::documents::{Contact, CustomerDocument, Document, FollowUp};
use crate::domain::ids::DocumentId;
use crate::read_model::columns::{parsed, text};
use crate::read_model::entries::json;

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Most contacts or follow-ups of one customer that are read; a document holds no more.
const ROWS_LIMIT: u32 = 2_000;

/// Brings over what version 6 of a phone's store kept of contacts.
pub fn take_over(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let is_there = tx
        .prepare("select 1 from sqlite_schema where type = 'table' and name = 'customer_contacts'")?
        .exists([])?;
    if is_there {
        tx.execute_batch(
            "insert or ignore into contacts
                 select document, contact, name, phone, '', title, '', '', state, '', '', '' from customer_contacts;
             drop table customer_contacts;",
        )?;
    }
    Ok(())
}

/// Takes in a customer's document as it reads now: `customer`, read from `whole`.
pub fn project(
    tx: &Transaction<'_>,
    whole: &Document,
    customer: &CustomerDocument,
) -> rusqlite::Result<()> {
    let document = whole.id();
    forget(tx, document)?;
    let mut insert = tx.prepare_cached(
        "insert into contacts values (:document, :contact, :name, :phone, :phone_2, :title, :role, :note, :state,
            :valid_until, :merged_into, :apart)",
    )?;
    for (key, contact) in &customer.contacts {
        insert.execute(named_params! {
            ":document": text(&document),
            ":contact": key,
            ":name": contact.name,
            ":phone": contact.phone,
            ":phone_2": contact.phone_2,
            ":title": contact.title,
            ":role": contact.role,
            ":note": contact.note,
            ":state": contact.state,
            ":valid_until": contact.valid_until,
            ":merged_into": contact.merged_into,
            ":apart": contact.apart,
        })?;
    }
    let mut insert = tx.prepare_cached(
        "insert into follow_ups values (:document, :follow_up, :kind, :text, :due, :time, :who, :contact, :state, :reason,
            :why)",
    )?;
    for (key, follow_up) in &customer.follow_ups {
        insert.execute(named_params! {
            ":document": text(&document),
            ":follow_up": key,
            ":kind": follow_up.kind,
            ":text": follow_up.text,
            ":due": follow_up.due,
            ":time": follow_up.time,
            ":who": follow_up.who,
            ":contact": follow_up.contact,
            ":state": follow_up.state,
            ":reason": follow_up.reason,
            ":why": follow_up.why,
        })?;
    }
    if whole.has_follow_ups() {
        tx.execute(
            "insert into follow_up_maps values (:document)",
            named_params! { ":document": text(&document) },
        )?;
    }
    Ok(())
}

/// Forgets a document.
pub fn forget(tx: &Transaction<'_>, document: DocumentId) -> rusqlite::Result<()> {
    for table in ["contacts", "follow_ups", "follow_up_maps"] {
        tx.execute(
            &format!("delete from {table} where document = :document"),
            named_params! { ":document": text(&document) },
        )?;
    }
    Ok(())
}

/// The contacts of a customer by name, each with its key.
pub fn of_document(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Vec<(String, Contact)>> {
    connection
        .prepare_cached(
            "select * from contacts where document = :document order by name, contact limit :limit",
        )?
        .query_map(
            named_params! { ":document": text(&document), ":limit": ROWS_LIMIT },
            contact_row,
        )?
        .collect()
}

/// The contacts of several customers by document and name, each with its key; at most 200,000 in all.
pub fn of_documents(
    connection: &Connection,
    documents: &BTreeSet<DocumentId>,
) -> rusqlite::Result<BTreeMap<DocumentId, Vec<(String, Contact)>>> {
    let mut found: BTreeMap<DocumentId, Vec<(String, Contact)>> = BTreeMap::new();
    let mut statement = connection.prepare_cached(
        "select * from contacts where document in (select value from json_each(:documents))
         order by document, name, contact limit 200000",
    )?;
    let mut rows = statement.query(named_params! { ":documents": json(documents)? })?;
    while let Some(row) = rows.next()? {
        let document = parsed(row, "document")?;
        found.entry(document).or_default().push(contact_row(row)?);
    }
    Ok(found)
}

/// One contact.
pub fn contact(
    connection: &Connection,
    document: DocumentId,
    key: &str,
) -> rusqlite::Result<Option<Contact>> {
    connection
        .prepare_cached("select * from contacts where document = :document and contact = :contact")?
        .query_row(
            named_params! { ":document": text(&document), ":contact": key },
            |row| Ok(contact_row(row)?.1),
        )
        .optional()
}

/// The follow-ups of a customer, each with its key: open ones by day and time, then closed ones, the latest day first.
pub fn follow_ups(
    connection: &Connection,
    document: DocumentId,
) -> rusqlite::Result<Vec<(String, FollowUp)>> {
    connection
        .prepare_cached(
            "select * from follow_ups where document = :document
             order by state <> 'open', case when state = 'open' then due end, case when state = 'open' then time end,
                due desc, time desc, follow_up limit :limit",
        )?
        .query_map(
            named_params! { ":document": text(&document), ":limit": ROWS_LIMIT },
            follow_up_row,
        )?
        .collect()
}

/// How many follow-ups of a customer are open.
pub fn open_follow_ups(connection: &Connection, document: DocumentId) -> rusqlite::Result<u64> {
    let open: i64 = connection
        .prepare_cached(
            "select count(*) from follow_ups where document = :document and state = 'open'",
        )?
        .query_row(named_params! { ":document": text(&document) }, |row| {
            row.get(0)
        })?;
    Ok(open.unsigned_abs())
}

/// One follow-up.
pub fn follow_up(
    connection: &Connection,
    document: DocumentId,
    key: &str,
) -> rusqlite::Result<Option<FollowUp>> {
    connection
        .prepare_cached(
            "select * from follow_ups where document = :document and follow_up = :follow_up",
        )?
        .query_row(
            named_params! { ":document": text(&document), ":follow_up": key },
            |row| Ok(follow_up_row(row)?.1),
        )
        .optional()
}

/// Whether follow-ups can be written into a document.
pub fn has_follow_ups(connection: &Connection, document: DocumentId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from follow_up_maps where document = :document")?
        .exists(named_params! { ":document": text(&document) })
}

/// Customers' documents into which no follow-up can be written yet, by id, at most `limit`.
pub fn not_grown(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<DocumentId>> {
    connection
        .prepare_cached(
            "select document from customer_documents where document not in (select document from follow_up_maps)
             order by document limit :limit",
        )?
        .query_map(named_params! { ":limit": limit }, |row| parsed(row, "document"))?
        .collect()
}

fn contact_row(row: &Row<'_>) -> rusqlite::Result<(String, Contact)> {
    Ok((
        row.get("contact")?,
        Contact {
            name: row.get("name")?,
            phone: row.get("phone")?,
            title: row.get("title")?,
            state: row.get("state")?,
            phone_2: row.get("phone_2")?,
            role: row.get("role")?,
            note: row.get("note")?,
            valid_until: row.get("valid_until")?,
            merged_into: row.get("merged_into")?,
            apart: row.get("apart")?,
        },
    ))
}

fn follow_up_row(row: &Row<'_>) -> rusqlite::Result<(String, FollowUp)> {
    Ok((
        row.get("follow_up")?,
        FollowUp {
            kind: row.get("kind")?,
            text: row.get("text")?,
            due: row.get("due")?,
            time: row.get("time")?,
            who: row.get("who")?,
            contact: row.get("contact")?,
            state: row.get("state")?,
            reason: row.get("reason")?,
            why: row.get("why")?,
        },
    ))
}
