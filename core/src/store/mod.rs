//! The store: one SQLite file in the replica's folder. Write-ahead log, `synchronous = full`: what was committed survives
//! a power cut.
//!
//! Functions that take a `Transaction` write, those that take a `Connection` read. Only `replica::commit` opens a
//! transaction.

pub(crate) mod captures;
pub(crate) mod commands;
pub(crate) mod device;
pub(crate) mod documents;
pub(crate) mod drafts;
pub(crate) mod entries;
pub(crate) mod export;
pub(crate) mod key_file;
pub(crate) mod lock;
pub(crate) mod outbox;
pub(crate) mod parts;
pub(crate) mod pin_wrap;
pub(crate) mod quarantine;
pub(crate) mod revocations;
pub(crate) mod scopes;
pub(crate) mod settings;
pub(crate) mod signings;
pub(crate) mod snapshots;

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::read_model;

/// The file's name in the replica's folder.
pub(crate) const FILE: &str = "replica.sqlite";
/// Version of `schema.sql` together with the read model's tables.
pub(crate) const SCHEMA_VERSION: i64 = 9;
/// The first version that knows customers apart from stops.
const KNOWS_CUSTOMERS: i64 = 7;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program wrote it. The outbox can still be exported.
    #[error("the store has version {found}, this program knows {known}")]
    NewerSchema {
        /// Its version.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
    /// SQLite answers with an error.
    #[error("the store's database cannot be used")]
    Database(#[from] rusqlite::Error),
    /// The folder or a file cannot be used.
    #[error("the store's folder cannot be used")]
    Folder(#[from] io::Error),
}

/// Opens or makes the store in `folder`.
pub(crate) fn open(folder: &Path) -> Result<Connection, StoreError> {
    fs::create_dir_all(folder)?;
    let mut connection = Connection::open_with_flags(
        folder.join(FILE),
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_row| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.set_prepared_statement_cache_capacity(128);
    let found = version(&connection)?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::NewerSchema {
            found,
            known: SCHEMA_VERSION,
        });
    }
    if found < SCHEMA_VERSION {
        let tx = connection.transaction()?;
        tx.execute_batch(include_str!("schema.sql"))?;
        read_model::migrate(&tx)?;
        if (1..KNOWS_CUSTOMERS).contains(&found) {
            read_model::customer_books::take_in_what_is_here(&tx)?;
        }
        read_model::contacts::take_over(&tx)?;
        snapshots::take_policies_in_again(&tx)?;
        tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        tx.commit()?;
    }
    Ok(connection)
}

pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
