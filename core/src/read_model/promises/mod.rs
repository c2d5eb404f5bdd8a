//! Promises to pay.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{CustomerId, EntryId, StopId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::time::{Day, Instant};
use crate::journal::facts::Fact;
use crate::journal::{Entry, Scope};
use crate::read_model::columns::{self, parsed, parsed_or_null, text};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MadePromise {
    /// The entry.
    pub entry: EntryId,
    /// By which customer.
    pub customer: CustomerId,
    /// Where it was made.
    pub stop: Option<StopId>,
    /// How much.
    pub amount: Money,
    /// Until which day, included.
    pub due: Day,
    /// Who promised in person; empty otherwise.
    pub signer_name: String,
    /// Who recorded it.
    pub made_by: UserId,
    /// When.
    pub made_at: Instant,
}

/// Takes in a promise; any other entry leaves the table as it is.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let Fact::Promise(promise) = &entry.fact else {
        return Ok(());
    };
    let stop = match entry.scope {
        Scope::Stop(stop) => Some(text(&stop)),
        Scope::Office
        | Scope::Organisation
        | Scope::Plan(_)
        | Scope::Customer(_)
        | Scope::Person(_)
        | Scope::Book(_) => None,
    };
    tx.execute(
        "insert or ignore into promises values (:entry, :customer, :stop, :currency, :amount, :due, :signer, :supersedes,
            :by, :at)",
        named_params! {
            ":entry": text(&entry.id),
            ":customer": text(&promise.customer),
            ":stop": stop,
            ":currency": promise.amount.currency().code(),
            ":amount": columns::minor(promise.amount)?,
            ":due": text(&promise.due),
            ":signer": promise.signer.as_ref().map_or("", |signer| signer.name.as_str()),
            ":supersedes": promise.supersedes.map(|superseded| superseded.to_string()),
            ":by": text(&entry.author),
            ":at": entry.made.wall.ms(),
        },
    )?;
    Ok(())
}

/// The promise in force that was made at a stop: the last one that no other replaces.
pub fn of_stop(connection: &Connection, stop: StopId) -> rusqlite::Result<Option<MadePromise>> {
    connection
        .prepare_cached(
            "select p.* from promises p join entries e on e.entry = p.entry where p.stop = :stop
                and not exists (select 1 from promises later where later.supersedes = p.entry)
             order by e.order_ms desc, e.seq desc, p.entry desc limit 1",
        )?
        .query_row(named_params! { ":stop": text(&stop) }, promise_row)
        .optional()
}

/// The promises of a customer, newest first, at most 200; replaced ones among them.
pub fn of_customer(
    connection: &Connection,
    customer: CustomerId,
) -> rusqlite::Result<Vec<MadePromise>> {
    connection
        .prepare_cached(
            "select p.* from promises p join entries e on e.entry = p.entry
             where p.customer = :customer order by e.order_ms desc, e.seq desc, p.entry desc limit 200",
        )?
        .query_map(named_params! { ":customer": text(&customer) }, promise_row)?
        .collect()
}

/// When the promise was replaced for the first time; none while it is in force.
pub fn superseded_at(
    connection: &Connection,
    promise: EntryId,
) -> rusqlite::Result<Option<Instant>> {
    let at_ms: Option<i64> = connection
        .prepare_cached("select min(made_ms) from promises where supersedes = :promise")?
        .query_row(named_params! { ":promise": text(&promise) }, |row| {
            row.get(0)
        })?;
    Ok(at_ms.map(Instant::from_ms))
}

fn promise_row(row: &Row<'_>) -> rusqlite::Result<MadePromise> {
    let currency: Currency = parsed(row, "currency")?;
    Ok(MadePromise {
        entry: parsed(row, "entry")?,
        customer: parsed(row, "customer")?,
        stop: parsed_or_null(row, "stop")?,
        amount: columns::money(row, "amount_minor", currency)?,
        due: parsed(row, "due")?,
        signer_name: row.get("signer_name")?,
        made_by: parsed(row, "made_by")?,
        made_at: Instant::from_ms(row.get("made_ms")?),
    })
}
