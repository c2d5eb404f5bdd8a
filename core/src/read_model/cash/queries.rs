//! Questions about cash, for phones and desks alike.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{CountRow, HandInRow, OpenCashRow, SerialBlockRow};
use crate::domain::cash::serial_text;
use crate::domain::cash_hand_in::{SerialFinding, SerialUse, check_serials, custody};
use crate::domain::ids::{CustomerId, DeviceId, EntryId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::promise::{Designation, MoneyBy, MoneyIn};
use crate::domain::time::Instant;
use crate::read_model::columns::{self, parsed, parsed_or_null, text};
use crate::read_model::people;
use crate::views::{CashRow, CashState, ObjectState};

const BLOCKS: &str = "
    select b.*, (select count(*) from cash_receipts r where r.block = b.block) as used,
        (select max(r.serial) from cash_receipts r where r.block = b.block) as highest,
        (select count(*) from cash_receipts r join cash_voids v using (receipt) where r.block = b.block) as voided
    from serial_blocks b";

/// One page of the blocks, newest first, and how many there are.
pub fn blocks(
    connection: &Connection,
    (offset, limit): (u32, u32),
) -> rusqlite::Result<(Vec<SerialBlockRow>, u64)> {
    let total: i64 = connection
        .prepare_cached("select count(*) from serial_blocks")?
        .query_row([], |row| row.get(0))?;
    let rows = connection
        .prepare_cached(&format!(
            "{BLOCKS} order by b.first desc, b.block limit :limit offset :offset"
        ))?
        .query_map(
            named_params! { ":limit": limit, ":offset": offset },
            block_row,
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok((rows, unsigned(total)))
}

/// The entry that voided a receipt.
pub fn void_of(connection: &Connection, receipt: EntryId) -> rusqlite::Result<Option<EntryId>> {
    connection
        .prepare_cached("select entry from cash_voids where receipt = :receipt")?
        .query_row(named_params! { ":receipt": text(&receipt) }, |row| {
            parsed(row, "entry")
        })
        .optional()
}

/// The receipts of `taken_by` that are still in his hand, by number, at most `limit`.
pub fn open_receipts(
    connection: &Connection,
    (taken_by, now): (UserId, Instant),
    limit: u32,
) -> rusqlite::Result<Vec<CashRow>> {
    let rows: Vec<CashRow> = connection
        .prepare_cached(
            "select * from cash_on_its_way where taken_by = :by and state = 'open' order by serial, receipt limit :limit",
        )?
        .query_map(
            named_params! { ":by": text(&taken_by), ":limit": limit },
            |row| cash_row(row, now),
        )?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter().map(|row| named(connection, row)).collect()
}

/// The block that a device takes its next number from: the lowest with a number left.
fn block_in_use(
    connection: &Connection,
    device: DeviceId,
) -> rusqlite::Result<Option<SerialBlockRow>> {
    connection
        .prepare_cached(&format!(
            "select * from ({BLOCKS} where b.device = :device) where coalesce(highest, 0) < last
             order by first limit 1"
        ))?
        .query_row(named_params! { ":device": text(&device) }, block_row)
        .optional()
}

/// The number that a device's next receipt carries, and how many are left in all its blocks.
pub fn next_serial(
    connection: &Connection,
    device: DeviceId,
) -> rusqlite::Result<(Option<(EntryId, u64)>, u64)> {
    let next = block_in_use(connection, device)?.map(|block| {
        (
            block.block,
            block.highest.map_or(block.first, |highest| highest + 1),
        )
    });
    let left: i64 = connection
        .prepare_cached(&format!(
            "select coalesce(sum(last - coalesce(highest, first - 1)), 0) from ({BLOCKS} where b.device = :device)"
        ))?
        .query_row(named_params! { ":device": text(&device) }, |row| row.get(0))?;
    Ok((next, unsigned(left)))
}

/// The highest number that was ever issued.
pub fn last_serial(connection: &Connection) -> rusqlite::Result<u64> {
    let last: Option<i64> = connection
        .prepare_cached("select max(last) from serial_blocks")?
        .query_row([], |row| row.get(0))?;
    Ok(last.map_or(0, unsigned))
}

/// One receipt as of `now`.
pub fn receipt(
    connection: &Connection,
    receipt: EntryId,
    now: Instant,
) -> rusqlite::Result<Option<CashRow>> {
    let row = connection
        .prepare_cached("select * from cash_on_its_way where receipt = :receipt")?
        .query_row(named_params! { ":receipt": text(&receipt) }, |row| {
            cash_row(row, now)
        })
        .optional()?;
    row.map(|row| named(connection, row)).transpose()
}

/// One page of receipts, newest first, and how many there are: those of `taken_by`, or everybody's.
pub fn receipts(
    connection: &Connection,
    (taken_by, now): (Option<UserId>, Instant),
    (offset, limit): (u32, u32),
) -> rusqlite::Result<(Vec<CashRow>, u64)> {
    let taker = taken_by.map(|user| text(&user));
    let total: i64 = connection
        .prepare_cached("select count(*) from cash_receipts where :by is null or taken_by = :by")?
        .query_row(named_params! { ":by": taker }, |row| row.get(0))?;
    let rows: Vec<CashRow> = connection
        .prepare_cached(
            "select * from cash_on_its_way where :by is null or taken_by = :by
             order by taken_ms desc, serial desc, receipt limit :limit offset :offset",
        )?
        .query_map(
            named_params! { ":by": taker, ":limit": limit, ":offset": offset },
            |row| cash_row(row, now),
        )?
        .collect::<rusqlite::Result<_>>()?;
    let rows = rows
        .into_iter()
        .map(|row| named(connection, row))
        .collect::<rusqlite::Result<_>>()?;
    Ok((rows, unsigned(total)))
}

/// The receipts of a hand-in by number, at most 1,000.
pub fn receipts_of_hand_in(
    connection: &Connection,
    hand_in: EntryId,
    now: Instant,
) -> rusqlite::Result<Vec<CashRow>> {
    let rows: Vec<CashRow> = connection
        .prepare_cached(
            "select * from cash_on_its_way where hand_in = :hand_in order by serial, receipt limit 1000",
        )?
        .query_map(named_params! { ":hand_in": text(&hand_in) }, |row| {
            cash_row(row, now)
        })?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter().map(|row| named(connection, row)).collect()
}

/// Cash that finance has not confirmed, by the person who has it, longest first, at most 500.
pub fn open_by_taker(connection: &Connection, now: Instant) -> rusqlite::Result<Vec<OpenCashRow>> {
    connection
        .prepare_cached(
            "select taken_by, count(*) as receipts, sum(amount_minor) as amount_minor, min(taken_ms) as since_ms
             from cash_on_its_way where state in ('open', 'handed_in', 'counted')
             group by taken_by order by since_ms, taken_by limit 500",
        )?
        .query_map([], |row| {
            let since = Instant::from_ms(row.get("since_ms")?);
            Ok(OpenCashRow {
                taken_by: parsed(row, "taken_by")?,
                receipts: unsigned(row.get("receipts")?),
                amount: columns::money(row, "amount_minor", Currency::Cny)?,
                since,
                is_late: custody(since, now).is_breach,
            })
        })?
        .collect()
}

const HAND_INS: &str = "
    select h.*, c.entry as counted, c.counted_minor, c.variance_minor, c.reason, c.counted_by, c.counted_ms,
        s.confirmed_by, s.confirmed_ms,
        (select count(*) from hand_in_receipts l where l.hand_in = h.hand_in) as receipts,
        (select min(r.taken_ms) from hand_in_receipts l join cash_receipts r using (receipt)
            where l.hand_in = h.hand_in) as taken_ms
    from hand_ins h left join cash_counts c on c.hand_in = h.hand_in
    left join variance_confirmations s on s.counted = c.entry";

/// One page of the hand-ins, those that wait first, then newest first, and how many there are.
pub fn hand_ins(
    connection: &Connection,
    (offset, limit): (u32, u32),
) -> rusqlite::Result<(Vec<HandInRow>, u64)> {
    let total: i64 = connection
        .prepare_cached("select count(*) from hand_ins")?
        .query_row([], |row| row.get(0))?;
    let rows = connection
        .prepare_cached(&format!(
            "{HAND_INS} order by c.entry is not null and (c.variance_minor = 0 or s.counted is not null),
                h.made_ms desc, h.hand_in limit :limit offset :offset"
        ))?
        .query_map(
            named_params! { ":limit": limit, ":offset": offset },
            hand_in_row,
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok((rows, unsigned(total)))
}

/// One hand-in.
pub fn hand_in(connection: &Connection, hand_in: EntryId) -> rusqlite::Result<Option<HandInRow>> {
    connection
        .prepare_cached(&format!("{HAND_INS} where h.hand_in = :hand_in"))?
        .query_row(named_params! { ":hand_in": text(&hand_in) }, hand_in_row)
        .optional()
}

/// The hand-in that a count is about.
pub fn count_of(connection: &Connection, counted: EntryId) -> rusqlite::Result<Option<HandInRow>> {
    connection
        .prepare_cached(&format!("{HAND_INS} where c.entry = :counted"))?
        .query_row(named_params! { ":counted": text(&counted) }, hand_in_row)
        .optional()
}

fn hand_in_row(row: &Row<'_>) -> rusqlite::Result<HandInRow> {
    let currency: Currency = parsed(row, "currency")?;
    let counted: Option<EntryId> = parsed_or_null(row, "counted")?;
    let count = match counted {
        None => None,
        Some(entry) => {
            let confirmed_ms: Option<i64> = row.get("confirmed_ms")?;
            Some(CountRow {
                entry,
                counted: columns::money(row, "counted_minor", currency)?,
                variance: columns::money(row, "variance_minor", currency)?,
                reason: row.get("reason")?,
                counted_by: parsed(row, "counted_by")?,
                counted_at: Instant::from_ms(row.get("counted_ms")?),
                confirmed_by: parsed_or_null(row, "confirmed_by")?,
                confirmed_at: confirmed_ms.map(Instant::from_ms),
            })
        }
    };
    let taken_ms: Option<i64> = row.get("taken_ms")?;
    Ok(HandInRow {
        hand_in: parsed(row, "hand_in")?,
        total: columns::money(row, "total_minor", currency)?,
        receipts: unsigned(row.get("receipts")?),
        made_by: parsed(row, "made_by")?,
        made_at: Instant::from_ms(row.get("made_ms")?),
        taken_at: taken_ms.map(Instant::from_ms),
        count,
    })
}

fn block_row(row: &Row<'_>) -> rusqlite::Result<SerialBlockRow> {
    let highest: Option<i64> = row.get("highest")?;
    Ok(SerialBlockRow {
        block: parsed(row, "block")?,
        device: parsed(row, "device")?,
        first: unsigned(row.get("first")?),
        last: unsigned(row.get("last")?),
        used: unsigned(row.get("used")?),
        highest: highest.map(unsigned),
        voided: unsigned(row.get("voided")?),
        issued_by: parsed(row, "issued_by")?,
        issued_at: Instant::from_ms(row.get("issued_ms")?),
    })
}

/// What is wrong with the numbers used of a block, ascending.
pub fn serial_findings(
    connection: &Connection,
    block: &SerialBlockRow,
) -> rusqlite::Result<Vec<SerialFinding>> {
    let used: Vec<(u64, SerialUse)> = connection
        .prepare_cached(
            "select r.serial, v.reason from cash_receipts r left join cash_voids v using (receipt)
             where r.block = :block order by r.serial, r.receipt limit 10000",
        )?
        .query_map(named_params! { ":block": text(&block.block) }, |row| {
            let void: Option<String> = row.get("reason")?;
            let became = void.map_or(SerialUse::Receipt, |reason| SerialUse::Void { reason });
            Ok((unsigned(row.get("serial")?), became))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(check_serials(block.first, block.last, &used))
}

/// A receipt as the rule of custody judges it: until finance has confirmed it, up to now.
fn cash_row(row: &Row<'_>, now: Instant) -> rusqlite::Result<CashRow> {
    let currency: Currency = parsed(row, "currency")?;
    let amount: Money = columns::money(row, "amount_minor", currency)?;
    let taken_at = Instant::from_ms(row.get("taken_ms")?);
    let confirmed_ms: Option<i64> = row.get("confirmed_ms")?;
    let state: String = row.get("state")?;
    let state = CashState::from_word(&state).unwrap_or_default();
    let until = if state == CashState::Confirmed {
        confirmed_ms.map_or(now, Instant::from_ms)
    } else {
        now
    };
    Ok(CashRow {
        receipt: parsed(row, "receipt")?,
        stop: parsed_or_null(row, "stop")?,
        hand_in: parsed_or_null(row, "hand_in")?,
        customer_name: row.get("customer_name")?,
        serial: serial_text(unsigned(row.get("serial")?)),
        amount,
        payer: row.get("payer")?,
        taken_by: parsed(row, "taken_by")?,
        taken_by_name: String::new(),
        at_ms: taken_at.ms(),
        state,
        is_late: state != CashState::Voided && custody(taken_at, until).is_breach,
        void_reason: row.get("void_reason")?,
        object: ObjectState::default(),
    })
}

fn named(connection: &Connection, mut row: CashRow) -> rusqlite::Result<CashRow> {
    row.taken_by_name = people::name(connection, row.taken_by)?;
    let state: Option<String> = connection
        .prepare_cached("select state from entries where entry = :entry")?
        .query_row(named_params! { ":entry": text(&row.receipt) }, |found| {
            found.get(0)
        })
        .optional()?;
    row.object = state
        .and_then(|state| ObjectState::from_word(&state))
        .unwrap_or_default();
    Ok(row)
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// Cash of a customer as it counts for promises: what finance confirmed, and what it has not yet; oldest first, at most
/// 1,000. Void receipts are left out.
pub fn money_of_customer(
    connection: &Connection,
    customer: CustomerId,
) -> rusqlite::Result<Vec<MoneyIn>> {
    connection
        .prepare_cached(
            "select taken_day, currency, amount_minor, state = 'confirmed' as is_confirmed from cash_on_its_way
             where customer = :customer and state <> 'voided' order by taken_ms, receipt limit 1000",
        )?
        .query_map(named_params! { ":customer": text(&customer) }, |row| {
            Ok(MoneyIn {
                day: parsed(row, "taken_day")?,
                amount: columns::money(row, "amount_minor", parsed(row, "currency")?)?,
                by: if row.get("is_confirmed")? {
                    MoneyBy::ConfirmedCash
                } else {
                    MoneyBy::UnconfirmedCash
                },
                designation: Designation::Open,
            })
        })?
        .collect()
}
