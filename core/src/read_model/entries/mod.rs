//! Entries as timelines show them.

mod detail;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

pub use detail::detail;

use crate::domain::ids::{ChainId, CustomerId, Digest, EntryId, StopId};
use crate::domain::position::{RawFix, SitePoint};
use crate::domain::signer::{EffectLevel, SealCondition, signer_effect};
use crate::domain::time::{Day, Instant};
use crate::journal::facts::PositionReport;
use crate::journal::{Entry, Scope};
use crate::protocol::HeldCode;
use crate::read_model::columns::{parsed, parsed_or_null, text};
use crate::read_model::{people, positions};
use crate::views::{EntryDetail, EntryRow, ObjectState};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Takes in an entry as receipted, with all its parts; a device says otherwise with [`set_state`] and [`set_parts`].
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry, hash: Digest) -> rusqlite::Result<()> {
    let (stop, customer, plan) = match entry.scope {
        Scope::Stop(stop) => (Some(text(&stop)), None, None),
        Scope::Customer(customer) => (None, Some(text(&customer)), None),
        Scope::Plan(plan) => (None, None, Some(text(&plan))),
        Scope::Office | Scope::Organisation | Scope::Person(_) | Scope::Book(_) => {
            (None, None, None)
        }
    };
    let parts = i64::try_from(entry.fact.parts().len()).unwrap_or(i64::MAX);
    tx.prepare_cached(
        "insert or ignore into entries values (:entry, :chain, :seq, :hash, :author, :made,
            max(:made, coalesce((select e.order_ms from entries e where e.chain = :chain and e.seq < :seq
                order by e.seq desc limit 1), 0)), :kind, :stop, :customer, :plan,
            :amends, 'receipted', null, :parts, :parts, :detail)",
    )?
    .execute(named_params! {
        ":entry": text(&entry.id),
        ":chain": text(&entry.chain),
        ":seq": i64::try_from(entry.seq).unwrap_or(i64::MAX),
        ":hash": text(&hash),
        ":author": text(&entry.author),
        ":made": entry.made.wall.ms(),
        ":kind": entry.fact.kind(),
        ":stop": stop,
        ":customer": customer,
        ":plan": plan,
        ":amends": entry.amends.map(|amends| amends.to_string()),
        ":parts": parts,
        ":detail": json(&detail(&entry.fact))?,
    })?;
    order_behind(tx, entry.chain, entry.seq)
}

/// Takes an entry back.
pub(super) fn forget(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    tx.prepare_cached("delete from entries where entry = :entry")?
        .execute(named_params! { ":entry": text(&entry.id) })?;
    order_behind(tx, entry.chain, entry.seq)
}

/// Orders anew what stands behind a place of a chain in which something changed. Entries come in the order of their chain, so
/// nothing does, unless a repair brings one that was missing.
fn order_behind(tx: &Transaction<'_>, chain: ChainId, seq: u64) -> rusqlite::Result<()> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let mut before: Option<i64> = None;
    let mut changed: Vec<(String, i64)> = Vec::new();
    let mut query = tx.prepare_cached(
        "select entry, made_ms, order_ms, (select e.order_ms from entries e where e.chain = :chain and e.seq <= :seq
            order by e.seq desc limit 1) as before
         from entries where chain = :chain and seq > :seq order by seq",
    )?;
    let mut rows = query.query(named_params! { ":chain": text(&chain), ":seq": seq })?;
    while let Some(row) = rows.next()? {
        let made: i64 = row.get("made_ms")?;
        let last = match before {
            Some(last) => last,
            None => row.get::<_, Option<i64>>("before")?.unwrap_or(0),
        };
        let order = made.max(last);
        if row.get::<_, i64>("order_ms")? == order {
            break;
        }
        changed.push((row.get("entry")?, order));
        before = Some(order);
    }
    for (entry, order) in changed {
        tx.prepare_cached("update entries set order_ms = :order where entry = :entry")?
            .execute(named_params! { ":entry": entry, ":order": order })?;
    }
    Ok(())
}

/// Notes how far an entry has come.
pub fn set_state(
    tx: &Transaction<'_>,
    entry: EntryId,
    state: ObjectState,
    held: Option<HeldCode>,
) -> rusqlite::Result<()> {
    tx.prepare_cached("update entries set state = :state, held_code = :held where entry = :entry")?
        .execute(named_params! {
            ":entry": text(&entry),
            ":state": state.word(),
            ":held": held.map(|code| json(&code)).transpose()?,
        })?;
    Ok(())
}

