//! Customers that a phone may hold: those of its salesperson's book, and those of the stops on its plans.
//!
//! Both go into the same tables, so that one search and one list find them all; of a customer who is in both, the book's
//! row counts.

mod queries;

use rusqlite::{Connection, Transaction, named_params};

pub use queries::{CustomersQuery, book, books, customer, is_whole, page, search};

use crate::domain::ageing::AgedBalance;
use crate::domain::customer_search::{code_key, digits, name_key, sort_key};
use crate::domain::ids::{BookId, CustomerId, PlanId, SnapshotId, StopId};
use crate::domain::money::MoneyError;
use crate::domain::time::Day;
use crate::read_model::columns::{minor, parsed, text};
use crate::snapshots::customer_book::CustomerBook;
use crate::snapshots::plan::ApprovedPlan;
use crate::snapshots::statement::Statement;

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// A customer as a book or a plan names it.
struct Known<'a> {
    customer: CustomerId,
    source: &'a str,
    is_own: bool,
    code: &'a str,
    name: &'a str,
    address: &'a str,
    contact: &'a str,
    phone: &'a str,
    grade: &'a str,
}

/// Takes in a piece of a book. It replaces the person's earlier book; a piece of an earlier one than the one here changes
/// nothing, whenever it arrives.
pub fn project_book(tx: &Transaction<'_>, book: &CustomerBook) -> rusqlite::Result<()> {
    let holder = text(&book.holder);
    let sealed_after = i64::try_from(book.sealed_after).unwrap_or(i64::MAX);
    let others: Vec<(BookId, i64)> = tx
        .prepare_cached(
            "select distinct book, sealed_after from customer_books where holder = :holder and book <> :book",
        )?
        .query_map(
            named_params! { ":holder": holder, ":book": text(&book.book) },
            |row| Ok((parsed(row, "book")?, row.get("sealed_after")?)),
        )?
        .collect::<rusqlite::Result<_>>()?;
    if others.iter().any(|(_, after)| *after > sealed_after) {
        return Ok(());
    }
    for (other, _) in others {
        forget_book(tx, other)?;
    }
    tx.prepare_cached(
        "insert or replace into customer_books values (:book, :piece, :pieces, :holder, :ledger, :cut_off, :sealed_after)",
    )?
    .execute(named_params! {
        ":book": text(&book.book),
        ":piece": book.piece,
        ":pieces": book.pieces,
        ":holder": holder,
        ":ledger": text(&book.ledger),
        ":cut_off": text(&book.cut_off),
        ":sealed_after": sealed_after,
    })?;
    let source = source_of_book(book.book);
    for row in &book.rows {
        insert_known(
            tx,
            &Known {
                customer: row.customer,
                source: &source,
                is_own: true,
                code: &row.code,
                name: &row.name,
                address: &row.address,
                contact: &row.contact,
                phone: &row.phone,
                grade: &row.grade,
            },
        )?;
        let balance = row.balance(book.currency).map_err(in_one_currency)?;
        insert_balance(tx, (row.customer, &source), book.cut_off, &balance)?;
    }
    Ok(())
}

/// Takes in the customers of an approved plan that is in force; call it before the plan's stops are replaced.
pub fn project_plan(tx: &Transaction<'_>, plan: &ApprovedPlan) -> rusqlite::Result<()> {
    forget_plan(tx, plan.plan)?;
    for stop in &plan.stops {
        insert_known(
            tx,
            &Known {
                customer: stop.customer,
                source: &source_of_stop(stop.stop),
                is_own: false,
                code: &stop.code,
                name: &stop.name,
                address: &stop.address,
                contact: &stop.contact,
                phone: &stop.phone,
                grade: "",
            },
        )?;
    }
    Ok(())
}

/// Takes in a statement's figures.
pub fn project_statement(
    tx: &Transaction<'_>,
    id: SnapshotId,
    statement: &Statement,
) -> rusqlite::Result<()> {
    let claims = statement
        .lines
        .iter()
        .map(|line| (line.due, line.outstanding));
    let balance = AgedBalance::of(statement.total.currency(), claims, statement.cut_off)
        .map_err(in_one_currency)?;
    let source = format!("statement:{id}");
    insert_balance(
        tx,
        (statement.customer, &source),
        statement.cut_off,
        &balance,
    )
}

/// Forgets the books of all ledgers but this one: nobody holds them any more.
pub fn forget_books_before(tx: &Transaction<'_>, ledger: SnapshotId) -> rusqlite::Result<()> {
    let old: Vec<BookId> = tx
        .prepare_cached("select distinct book from customer_books where ledger <> :ledger")?
        .query_map(named_params! { ":ledger": text(&ledger) }, |row| {
            parsed(row, "book")
        })?
        .collect::<rusqlite::Result<_>>()?;
    old.into_iter().try_for_each(|book| forget_book(tx, book))
}

/// Forgets a book.
pub fn forget_book(tx: &Transaction<'_>, book: BookId) -> rusqlite::Result<()> {
    tx.prepare_cached("delete from customer_books where book = :book")?
        .execute(named_params! { ":book": text(&book) })?;
    forget_source(tx, &source_of_book(book))
}

