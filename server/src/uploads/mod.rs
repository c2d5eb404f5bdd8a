//! Ledger files under review, kept on disk until a draft is kept from them or they grow old.
//!
//! A clerk decides about hundreds of rows in an afternoon, and a colleague may help: what was decided survives a restart and
//! is shared. Each change names the revision that its page showed; a change to something that somebody else has changed
//! since is refused as a whole, so that nobody overwrites what he has not seen, while two people at different rows never
//! meet. One organisation keeps at most [`MOST_UPLOADS`] files and [`MOST_BYTES`]; a file that nobody has touched for
//! [`MOST_DAYS`] days goes.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_core::domain::ids::{Digest, SnapshotId, UserId};
use countersign_core::domain::time::Instant;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, named_params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ledger_import::{Decision, KnownCustomer, Place, SheetAnswer, WrittenCustomer};

/// Files of one organisation under review at a time.
pub const MOST_UPLOADS: usize = 12;
/// Bytes of all files of one organisation together.
pub const MOST_BYTES: u64 = 256 << 20;
/// Days without a change after which a file under review is removed.
pub const MOST_DAYS: i64 = 30;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Why a file is not kept for review, or a change not made.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// As many files are under review as may be.
    #[error("{MOST_UPLOADS} files are under review already")]
    TooMany,
    /// The files under review have too many bytes together.
    #[error("the files under review would have more than {MOST_BYTES} bytes")]
    Full,
    /// It is not there: kept too long, or discarded.
    #[error("this file is no longer under review")]
    Gone,
    /// Somebody else has changed the same thing since the page was shown.
    #[error("it was changed by somebody else meanwhile")]
    Stale,
    /// The database.
    #[error("the files under review")]
    Store(#[from] rusqlite::Error),
    /// What was stored does not read back.
    #[error("a stored decision does not read back")]
    Unreadable(#[from] serde_json::Error),
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One row.
    Row(Place),
    /// All rows that write this customer.
    Customer(WrittenCustomer),
}

/// What is decided about a row or a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// About a row.
    Row(Decision),
    /// A customer that is not on file yet.
    NewCustomer(KnownCustomer),
    /// A customer that is on file under another code or name.
    OnFile(KnownCustomer),
}

/// A decision that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// About what.
    pub subject: Subject,
    /// What.
    pub answer: Answer,
    /// Why; may be empty.
    pub reason: String,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// A change to one decision; no answer takes back what was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// About what.
    pub subject: Subject,
    /// What.
    pub answer: Option<Answer>,
    /// Why; may be empty.
    pub reason: String,
}

/// A file under review, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Digest of the file.
    pub id: Digest,
    /// Its name as uploaded.
    pub file_name: String,
    /// Its size.
    pub size_bytes: u64,
    /// Who uploaded it.
    pub uploaded_by: UserId,
    /// When.
    pub uploaded_at: Instant,
    /// When it was changed last.
    pub touched_at: Instant,
    /// Counts the changes.
    pub revision: i64,
    /// Decisions that stand.
    pub decisions: i64,
    /// The draft that was kept from it last.
    pub draft: Option<SnapshotId>,
}

/// Who changes something, and when.
#[derive(Debug, Clone, Copy)]
pub struct Hand {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// The files under review of one organisation. All methods block on the disk.
#[derive(Debug)]
pub struct Uploads(Mutex<Connection>);

impl Uploads {
    /// Opens the database, making it where there is none.
    pub fn open(path: &Path) -> Result<Self, UploadError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.execute_batch(include_str!("schema.sql"))?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked left no transaction open: dropping one rolls it back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a file for review. The same bytes are the same upload, whoever brings them, with all that was decided.
    ///
    /// Files from which a draft was kept make room, the one touched longest ago first.
    ///
    /// # Errors
    /// [`UploadError::TooMany`] and [`UploadError::Full`] when there is no room.
    pub fn add(&self, name: &str, bytes: &[u8], hand: Hand) -> Result<Digest, UploadError> {
        let id = Digest::of(bytes);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        remove_old(&tx, hand.at)?;
        if one(&tx, id)?.is_none() {
            make_room(&tx, size)?;
            tx.execute(
                "insert into uploads values (:id, :name, :bytes, :size, :by, :at, :at, 0, '[]', 0, null)",
                named_params! { ":id": id.to_string(), ":name": name, ":bytes": bytes, ":size": size,
                    ":by": hand.by.to_string(), ":at": hand.at.ms() },
            )?;
        }
        tx.commit()?;
        Ok(id)
    }

