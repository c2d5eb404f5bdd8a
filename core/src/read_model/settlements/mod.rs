//! Full settlements: what was put forward, who decided, where each stands.

use std::collections::BTreeMap;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{CustomerId, Digest, EntryId, SnapshotId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::statement_lint::SettlementApprover;
use crate::domain::time::{Day, Instant};
use crate::journal::Entry;
use crate::journal::facts::{Decision, Fact, SettlementDecided, SettlementDrafted};
use crate::read_model::columns::{minor, money, parsed, text};
use crate::read_model::entries::{from_json, json};
use crate::snapshots::Snapshot;
use crate::snapshots::statement::Statement;

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Where a settlement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementState {
    /// At least one of the three has not decided.
    Waiting,
    /// One of them sent it back.
    SentBack,
    /// All three approved; it is issued.
    Issued,
    /// Finance signed another ledger since, before it was signed by all three or by the customer.
    Stale,
}

/// One settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettlementRow {
    /// The statement.
    pub statement: SnapshotId,
    /// The entry that put it forward last.
    pub entry: EntryId,
    /// Its hash: what a decision is pinned to.
    pub entry_hash: Digest,
    /// Who owes.
    pub customer: CustomerId,
    /// His code; may be empty.
    pub code: String,
    /// His name.
    pub name: String,
    /// The ledger that the figures come from.
    pub ledger: SnapshotId,
    /// Its cut-off day.
    pub cut_off: Day,
    /// Principal.
    pub principal: Money,
    /// Interest as agreed.
    pub interest: Money,
    /// Interest by the rate.
    pub computed: Money,
    /// Why.
    pub reason: String,
    /// Who put it forward.
    pub drafted_by: UserId,
    /// When.
    pub drafted_at: Instant,
    /// What was decided about this version, at most one by each approver.
    pub decisions: Vec<SettlementDecisionRow>,
    /// Where it stands.
    pub state: SettlementState,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettlementDecisionRow {
    /// As whom.
    pub approver: SettlementApprover,
    /// Who.
    pub decided_by: UserId,
    /// When.
    pub decided_at: Instant,
    /// Why it was sent back; none when approved.
    pub sent_back: Option<String>,
}

/// Takes in an entry about a settlement; any other leaves the tables as they are.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry, hash: Digest) -> rusqlite::Result<()> {
    if let Fact::SettlementDrafted(fact) = &entry.fact {
        insert_draft(tx, entry, hash, fact)?;
    }
    if let Fact::SettlementDecided(fact) = &entry.fact {
        insert_decision(tx, entry, fact)?;
    }
    Ok(())
}

fn insert_draft(
    tx: &Transaction<'_>,
    entry: &Entry,
    hash: Digest,
    fact: &SettlementDrafted,
) -> rusqlite::Result<()> {
    let Ok(Snapshot::Statement(statement)) = minicbor::decode(&fact.statement_bytes) else {
        return Ok(());
    };
    let interest = statement
        .interest
        .unwrap_or(Money::zero(statement.total.currency()));
    let content = minicbor::to_vec(&*statement)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    tx.execute(
        "insert or replace into settlements values (:statement, :entry, :entry_hash, :customer, :ledger, :cut_off, :currency,
            :principal, :interest, :computed, :reason, :by, :at, :content)",
        named_params! {
            ":statement": text(&fact.statement),
            ":entry": text(&entry.id),
            ":entry_hash": text(&hash),
            ":customer": text(&statement.customer),
            ":ledger": text(&statement.ledger),
            ":cut_off": text(&statement.cut_off),
            ":currency": statement.total.currency().code(),
            ":principal": minor(statement.total)?,
            ":interest": minor(interest)?,
            ":computed": minor(fact.computed)?,
            ":reason": fact.reason,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
            ":content": content,
        },
    )?;
    Ok(())
}

fn insert_decision(
    tx: &Transaction<'_>,
    entry: &Entry,
    fact: &SettlementDecided,
) -> rusqlite::Result<()> {
    let reason = match &fact.decision {
        Decision::Approved => None,
        Decision::SentBack(reason) => Some(reason.as_str()),
    };
    tx.execute(
        "insert or ignore into settlement_decisions values (:statement, :pinned, :approver, :entry, :by, :at, :reason)",
        named_params! {
            ":statement": text(&fact.statement),
            ":pinned": text(&fact.pinned),
            ":approver": json(&fact.approver)?,
            ":entry": text(&entry.id),
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
            ":reason": reason,
        },
    )?;
    Ok(())
}

/// The ledger in force is the newest signed one.
const ROWS: &str = "select s.*, coalesce(c.code, '') as code, coalesce(c.name, '') as name
    from settlements s left join customers c using (customer)";