/// Notes how many of an entry's parts are complete on the server.
pub fn set_parts(tx: &Transaction<'_>, entry: EntryId, complete: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("update entries set parts_complete = :complete where entry = :entry")?
        .execute(named_params! { ":entry": text(&entry), ":complete": complete })?;
    Ok(())
}

/// Forgets the entries of a stop.
pub fn forget_stop(tx: &Transaction<'_>, stop: StopId) -> rusqlite::Result<()> {
    tx.execute(
        "delete from entries where stop = :stop",
        named_params! { ":stop": text(&stop) },
    )?;
    Ok(())
}

/// One entry.
pub fn entry(connection: &Connection, entry: EntryId) -> rusqlite::Result<Option<EntryRow>> {
    let row = connection
        .prepare_cached("select * from entries where entry = :entry")?
        .query_row(named_params! { ":entry": text(&entry) }, entry_row)
        .optional()?;
    row.map(|row| with_context(connection, row, None))
        .transpose()
}

/// The entries that bind or unbind a phone's key, oldest first, at most 20,000.
pub fn key_records(connection: &Connection) -> rusqlite::Result<Vec<EntryId>> {
    connection
        .prepare_cached(
            "select entry from entries where kind in ('device_enrolled', 'device_revoked')
             order by order_ms, chain, seq limit 20000",
        )?
        .query_map([], |row| parsed(row, "entry"))?
        .collect()
}

/// The entries of a stop, oldest first, at most 500.
pub fn timeline(
    connection: &Connection,
    stop: StopId,
    site: Option<SitePoint>,
) -> rusqlite::Result<Vec<EntryRow>> {
    let rows: Vec<EntryRow> = connection
        .prepare_cached(
            "select * from entries where stop = :stop order by order_ms, chain, seq limit 500",
        )?
        .query_map(named_params! { ":stop": text(&stop) }, entry_row)?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter()
        .map(|row| with_context(connection, row, site))
        .collect()
}

/// The entries of one chain at a stop, oldest first, at most 500, without names and distances.
pub fn own_timeline(
    connection: &Connection,
    chain: ChainId,
    stop: StopId,
) -> rusqlite::Result<Vec<EntryRow>> {
    connection
        .prepare_cached(
            "select * from entries where stop = :stop and chain = :chain order by seq limit 500",
        )?
        .query_map(
            named_params! { ":stop": text(&stop), ":chain": text(&chain) },
            entry_row,
        )?
        .collect()
}

