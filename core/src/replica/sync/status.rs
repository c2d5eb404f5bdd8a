//! The sync screen.

use rusqlite::{Connection, Row};

use crate::domain::ids::Digest;
use crate::journal::Scope;
use crate::read_model::columns::parsed_or_null;
use crate::read_model::entries::from_json;
use crate::read_model::{held, people, stops};
use crate::replica::{Replica, ReplicaError};
use crate::store::device::unsigned;
use crate::store::{device, outbox, parts, quarantine, scopes};
use crate::views::{HeldDecidedRow, ObjectState, SyncItem, SyncStatus};

const ITEMS: &str = "
    select * from (
    select envelope as id, kind, 'sync-item-' || replace(title, '_', '-') as title_key, scope, state, held_code,
        length(content) as size_bytes, made_ms,
        case state when 'held' then 0 when 'receipted' then 2 else 1 end as rank, ordinal, document
    from outbox where state <> 'replaced'
    union all
    select p.digest, 'part', 'sync-item-part-' || p.role, o.scope, 'sent', null, length(p.content), o.made_ms, 1,
        o.ordinal, null
    from parts p join outbox o on o.entry = p.entry
    where p.is_complete = 0)
    order by rank, case when rank < 2 then ordinal end, ordinal desc, id
    limit 200";

impl Replica {
    /// `sync.read`.
    pub fn sync_status(&self) -> Result<SyncStatus, ReplicaError> {
        self.read(|connection| {
            let count = |state| outbox::count(connection, state).map(unsigned);
            let (local, sent) = (count(ObjectState::Local)?, count(ObjectState::Sent)?);
            let held = outbox::count_held(connection).map(unsigned)?;
            let parts_waiting = unsigned(parts::count_waiting(connection)?);
            Ok(SyncStatus {
                items: items(connection)?,
                local,
                sent,
                held,
                receipted: count(ObjectState::Receipted)?,
                parts_waiting,
                quarantined: unsigned(quarantine::count(connection)?),
                quarantine: quarantine::newest(connection)?,
                safe_to_close: local + sent + held + parts_waiting == 0,
                last_sync_ms: device::read(connection)?.and_then(|me| me.last_sync_ms),
            })
        })
    }
}

fn items(connection: &Connection) -> Result<Vec<SyncItem>, ReplicaError> {
    let rows: Vec<(SyncItem, String, Option<crate::domain::ids::DocumentId>)> = connection
        .prepare_cached(ITEMS)?
        .query_map([], |row| {
            Ok((
                item(row)?,
                row.get("scope")?,
                parsed_or_null(row, "document")?,
            ))
        })?
        .collect::<rusqlite::Result<_>>()?;
    rows.into_iter()
        .map(|(mut item, scope, document)| {
            let of_scope = match scopes::parse(&scope) {
                Ok(Scope::Stop(stop)) => Some(stop),
                Ok(_) | Err(_) => None,
            };
            let stop = match (of_scope, document) {
                (None, Some(document)) => stops::of_document(connection, document)?,
                (stop, _) => stop,
            };
            if item.state == ObjectState::Held {
                item.decided = decided(connection, &item.id)?;
            }
            if let Some(stop) = stop {
                item.subject = stops::parts(connection, stop)?
                    .map(|parts| parts.name)
                    .unwrap_or_default();
            }
            Ok(item)
        })
        .collect()
}

/// What the office decided last about a held object.
fn decided(
    connection: &Connection,
    envelope: &str,
) -> Result<Option<HeldDecidedRow>, ReplicaError> {
    let Ok(envelope) = envelope.parse() else {
        return Ok(None);
    };
    let Some(row) = outbox::row(connection, envelope)? else {
        return Ok(None);
    };
    let Some(decided) = held::decisions(connection, envelope, Digest::of(&row.content))? else {
        return Ok(None);
    };
    let Some(last) = decided.rows.last() else {
        return Ok(None);
    };
    Ok(Some(HeldDecidedRow {
        state: decided.state,
        by_name: people::name(connection, last.decided_by)?,
        reason: last.reason.clone(),
        at_ms: last.decided_at.ms(),
    }))
}

fn item(row: &Row<'_>) -> rusqlite::Result<SyncItem> {
    let state: String = row.get("state")?;
    let held: Option<String> = row.get("held_code")?;
    Ok(SyncItem {
        id: row.get("id")?,
        kind: row.get("kind")?,
        title_key: row.get("title_key")?,
        subject: String::new(),
        state: ObjectState::from_word(&state).unwrap_or_default(),
        held_code: held.map(|held| from_json(&held)).transpose()?,
        decided: None,
        size_bytes: unsigned(row.get("size_bytes")?),
        at_ms: row.get("made_ms")?,
    })
}