    /// The files under review, the last touched first.
    pub fn all(&self, now: Instant) -> Result<Vec<Upload>, UploadError> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        remove_old(&tx, now)?;
        let found = tx
            .prepare_cached(&format!("{SELECT} order by touched_at_ms desc, upload"))?
            .query_map([], upload_row)?
            .collect::<Result<_, _>>()?;
        tx.commit()?;
        Ok(found)
    }

    /// One file.
    ///
    /// # Errors
    /// [`UploadError::Gone`].
    pub fn find(&self, id: Digest, now: Instant) -> Result<Upload, UploadError> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        remove_old(&tx, now)?;
        let found = one(&tx, id)?;
        tx.commit()?;
        found.ok_or(UploadError::Gone)
    }

    /// Its bytes.
    pub fn bytes(&self, id: Digest) -> Result<Vec<u8>, UploadError> {
        let bytes = self
            .lock()
            .prepare_cached("select bytes from uploads where upload = :id")?
            .query_row(named_params! { ":id": id.to_string() }, |row| row.get(0))
            .optional()?;
        bytes.ok_or(UploadError::Gone)
    }

    /// The answers about its sheets.
    pub fn sheets(&self, id: Digest) -> Result<Vec<SheetAnswer>, UploadError> {
        let json: Option<String> = self
            .lock()
            .prepare_cached("select sheets from uploads where upload = :id")?
            .query_row(named_params! { ":id": id.to_string() }, |row| row.get(0))
            .optional()?;
        Ok(serde_json::from_str(&json.ok_or(UploadError::Gone)?)?)
    }

    /// The decisions that stand, in order of their subjects' text.
    pub fn decisions(&self, id: Digest) -> Result<Vec<Decided>, UploadError> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "select subject, decision, reason, decided_by, decided_at_ms from upload_decisions
             where upload = :id and decision is not null order by subject",
        )?;
        let mut rows = query.query(named_params! { ":id": id.to_string() })?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Decided {
                subject: json(row, "subject")?,
                answer: json(row, "decision")?,
                reason: row.get("reason")?,
                by: parsed(row, "decided_by")?,
                at: Instant::from_ms(row.get("decided_at_ms")?),
            });
        }
        Ok(found)
    }

    /// Makes all changes, or none. `seen` is the revision that the page showed.
    ///
    /// # Errors
    /// [`UploadError::Stale`] when somebody has changed one of the subjects, or how sheets are read, since then.
    pub fn decide(
        &self,
        id: Digest,
        seen: i64,
        changes: &[Change],
        hand: Hand,
    ) -> Result<(), UploadError> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        let revision = touch(&tx, id, hand)?;
        refuse_if_newer(
            &tx,
            "select sheets_revision from uploads where upload = :id",
            id,
            seen,
        )?;
        for change in changes {
            let subject = serde_json::to_string(&change.subject)?;
            let newer: bool = tx
                .prepare_cached(
                    "select exists (select 1 from upload_decisions
                 where upload = :id and subject = :subject and revision > :seen)",
                )?
                .query_row(
                    named_params! { ":id": id.to_string(), ":subject": subject, ":seen": seen },
                    |row| row.get(0),
                )?;
            if newer {
                return Err(UploadError::Stale);
            }
            let decision = change
                .answer
                .as_ref()
                .map(serde_json::to_string)
                .transpose()?;
            tx.prepare_cached(
                "insert or replace into upload_decisions values (:id, :subject, :decision, :reason, :by, :at, :revision)",
            )?
            .execute(named_params! { ":id": id.to_string(), ":subject": subject, ":decision": decision,
                ":reason": change.reason, ":by": hand.by.to_string(), ":at": hand.at.ms(), ":revision": revision })?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Changes how sheets are read.
    ///
    /// # Errors
    /// [`UploadError::Stale`] when somebody has changed that since `seen`.
    pub fn answer_sheets(
        &self,
        id: Digest,
        seen: i64,
        sheets: &[SheetAnswer],
        hand: Hand,
    ) -> Result<(), UploadError> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        let revision = touch(&tx, id, hand)?;
        refuse_if_newer(
            &tx,
            "select sheets_revision from uploads where upload = :id",
            id,
            seen,
        )?;
        tx.execute(
            "update uploads set sheets = :sheets, sheets_revision = :revision where upload = :id",
            named_params! { ":id": id.to_string(), ":revision": revision, ":sheets": serde_json::to_string(sheets)? },
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Remembers the draft that was kept; from then on the file makes room for others.
    pub fn kept(&self, id: Digest, draft: SnapshotId) -> Result<(), UploadError> {
        self.lock().execute(
            "update uploads set draft = :draft where upload = :id",
            named_params! { ":id": id.to_string(), ":draft": draft.to_string() },
        )?;
        Ok(())
    }

    /// Removes a file with its decisions. Doing it twice changes nothing.
    pub fn discard(&self, id: Digest) -> Result<(), UploadError> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        remove(&tx, &id.to_string())?;
        tx.commit()?;
        Ok(())
    }

    /// Writes a consistent copy.
    pub fn backup(&self, to: &Path) -> Result<(), UploadError> {
        self.lock().execute(
            "vacuum into :to",
            named_params! { ":to": to.to_string_lossy() },
        )?;
        Ok(())
    }
}

