//! How stops ended.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{EntryId, StopId, UserId};
use crate::domain::time::Instant;
use crate::journal::facts::{Fact, OutcomeKind, ReasonCode};
use crate::journal::{Entry, Scope};
use crate::read_model::columns::{parsed, text};
use crate::read_model::entries::{from_json, json};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// One outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutcomeRow {
    /// The entry.
    pub entry: EntryId,
    /// How it ended.
    pub kind: OutcomeKind,
    /// Why, when it did not end well.
    pub reason: Option<ReasonCode>,
    /// One sentence for the manager.
    pub summary: String,
    /// Who recorded it.
    pub made_by: UserId,
    /// When.
    pub made_at: Instant,
}

/// Takes in an outcome; any other entry leaves the table as it is.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let (Fact::Outcome(outcome), Scope::Stop(stop)) = (&entry.fact, entry.scope) else {
        return Ok(());
    };
    tx.execute(
        "insert or ignore into outcomes values (:entry, :stop, :kind, :reason, :summary, :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":stop": text(&stop),
            ":kind": json(&outcome.kind)?,
            ":reason": outcome.reason.as_ref().map(json).transpose()?,
            ":summary": outcome.summary,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

/// Takes an outcome back.
pub(super) fn forget(tx: &Transaction<'_>, entry: EntryId) -> rusqlite::Result<()> {
    tx.prepare_cached("delete from outcomes where entry = :entry")?
        .execute(named_params! { ":entry": text(&entry) })?;
    Ok(())
}

/// The outcome that counts.
pub fn of_stop(connection: &Connection, stop: StopId) -> rusqlite::Result<Option<OutcomeRow>> {
    connection
        .prepare_cached(
            "select o.* from outcomes o join entries e on e.entry = o.entry
             where o.stop = :stop order by e.order_ms desc, e.seq desc, o.entry desc limit 1",
        )?
        .query_row(named_params! { ":stop": text(&stop) }, |row| {
            let reason: Option<String> = row.get("reason")?;
            Ok(OutcomeRow {
                entry: parsed(row, "entry")?,
                kind: from_json(&row.get::<_, String>("kind")?)?,
                reason: reason.map(|reason| from_json(&reason)).transpose()?,
                summary: row.get("summary")?,
                made_by: parsed(row, "made_by")?,
                made_at: Instant::from_ms(row.get("made_ms")?),
            })
        })
        .optional()
}
