//! What the office decided about objects in quarantine.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::held::{Dismissal, HeldDecision, HeldState, held_state};
use crate::domain::ids::{Digest, EntryId, EnvelopeId, UserId};
use crate::domain::time::Instant;
use crate::journal::Entry;
use crate::journal::facts::Fact;
use crate::read_model::columns::{parsed, text};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldDecisionRow {
    /// The entry that put it on record.
    pub entry: EntryId,
    /// The decision.
    pub decision: HeldDecision,
    /// Why.
    pub reason: String,
    /// Who.
    pub decided_by: UserId,
    /// When.
    pub decided_at: Instant,
}

/// What was decided about one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldDecisions {
    /// Digest of its envelope's bytes.
    pub digest: Digest,
    /// Where it stands.
    pub state: HeldState,
    /// The decisions, oldest first.
    pub rows: Vec<HeldDecisionRow>,
}

/// Takes in a decision; any other entry leaves the table as it is.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let Fact::HeldDecided(fact) = &entry.fact else {
        return Ok(());
    };
    tx.execute(
        "insert or ignore into held_decisions values (:entry, :envelope, :digest, :decision, :needs_two, :reason, :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":envelope": text(&fact.envelope),
            ":digest": text(&fact.digest),
            ":decision": fact.decision.word(),
            ":needs_two": fact.needs_two,
            ":reason": fact.reason,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

/// What was decided about the envelope with these bytes; none while nobody has decided.
pub fn decisions(
    connection: &Connection,
    envelope: EnvelopeId,
    digest: Digest,
) -> rusqlite::Result<Option<HeldDecisions>> {
    let decided: Vec<(HeldDecisionRow, bool)> = connection
        .prepare_cached(
            "select * from held_decisions where envelope = :envelope and digest = :digest order by rowid",
        )?
        .query_map(
            named_params! { ":envelope": text(&envelope), ":digest": text(&digest) },
            |row| Ok((decision(row)?, row.get("needs_two")?)),
        )?
        .collect::<rusqlite::Result<_>>()?;
    let needs_two = decided.iter().any(|(_row, needs_two)| *needs_two);
    let rows: Vec<HeldDecisionRow> = decided.into_iter().map(|(row, _)| row).collect();
    let said: Vec<_> = rows
        .iter()
        .map(|row| (row.decided_by, row.decision))
        .collect();
    let dismissal = if needs_two {
        Dismissal::ByTwo
    } else {
        Dismissal::ByOne
    };
    Ok((!rows.is_empty()).then(|| HeldDecisions {
        digest,
        state: held_state(&said, dismissal),
        rows,
    }))
}

/// Envelopes that stay out, the newest decision first.
pub fn dismissed(connection: &Connection) -> rusqlite::Result<Vec<(EnvelopeId, Digest)>> {
    let decided: Vec<(EnvelopeId, Digest)> = connection
        .prepare_cached(
            "select envelope, digest from held_decisions group by envelope, digest order by max(rowid) desc",
        )?
        .query_map([], |row| {
            Ok((parsed(row, "envelope")?, parsed(row, "digest")?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut dismissed = Vec::new();
    for (envelope, digest) in decided {
        if decisions(connection, envelope, digest)?
            .is_some_and(|found| found.state == HeldState::Dismissed)
        {
            dismissed.push((envelope, digest));
        }
    }
    Ok(dismissed)
}

fn decision(row: &Row<'_>) -> rusqlite::Result<HeldDecisionRow> {
    let word: String = row.get("decision")?;
    Ok(HeldDecisionRow {
        entry: parsed(row, "entry")?,
        decision: HeldDecision::from_word(&word).ok_or_else(|| {
            rusqlite::Error::FromSqlConversionFailure(
                0,
                Type::Text,
                format!("`{word}` is no decision").into(),
            )
        })?,
        reason: row.get("reason")?,
        decided_by: parsed(row, "decided_by")?,
        decided_at: Instant::from_ms(row.get("decided_at_ms")?),
    })
}
