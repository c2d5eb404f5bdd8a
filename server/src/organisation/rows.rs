//! The read model of one organisation: tables that tail the journal and can be dropped and rebuilt with an equal result.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_core::domain::ids::Digest;
use countersign_core::read_model;
use rusqlite::{Connection, OpenFlags, Transaction, named_params};

use super::ReadError;
use super::documents;
use crate::journal::{Journal, Row, RowBody};

/// Rows taken over in one transaction.
const STEP: usize = 500;

/// The tables.
#[derive(Debug)]
pub(super) struct Rows {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    applied: AtomicU64,
}

/// One digest a table, by name.
pub type TableDigests = Vec<(String, Digest)>;

impl Rows {
    /// Opens the tables; those of another version of the program are dropped and will be rebuilt.
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        let mut writer = prepare(path)?;
        if stored_version(&writer)? != version()? {
            drop(writer);
            remove(path)?;
            writer = prepare(path)?;
            writer.execute(
                "update read_model_state set version = :version",
                named_params! { ":version": version()? },
            )?;
        }
        let applied: i64 =
            writer.query_one("select applied_seq from read_model_state", [], |row| {
                row.get(0)
            })?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            applied: AtomicU64::new(applied.unsigned_abs()),
        })
    }

    /// Takes over what the journal has since.
    pub(super) fn catch_up(&self, journal: &dyn Journal) -> Result<(), ReadError> {
        if self.applied.load(Ordering::Acquire) >= journal.head()? {
            return Ok(());
        }
        let mut writer = lock(&self.writer);
        loop {
            let after = self.applied.load(Ordering::Acquire);
            let rows = journal.tail(after, STEP)?;
            let Some(last) = rows.last().map(|row| row.seq) else {
                return Ok(());
            };
            let transaction = writer.transaction()?;
            project(&transaction, journal, &rows)?;
            transaction.execute(
                "update read_model_state set applied_seq = :seq",
                named_params! { ":seq": i64::try_from(last).unwrap_or(i64::MAX) },
            )?;
            transaction.commit()?;
            self.applied.store(last, Ordering::Release);
        }
    }

    /// Runs a query at one moment; it cannot write.
    pub(super) fn read<R>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, ReadError> {
        let pooled = lock(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => self.reader()?,
        };
        let moment = connection.unchecked_transaction()?;
        let answer = query(&moment);
        drop(moment);
        lock(&self.readers).push(connection);
        Ok(answer?)
    }

    fn reader(&self) -> Result<Connection, ReadError> {
        let connection = Connection::open_with_flags(
            &self.path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.pragma_update(None, "query_only", true)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        Ok(connection)
    }

    /// A digest over the rows of each table: equal digests, equal tables.
    pub(super) fn digests(&self) -> Result<TableDigests, ReadError> {
        self.read(table_digests)
    }
}

fn prepare(path: &Path) -> Result<Connection, ReadError> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What a power cut takes from here is read from the journal again.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(
        "create table if not exists read_model_state (
             id integer primary key check (id = 1),
             applied_seq integer not null,
             version text not null
         ) strict;
         insert or ignore into read_model_state (id, applied_seq, version) values (1, 0, '');",
    )?;
    read_model::migrate(&connection)?;
    Ok(connection)
}

pub(super) fn remove(path: &Path) -> Result<(), ReadError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn stored_version(connection: &Connection) -> Result<String, ReadError> {
    Ok(connection.query_one("select version from read_model_state", [], |row| row.get(0))?)
}

/// Names the tables of this program: another schema or program version means to rebuild.
fn version() -> Result<String, ReadError> {
    let fresh = Connection::open_in_memory()?;
    read_model::migrate(&fresh)?;
    let mut query = fresh.prepare("select coalesce(sql, '') from sqlite_schema order by name")?;
    let texts: Vec<String> = query
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut parts: Vec<&[u8]> = vec![env!("CARGO_PKG_VERSION").as_bytes()];
    parts.extend(texts.iter().map(String::as_bytes));
    Ok(Digest::of_parts(&parts).to_string())
}

/// Projects rows in order; each document once, as it is now.
fn project(tx: &Transaction<'_>, journal: &dyn Journal, rows: &[Row]) -> Result<(), ReadError> {
    let mut changed = BTreeSet::new();
    for row in rows {
        match &row.body {
            RowBody::Entry(sealed) => match sealed.open() {
                Ok(entry) => read_model::project_entry(tx, &entry, sealed.hash())?,
                Err(error) => {
                    tracing::error!(row.seq = row.seq, %error, "a stored entry does not read back");
                }
            },
            RowBody::Snapshot(sealed) => match sealed.open() {
                Ok(snapshot) => read_model::project_snapshot(tx, sealed.id(), &snapshot)?,
                Err(error) => {
                    tracing::error!(row.seq = row.seq, %error, "a stored snapshot does not read back");
                }
            },
            RowBody::Document(id) => {
                changed.insert(*id);
            }
            RowBody::Grant(_) | RowBody::Revoke(_) => {}
        }
    }
    for id in changed {
        if let Some(stored) = journal.document(id)? {
            documents::project(tx, id, &stored)?;
        }
    }
    Ok(())
}

fn table_digests(connection: &Connection) -> rusqlite::Result<TableDigests> {
    let names: Vec<String> = connection
        .prepare(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
               and name <> 'read_model_state' order by name",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    names
        .into_iter()
        .map(|name| {
            let digest = table_digest(connection, &name)?;
            Ok((name, digest))
        })
        .collect()
}

fn table_digest(connection: &Connection, table: &str) -> rusqlite::Result<Digest> {
    let columns = connection
        .prepare(&format!("select * from \"{table}\""))?
        .column_count();
    let order: Vec<String> = (1..=columns).map(|column| column.to_string()).collect();
    let mut query = connection.prepare(&format!(
        "select * from \"{table}\" order by {}",
        order.join(", ")
    ))?;
    let mut rows = query.query([])?;
    let mut digest = Digest::default();
    while let Some(row) = rows.next()? {
        let mut cells = vec![digest.to_string()];
        for column in 0..columns {
            cells.push(format!("{:?}", row.get_ref(column)?));
        }
        let parts: Vec<&[u8]> = cells.iter().map(String::as_bytes).collect();
        digest = Digest::of_parts(&parts);
    }
    Ok(digest)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