/// Forgets whom the stops of a plan visit, while its stops are still here.
pub fn forget_plan(tx: &Transaction<'_>, plan: PlanId) -> rusqlite::Result<()> {
    for table in ["known_customers", "customer_keys"] {
        tx.execute(
            &format!(
                "delete from {table} where source in (select 'stop:' || stop from stops where plan = :plan)"
            ),
            named_params! { ":plan": text(&plan) },
        )?;
    }
    Ok(())
}

/// Forgets whom a stop visits.
pub fn forget_stop(tx: &Transaction<'_>, stop: StopId) -> rusqlite::Result<()> {
    forget_source(tx, &source_of_stop(stop))
}

/// Forgets a statement's figures.
pub fn forget_statement(tx: &Transaction<'_>, statement: SnapshotId) -> rusqlite::Result<()> {
    forget_source(tx, &format!("statement:{statement}"))
}

/// Takes in what a program that did not know these tables left: the stops in force and the statements.
pub fn take_in_what_is_here(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut stops = tx.prepare(
        "select t.stop, t.customer, t.code, t.name, s.address, s.contact, s.phone
         from stops s join approved_plan_stops t using (plan, stop)",
    )?;
    let mut rows = stops.query([])?;
    while let Some(row) = rows.next()? {
        let cell = |column: &str| row.get::<_, String>(column);
        insert_known(
            tx,
            &Known {
                customer: parsed(row, "customer")?,
                source: &source_of_stop(parsed(row, "stop")?),
                is_own: false,
                code: &cell("code")?,
                name: &cell("name")?,
                address: &cell("address")?,
                contact: &cell("contact")?,
                phone: &cell("phone")?,
                grade: "",
            },
        )?;
    }
    let mut statements = tx.prepare("select statement, content from statements")?;
    let mut rows = statements.query([])?;
    while let Some(row) = rows.next()? {
        let content: Vec<u8> = row.get("content")?;
        // What does not read back is damage that the statement's own screen reports.
        if let Ok(statement) = minicbor::decode::<Statement>(&content) {
            project_statement(tx, parsed(row, "statement")?, &statement)?;
        }
    }
    Ok(())
}

fn source_of_book(book: BookId) -> String {
    format!("book:{book}")
}

fn source_of_stop(stop: StopId) -> String {
    format!("stop:{stop}")
}

fn forget_source(tx: &Transaction<'_>, source: &str) -> rusqlite::Result<()> {
    for statement in [
        "delete from known_customers where source = :source",
        "delete from customer_keys where source = :source",
        "delete from customer_balances where source = :source",
    ] {
        tx.prepare_cached(statement)?
            .execute(named_params! { ":source": source })?;
    }
    Ok(())
}

fn insert_known(tx: &Transaction<'_>, known: &Known<'_>) -> rusqlite::Result<()> {
    let customer = text(&known.customer);
    tx.prepare_cached(
        "insert or replace into known_customers values (:customer, :source, :is_own, :code, :name, :address, :contact,
            :phone, :grade, :sort_key)",
    )?
    .execute(named_params! {
        ":customer": customer,
        ":source": known.source,
        ":is_own": known.is_own,
        ":code": known.code,
        ":name": known.name,
        ":address": known.address,
        ":contact": known.contact,
        ":phone": known.phone,
        ":grade": known.grade,
        ":sort_key": sort_key(known.name),
    })?;
    tx.prepare_cached(
        "insert or replace into customer_keys values (:customer, :source, :name_key, :contact_key, :code_key, :digits,
            :sort_key)",
    )?
    .execute(named_params! {
        ":customer": customer,
        ":source": known.source,
        ":name_key": name_key(known.name),
        ":contact_key": name_key(known.contact),
        ":code_key": code_key(known.code),
        ":digits": digits(known.phone),
        ":sort_key": sort_key(known.name),
    })?;
    Ok(())
}

fn insert_balance(
    tx: &Transaction<'_>,
    (customer, source): (CustomerId, &str),
    cut_off: Day,
    balance: &AgedBalance,
) -> rusqlite::Result<()> {
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8] = balance.buckets;
    tx.prepare_cached(
        "insert or replace into customer_balances values (:customer, :source, :cut_off, :currency, :outstanding, :overdue,
            :credits, :days, :b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8)",
    )?
    .execute(named_params! {
        ":customer": text(&customer),
        ":source": source,
        ":cut_off": text(&cut_off),
        ":currency": balance.outstanding.currency().code(),
        ":outstanding": minor(balance.outstanding)?,
        ":overdue": minor(balance.overdue)?,
        ":credits": minor(balance.credits)?,
        ":days": balance.days_past_due,
        ":b0": minor(b0)?,
        ":b1": minor(b1)?,
        ":b2": minor(b2)?,
        ":b3": minor(b3)?,
        ":b4": minor(b4)?,
        ":b5": minor(b5)?,
        ":b6": minor(b6)?,
        ":b7": minor(b7)?,
        ":b8": minor(b8)?,
    })?;
    Ok(())
}

fn in_one_currency(error: MoneyError) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

/// Whether the phone holds anything of the customer.
pub fn is_known(connection: &Connection, customer: CustomerId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from known_customers where customer = :customer")?
        .exists(named_params! { ":customer": text(&customer) })
}

#[cfg(test)]
mod tests;
