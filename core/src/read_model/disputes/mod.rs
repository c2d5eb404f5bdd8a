//! Disputes (异议) and what was found about them.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use crate::domain::ids::{CustomerId, EntryId, StopId};
use crate::domain::money::{Currency, Money};
use crate::domain::quality_objection::{ObjectionPeriod, SellerKnowledge, quality_objection};
use crate::domain::time::{Day, Instant};
use crate::journal::facts::{
    CountersignRole, Dispute, DisputeAbout, DisputeFinding, Fact, PaperKind,
};
use crate::journal::{Entry, Scope};
use crate::read_model::columns::{self, parsed, parsed_or_null, text};
use crate::read_model::entries::{self, from_json, json};
use crate::read_model::people;
use crate::views::{
    DisputeRow, DisputeState, EntryDetail, EntryRow, FindingRow, FindingSigned, ObjectState,
    ObjectionRow, completeness,
};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Those whose entry was not dropped with its stop.
const DISPUTES: &str =
    "select d.*, e.state, e.author from disputes d join entries e on e.entry = d.entry";

/// Takes in a dispute or a finding; any other entry leaves the tables as they are.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    if let (Fact::Dispute(fact), Scope::Stop(stop)) = (&entry.fact, entry.scope) {
        insert_dispute(tx, (entry, stop), fact)?;
    }
    if let (Fact::DisputeFinding(fact), Some(dispute)) = (&entry.fact, entry.amends) {
        insert_finding(tx, (entry, dispute), fact)?;
    }
    Ok(())
}

