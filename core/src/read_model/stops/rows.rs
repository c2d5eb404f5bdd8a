//! Stops as screens list them.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::ageing::{Bucket, days_past_due};
use crate::domain::ids::{ChainId, CustomerId, StopId};
use crate::domain::money::Currency;
use crate::domain::time::Day;
use crate::read_model::columns::{self, parsed, parsed_or_null, text};
use crate::read_model::entries::from_json;
use crate::read_model::{outcomes, promises};
use crate::views::{ObjectState, PromiseRow, StopRow, StopStatus};

const LIST: &str = include_str!("list.sql");

/// One page of all stops: those of `today`, then of days to come, then of past days, newest first.
pub fn in_sight(
    connection: &Connection,
    own: ChainId,
    today: Day,
    (offset, limit): (u32, u32),
) -> rusqlite::Result<Vec<StopRow>> {
    let rows: Vec<StopRow> = connection
        .prepare_cached(&format!(
            "{LIST} order by p.day < :today, case when p.day >= :today then p.day end, p.day desc, p.title, s.plan,
                t.position limit :limit offset :offset"
        ))?
        .query_map(
            named_params! {
                ":chain": text(&own),
                ":today": text(&today),
                ":limit": limit.min(500),
                ":offset": offset,
            },
            stop_row,
        )?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter()
        .map(|row| with_results(connection, row))
        .collect()
}

/// The stops at a customer, newest day first, at most 50.
pub fn at_customer(
    connection: &Connection,
    own: ChainId,
    customer: CustomerId,
) -> rusqlite::Result<Vec<StopRow>> {
    let rows: Vec<StopRow> = connection
        .prepare_cached(&format!(
            "{LIST} where t.customer = :customer order by p.day desc, s.plan, t.position limit 50"
        ))?
        .query_map(
            named_params! { ":chain": text(&own), ":customer": text(&customer) },
            stop_row,
        )?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter()
        .map(|row| with_results(connection, row))
        .collect()
}

/// One stop.
pub fn row(
    connection: &Connection,
    own: ChainId,
    stop: StopId,
) -> rusqlite::Result<Option<StopRow>> {
    let row = connection
        .prepare_cached(&format!("{LIST} where s.stop = :stop"))?
        .query_row(
            named_params! { ":chain": text(&own), ":stop": text(&stop) },
            stop_row,
        )
        .optional()?;
    row.map(|row| with_results(connection, row)).transpose()
}

fn with_results(connection: &Connection, mut row: StopRow) -> rusqlite::Result<StopRow> {
    row.outcome = outcomes::of_stop(connection, row.stop)?.map(|outcome| outcome.kind);
    row.promise = promises::of_stop(connection, row.stop)?.map(|promise| PromiseRow {
        entry: promise.entry,
        amount: promise.amount,
        due: promise.due,
    });
    Ok(row)
}

fn stop_row(row: &Row<'_>) -> rusqlite::Result<StopRow> {
    let day: Day = parsed(row, "day")?;
    let currency: Option<Currency> = parsed_or_null(row, "currency")?;
    let total = currency
        .map(|currency| columns::money(row, "total_minor", currency))
        .transpose()?;
    let oldest_due: Option<Day> = parsed_or_null(row, "oldest_due")?;
    let days = total.map(|_statement| oldest_due.map_or(0, |due| days_past_due(due, day).max(0)));
    let open_send_backs: i64 = row.get("open_send_backs")?;
    let state: Option<String> = row.get("state")?;
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
        materials: from_json(&row.get::<_, String>("materials")?)?,
        total,
        days_past_due: days,
        bucket: days.map(|days| Bucket::of(days).label().to_owned()),
        status: status(row)?,
        outcome: None,
        promise: None,
        is_signed: row.get("is_signed")?,
        has_conflict: row.get("has_conflict")?,
        open_send_backs: u64::try_from(open_send_backs).unwrap_or(0),
        state: state.and_then(|state| ObjectState::from_word(&state)),
    })
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