/// The last position that a chain recorded on arriving or leaving, and the wall clock's time of it.
pub fn last_fix(
    connection: &Connection,
    chain: ChainId,
) -> rusqlite::Result<Option<(i64, RawFix)>> {
    let details: Vec<(i64, String)> = connection
        .prepare_cached(
            "select made_ms, detail from entries where chain = :chain and kind in ('check_in', 'check_out')
             order by seq desc limit 20",
        )?
        .query_map(named_params! { ":chain": text(&chain) }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (made_ms, detail) in details {
        if let Some(PositionReport::Fix(fix)) = report(&from_json(&detail)?) {
            return Ok(Some((made_ms, fix.clone())));
        }
    }
    Ok(None)
}

/// The entries that point back to `entry` or to one that does, oldest first, at most 500.
pub fn following(connection: &Connection, entry: EntryId) -> rusqlite::Result<Vec<EntryRow>> {
    let rows: Vec<EntryRow> = connection
        .prepare_cached(
            "select * from entries where amends = :entry
                or amends in (select f.entry from entries f where f.amends = :entry)
             order by order_ms, chain, seq limit 500",
        )?
        .query_map(named_params! { ":entry": text(&entry) }, entry_row)?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter()
        .map(|row| with_context(connection, row, None))
        .collect()
}

/// One page of what is attached to a stop, oldest first, and how many there are on all pages.
pub fn attached(
    connection: &Connection,
    stop: StopId,
    (offset, limit): (u32, u32),
) -> rusqlite::Result<(Vec<EntryRow>, u64)> {
    let total: i64 = connection
        .prepare_cached("select count(*) from entries where stop = :stop and kind = 'attached'")?
        .query_row(named_params! { ":stop": text(&stop) }, |row| row.get(0))?;
    let rows: Vec<EntryRow> = connection
        .prepare_cached(
            "select * from entries where stop = :stop and kind = 'attached'
             order by order_ms, chain, seq limit :limit offset :offset",
        )?
        .query_map(
            named_params! { ":stop": text(&stop), ":limit": limit, ":offset": offset },
            entry_row,
        )?
        .collect::<rusqlite::Result<_>>()?;
    let rows = rows
        .into_iter()
        .map(|row| with_context(connection, row, None))
        .collect::<rusqlite::Result<_>>()?;
    Ok((rows, u64::try_from(total).unwrap_or(0)))
}

/// How many parts of a stop's entries are complete on the server, and how many there are.
pub fn parts_of_stop(connection: &Connection, stop: StopId) -> rusqlite::Result<(u64, u64)> {
    connection
        .prepare_cached(
            "select coalesce(sum(parts_complete), 0), coalesce(sum(parts_total), 0) from entries where stop = :stop",
        )?
        .query_row(named_params! { ":stop": text(&stop) }, |row| {
            let count = |index| row.get(index).map(|count: i64| u64::try_from(count).unwrap_or(0));
            Ok((count(0)?, count(1)?))
        })
}

/// The days, by their authors' clocks, on which a customer acknowledged in a capacity that by itself proves that a demand
/// reached him; oldest first, at most 500. Each restarts limitation (Civil Code art. 195).
pub fn restarts(connection: &Connection, customer: CustomerId) -> rusqlite::Result<Vec<Day>> {
    let signed: Vec<(String, i64)> = connection
        .prepare_cached(
            "select distinct e.detail, e.made_ms from entries e
             join approved_plan_stops s on s.stop = e.stop
             where s.customer = :customer and e.kind = 'acknowledgement' order by e.made_ms limit 500",
        )?
        .query_map(named_params! { ":customer": text(&customer) }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut days = Vec::new();
    for (detail, made_ms) in signed {
        if let EntryDetail::Acknowledgement {
            capacity, paper, ..
        } = from_json(&detail)?
            && paper.demands_payment()
        {
            let effect =
                signer_effect(capacity.customer_kind(), capacity, SealCondition::NotAgreed);
            if effect.demand_received == EffectLevel::Yes {
                days.push(Day::legal(Instant::from_ms(made_ms)));
            }
        }
    }
    Ok(days)
}

fn with_context(
    connection: &Connection,
    mut row: EntryRow,
    site: Option<SitePoint>,
) -> rusqlite::Result<EntryRow> {
    row.author_name = people::name(connection, row.author)?;
    let radius_m = people::policy(connection)?
        .map_or(positions::USUAL_RADIUS_M, |policy| policy.site_radius_m);
    row.position = report(&row.detail)
        .map(|report| positions::position_row(row.at_ms, report, site, radius_m));
    Ok(row)
}

fn report(detail: &EntryDetail) -> Option<&PositionReport> {
    match detail {
        EntryDetail::CheckIn { position }
        | EntryDetail::CheckOut { position }
        | EntryDetail::Acknowledgement { position, .. }
        | EntryDetail::Attached { position, .. } => Some(position),
        EntryDetail::StatementShown { .. }
        | EntryDetail::Refusal { .. }
        | EntryDetail::Promise { .. }
        | EntryDetail::Outcome { .. }
        | EntryDetail::Amendment { .. }
        | EntryDetail::ConflictSettled { .. }
        | EntryDetail::Countersignature { .. }
        | EntryDetail::CompanySeal { .. }
        | EntryDetail::RefusalWitnessed { .. }
        | EntryDetail::DemandLetterPosted { .. }
        | EntryDetail::CopyHandedOver { .. }
        | EntryDetail::CashReceipt { .. }
        | EntryDetail::CashVoided { .. }
        | EntryDetail::HandIn { .. }
        | EntryDetail::CashCounted { .. }
        | EntryDetail::VarianceConfirmed { .. }
        | EntryDetail::Attendance { .. }
        | EntryDetail::Dispute { .. }
        | EntryDetail::DisputeFinding { .. }
        | EntryDetail::VisitAccepted { .. }
        | EntryDetail::SentBack { .. }
        | EntryDetail::Desk { .. } => None,
    }
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    let state: String = row.get("state")?;
    let held: Option<String> = row.get("held_code")?;
    let parts_complete: i64 = row.get("parts_complete")?;
    let parts_total: i64 = row.get("parts_total")?;
    Ok(EntryRow {
        entry: parsed(row, "entry")?,
        stop: parsed_or_null(row, "stop")?,
        at_ms: row.get("made_ms")?,
        author: parsed(row, "author")?,
        author_name: String::new(),
        hash: parsed(row, "hash")?,
        state: ObjectState::from_word(&state).unwrap_or_default(),
        held_code: held.map(|held| from_json(&held)).transpose()?,
        parts_complete: u64::try_from(parts_complete).unwrap_or(0),
        parts_total: u64::try_from(parts_total).unwrap_or(0),
        amends: parsed_or_null(row, "amends")?,
        position: None,
        detail: from_json(&row.get::<_, String>("detail")?)?,
    })
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}
