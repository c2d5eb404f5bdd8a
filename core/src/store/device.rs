//! The one row that says who this device is and how far it has come in the feed.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::ids::{ChainId, DeviceId, Digest, OrganisationId, UserId};
use crate::domain::time::Instant;
use crate::journal::SeenServer;
use crate::journal::chain::ChainHead;
use crate::protocol::{Cursor, EnrolAnswer};
use crate::read_model::columns::{parsed, text};

/// Who this device is.
#[derive(Debug, Clone)]
pub(crate) struct DeviceRow {
    pub(crate) organisation: OrganisationId,
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    pub(crate) user_name: String,
    pub(crate) actor_epoch: u32,
    pub(crate) server_key: Vec<u8>,
    pub(crate) server_url: String,
    pub(crate) token: String,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) seen: Option<SeenServer>,
    pub(crate) last_sync_ms: Option<i64>,
    pub(crate) head: ChainHead,
}

impl DeviceRow {
    pub(crate) fn chain(&self) -> ChainId {
        ChainId::from(self.device)
    }
}

pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Option<DeviceRow>> {
    connection
        .prepare_cached("select * from device")?
        .query_row([], |row| {
            let seen_seq: Option<i64> = row.get("seen_seq")?;
            let seen_time_ms: Option<i64> = row.get("seen_time_ms")?;
            let cursor_epoch: Option<u32> = row.get("cursor_epoch")?;
            let cursor_seq: Option<i64> = row.get("cursor_seq")?;
            Ok(DeviceRow {
                organisation: parsed(row, "organisation")?,
                device: parsed(row, "device")?,
                user: parsed(row, "user")?,
                user_name: row.get("user_name")?,
                actor_epoch: row.get("actor_epoch")?,
                server_key: row.get("server_key")?,
                server_url: row.get("server_url")?,
                token: row.get("token")?,
                cursor: cursor_epoch
                    .zip(cursor_seq)
                    .map(|(server_epoch, seq)| Cursor {
                        server_epoch,
                        seq: unsigned(seq),
                    }),
                seen: seen_seq.zip(seen_time_ms).map(|(seq, time_ms)| SeenServer {
                    seq: unsigned(seq),
                    time_ms,
                }),
                last_sync_ms: row.get("last_sync_ms")?,
                head: ChainHead {
                    seq: unsigned(row.get("chain_seq")?),
                    hash: parsed(row, "chain_hash")?,
                },
            })
        })
        .optional()
}

pub(crate) fn enrol(
    tx: &Transaction<'_>,
    answer: &EnrolAnswer,
    server_url: &str,
) -> rusqlite::Result<()> {
    tx.execute(
        "insert into device (one, organisation, device, user, user_name, actor_epoch, server_key, server_url, seen_seq,
            seen_time_ms, chain_hash)
         values (1, :organisation, :device, :user, :user_name, :epoch, :key, :url, 0, :time, :hash)",
        named_params! {
            ":organisation": text(&answer.organisation),
            ":device": text(&answer.device),
            ":user": text(&answer.user),
            ":user_name": answer.user_name,
            ":epoch": answer.actor_epoch,
            ":key": answer.server_key,
            ":url": server_url,
            ":time": answer.time.ms(),
            ":hash": text(&Digest::default()),
        },
    )?;
    Ok(())
}

/// Chains and last actor epochs of this device's earlier enrolments.
pub(crate) fn former(connection: &Connection) -> rusqlite::Result<Vec<(ChainId, u32)>> {
    connection
        .prepare_cached("select device, actor_epoch from former_devices")?
        .query_map([], |row| {
            let device: DeviceId = parsed(row, "device")?;
            Ok((ChainId::from(device), row.get("actor_epoch")?))
        })?
        .collect()
}

/// The public key that came with the last of several enrolments; none when there was one at most.
pub(crate) fn last_key(connection: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("select next_key from former_devices order by rowid desc limit 1")?
        .query_row([], |row| row.get(0))
        .optional()
}

/// This device becomes another, which signs with `next_key`.
pub(crate) fn leave(tx: &Transaction<'_>, me: &DeviceRow, next_key: &[u8]) -> rusqlite::Result<()> {
    tx.execute(
        "insert into former_devices values (:device, :epoch, (select coalesce(max(ordinal), 0) from outbox), :key)",
        named_params! { ":device": text(&me.device), ":epoch": me.actor_epoch, ":key": next_key },
    )?;
    tx.execute("delete from device", [])?;
    Ok(())
}

pub(crate) fn set_head(tx: &Transaction<'_>, head: ChainHead) -> rusqlite::Result<()> {
    tx.prepare_cached("update device set chain_seq = :seq, chain_hash = :hash")?
        .execute(named_params! { ":seq": signed(head.seq), ":hash": text(&head.hash) })?;
    Ok(())
}

pub(crate) fn set_token(tx: &Transaction<'_>, token: &str) -> rusqlite::Result<()> {
    tx.execute(
        "update device set token = :token",
        named_params! { ":token": token },
    )?;
    Ok(())
}

pub(crate) fn set_cursor(tx: &Transaction<'_>, cursor: Cursor) -> rusqlite::Result<()> {
    tx.prepare_cached("update device set cursor_epoch = :epoch, cursor_seq = :seq")?
        .execute(named_params! { ":epoch": cursor.server_epoch, ":seq": signed(cursor.seq) })?;
    Ok(())
}

/// The feed was read to its end at the server's `time`.
pub(crate) fn set_seen(
    tx: &Transaction<'_>,
    cursor: Cursor,
    time: Instant,
) -> rusqlite::Result<()> {
    tx.execute(
        "update device set seen_seq = :seq, seen_time_ms = :time",
        named_params! { ":seq": signed(cursor.seq), ":time": time.ms() },
    )?;
    Ok(())
}

pub(crate) fn set_last_sync(tx: &Transaction<'_>, at: Instant) -> rusqlite::Result<()> {
    tx.execute(
        "update device set last_sync_ms = :at",
        named_params! { ":at": at.ms() },
    )?;
    Ok(())
}

pub(crate) fn raise_actor_epoch(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute("update device set actor_epoch = actor_epoch + 1", [])?;
    Ok(())
}

pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
