//! Reviews: acceptance, send-backs and the amendments that answer them.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{Digest, EntryId, StopId, UserId};
use crate::domain::time::{Day, Instant};
use crate::journal::facts::{Amendment, Fact, SentBack, VisitAccepted};
use crate::journal::{Entry, Scope};
use crate::read_model::columns::{parsed, parsed_or_null, text};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// One acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AcceptanceRow {
    /// The entry.
    pub entry: EntryId,
    /// A remark; may be empty.
    pub remark: String,
    /// Who accepted.
    pub accepted_by: UserId,
    /// When.
    pub accepted_at: Instant,
}

/// One send-back with its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentBackRow {
    /// The entry that sends back.
    pub entry: EntryId,
    /// The stop.
    pub stop: StopId,
    /// The entry that is sent back.
    pub about: EntryId,
    /// The field or paper that is meant.
    pub field: String,
    /// Why.
    pub reason: String,
    /// Until which day.
    pub deadline: Day,
    /// Who sent it back.
    pub sent_by: UserId,
    /// When.
    pub sent_at: Instant,
    /// The answers, oldest first; empty while it waits.
    pub answers: Vec<AmendmentRow>,
}

/// One answer to a send-back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AmendmentRow {
    /// The entry.
    pub entry: EntryId,
    /// The entry that is corrected; it stays as it is.
    pub about: Option<EntryId>,
    /// What is added or corrected.
    pub text: String,
    /// Who wrote it.
    pub written_by: UserId,
    /// When.
    pub written_at: Instant,
}

/// Takes in an entry of a stop's review; any other leaves the tables as they are.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let Scope::Stop(stop) = entry.scope else {
        return Ok(());
    };
    if let Fact::VisitAccepted(fact) = &entry.fact {
        insert_acceptance(tx, entry, stop, fact)?;
    }
    if let (Fact::SentBack(fact), Some(about)) = (&entry.fact, entry.amends) {
        insert_sent_back(tx, entry, (stop, about), fact)?;
    }
    if let Fact::Amendment(fact) = &entry.fact {
        insert_amendment(tx, entry, stop, fact)?;
    }
    Ok(())
}

