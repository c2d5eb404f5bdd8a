//! Sealed entries as they came.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use crate::domain::ids::{ChainId, Digest, EntryId};
use crate::journal::seal::SealedEntry;
use crate::journal::{Entry, Scope};
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

/// Takes an entry out of its place in the chain, which is another's; its bytes stay in the outbox, or in quarantine.
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

/// The sealed entries of one scope in the order of chain and number, at most 5,000.
pub(crate) fn of_scope(
    connection: &Connection,
    scope: Scope,
) -> rusqlite::Result<Vec<SealedEntry>> {
    connection
        .prepare_cached(
            "select payload, signature from sealed_entries where scope = :scope order by chain, seq limit 5000",
        )?
        .query_map(named_params! { ":scope": scopes::text(scope) }, |row| {
            Ok(SealedEntry {
                payload: row.get("payload")?,
                signature: row.get("signature")?,
            })
        })?
        .collect()
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

/// Keeps the server's receipt for an entry that is not signed by itself.
pub(crate) fn keep_receipt(
    tx: &Transaction<'_>,
    entry: EntryId,
    signature: &[u8],
) -> rusqlite::Result<()> {
    tx.prepare_cached("insert or replace into entry_receipts values (:entry, :signature)")?
        .execute(named_params! { ":entry": text(&entry), ":signature": signature })?;
    Ok(())
}

/// An entry in its place, and what speaks for it.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) entry: EntryId,
    pub(crate) sealed: SealedEntry,
    has_receipt: bool,
    is_own: bool,
}

impl Standing {
    /// Nobody vouches for it: it is not signed by itself, the server's receipt for it is not here, and this device did not
    /// make it, under this enrolment or an earlier one.
    pub(crate) const fn may_give_way(&self) -> bool {
        self.sealed.signature.is_none() && !self.has_receipt && !self.is_own
    }
}

const STANDING: &str = "select s.entry, s.payload, s.signature, r.entry is not null as has_receipt,
        o.entry is not null or s.chain in (select device from device)
            or s.chain in (select device from former_devices) as is_own
     from sealed_entries s left join entry_receipts r on r.entry = s.entry left join outbox o on o.entry = s.entry";

fn standing_row(row: &Row<'_>) -> rusqlite::Result<Standing> {
    Ok(Standing {
        entry: parsed(row, "entry")?,
        sealed: SealedEntry {
            payload: row.get("payload")?,
            signature: row.get("signature")?,
        },
        has_receipt: row.get("has_receipt")?,
        is_own: row.get("is_own")?,
    })
}

/// The entry with this id.
pub(crate) fn standing(
    connection: &Connection,
    entry: EntryId,
) -> rusqlite::Result<Option<Standing>> {
    connection
        .prepare_cached(&format!("{STANDING} where s.entry = :entry"))?
        .query_row(named_params! { ":entry": text(&entry) }, standing_row)
        .optional()
}

/// The entries, at most two, that have the entry's id or its number in the chain.
pub(crate) fn in_the_way_of(
    connection: &Connection,
    entry: &Entry,
) -> rusqlite::Result<Vec<Standing>> {
    connection
        .prepare_cached(&format!(
            "{STANDING} where s.entry = :entry or (s.chain = :chain and s.seq = :seq)"
        ))?
        .query_map(
            named_params! {
                ":entry": text(&entry.id),
                ":chain": text(&entry.chain),
                ":seq": signed(entry.seq),
            },
            standing_row,
        )?
        .collect()
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
