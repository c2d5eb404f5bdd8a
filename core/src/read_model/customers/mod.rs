//! Customers: master data, and who is overdue by how much.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{CustomerId, SnapshotId};
use crate::domain::money::{Currency, Money};
use crate::domain::position::{Crs, SitePoint};
use crate::domain::time::Day;
use crate::read_model::columns::{money, parsed, text};
use crate::snapshots::ledger::{LedgerCustomer, LedgerSnapshot};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// The most rows one page of overdue customers has.
pub const PAGE_LIMIT: u32 = 500;

/// What to order overdue customers by; equal ones by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OverdueSort {
    /// Largest overdue amount first.
    #[default]
    Overdue,
    /// Oldest first.
    DaysPastDue,
    /// By name.
    Name,
    /// By code.
    Code,
    /// By credit grade.
    Grade,
}

impl OverdueSort {
    /// As in a query string and in SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::DaysPastDue => "days_past_due",
            Self::Name => "name",
            Self::Code => "code",
            Self::Grade => "grade",
        }
    }

    /// Reads [`OverdueSort::as_str`] back; anything else is the default order.
    #[must_use]
    pub fn from_query(text: &str) -> Self {
        [Self::DaysPastDue, Self::Name, Self::Code, Self::Grade]
            .into_iter()
            .find(|sort| sort.as_str() == text)
            .unwrap_or_default()
    }
}

/// Which overdue customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueQuery {
    /// Days past due are counted to this day.
    pub as_of: Day,
    /// Part of name or code; empty for all.
    pub search: String,
    /// The order.
    pub sort: OverdueSort,
    /// Rows to skip.
    pub offset: u32,
    /// At most so many rows, and never more than [`PAGE_LIMIT`].
    pub limit: u32,
}

/// One page of overdue customers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct OverduePage {
    /// The rows.
    pub rows: Vec<OverdueRow>,
    /// How many customers the whole query has.
    pub customers: i64,
    /// Their overdue total; none when there are no rows.
    pub overdue: Option<Money>,
}

/// One overdue customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverdueRow {
    /// The customer.
    pub customer: CustomerId,
    /// Code; may be empty.
    pub code: String,
    /// Name.
    pub name: String,
    /// Credit grade as imported; may be empty.
    pub grade: String,
    /// In charge; may be empty.
    pub salesperson: String,
    /// All that is outstanding, credits deducted.
    pub outstanding: Money,
    /// What is past due, credits not deducted.
    pub overdue: Money,
    /// Credit notes and overpayments, zero or negative; outside the buckets.
    pub credits: Money,
    /// Of the oldest receivable that is not settled.
    pub days_past_due: i64,
    /// Not yet due, 1–30, 31–60, 61–90, 91–180, 181–365, 366–730, 731–1095 and over 1095 days.
    pub buckets: [Money; 9],
}

/// Takes in the master data of a signed ledger.
pub fn project_ledger(
    tx: &Transaction<'_>,
    id: SnapshotId,
    ledger: &LedgerSnapshot,
) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "insert or replace into customers values (:customer, :ledger, :code, :name, :address, :contact, :phone, :grade,
            :credit_code, :salesperson, :lat, :lon, :crs)",
    )?;
    for customer in &ledger.customers {
        insert.execute(named_params! {
            ":customer": text(&customer.id),
            ":ledger": text(&id),
            ":code": customer.code,
            ":name": customer.name,
            ":address": customer.address,
            ":contact": customer.contact,
            ":phone": customer.phone,
            ":grade": customer.grade,
            ":credit_code": customer.credit_code,
            ":salesperson": customer.salesperson,
            ":lat": customer.site.map(|site| site.lat_e7),
            ":lon": customer.site.map(|site| site.lon_e7),
            ":crs": customer.site.map(|site| crs_name(site.crs)),
        })?;
    }
    Ok(())
}

/// Customers with something past due in the ledger in force; none before the first signature.
pub fn overdue(connection: &Connection, query: &OverdueQuery) -> rusqlite::Result<OverduePage> {
    let mut page = OverduePage::default();
    let mut statement = connection.prepare_cached(include_str!("overdue.sql"))?;
    let mut rows = statement.query(named_params! {
        ":as_of": text(&query.as_of),
        ":customer": Option::<String>::None,
        ":search": query.search.trim(),
        ":sort": query.sort.as_str(),
        ":limit": query.limit.min(PAGE_LIMIT),
        ":offset": query.offset,
    })?;
    while let Some(row) = rows.next()? {
        let currency = parsed(row, "currency")?;
        page.customers = row.get("customers_found")?;
        page.overdue = Some(money(row, "overdue_found_minor", currency)?);
        page.rows.push(overdue_row(row, currency)?);
    }
    Ok(page)
}

