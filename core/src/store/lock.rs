//! The lock's settings and its count of wrong PINs; what the PIN wraps is in a file of its own.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::time::ClockReading;
use crate::store::device::{signed, unsigned};

/// The lock of this phone, once a PIN was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockRow {
    /// Of the device key, which is named while it is closed: SEC 1 uncompressed point.
    pub(crate) public_key: Vec<u8>,
    pub(crate) auto_lock_minutes: u8,
    /// The owner's finger or face may open what the platform can.
    pub(crate) owner_unlocks: bool,
    /// Wrong PINs since the last right one.
    pub(crate) failures: u8,
    /// Boot and monotonic clock at the last wrong one.
    pub(crate) failed: Option<(String, u64)>,
    /// The wrap was destroyed.
    pub(crate) is_spent: bool,
}

pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Option<LockRow>> {
    connection
        .prepare_cached("select * from lock")?
        .query_row([], |row| {
            let boot: Option<String> = row.get("failed_boot")?;
            let monotonic_ms: Option<i64> = row.get("failed_monotonic_ms")?;
            Ok(LockRow {
                public_key: row.get("public_key")?,
                auto_lock_minutes: row.get("auto_lock_minutes")?,
                owner_unlocks: row.get("owner_unlocks")?,
                failures: row.get("failures")?,
                failed: boot.zip(monotonic_ms.map(unsigned)),
                is_spent: row.get("is_spent")?,
            })
        })
        .optional()
}

/// Turns the lock on.
pub(crate) fn put(tx: &Transaction<'_>, lock: &LockRow) -> rusqlite::Result<()> {
    tx.execute(
        "insert or replace into lock (one, public_key, auto_lock_minutes, owner_unlocks, failures, is_spent)
         values (1, :public_key, :minutes, :owner_unlocks, 0, 0)",
        named_params! {
            ":public_key": lock.public_key,
            ":minutes": lock.auto_lock_minutes,
            ":owner_unlocks": lock.owner_unlocks,
        },
    )?;
    Ok(())
}

/// Changes how it behaves; the count of wrong PINs stays.
pub(crate) fn keep(tx: &Transaction<'_>, lock: &LockRow) -> rusqlite::Result<()> {
    tx.execute(
        "update lock set auto_lock_minutes = :minutes, owner_unlocks = :owner_unlocks",
        named_params! { ":minutes": lock.auto_lock_minutes, ":owner_unlocks": lock.owner_unlocks },
    )?;
    Ok(())
}

/// Counts a try as wrong, before anybody knows whether it is.
pub(crate) fn count(tx: &Transaction<'_>, at: &ClockReading) -> rusqlite::Result<()> {
    tx.execute(
        "update lock set failures = failures + 1, failed_boot = :boot, failed_monotonic_ms = :monotonic_ms",
        named_params! { ":boot": at.boot, ":monotonic_ms": signed(at.monotonic_ms) },
    )?;
    Ok(())
}

/// The PIN was right.
pub(crate) fn forgive(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute(
        "update lock set failures = 0, failed_boot = null, failed_monotonic_ms = null",
        [],
    )?;
    Ok(())
}

pub(crate) fn spend(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute("update lock set is_spent = 1", [])?;
    Ok(())
}

/// Turns the lock off.
pub(crate) fn remove(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute("delete from lock", [])?;
    Ok(())
}
