//! Foreign objects that could not be applied, and the mark that breaks a crash loop.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::ids::Digest;
use crate::domain::time::Instant;
use crate::read_model::columns::text;
use crate::views::QuarantineRow;

/// Starts with the mark set after which the object is not tried again.
const STARTS_LIMIT: i64 = 2;

/// A foreign object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Foreign<'a> {
    pub(crate) what: &'a str,
    pub(crate) content: &'a [u8],
}

/// Keeps an object that cannot be applied; the second time changes nothing. Answers whether it was new.
pub(crate) fn keep(
    tx: &Transaction<'_>,
    foreign: Foreign<'_>,
    reason: &str,
    at: Instant,
) -> rusqlite::Result<bool> {
    let kept = tx.execute(
        "insert or ignore into quarantine values (:object, :what, :reason, :content, :at)",
        named_params! {
            ":object": text(&Digest::of(foreign.content)),
            ":what": foreign.what,
            ":reason": reason,
            ":content": foreign.content,
            ":at": at.ms(),
        },
    )?;
    Ok(kept == 1)
}

/// Lets an object go that was applied after all: its bytes are in their place now.
pub(crate) fn release(tx: &Transaction<'_>, content: &[u8]) -> rusqlite::Result<()> {
    tx.prepare_cached("delete from quarantine where object = :object")?
        .execute(named_params! { ":object": text(&Digest::of(content)) })?;
    Ok(())
}

pub(crate) fn count(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("select count(*) from quarantine")?
        .query_row([], |row| row.get(0))
}

/// What is kept, newest first, at most 50.
pub(crate) fn newest(connection: &Connection) -> rusqlite::Result<Vec<QuarantineRow>> {
    connection
        .prepare_cached(
            "select object, what, reason, at_ms from quarantine order by at_ms desc, object limit 50",
        )?
        .query_map([], |row| {
            Ok(QuarantineRow {
                object: row.get("object")?,
                what: row.get("what")?,
                reason: row.get("reason")?,
                at_ms: row.get("at_ms")?,
            })
        })?
        .collect()
}

/// A program started: one more start with the mark set, if it is set.
pub(crate) fn count_start(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute("update applying set starts = starts + 1", [])?;
    Ok(())
}

/// Whether something was being applied when the program ended.
pub(crate) fn is_marked(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from applying")?
        .exists([])
}

/// Sets the mark on an object. Answers whether it may be tried.
pub(crate) fn mark(tx: &Transaction<'_>, object: Digest) -> rusqlite::Result<bool> {
    let marked: Option<(String, i64)> = tx
        .prepare_cached("select object, starts from applying")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((marked, starts)) = marked
        && marked == text(&object)
    {
        return Ok(starts < STARTS_LIMIT);
    }
    tx.prepare_cached("insert or replace into applying values (1, :object, 0)")?
        .execute(named_params! { ":object": text(&object) })?;
    Ok(true)
}

/// Clears the mark.
pub(crate) fn clear(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.prepare_cached("delete from applying")?.execute([])?;
    Ok(())
}
