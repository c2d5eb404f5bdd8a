//! Devices: which phone is bound to whom, with the key that its entries verify against.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::Serialize;

use crate::domain::ids::{DeviceId, UserId};
use crate::domain::time::Instant;
use crate::journal::Entry;
use crate::journal::facts::Fact;
use crate::read_model::columns::{parsed, parsed_or_null, text};

/// The tables of this noun.
pub const SCHEMA: &str = include_str!("schema.sql");

/// One phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceRow {
    /// The phone.
    pub device: DeviceId,
    /// Its user.
    pub user: UserId,
    /// How the user named it.
    pub name: String,
    /// SEC 1 uncompressed point on P-256.
    #[serde(skip)]
    pub public_key: Vec<u8>,
    /// Who bound it.
    pub enrolled_by: UserId,
    /// When.
    pub enrolled_at: Instant,
    /// Who unbound it; none while it is bound.
    pub revoked_by: Option<UserId>,
    /// When.
    pub revoked_at: Option<Instant>,
    /// Why; empty while it is bound.
    pub revoked_reason: String,
}

/// Takes in an entry about a device; any other leaves the table as it is.
pub fn project_entry(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    if let Fact::DeviceEnrolled(fact) = &entry.fact {
        tx.execute(
            "insert or ignore into devices values (:device, :user, :name, :public_key, :by, :at, null, null, null)",
            named_params! {
                ":device": text(&fact.device),
                ":user": text(&fact.user),
                ":name": fact.name,
                ":public_key": fact.public_key,
                ":by": text(&entry.author),
                ":at": entry.made.wall.ms(),
            },
        )?;
    }
    if let Fact::DeviceRevoked(fact) = &entry.fact {
        tx.execute(
            "update devices set revoked_by = :by, revoked_at_ms = :at, revoked_reason = :reason
             where device = :device and revoked_by is null",
            named_params! {
                ":by": text(&entry.author),
                ":at": entry.made.wall.ms(),
                ":reason": fact.reason,
                ":device": text(&fact.device),
            },
        )?;
    }
    Ok(())
}

/// All phones, bound ones first, newest first, at most 1,000.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<DeviceRow>> {
    connection
        .prepare_cached(
            "select * from devices order by revoked_at_ms is not null, enrolled_at_ms desc, device limit 1000",
        )?
        .query_map([], device_row)?
        .collect()
}

/// One phone.
pub fn device(connection: &Connection, device: DeviceId) -> rusqlite::Result<Option<DeviceRow>> {
    connection
        .prepare_cached("select * from devices where device = :device")?
        .query_row(named_params! { ":device": text(&device) }, device_row)
        .optional()
}

fn device_row(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    let revoked_at: Option<i64> = row.get("revoked_at_ms")?;
    Ok(DeviceRow {
        device: parsed(row, "device")?,
        user: parsed(row, "user")?,
        name: row.get("name")?,
        public_key: row.get("public_key")?,
        enrolled_by: parsed(row, "enrolled_by")?,
        enrolled_at: Instant::from_ms(row.get("enrolled_at_ms")?),
        revoked_by: parsed_or_null(row, "revoked_by")?,
        revoked_at: revoked_at.map(Instant::from_ms),
        revoked_reason: row
            .get::<_, Option<String>>("revoked_reason")?
            .unwrap_or_default(),
    })
}