/// What is overdue at one customer of the ledger in force; none when nothing is.
pub fn overdue_of(
    connection: &Connection,
    customer: CustomerId,
    as_of: Day,
) -> rusqlite::Result<Option<OverdueRow>> {
    connection
        .prepare_cached(include_str!("overdue.sql"))?
        .query_row(
            named_params! {
                ":as_of": text(&as_of),
                ":customer": text(&customer),
                ":search": "",
                ":sort": OverdueSort::Code.as_str(),
                ":limit": 1,
                ":offset": 0,
            },
            |row| overdue_row(row, parsed(row, "currency")?),
        )
        .optional()
}

fn overdue_row(row: &Row<'_>, currency: Currency) -> rusqlite::Result<OverdueRow> {
    Ok(OverdueRow {
        customer: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        grade: row.get("grade")?,
        salesperson: row.get("salesperson")?,
        outstanding: money(row, "outstanding_minor", currency)?,
        overdue: money(row, "overdue_minor", currency)?,
        credits: money(row, "credits_minor", currency)?,
        days_past_due: row.get("days_past_due")?,
        buckets: [
            money(row, "bucket_0", currency)?,
            money(row, "bucket_1", currency)?,
            money(row, "bucket_2", currency)?,
            money(row, "bucket_3", currency)?,
            money(row, "bucket_4", currency)?,
            money(row, "bucket_5", currency)?,
            money(row, "bucket_6", currency)?,
            money(row, "bucket_7", currency)?,
            money(row, "bucket_8", currency)?,
        ],
    })
}

/// The due days of what is not settled in the ledger in force, by customer; each ascending, at most 200,000 in all.
pub fn unsettled_due_days(
    connection: &Connection,
) -> rusqlite::Result<BTreeMap<CustomerId, Vec<Day>>> {
    let mut statement = connection.prepare_cached(
        "select distinct customer, due from receivables
         where outstanding_minor > 0 and ledger = (select ledger from ledgers order by number desc limit 1)
         order by customer, due limit 200000",
    )?;
    let mut rows = statement.query([])?;
    let mut days: BTreeMap<CustomerId, Vec<Day>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        days.entry(parsed(row, "customer")?)
            .or_default()
            .push(parsed(row, "due")?);
    }
    Ok(days)
}

/// A customer's master data.
pub fn customer(
    connection: &Connection,
    customer: CustomerId,
) -> rusqlite::Result<Option<LedgerCustomer>> {
    connection
        .prepare_cached("select * from customers where customer = :customer")?
        .query_row(named_params! { ":customer": text(&customer) }, customer_row)
        .optional()
}

/// All customers that the ledger in force names, by code, at most 200,000.
pub fn in_ledger(connection: &Connection) -> rusqlite::Result<Vec<LedgerCustomer>> {
    connection
        .prepare_cached(
            "select * from customers where ledger = (select ledger from ledgers order by number desc limit 1)
             order by code, customer limit 200000",
        )?
        .query_map([], customer_row)?
        .collect()
}

fn customer_row(row: &Row<'_>) -> rusqlite::Result<LedgerCustomer> {
    Ok(LedgerCustomer {
        id: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        address: row.get("address")?,
        contact: row.get("contact")?,
        phone: row.get("phone")?,
        site: site(row)?,
        grade: row.get("grade")?,
        credit_code: row.get("credit_code")?,
        salesperson: row.get("salesperson")?,
    })
}

pub(crate) fn site(row: &Row<'_>) -> rusqlite::Result<Option<SitePoint>> {
    let crs: Option<String> = row.get("site_crs")?;
    let known = [Crs::Wgs84, Crs::Gcj02, Crs::Bd09];
    let Some(crs) = crs.and_then(|name| known.into_iter().find(|crs| crs_name(*crs) == name))
    else {
        return Ok(None);
    };
    Ok(Some(SitePoint {
        lat_e7: row.get("site_lat_e7")?,
        lon_e7: row.get("site_lon_e7")?,
        crs,
    }))
}

