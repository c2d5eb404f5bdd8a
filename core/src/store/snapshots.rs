//! Sealed snapshots as they came.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::ids::{Digest, SnapshotId};
use crate::journal::Scope;
use crate::journal::seal::SealedSnapshot;
use crate::read_model;
use crate::read_model::columns::{parsed, text};
use crate::snapshots::Snapshot;
use crate::store::scopes;

/// Stores a snapshot; answers whether it was new.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    scope: Scope,
    sealed: &SealedSnapshot,
) -> rusqlite::Result<bool> {
    let inserted = tx
        .prepare_cached(
            "insert or ignore into sealed_snapshots values (:snapshot, :scope, :payload, :signature)",
        )?
        .execute(named_params! {
            ":snapshot": text(&sealed.id()),
            ":scope": scopes::text(scope),
            ":payload": sealed.payload,
            ":signature": sealed.signature,
        })?;
    Ok(inserted == 1)
}

/// Takes the policies that are here in again, for what a newer read model keeps of them.
pub(crate) fn take_policies_in_again(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    for payload in payloads_of(tx, Scope::Organisation)? {
        if let Ok(Snapshot::Policy(policy)) = minicbor::decode(&payload) {
            read_model::people::project_policy(tx, &policy)?;
        }
    }
    Ok(())
}

/// The payload bytes of one snapshot.
pub(crate) fn payload(
    connection: &Connection,
    id: SnapshotId,
) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("select payload from sealed_snapshots where snapshot = :snapshot")?
        .query_row(named_params! { ":snapshot": text(&id) }, |row| row.get(0))
        .optional()
}

/// A snapshot as it came.
pub(crate) fn sealed(
    connection: &Connection,
    id: SnapshotId,
) -> rusqlite::Result<Option<SealedSnapshot>> {
    connection
        .prepare_cached(
            "select payload, signature from sealed_snapshots where snapshot = :snapshot",
        )?
        .query_row(named_params! { ":snapshot": text(&id) }, |row| {
            Ok(SealedSnapshot {
                payload: row.get("payload")?,
                signature: row.get("signature")?,
            })
        })
        .optional()
}

/// The payload bytes of all snapshots of a scope.
pub(crate) fn payloads_of(connection: &Connection, scope: Scope) -> rusqlite::Result<Vec<Vec<u8>>> {
    connection
        .prepare_cached("select payload from sealed_snapshots where scope = :scope")?
        .query_map(named_params! { ":scope": scopes::text(scope) }, |row| {
            row.get(0)
        })?
        .collect()
}

/// Ids of all snapshots.
pub(crate) fn ids(connection: &Connection) -> rusqlite::Result<Vec<Digest>> {
    connection
        .prepare_cached("select snapshot from sealed_snapshots order by snapshot")?
        .query_map([], |row| parsed(row, "snapshot"))?
        .collect()
}
