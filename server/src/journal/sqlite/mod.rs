//! The journal in one SQLite file: WAL, `synchronous=FULL`, one writer thread that commits in groups, any number of readers.

mod feed;
mod read;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Batch, JournalError};

/// Each version's tables, from the first on.
const SCHEMAS: [&str; 2] = [include_str!("schema.sql"), include_str!("attachments.sql")];
const SCHEMA_VERSION: i64 = 2;
/// Most batches in one commit.
const GROUP: usize = 256;
/// Most batches that wait for the writer; who comes after waits at the door.
const WAITING: usize = 1024;

type Reply = SyncSender<Result<Vec<u64>, JournalError>>;

struct Job {
    batch: Batch,
    reply: Reply,
}

/// The SQLite backend.
#[derive(Debug)]
pub struct SqliteJournal {
    path: PathBuf,
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    readers: Mutex<Vec<Connection>>,
    commits: Arc<AtomicU64>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job")
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

impl SqliteJournal {
    /// Opens the journal, making it when there is none.
    ///
    /// # Errors
    /// [`JournalError::Newer`] when a newer program wrote it.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let mut connection = Connection::open(path)?;
        configure(&connection)?;
        migrate(&mut connection)?;
        let (jobs, queue) = sync_channel(WAITING);
        let commits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&commits);
        let writer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_in_groups(connection, &queue, &counter))?;
        Ok(Self {
            path: path.to_owned(),
            jobs: Some(jobs),
            writer: Some(writer),
            readers: Mutex::new(Vec::new()),
            commits,
        })
    }

    /// Runs `query` on a connection that sees one moment of the journal.
    fn reading<R>(
        &self,
        query: impl FnOnce(&Connection) -> Result<R, JournalError>,
    ) -> Result<R, JournalError> {
        let pooled = self.pool().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => self.reader()?,
        };
        let moment = connection.unchecked_transaction()?;
        let answer = query(&moment);
        drop(moment);
        self.pool().push(connection);
        answer
    }

    fn pool(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<Connection, JournalError> {
        let connection = Connection::open_with_flags(
            &self.path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.pragma_update(None, "query_only", true)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        Ok(connection)
    }
}

impl Drop for SqliteJournal {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the journal's writer has panicked");
        }
    }
}

fn configure(connection: &Connection) -> Result<(), JournalError> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), JournalError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > SCHEMA_VERSION {
        return Err(JournalError::Newer(version));
    }
    if version < SCHEMA_VERSION {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for schema in SCHEMAS.iter().skip(usize::try_from(version).unwrap_or(0)) {
            transaction.execute_batch(schema)?;
        }
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The writer: takes whatever waits, commits it in one transaction with a savepoint each, then answers everybody.
fn write_in_groups(mut connection: Connection, queue: &Receiver<Job>, commits: &AtomicU64) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(job) = queue.try_recv()
        {
            group.push(job);
        }
        let (batches, replies): (Vec<Batch>, Vec<Reply>) =
            group.into_iter().map(|job| (job.batch, job.reply)).unzip();
        let mut answers = commit_group(&mut connection, &batches);
        commits.fetch_add(1, Ordering::Relaxed);
        for reply in replies.into_iter().rev() {
            let answer = answers.pop().unwrap_or(Err(JournalError::Closed));
            if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
                reply.try_send(answer)
            {
                tracing::debug!("nobody waits for the answer of an append");
            }
        }
    }
}

fn commit_group(
    connection: &mut Connection,
    batches: &[Batch],
) -> Vec<Result<Vec<u64>, JournalError>> {
    match try_commit_group(connection, batches) {
        Ok(answers) => answers,
        // The commit as a whole failed: each is tried alone, so that one does not take the others with it.
        Err(error) if batches.len() == 1 => vec![Err(error)],
        Err(_group) => batches
            .iter()
            .flat_map(|batch| commit_group(connection, std::slice::from_ref(batch)))
            .collect(),
    }
}

fn try_commit_group(
    connection: &mut Connection,
    batches: &[Batch],
) -> Result<Vec<Result<Vec<u64>, JournalError>>, JournalError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut answers = Vec::with_capacity(batches.len());
    for batch in batches {
        let savepoint = transaction.savepoint()?;
        let answer = write::apply(&savepoint, batch);
        match &answer {
            Ok(_) => savepoint.commit()?,
            Err(_) => savepoint.finish()?,
        }
        answers.push(answer);
    }
    transaction.commit()?;
    Ok(answers)
}

/// Opens a copy, gives it the next epoch, and checks that it reads whole.
fn copy(from: &Connection, to: &Path) -> Result<(), JournalError> {
    let mut target = Connection::open(to)?;
    Backup::new(from, &mut target)?.run_to_completion(1024, std::time::Duration::ZERO, None)?;
    target.execute(
        "update counters set value = value + 1 where name = 'epoch'",
        [],
    )?;
    let verdict: String = target.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    if verdict != "ok" {
        return Err(JournalError::Folder(std::io::Error::other(verdict)));
    }
    target.pragma_update(None, "journal_mode", "delete")?;
    Ok(())
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column that holds a number from 0 on.
fn number(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let stored: i64 = row.get(column)?;
    u64::try_from(stored)
        .map_err(|_negative| rusqlite::Error::IntegralValueOutOfRange(column, stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::journal::contract::suite!(|folder| {
        Arc::new(SqliteJournal::open(&folder.join("journal.sqlite")).unwrap())
    });

    #[test]
    fn a_newer_schema_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.sqlite");
        drop(SqliteJournal::open(&path).unwrap());
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert!(matches!(
            SqliteJournal::open(&path),
            Err(JournalError::Newer(99))
        ));
    }
}