pub(crate) const fn crs_name(crs: Crs) -> &'static str {
    match crs {
        Crs::Wgs84 => "wgs84",
        Crs::Gcj02 => "gcj02",
        Crs::Bd09 => "bd09",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ageing::Bucket;
    use crate::read_model::fixtures::{customer, day, ledger, sign, tables, written, yuan};

    fn query(search: &str, sort: OverdueSort) -> OverdueQuery {
        OverdueQuery {
            as_of: day("2026-06-30"),
            search: search.to_owned(),
            sort,
            offset: 0,
            limit: 10,
        }
    }

    fn three_customers() -> Connection {
        let mut connection = tables();
        let rows = [
            (1, "2026-05-31", "100.00"),
            (1, "2026-07-15", "7.00"),
            (1, "2026-01-01", "-30.00"),
            (2, "2023-01-01", "50.00"),
            (3, "2026-08-01", "900.00"),
        ];
        written(&mut connection, |tx| {
            sign(tx, 1, &ledger("2026-06-30", &rows));
            Ok(())
        });
        connection
    }

    #[test]
    fn nothing_is_overdue_before_a_ledger_is_signed() {
        let mut connection = tables();
        let draft = ledger("2026-06-30", &[(1, "2026-05-31", "100.00")]);
        let id = SnapshotId::of(b"unsigned");
        written(&mut connection, |tx| {
            project_ledger(tx, id, &draft)?;
            crate::read_model::ledgers::project_ledger(tx, id, &draft)
        });
        let page = overdue(&connection, &query("", OverdueSort::Overdue)).unwrap();
        assert_eq!(page, OverduePage::default());
    }

    #[test]
    fn credits_and_what_is_not_due_stay_outside_the_overdue_amount() {
        let page = overdue(&three_customers(), &query("", OverdueSort::Overdue)).unwrap();
        assert_eq!(page.customers, 2);
        assert_eq!(page.overdue, Some(yuan("150.00")));
        let first = &page.rows[0];
        assert_eq!(first.customer, customer(1));
        assert_eq!(first.overdue, yuan("100.00"));
        assert_eq!(first.credits, yuan("-30.00"));
        assert_eq!(first.outstanding, yuan("77.00"));
        assert_eq!(first.days_past_due, 30);
        assert_eq!(first.buckets[0], yuan("7.00"));
        assert_eq!(first.buckets[1], yuan("100.00"));
    }

    #[test]
    fn due_days_leave_credits_out_and_come_once_each() {
        let mut connection = three_customers();
        let days = unsettled_due_days(&connection).unwrap();
        assert_eq!(days[&customer(1)], [day("2026-05-31"), day("2026-07-15")]);
        assert_eq!(days.len(), 3);
        let rows = [(1, "2026-05-31", "1.00"), (1, "2026-05-31", "2.00")];
        written(&mut connection, |tx| {
            sign(tx, 2, &ledger("2026-07-31", &rows));
            Ok(())
        });
        let days = unsettled_due_days(&connection).unwrap();
        assert_eq!(
            days,
            BTreeMap::from([(customer(1), vec![day("2026-05-31")])])
        );
    }

    #[test]
    fn sorts_and_searches_by_name_and_code() {
        let connection = three_customers();
        let page = overdue(&connection, &query("", OverdueSort::DaysPastDue)).unwrap();
        assert_eq!(page.rows[0].customer, customer(2));
        let page = overdue(&connection, &query("c002", OverdueSort::Overdue)).unwrap();
        assert_eq!(page.rows.len(), 1);
        assert_eq!(page.rows[0].customer, customer(2));
        let page = overdue(&connection, &query("公司1", OverdueSort::Name)).unwrap();
        assert_eq!(page.rows[0].customer, customer(1));
        assert!(
            overdue(&connection, &query("' or 1", OverdueSort::Name))
                .unwrap()
                .rows
                .is_empty()
        );
    }

    #[test]
    fn every_bucket_has_the_limits_of_the_rule() {
        let as_of = day("2026-06-30");
        for days in [
            -15, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 365, 366, 730, 731, 1095, 1096, 4000,
        ] {
            let due = Day(as_of.0 - chrono::Duration::days(days));
            let rows = [
                (1, "2026-06-29", "1.00"),
                (1, due.to_string().as_str(), "5.00"),
            ]
            .map(|(owner, due, amount)| (owner, due.to_owned(), amount));
            let rows: Vec<(u8, &str, &str)> = rows
                .iter()
                .map(|(owner, due, amount)| (*owner, due.as_str(), *amount))
                .collect();
            let mut connection = tables();
            written(&mut connection, |tx| {
                sign(tx, 1, &ledger("2026-06-30", &rows));
                Ok(())
            });
            let page = overdue(&connection, &query("", OverdueSort::Overdue)).unwrap();
            let expected = Bucket::ALL.map(|bucket| {
                let own = if bucket == Bucket::of(days) {
                    "5.00"
                } else {
                    "0"
                };
                let other = if bucket == Bucket::Days1To30 {
                    "1.00"
                } else {
                    "0"
                };
                yuan(own).plus(yuan(other)).unwrap()
            });
            assert_eq!(page.rows[0].buckets, expected, "{days} days past due");
        }
    }

    #[test]
    fn a_page_says_how_many_there_are_in_all() {
        let mut one = query("", OverdueSort::Code);
        one.limit = 1;
        one.offset = 1;
        let page = overdue(&three_customers(), &one).unwrap();
        assert_eq!(page.rows.len(), 1);
        assert_eq!(page.rows[0].customer, customer(2));
        assert_eq!(page.customers, 2);
    }
}
