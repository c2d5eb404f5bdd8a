//! Lists and search over the customers that are known here.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::ageing::Bucket;
use crate::domain::customer_search::{Fit, SearchKeys, SearchQuery};
use crate::domain::ids::{BookId, CustomerId, UserId};
use crate::domain::money::Currency;
use crate::read_model::columns::{money, parsed, parsed_or_null, text};
use crate::views::{BucketAmount, CustomerBalance, CustomerBookRow, CustomerRow, CustomerSort};

const LIST: &str = include_str!("list.sql");

/// The most rows of one page.
const PAGE_LIMIT: u32 = 50;

/// Which customers, in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomersQuery {
    /// Only those with something outstanding in this bucket.
    pub bucket: Option<Bucket>,
    /// Only those with something past due.
    pub is_overdue: bool,
    /// The order.
    pub sort: CustomerSort,
    /// Rows to skip.
    pub offset: u32,
    /// At most so many rows, and never more than 50.
    pub limit: u32,
}

/// One page of the known customers, and how many there are on all pages; 0 behind the last one.
pub fn page(
    connection: &Connection,
    query: CustomersQuery,
) -> rusqlite::Result<(Vec<CustomerRow>, u64)> {
    let bucket = query
        .bucket
        .and_then(|wanted| {
            (0_i64..)
                .zip(Bucket::ALL)
                .find(|(_, bucket)| *bucket == wanted)
        })
        .map(|(number, _)| number);
    let mut statement = connection.prepare_cached(LIST)?;
    let mut rows = statement.query(named_params! {
        ":customer": Option::<String>::None,
        ":bucket": bucket,
        ":overdue": query.is_overdue,
        ":sort": query.sort.word(),
        ":limit": query.limit.min(PAGE_LIMIT),
        ":offset": query.offset,
    })?;
    let mut found = Vec::new();
    let mut total: i64 = 0;
    while let Some(row) = rows.next()? {
        total = row.get("customers_found")?;
        found.push(customer_row(row)?);
    }
    Ok((found, u64::try_from(total).unwrap_or(0)))
}

/// One known customer.
pub fn customer(
    connection: &Connection,
    customer: CustomerId,
) -> rusqlite::Result<Option<CustomerRow>> {
    connection
        .prepare_cached(LIST)?
        .query_row(
            named_params! {
                ":customer": text(&customer),
                ":bucket": Option::<i64>::None,
                ":overdue": false,
                ":sort": CustomerSort::Name.word(),
                ":limit": 1,
                ":offset": 0,
            },
            customer_row,
        )
        .optional()
}

/// One page of the customers that fit, the best first, then by reading, code and id; and how many fit on all pages.
pub fn search(
    connection: &Connection,
    query: &SearchQuery,
    (offset, limit): (u32, u32),
) -> rusqlite::Result<(Vec<CustomerRow>, u64)> {
    let mut fits = fitting(connection, query)?;
    fits.sort();
    let total = u64::try_from(fits.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit.min(PAGE_LIMIT)).unwrap_or(0);
    let mut rows = Vec::new();
    for fitting in fits.into_iter().skip(skip).take(take) {
        let id = fitting.customer.parse().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
        })?;
        rows.extend(customer(connection, id)?);
    }
    Ok((rows, total))
}

/// A customer that fits; the order is that of the answer.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Fitting {
    fit: Fit,
    sort_key: String,
    code_key: String,
    customer: String,
}

/// Each customer that fits once, by the better fit of its rows; by id.
fn fitting(connection: &Connection, query: &SearchQuery) -> rusqlite::Result<Vec<Fitting>> {
    let mut statement = connection.prepare_cached(
        "select customer, name_key, contact_key, code_key, digits, sort_key from customer_keys order by customer, source",
    )?;
    let mut rows = statement.query([])?;
    let mut fits: Vec<Fitting> = Vec::new();
    while let Some(row) = rows.next()? {
        let cell = |column: usize| -> rusqlite::Result<&str> { Ok(row.get_ref(column)?.as_str()?) };
        let keys = SearchKeys {
            name: cell(1)?,
            contact: cell(2)?,
            code: cell(3)?,
            digits: cell(4)?,
        };
        let Some(fit) = query.fit(keys) else { continue };
        let found = Fitting {
            fit,
            sort_key: cell(5)?.to_owned(),
            code_key: cell(3)?.to_owned(),
            customer: cell(0)?.to_owned(),
        };
        match fits
            .last_mut()
            .filter(|last| last.customer == found.customer)
        {
            Some(last) if *last > found => *last = found,
            Some(_better) => {}
            None => fits.push(found),
        }
    }
    Ok(fits)
}

/// The book of one person as far as its pieces have arrived; none when there is none.
pub fn book(connection: &Connection, holder: UserId) -> rusqlite::Result<Option<CustomerBookRow>> {
    connection
        .prepare_cached(
            "select book, cut_off, max(pieces) as pieces, count(*) as arrived,
                (select count(*) from known_customers k where k.source = 'book:' || b.book) as customers
             from customer_books b where holder = :holder group by book order by max(sealed_after) desc limit 1",
        )?
        .query_row(named_params! { ":holder": text(&holder) }, |row| {
            let pieces: u32 = row.get("pieces")?;
            let arrived: u32 = row.get("arrived")?;
            let customers: i64 = row.get("customers")?;
            Ok(CustomerBookRow {
                cut_off: parsed(row, "cut_off")?,
                customers: u64::try_from(customers).unwrap_or(0),
                pieces_missing: pieces.saturating_sub(arrived),
            })
        })
        .optional()
}

/// Whether nothing of a person's book is still on its way; so it is where there is no book.
pub fn is_whole(connection: &Connection, holder: UserId) -> rusqlite::Result<bool> {
    Ok(book(connection, holder)?.is_none_or(|book| book.pieces_missing == 0))
}

/// The books in force and who holds them, at most 10,000.
pub fn books(connection: &Connection) -> rusqlite::Result<Vec<(BookId, UserId)>> {
    connection
        .prepare_cached(
            "select distinct book, holder from customer_books order by book limit 10000",
        )?
        .query_map([], |row| Ok((parsed(row, "book")?, parsed(row, "holder")?)))?
        .collect()
}

fn customer_row(row: &Row<'_>) -> rusqlite::Result<CustomerRow> {
    Ok(CustomerRow {
        customer: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        address: row.get("address")?,
        contact: row.get("contact")?,
        phone: row.get("phone")?,
        grade: row.get("grade")?,
        is_own: row.get("is_own")?,
        balance: balance(row)?,
    })
}

fn balance(row: &Row<'_>) -> rusqlite::Result<Option<CustomerBalance>> {
    let Some(currency) = parsed_or_null::<Currency>(row, "currency")? else {
        return Ok(None);
    };
    let mut buckets = Vec::new();
    for (number, bucket) in (0..).zip(Bucket::ALL) {
        let amount = money(row, &format!("bucket_{number}"), currency)?;
        if !amount.is_zero() {
            buckets.push(BucketAmount { bucket, amount });
        }
    }
    let days_past_due: u32 = row.get("days_past_due")?;
    Ok(Some(CustomerBalance {
        cut_off: parsed(row, "cut_off")?,
        outstanding: money(row, "outstanding_minor", currency)?,
        overdue: money(row, "overdue_minor", currency)?,
        credits: money(row, "credits_minor", currency)?,
        days_past_due,
        bucket: Bucket::of(days_past_due.into()),
        buckets,
    }))
}