fn insert_acceptance(
    tx: &Transaction<'_>,
    entry: &Entry,
    stop: StopId,
    fact: &VisitAccepted,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into acceptances values (:entry, :stop, :remark, :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":stop": text(&stop),
            ":remark": fact.remark,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    for hash in &fact.entries {
        tx.execute(
            "insert or ignore into accepted_entries values (:stop, :hash)",
            named_params! { ":stop": text(&stop), ":hash": text(hash) },
        )?;
    }
    Ok(())
}

fn insert_sent_back(
    tx: &Transaction<'_>,
    entry: &Entry,
    (stop, about): (StopId, EntryId),
    fact: &SentBack,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into sent_backs values (:entry, :stop, :about, :field, :reason, :deadline, :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":stop": text(&stop),
            ":about": text(&about),
            ":field": fact.field,
            ":reason": fact.reason,
            ":deadline": text(&fact.deadline),
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

fn insert_amendment(
    tx: &Transaction<'_>,
    entry: &Entry,
    stop: StopId,
    fact: &Amendment,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into amendments values (:entry, :stop, :sent_back, :about, :text, :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":stop": text(&stop),
            ":sent_back": text(&fact.sent_back),
            ":about": entry.amends.map(|about| about.to_string()),
            ":text": fact.text,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

/// The last acceptance of a stop.
pub fn acceptance(
    connection: &Connection,
    stop: StopId,
) -> rusqlite::Result<Option<AcceptanceRow>> {
    connection
        .prepare_cached(
            "select * from acceptances where stop = :stop order by accepted_at_ms desc, entry desc limit 1",
        )?
        .query_row(named_params! { ":stop": text(&stop) }, |row| {
            Ok(AcceptanceRow {
                entry: parsed(row, "entry")?,
                remark: row.get("remark")?,
                accepted_by: parsed(row, "accepted_by")?,
                accepted_at: Instant::from_ms(row.get("accepted_at_ms")?),
            })
        })
        .optional()
}

/// Hashes of the entries of a stop that were accepted, at most 10,000.
pub fn accepted_entries(connection: &Connection, stop: StopId) -> rusqlite::Result<Vec<Digest>> {
    connection
        .prepare_cached(
            "select entry_hash from accepted_entries where stop = :stop order by entry_hash limit 10000",
        )?
        .query_map(named_params! { ":stop": text(&stop) }, |row| {
            parsed(row, "entry_hash")
        })?
        .collect()
}

/// The send-backs of a stop with their answers, oldest first, at most 200.
pub fn sent_backs(connection: &Connection, stop: StopId) -> rusqlite::Result<Vec<SentBackRow>> {
    let mut rows: Vec<SentBackRow> = connection
        .prepare_cached(
            "select * from sent_backs where stop = :stop order by sent_at_ms, entry limit 200",
        )?
        .query_map(named_params! { ":stop": text(&stop) }, sent_back_row)?
        .collect::<rusqlite::Result<_>>()?;
    for row in &mut rows {
        row.answers = answers(connection, row.entry)?;
    }
    Ok(rows)
}

/// One send-back with its answers.
pub fn sent_back(connection: &Connection, entry: EntryId) -> rusqlite::Result<Option<SentBackRow>> {
    let row = connection
        .prepare_cached("select * from sent_backs where entry = :entry")?
        .query_row(named_params! { ":entry": text(&entry) }, sent_back_row)
        .optional()?;
    row.map(|mut row| {
        row.answers = answers(connection, row.entry)?;
        Ok(row)
    })
    .transpose()
}

fn answers(connection: &Connection, sent_back: EntryId) -> rusqlite::Result<Vec<AmendmentRow>> {
    connection
        .prepare_cached(
            "select * from amendments where sent_back = :sent_back order by written_at_ms, entry limit 200",
        )?
        .query_map(named_params! { ":sent_back": text(&sent_back) }, |row| {
            Ok(AmendmentRow {
                entry: parsed(row, "entry")?,
                about: parsed_or_null(row, "about")?,
                text: row.get("text")?,
                written_by: parsed(row, "written_by")?,
                written_at: Instant::from_ms(row.get("written_at_ms")?),
            })
        })?
        .collect()
}

fn sent_back_row(row: &Row<'_>) -> rusqlite::Result<SentBackRow> {
    Ok(SentBackRow {
        entry: parsed(row, "entry")?,
        stop: parsed(row, "stop")?,
        about: parsed(row, "about")?,
        field: row.get("field")?,
        reason: row.get("reason")?,
        deadline: parsed(row, "deadline")?,
        sent_by: parsed(row, "sent_by")?,
        sent_at: Instant::from_ms(row.get("sent_at_ms")?),
        answers: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_model::fixtures::{day, entry, tables, user, written};

    const STOP: StopId = StopId::from_bytes([6; 16]);

    #[test]
    fn an_answer_is_linked_to_its_send_back() {
        let sent_back = Fact::SentBack(SentBack {
            field: "身份证明".to_owned(),
            reason: "缺授权书".to_owned(),
            deadline: day("2026-07-20"),
        });
        let mut sent = entry(2, user(2), Scope::Stop(STOP), sent_back);
        sent.amends = Some(EntryId::from_bytes([1; 16]));
        let answer = Fact::Amendment(Amendment {
            sent_back: sent.id,
            text: "已补授权书".to_owned(),
        });
        let mut answered = entry(3, user(3), Scope::Stop(STOP), answer);
        answered.amends = sent.amends;
        let mut connection = tables();
        written(&mut connection, |tx| {
            project_entry(tx, &sent)?;
            project_entry(tx, &sent)?;
            project_entry(tx, &answered)
        });
        let rows = sent_backs(&connection, STOP).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].about, EntryId::from_bytes([1; 16]));
        assert_eq!(rows[0].answers.len(), 1);
        assert_eq!(rows[0].answers[0].about, sent.amends);
    }
}
