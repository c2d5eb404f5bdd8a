//! The read model: SQLite tables for rows that screens ask for, the same on a phone and on the server.
//!
//! One folder a noun: its `schema.sql`, what projects into it and the queries on it. Everything here can be dropped and
//! rebuilt from entries, snapshots and documents with an equal result.

pub mod cash;
pub(crate) mod columns;
pub mod contacts;
pub mod customer_books;
pub mod customers;
pub mod devices;
pub mod disputes;
pub mod documents;
pub mod entries;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod held;
pub mod ledgers;
pub mod outcomes;
pub mod people;
pub mod plans;
pub(crate) mod positions;
pub mod promises;
pub mod reviews;
pub mod settlements;
pub mod statements;
pub mod stops;
pub mod visit_lists;

use rusqlite::{Connection, Transaction};

use crate::domain::ids::{Digest, SnapshotId};
use crate::journal::Entry;
use crate::journal::facts::Fact;
use crate::snapshots::Snapshot;

/// Creates the tables that are missing.
pub fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    for schema in [
        ledgers::SCHEMA,
        customers::SCHEMA,
        visit_lists::SCHEMA,
        plans::SCHEMA,
        reviews::SCHEMA,
        settlements::SCHEMA,
        devices::SCHEMA,
        people::SCHEMA,
        entries::SCHEMA,
        stops::SCHEMA,
        statements::SCHEMA,
        promises::SCHEMA,
        outcomes::SCHEMA,
        documents::SCHEMA,
        contacts::SCHEMA,
        cash::SCHEMA,
        customer_books::SCHEMA,
        disputes::SCHEMA,
        held::SCHEMA,
    ] {
        connection.execute_batch(schema)?;
    }
    Ok(())
}

/// Takes in an entry whose hash is `hash`.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry, hash: Digest) -> rusqlite::Result<()> {
    entries::project_entry(tx, entry, hash)?;
    promises::project_entry(tx, entry)?;
    outcomes::project_entry(tx, entry)?;
    cash::project_entry(tx, entry)?;
    disputes::project_entry(tx, entry)?;
    ledgers::project_entry(tx, entry, hash)?;
    if let Fact::LedgerSigned(signed) = &entry.fact {
        customer_books::forget_books_before(tx, signed.ledger)?;
    }
    visit_lists::project_entry(tx, entry, hash)?;
    plans::project_entry(tx, entry)?;
    reviews::project_entry(tx, entry)?;
    settlements::project_entry(tx, entry, hash)?;
    held::project_entry(tx, entry)?;
    devices::project_entry(tx, entry)
}

/// Takes back an entry that is not signed by itself, as if it had never been: check-in, check-out, statement shown, outcome.
pub(crate) fn take_back_routine(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    outcomes::forget(tx, entry.id)?;
    entries::forget(tx, entry)
}

/// Takes in a snapshot.
pub fn project_snapshot(
    tx: &Transaction<'_>,
    id: SnapshotId,
    snapshot: &Snapshot,
) -> rusqlite::Result<()> {
    match snapshot {
        Snapshot::Ledger(ledger) => {
            customers::project_ledger(tx, id, ledger)?;
            ledgers::project_ledger(tx, id, ledger)
        }
        Snapshot::Plan(plan) => {
            if plans::project_plan(tx, id, plan)? {
                customer_books::project_plan(tx, plan)?;
                stops::project_plan(tx, plan)?;
            }
            Ok(())
        }
        Snapshot::Statement(statement) => {
            statements::project_statement(tx, id, statement)?;
            customer_books::project_statement(tx, id, statement)
        }
        Snapshot::CustomerBook(book) => customer_books::project_book(tx, book),
        Snapshot::Policy(policy) => people::project_policy(tx, policy),
    }
}