/// All settlements, newest first, at most 500. `in_force` is the ledger in force.
pub fn all(
    connection: &Connection,
    in_force: Option<SnapshotId>,
) -> rusqlite::Result<Vec<SettlementRow>> {
    let rows: Vec<SettlementRow> = connection
        .prepare_cached(&format!(
            "{ROWS} order by drafted_at_ms desc, statement limit 500"
        ))?
        .query_map([], settlement_row)?
        .collect::<rusqlite::Result<_>>()?;
    let mut decisions = decisions(connection, None)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let of_it = decisions
                .remove(&(row.statement, row.entry_hash))
                .unwrap_or_default();
            decided(row, of_it, in_force)
        })
        .collect())
}

/// One settlement.
pub fn row(
    connection: &Connection,
    statement: SnapshotId,
    in_force: Option<SnapshotId>,
) -> rusqlite::Result<Option<SettlementRow>> {
    let row = connection
        .prepare_cached(&format!("{ROWS} where s.statement = :statement"))?
        .query_row(
            named_params! { ":statement": text(&statement) },
            settlement_row,
        )
        .optional()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let of_it = decisions(connection, Some(statement))?
        .remove(&(row.statement, row.entry_hash))
        .unwrap_or_default();
    Ok(Some(decided(row, of_it, in_force)))
}

/// The settlements of one customer, newest first, at most 50.
pub fn of_customer(
    connection: &Connection,
    customer: CustomerId,
    in_force: Option<SnapshotId>,
) -> rusqlite::Result<Vec<SettlementRow>> {
    let found: Vec<SnapshotId> = connection
        .prepare_cached(
            "select statement from settlements where customer = :customer order by drafted_at_ms desc limit 50",
        )?
        .query_map(named_params! { ":customer": text(&customer) }, |row| {
            parsed(row, "statement")
        })?
        .collect::<rusqlite::Result<_>>()?;
    found
        .into_iter()
        .filter_map(|statement| row(connection, statement, in_force).transpose())
        .collect()
}

/// What was put forward, whole.
pub fn statement(
    connection: &Connection,
    statement: SnapshotId,
) -> rusqlite::Result<Option<Statement>> {
    connection
        .prepare_cached("select content from settlements where statement = :statement")?
        .query_row(named_params! { ":statement": text(&statement) }, |row| {
            let content: Vec<u8> = row.get("content")?;
            minicbor::decode(&content).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error))
            })
        })
        .optional()
}

fn decided(
    row: SettlementRow,
    decisions: Vec<SettlementDecisionRow>,
    in_force: Option<SnapshotId>,
) -> SettlementRow {
    let is_approved = SettlementApprover::ALL.iter().all(|approver| {
        decisions
            .iter()
            .any(|row| row.approver == *approver && row.sent_back.is_none())
    });
    let state = if decisions.iter().any(|row| row.sent_back.is_some()) {
        SettlementState::SentBack
    } else if in_force.is_some_and(|ledger| ledger != row.ledger) {
        SettlementState::Stale
    } else if is_approved {
        SettlementState::Issued
    } else {
        SettlementState::Waiting
    };
    SettlementRow {
        decisions,
        state,
        ..row
    }
}

type Decisions = BTreeMap<(SnapshotId, Digest), Vec<SettlementDecisionRow>>;

fn decisions(
    connection: &Connection,
    statement: Option<SnapshotId>,
) -> rusqlite::Result<Decisions> {
    let mut found = Decisions::new();
    let mut query = connection.prepare_cached(
        "select * from settlement_decisions where :statement is null or statement = :statement
         order by decided_at_ms, entry limit 5000",
    )?;
    let mut rows = query.query(named_params! { ":statement": statement.map(|id| text(&id)) })?;
    while let Some(row) = rows.next()? {
        let at: i64 = row.get("decided_at_ms")?;
        found
            .entry((parsed(row, "statement")?, parsed(row, "pinned")?))
            .or_default()
            .push(SettlementDecisionRow {
                approver: from_json(&row.get::<_, String>("approver")?)?,
                decided_by: parsed(row, "decided_by")?,
                decided_at: Instant::from_ms(at),
                sent_back: row.get("sent_back_reason")?,
            });
    }
    Ok(found)
}

fn settlement_row(row: &Row<'_>) -> rusqlite::Result<SettlementRow> {
    let currency: Currency = parsed(row, "currency")?;
    let at: i64 = row.get("drafted_at_ms")?;
    Ok(SettlementRow {
        statement: parsed(row, "statement")?,
        entry: parsed(row, "entry")?,
        entry_hash: parsed(row, "entry_hash")?,
        customer: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        ledger: parsed(row, "ledger")?,
        cut_off: parsed(row, "cut_off")?,
        principal: money(row, "principal_minor", currency)?,
        interest: money(row, "interest_minor", currency)?,
        computed: money(row, "computed_minor", currency)?,
        reason: row.get("reason")?,
        drafted_by: parsed(row, "drafted_by")?,
        drafted_at: Instant::from_ms(at),
        decisions: Vec::new(),
        state: SettlementState::Waiting,
    })
}
