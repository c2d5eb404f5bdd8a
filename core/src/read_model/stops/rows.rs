//! Stops as screens list them: one query for the rows of a page and one for their customers' contacts.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, ToSql, named_params};

use crate::domain::ageing::{Bucket, days_past_due};
use crate::domain::ids::{ChainId, CustomerId, DocumentId, StopId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::position::{Crs, SitePoint};
use crate::domain::time::Day;
use crate::read_model::columns::{self, parsed, parsed_or_null, text};
use crate::read_model::customers::site;
use crate::read_model::entries::from_json;
use crate::read_model::{contacts, customer_books, people};
use crate::snapshots::plan::Material;
use crate::views::{ObjectState, OfflinePart, PromiseRow, StopRow, StopStatus, call_today};

const LIST: &str = include_str!("list.sql");

/// Who looks at stops, when, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    /// The device's own chain.
    pub own: ChainId,
    /// The device's user, whose customer book it holds.
    pub user: UserId,
    /// The day on which a number is to be valid.
    pub today: Day,
    /// Where the device is, for distances.
    pub here: Option<SitePoint>,
}

impl Viewer {
    /// Somebody who asks for no distance.
    #[must_use]
    pub const fn of(own: ChainId, user: UserId, today: Day) -> Self {
        Self {
            own,
            user,
            today,
            here: None,
        }
    }
}

/// One page of all stops: those of today, then of days to come, then of past days, newest first.
pub fn in_sight(
    connection: &Connection,
    viewer: &Viewer,
    (offset, limit): (u32, u32),
) -> rusqlite::Result<Vec<StopRow>> {
    let sql = format!(
        "{LIST} order by p.day < :today, case when p.day >= :today then p.day end, p.day desc, p.title, s.plan,
            t.position limit :limit offset :offset"
    );
    rows(
        connection,
        viewer,
        &sql,
        named_params! {
            ":chain": text(&viewer.own),
            ":today": text(&viewer.today),
            ":limit": limit.min(500),
            ":offset": offset,
        },
    )
}

/// The stops at a customer, newest day first, at most 50.
pub fn at_customer(
    connection: &Connection,
    viewer: &Viewer,
    customer: CustomerId,
) -> rusqlite::Result<Vec<StopRow>> {
    let sql = format!(
        "{LIST} where t.customer = :customer order by p.day desc, s.plan, t.position limit 50"
    );
    rows(
        connection,
        viewer,
        &sql,
        named_params! { ":chain": text(&viewer.own), ":customer": text(&customer) },
    )
}

/// One stop.
pub fn row(
    connection: &Connection,
    viewer: &Viewer,
    stop: StopId,
) -> rusqlite::Result<Option<StopRow>> {
    let found = rows(
        connection,
        viewer,
        &format!("{LIST} where s.stop = :stop"),
        named_params! { ":chain": text(&viewer.own), ":stop": text(&stop) },
    )?;
    Ok(found.into_iter().next())
}

