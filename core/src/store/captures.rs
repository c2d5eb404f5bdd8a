//! Files on their way from a screen into the store, piece by piece.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use crate::domain::ids::{CaptureId, EntryId, StopId};
use crate::domain::time::Instant;
use crate::read_model::columns::{parsed, parsed_or_null, text};
use crate::read_model::entries::{from_json, json};
use crate::replica::CaptureBegin;
use crate::store::device::unsigned;
use crate::views::CaptureRow;

/// A capture and how much of it is stored.
#[derive(Debug)]
pub(crate) struct Capture {
    pub(crate) id: CaptureId,
    pub(crate) begun: CaptureBegin,
    pub(crate) entry: Option<EntryId>,
    pub(crate) begun_ms: i64,
    pub(crate) pieces: u32,
    pub(crate) stored_bytes: u64,
}

const SELECT: &str = "
    select c.*, (select count(*) from capture_pieces p where p.capture = c.capture) as pieces,
        (select coalesce(sum(length(p.content)), 0) from capture_pieces p where p.capture = c.capture) as stored_bytes
    from captures c";

pub(crate) fn insert(
    tx: &Transaction<'_>,
    capture: CaptureId,
    begun: &CaptureBegin,
    at: Instant,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert into captures values (:capture, :stop, :begun, null, :at)",
        named_params! {
            ":capture": text(&capture),
            ":stop": text(&begun.part.stop),
            ":begun": json(begun)?,
            ":at": at.ms(),
        },
    )?;
    Ok(())
}

pub(crate) fn row(
    connection: &Connection,
    capture: CaptureId,
) -> rusqlite::Result<Option<Capture>> {
    connection
        .prepare_cached(&format!("{SELECT} where c.capture = :capture"))?
        .query_row(named_params! { ":capture": text(&capture) }, capture_row)
        .optional()
}

/// What was begun at a stop and is not attached, oldest first, at most 50.
pub(crate) fn open_of_stop(
    connection: &Connection,
    stop: StopId,
) -> rusqlite::Result<Vec<CaptureRow>> {
    connection
        .prepare_cached(&format!(
            "{SELECT} where c.stop = :stop and c.entry is null order by c.begun_ms, c.capture limit 50"
        ))?
        .query_map(named_params! { ":stop": text(&stop) }, |row| {
            let capture = capture_row(row)?;
            Ok(CaptureRow {
                capture: capture.id,
                part: capture.begun.part.kind,
                name: capture.begun.part.name,
                stored_bytes: capture.stored_bytes,
                size_bytes: capture.begun.size_bytes,
                begun_ms: capture.begun_ms,
            })
        })?
        .collect()
}

/// Stores a piece; one that is there is replaced.
pub(crate) fn put_piece(
    tx: &Transaction<'_>,
    capture: CaptureId,
    (ordinal, content): (u32, &[u8]),
) -> rusqlite::Result<()> {
    tx.execute(
        "insert or replace into capture_pieces values (:capture, :ordinal, :content)",
        named_params! { ":capture": text(&capture), ":ordinal": ordinal, ":content": content },
    )?;
    Ok(())
}

/// All pieces, one after the other.
pub(crate) fn content(connection: &Connection, capture: CaptureId) -> rusqlite::Result<Vec<u8>> {
    let pieces: Vec<Vec<u8>> = connection
        .prepare_cached(
            "select content from capture_pieces where capture = :capture order by ordinal",
        )?
        .query_map(named_params! { ":capture": text(&capture) }, |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(pieces.concat())
}

/// The capture became an entry; its pieces are parts now.
pub(crate) fn end(
    tx: &Transaction<'_>,
    capture: CaptureId,
    entry: EntryId,
) -> rusqlite::Result<()> {
    tx.execute(
        "update captures set entry = :entry where capture = :capture",
        named_params! { ":entry": text(&entry), ":capture": text(&capture) },
    )?;
    tx.execute(
        "delete from capture_pieces where capture = :capture",
        named_params! { ":capture": text(&capture) },
    )?;
    Ok(())
}

/// Forgets a capture that is not attached.
pub(crate) fn delete(tx: &Transaction<'_>, capture: CaptureId) -> rusqlite::Result<()> {
    tx.execute(
        "delete from captures where capture = :capture and entry is null",
        named_params! { ":capture": text(&capture) },
    )?;
    Ok(())
}

/// Forgets what was begun at a stop.
pub(crate) fn forget_stop(tx: &Transaction<'_>, stop: StopId) -> rusqlite::Result<()> {
    tx.execute(
        "delete from captures where stop = :stop",
        named_params! { ":stop": text(&stop) },
    )?;
    Ok(())
}

fn capture_row(row: &Row<'_>) -> rusqlite::Result<Capture> {
    Ok(Capture {
        id: parsed(row, "capture")?,
        begun: from_json(&row.get::<_, String>("begun")?)?,
        entry: parsed_or_null(row, "entry")?,
        begun_ms: row.get("begun_ms")?,
        pieces: row.get("pieces")?,
        stored_bytes: unsigned(row.get("stored_bytes")?),
    })
}