fn insert_dispute(
    tx: &Transaction<'_>,
    (entry, stop): (&Entry, StopId),
    fact: &Dispute,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into disputes values (:entry, :stop, :customer, :about, :documents, :words, :currency, :amount,
            :person, :title, :received, :period, :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":stop": text(&stop),
            ":customer": text(&fact.customer),
            ":about": json(&fact.about)?,
            ":documents": json(&fact.documents)?,
            ":words": fact.words,
            ":currency": fact.amount.map(|amount| amount.currency().code()),
            ":amount": fact.amount.map(columns::minor).transpose()?,
            ":person": fact.person,
            ":title": fact.title,
            ":received": fact.received.as_ref().map(text),
            ":period": fact.period.as_ref().map(json).transpose()?,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

fn insert_finding(
    tx: &Transaction<'_>,
    (entry, dispute): (&Entry, EntryId),
    fact: &DisputeFinding,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into dispute_findings values (:entry, :dispute, :finding, :words, :remedy, :remedy_words,
            :currency, :agreed, :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":dispute": text(&dispute),
            ":finding": json(&fact.finding)?,
            ":words": fact.words,
            ":remedy": json(&fact.remedy)?,
            ":remedy_words": fact.remedy_words,
            ":currency": fact.agreed.map(|agreed| agreed.currency().code()),
            ":agreed": fact.agreed.map(columns::minor).transpose()?,
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

/// The disputes of a stop, oldest first, at most 100.
pub fn of_stop(connection: &Connection, stop: StopId) -> rusqlite::Result<Vec<DisputeRow>> {
    rows(
        connection,
        &format!("{DISPUTES} where d.stop = :of order by e.order_ms, e.seq, d.entry limit 100"),
        &text(&stop),
    )
}

/// The disputes of a customer over all stops that are held here, newest first, at most `limit`.
pub fn of_customer(
    connection: &Connection,
    customer: CustomerId,
    limit: u32,
) -> rusqlite::Result<Vec<DisputeRow>> {
    let limit = limit.min(500);
    rows(
        connection,
        &format!(
            "{DISPUTES} where d.customer = :of order by e.order_ms desc, e.seq desc, d.entry limit {limit}"
        ),
        &text(&customer),
    )
}

/// One dispute.
pub fn dispute(connection: &Connection, dispute: EntryId) -> rusqlite::Result<Option<DisputeRow>> {
    let found = rows(
        connection,
        &format!("{DISPUTES} where d.entry = :of"),
        &text(&dispute),
    )?;
    Ok(found.into_iter().next())
}

/// The dispute that a finding is about.
pub fn of_finding(
    connection: &Connection,
    finding: EntryId,
) -> rusqlite::Result<Option<DisputeRow>> {
    let about: Option<EntryId> = connection
        .prepare_cached("select dispute from dispute_findings where entry = :entry")?
        .query_row(named_params! { ":entry": text(&finding) }, |row| {
            parsed(row, "dispute")
        })
        .optional()?;
    match about {
        Some(about) => dispute(connection, about),
        None => Ok(None),
    }
}

fn rows(connection: &Connection, sql: &str, of: &str) -> rusqlite::Result<Vec<DisputeRow>> {
    let found: Vec<DisputeRow> = connection
        .prepare_cached(sql)?
        .query_map(named_params! { ":of": of }, dispute_row)?
        .collect::<rusqlite::Result<_>>()?;
    found
        .into_iter()
        .map(|row| with_finding(connection, row))
        .collect()
}

fn dispute_row(row: &Row<'_>) -> rusqlite::Result<DisputeRow> {
    let about: DisputeAbout = from_json(&row.get::<_, String>("about")?)?;
    let received: Option<Day> = parsed_or_null(row, "received")?;
    let period: Option<String> = row.get("period")?;
    let period = period.map(|period| from_json(&period)).transpose()?;
    let at_ms: i64 = row.get("made_ms")?;
    let state: String = row.get("state")?;
    let objection = received
        .filter(|_day| about == DisputeAbout::Quality)
        .map(|received| {
            // That the seller knew of the defect is for a lawyer to say; the days are counted without it.
            let (verdict, last_day) = quality_objection(
                received,
                period.unwrap_or(ObjectionPeriod::NotAgreed),
                SellerKnowledge::Unaware,
                Day::legal(Instant::from_ms(at_ms)),
            );
            ObjectionRow {
                received,
                period,
                last_day,
                verdict,
            }
        });
    Ok(DisputeRow {
        dispute: parsed(row, "entry")?,
        stop: parsed(row, "stop")?,
        customer: parsed(row, "customer")?,
        at_ms,
        author: parsed(row, "author")?,
        author_name: String::new(),
        about,
        documents: from_json(&row.get::<_, String>("documents")?)?,
        words: row.get("words")?,
        amount: money(row, "amount_minor")?,
        person: row.get("person")?,
        title: row.get("title")?,
        objection,
        state: DisputeState::Open,
        finding: None,
        object: ObjectState::from_word(&state).unwrap_or_default(),
    })
}

fn money(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Money>> {
    let currency: Option<Currency> = parsed_or_null(row, "currency")?;
    currency
        .map(|currency| columns::money(row, column, currency))
        .transpose()
}

/// The finding that counts is the last one; who signed under it is read from the entries that follow it.
fn with_finding(connection: &Connection, mut row: DisputeRow) -> rusqlite::Result<DisputeRow> {
    row.author_name = people::name(connection, row.author)?;
    let found = connection
        .prepare_cached(
            "select f.*, e.state, e.author from dispute_findings f join entries e on e.entry = f.entry
             where f.dispute = :dispute order by e.order_ms desc, e.seq desc, f.entry desc limit 1",
        )?
        .query_row(named_params! { ":dispute": text(&row.dispute) }, finding_row)
        .optional()?;
    let Some(mut finding) = found else {
        return Ok(row);
    };
    finding.author_name = people::name(connection, finding.author)?;
    let following = entries::following(connection, finding.entry)?;
    finding.signed = signed(&following, finding.entry);
    row.state = match &finding.signed {
        Some(signed) if !signed.countersigned_by.is_empty() => DisputeState::Closed,
        Some(_) | None => DisputeState::Found,
    };
    row.finding = Some(finding);
    Ok(row)
}

fn finding_row(row: &Row<'_>) -> rusqlite::Result<FindingRow> {
    let state: String = row.get("state")?;
    Ok(FindingRow {
        entry: parsed(row, "entry")?,
        at_ms: row.get("made_ms")?,
        author: parsed(row, "author")?,
        author_name: String::new(),
        finding: from_json(&row.get::<_, String>("finding")?)?,
        words: row.get("words")?,
        remedy: from_json(&row.get::<_, String>("remedy")?)?,
        remedy_words: row.get("remedy_words")?,
        agreed: money(row, "agreed_minor")?,
        signed: None,
        object: ObjectState::from_word(&state).unwrap_or_default(),
    })
}

/// The last signature of the customer's under the finding.
fn signed(following: &[EntryRow], finding: EntryId) -> Option<FindingSigned> {
    following.iter().rev().find_map(|row| {
        let EntryDetail::Acknowledgement {
            paper: PaperKind::DisputeFinding,
            signer_name,
            ..
        } = &row.detail
        else {
            return None;
        };
        (row.amends == Some(finding)).then(|| FindingSigned {
            entry: row.entry,
            signer_name: signer_name.clone(),
            at_ms: row.at_ms,
            countersigned_by: completeness(row, following)
                .countersigned
                .into_iter()
                .filter(|row| row.role == CountersignRole::TeamMember)
                .map(|row| row.name)
                .collect(),
        })
    })
}