fn rows(
    connection: &Connection,
    viewer: &Viewer,
    sql: &str,
    params: &[(&str, &dyn ToSql)],
) -> rusqlite::Result<Vec<StopRow>> {
    let shared = Shared {
        here: viewer.here,
        has_policy: people::policy(connection)?.is_some(),
        is_book_whole: customer_books::is_whole(connection, viewer.user)?,
    };
    let found: Vec<(DocumentId, StopRow)> = connection
        .prepare_cached(sql)?
        .query_map(params, |row| {
            Ok((parsed(row, "customer_document")?, stop_row(row, &shared)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let documents: BTreeSet<DocumentId> = found.iter().map(|(document, _row)| *document).collect();
    let contacts = contacts::of_documents(connection, &documents)?;
    Ok(found
        .into_iter()
        .map(|(document, row)| {
            let own = contacts.get(&document).map_or(&[][..], Vec::as_slice);
            let call = call_today((&row.contact, &row.phone), own, viewer.today);
            StopRow { call, ..row }
        })
        .collect())
}

/// What all rows of a page have in common.
struct Shared {
    here: Option<SitePoint>,
    has_policy: bool,
    is_book_whole: bool,
}

fn stop_row(row: &Row<'_>, shared: &Shared) -> rusqlite::Result<StopRow> {
    let day: Day = parsed(row, "day")?;
    let currency: Option<Currency> = parsed_or_null(row, "currency")?;
    let total = currency
        .map(|currency| columns::money(row, "total_minor", currency))
        .transpose()?;
    let oldest_due: Option<Day> = parsed_or_null(row, "oldest_due")?;
    let days = total.map(|_statement| oldest_due.map_or(0, |due| days_past_due(due, day).max(0)));
    let open_send_backs: i64 = row.get("open_send_backs")?;
    let state: Option<String> = row.get("state")?;
    let outcome: Option<String> = row.get("outcome")?;
    let site = site(row)?;
    let materials: Vec<Material> = from_json(&row.get::<_, String>("materials")?)?;
    let ticked: BTreeSet<Material> = from_json(&row.get::<_, String>("packed")?)?;
    let is_packed = |material: &Material| ticked.contains(material);
    let is_here = |material: &Material| total.is_some() && material.is_shown_by_phone();
    Ok(StopRow {
        stop: parsed(row, "stop")?,
        plan: parsed(row, "plan")?,
        day,
        order: row.get("position")?,
        customer: parsed(row, "customer")?,
        code: row.get("code")?,
        name: row.get("name")?,
        address: row.get("address")?,
        contact: row.get("contact")?,
        phone: row.get("phone")?,
        packed: materials.iter().copied().filter(is_packed).collect(),
        materials_missing: materials
            .iter()
            .copied()
            .filter(|material| !is_packed(material) && !is_here(material))
            .collect(),
        materials,
        offline_missing: offline_missing(row, total, shared)?,
        call: None,
        map_point: site.map(|site| site.converted(Crs::Gcj02).degrees()),
        distance_m: site
            .zip(shared.here)
            .map(|(site, here)| site.distance_m(here)),
        total,
        days_past_due: days,
        bucket: days.map(|days| Bucket::of(days).label().to_owned()),
        status: status(row)?,
        outcome: outcome.map(|outcome| from_json(&outcome)).transpose()?,
        promise: promise(row)?,
        is_signed: row.get("is_signed")?,
        has_conflict: row.get("has_conflict")?,
        open_send_backs: u64::try_from(open_send_backs).unwrap_or(0),
        state: state.and_then(|state| ObjectState::from_word(&state)),
    })
}

fn offline_missing(
    row: &Row<'_>,
    statement: Option<Money>,
    shared: &Shared,
) -> rusqlite::Result<Vec<OfflinePart>> {
    let parts = [
        (OfflinePart::Statement, statement.is_some()),
        (OfflinePart::StopDocument, row.get("has_document")?),
        (
            OfflinePart::CustomerDocument,
            row.get("has_customer_document")?,
        ),
        (OfflinePart::Policy, shared.has_policy),
        (
            OfflinePart::CustomerBook,
            shared.is_book_whole || row.get("is_in_book")?,
        ),
    ];
    Ok(parts
        .into_iter()
        .filter(|(_part, is_here)| !is_here)
        .map(|(part, _missing)| part)
        .collect())
}

fn promise(row: &Row<'_>) -> rusqlite::Result<Option<PromiseRow>> {
    let Some(entry) = parsed_or_null(row, "promise")? else {
        return Ok(None);
    };
    let currency: Currency = parsed(row, "promise_currency")?;
    Ok(Some(PromiseRow {
        entry,
        amount: columns::money(row, "promise_minor", currency)?,
        due: parsed(row, "promise_due")?,
    }))
}

fn status(row: &Row<'_>) -> rusqlite::Result<StopStatus> {
    Ok(if row.get("is_accepted")? {
        StopStatus::Accepted
    } else if row.get("has_left")? {
        StopStatus::Left
    } else if row.get("has_arrived")? {
        StopStatus::Arrived
    } else {
        StopStatus::Planned
    })
}
