//! Parts of this device's entries, until and after they are complete on the server.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::ids::{Digest, EntryId};
use crate::read_model::columns::{parsed, text};

pub(crate) fn insert(
    tx: &Transaction<'_>,
    entry: EntryId,
    role: &str,
    content: &[u8],
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into parts (entry, digest, role, content) values (:entry, :digest, :role, :content)",
        named_params! {
            ":entry": text(&entry),
            ":digest": text(&Digest::of(content)),
            ":role": role,
            ":content": content,
        },
    )?;
    Ok(())
}

/// The bytes of a part, if it is here.
pub(crate) fn content(
    connection: &Connection,
    digest: Digest,
) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("select content from parts where digest = :digest limit 1")?
        .query_row(named_params! { ":digest": text(&digest) }, |row| row.get(0))
        .optional()
}

/// A stretch of a part's bytes, if it is here; empty behind its end.
pub(crate) fn piece(
    connection: &Connection,
    digest: Digest,
    (offset, length): (u64, usize),
) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached(
            "select substr(content, :from, :length) from parts where digest = :digest limit 1",
        )?
        .query_row(
            named_params! {
                ":from": i64::try_from(offset).unwrap_or(i64::MAX).saturating_add(1),
                ":length": i64::try_from(length).unwrap_or(i64::MAX),
                ":digest": text(&digest),
            },
            |row| row.get(0),
        )
        .optional()
}

/// Whether a part's bytes are here.
pub(crate) fn is_here(connection: &Connection, digest: Digest) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from parts where digest = :digest limit 1")?
        .exists(named_params! { ":digest": text(&digest) })
}

/// A part that is not complete on the server; ordered by size, then digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Waiting {
    pub(crate) size_bytes: usize,
    pub(crate) digest: Digest,
}

/// Parts behind `after` that are not complete on the server and whose entry was sent, small ones first, at most 500.
pub(crate) fn waiting(connection: &Connection, after: Waiting) -> rusqlite::Result<Vec<Waiting>> {
    connection
        .prepare_cached(
            "select distinct length(p.content) as size_bytes, p.digest
             from parts p join outbox o on o.entry = p.entry
             where p.is_complete = 0 and o.state <> 'local' and (length(p.content), p.digest) > (:size, :digest)
             order by 1, 2 limit 500",
        )?
        .query_map(
            named_params! {
                ":size": i64::try_from(after.size_bytes).unwrap_or(i64::MAX), ":digest": text(&after.digest),
            },
            |row| {
                let size_bytes: i64 = row.get("size_bytes")?;
                Ok(Waiting {
                    size_bytes: usize::try_from(size_bytes).unwrap_or(usize::MAX),
                    digest: parsed(row, "digest")?,
                })
            },
        )?
        .collect()
}

/// The server has the whole part. Answers the entries that list it.
pub(crate) fn set_complete(tx: &Transaction<'_>, digest: Digest) -> rusqlite::Result<Vec<EntryId>> {
    tx.prepare_cached("update parts set is_complete = 1 where digest = :digest")?
        .execute(named_params! { ":digest": text(&digest) })?;
    tx.prepare_cached("select entry from parts where digest = :digest order by entry")?
        .query_map(named_params! { ":digest": text(&digest) }, |row| {
            parsed(row, "entry")
        })?
        .collect()
}

/// How many parts of an entry there are, and how many are complete.
pub(crate) fn progress(connection: &Connection, entry: EntryId) -> rusqlite::Result<(i64, i64)> {
    connection
        .prepare_cached(
            "select count(*), coalesce(sum(is_complete), 0) from parts where entry = :entry",
        )?
        .query_row(named_params! { ":entry": text(&entry) }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
}

/// How many are not complete.
pub(crate) fn count_waiting(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("select count(*) from parts where is_complete = 0")?
        .query_row([], |row| row.get(0))
}