const SELECT: &str = "select u.upload, u.file_name, u.size_bytes, u.uploaded_by, u.uploaded_at_ms, u.touched_at_ms, u.revision,
    u.draft, (select count(*) from upload_decisions d where d.upload = u.upload and d.decision is not null) as decisions
    from uploads u";

fn one(tx: &Transaction<'_>, id: Digest) -> Result<Option<Upload>, UploadError> {
    Ok(tx
        .prepare_cached(&format!("{SELECT} where u.upload = :id"))?
        .query_row(named_params! { ":id": id.to_string() }, upload_row)
        .optional()?)
}

/// Counts one change more, and gives the count.
fn touch(tx: &Transaction<'_>, id: Digest, hand: Hand) -> Result<i64, UploadError> {
    let revision = tx
        .prepare_cached(
            "update uploads set revision = revision + 1, touched_at_ms = :at where upload = :id
             returning revision",
        )?
        .query_row(
            named_params! { ":id": id.to_string(), ":at": hand.at.ms() },
            |row| row.get(0),
        )
        .optional()?;
    revision.ok_or(UploadError::Gone)
}

fn refuse_if_newer(
    tx: &Transaction<'_>,
    query: &str,
    id: Digest,
    seen: i64,
) -> Result<(), UploadError> {
    let revision: i64 = tx.query_row(query, named_params! { ":id": id.to_string() }, |row| {
        row.get(0)
    })?;
    if revision > seen {
        Err(UploadError::Stale)
    } else {
        Ok(())
    }
}

fn remove(tx: &Transaction<'_>, id: &str) -> Result<(), rusqlite::Error> {
    for statement in [
        "delete from upload_decisions where upload = :id",
        "delete from uploads where upload = :id",
    ] {
        tx.execute(statement, named_params! { ":id": id })?;
    }
    Ok(())
}

fn remove_old(tx: &Transaction<'_>, now: Instant) -> Result<(), UploadError> {
    let before = now.ms().saturating_sub(MOST_DAYS * DAY_MS);
    let old: Vec<String> = tx
        .prepare_cached("select upload from uploads where touched_at_ms < :before limit 100")?
        .query_map(named_params! { ":before": before }, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in old {
        remove(tx, &id)?;
    }
    Ok(())
}

fn make_room(tx: &Transaction<'_>, size: i64) -> Result<(), UploadError> {
    loop {
        let (count, bytes): (i64, i64) = tx.query_row(
            "select count(*), coalesce(sum(size_bytes), 0) from uploads",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let most = i64::try_from(MOST_BYTES).unwrap_or(i64::MAX);
        let refused = if usize::try_from(count).is_ok_and(|count| count >= MOST_UPLOADS) {
            UploadError::TooMany
        } else if bytes.saturating_add(size) > most {
            UploadError::Full
        } else {
            return Ok(());
        };
        let kept: Option<String> = tx
            .prepare_cached(
                "select upload from uploads where draft is not null order by touched_at_ms, upload limit 1",
            )?
            .query_row([], |row| row.get(0))
            .optional()?;
        remove(tx, &kept.ok_or(refused)?)?;
    }
}

fn upload_row(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let draft: Option<String> = row.get("draft")?;
    Ok(Upload {
        id: parsed(row, "upload")?,
        file_name: row.get("file_name")?,
        size_bytes: u64::try_from(row.get::<_, i64>("size_bytes")?).unwrap_or(0),
        uploaded_by: parsed(row, "uploaded_by")?,
        uploaded_at: Instant::from_ms(row.get("uploaded_at_ms")?),
        touched_at: Instant::from_ms(row.get("touched_at_ms")?),
        revision: row.get("revision")?,
        decisions: row.get("decisions")?,
        draft: draft.and_then(|draft| draft.parse().ok()),
    })
}

/// A column that holds what [`std::fmt::Display`] wrote.
fn parsed<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error))
    })
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, UploadError> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text)?)
}

#[cfg(test)]
mod tests;
