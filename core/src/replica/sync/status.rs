//! The sync screen.

use rusqlite::{Connection, Row};

use crate::journal::Scope;
use crate::read_model::columns::parsed_or_null;
use crate::read_model::entries::from_json;
use crate::read_model::stops;
use crate::replica::{Replica, ReplicaError};
use crate::store::device::unsigned;
use crate::store::{device, outbox, parts, quarantine, scopes};
use crate::views::{ObjectState, SyncItem, SyncStatus};

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
            let held = count(ObjectState::Held)?;
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
            if let Some(stop) = stop {
                item.subject = stops::parts(connection, stop)?
                    .map(|parts| parts.name)
                    .unwrap_or_default();
            }
            Ok(item)
        })
        .collect()
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
        size_bytes: unsigned(row.get("size_bytes")?),
        at_ms: row.get("made_ms")?,
    })
}
