//! Commands that were carried out, by the id that the screen made before its first attempt.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::ids::{CommandId, EntryId};
use crate::read_model::columns::{parsed, text};

/// What a command recorded, if it was carried out.
pub(crate) fn entry(
    connection: &Connection,
    command: CommandId,
) -> rusqlite::Result<Option<EntryId>> {
    connection
        .prepare_cached("select entry from commands where command = :command")?
        .query_row(named_params! { ":command": text(&command) }, |row| {
            parsed(row, "entry")
        })
        .optional()
}

pub(crate) fn insert(
    tx: &Transaction<'_>,
    command: CommandId,
    entry: EntryId,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert into commands values (:command, :entry)",
        named_params! { ":command": text(&command), ":entry": text(&entry) },
    )?;
    Ok(())
}
