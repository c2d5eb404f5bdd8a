//! Sealed entries as they came.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::ids::{ChainId, Digest, EntryId};
use crate::journal::Entry;
use crate::journal::seal::SealedEntry;
use crate::read_model::columns::{parsed, text};
use crate::store::device::signed;
use crate::store::{outbox, scopes};

/// Stores an entry; one that is here already stays as it is. The same number of a chain under another hash is refused by
/// the table.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    entry: &Entry,
    sealed: &SealedEntry,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "insert into sealed_entries values (:entry, :chain, :seq, :hash, :scope, :payload, :signature)",
    )?
    .execute(named_params! {
        ":entry": text(&entry.id),
        ":chain": text(&entry.chain),
        ":seq": signed(entry.seq),
        ":hash": text(&sealed.hash()),
        ":scope": scopes::text(entry.scope),
        ":payload": sealed.payload,
        ":signature": sealed.signature,
    })?;
    Ok(())
}

/// Takes an own entry out of its place in the chain, which is another's; its bytes stay in the outbox.
pub(crate) fn give_way(tx: &Transaction<'_>, entry: EntryId) -> rusqlite::Result<()> {
    tx.prepare_cached("delete from sealed_entries where entry = :entry")?
        .execute(named_params! { ":entry": text(&entry) })?;
    Ok(())
}

/// One entry's sealed bytes; those of an entry that gave way from the outbox.
pub(crate) fn sealed(
    connection: &Connection,
    entry: EntryId,
) -> rusqlite::Result<Option<SealedEntry>> {
    match in_place(connection, entry)? {
        Some(sealed) => Ok(Some(sealed)),
        None => outbox::sealed(connection, entry),
    }
}

fn in_place(connection: &Connection, entry: EntryId) -> rusqlite::Result<Option<SealedEntry>> {
    connection
        .prepare_cached("select payload, signature from sealed_entries where entry = :entry")?
        .query_row(named_params! { ":entry": text(&entry) }, |row| {
            Ok(SealedEntry {
                payload: row.get("payload")?,
                signature: row.get("signature")?,
            })
        })
        .optional()
}

/// Whether these exact bytes are here.
pub(crate) fn is_known(connection: &Connection, hash: Digest) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from sealed_entries where hash = :hash")?
        .exists(named_params! { ":hash": text(&hash) })
}

/// Hashes of the entries that the server has: those of others, and own ones with a receipt.
pub(crate) fn receipted(connection: &Connection) -> rusqlite::Result<Vec<Digest>> {
    connection
        .prepare_cached(
            "select s.hash from sealed_entries s left join outbox o on o.entry = s.entry
             where o.entry is null or o.state = 'receipted' order by s.hash",
        )?
        .query_map([], |row| parsed(row, "hash"))?
        .collect()
}

/// The entry with these bytes.
pub(crate) fn id_of(connection: &Connection, hash: Digest) -> rusqlite::Result<Option<EntryId>> {
    connection
        .prepare_cached("select entry from sealed_entries where hash = :hash")?
        .query_row(named_params! { ":hash": text(&hash) }, |row| {
            parsed(row, "entry")
        })
        .optional()
}

/// Whether the entry's id or its number in the chain is taken by other bytes.
pub(crate) fn is_taken(connection: &Connection, entry: &Entry) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "select 1 from sealed_entries where entry = :entry or (chain = :chain and seq = :seq)",
        )?
        .exists(named_params! {
            ":entry": text(&entry.id),
            ":chain": text(&entry.chain),
            ":seq": signed(entry.seq),
        })
}

/// The sealed entries of a chain after number `after`, in order, at most `limit`.
pub(crate) fn of_chain(
    connection: &Connection,
    chain: ChainId,
    (after, limit): (u64, u32),
) -> rusqlite::Result<Vec<SealedEntry>> {
    connection
        .prepare_cached(
            "select payload, signature from sealed_entries where chain = :chain and seq > :after order by seq limit :limit",
        )?
        .query_map(
            named_params! { ":chain": text(&chain), ":after": signed(after), ":limit": limit },
            |row| {
                Ok(SealedEntry {
                    payload: row.get("payload")?,
                    signature: row.get("signature")?,
                })
            },
        )?
        .collect()
}
