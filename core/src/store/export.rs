//! Work of this device as a file: for a phone that cannot reach the server, and out of a store that this program cannot open.
//!
//! A file is the CBOR array `[1, envelopes, parts]`, both arrays of byte strings: envelopes of the sync protocol, oldest
//! first, and the attachments that their entries name by digest.

use std::path::Path;

use minicbor::bytes::ByteVec;
use rusqlite::{Connection, OpenFlags, named_params};

use crate::protocol::push::EnvelopeId;
use crate::read_model::columns::text;
use crate::store::{FILE, StoreError};

const VERSION: u8 = 1;

/// How many bytes a file of one envelope, or of everything without a receipt, has at least.
pub(crate) fn size_bytes(
    connection: &Connection,
    only: Option<EnvelopeId>,
) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "select (select coalesce(sum(length(content)), 0) from outbox
                where envelope = :only or (:only is null and state <> 'receipted'))
             + (select coalesce(sum(length(p.content)), 0) from parts p join outbox o on o.entry = p.entry
                where o.envelope = :only or (:only is null and (o.state <> 'receipted' or p.is_complete = 0)))",
        )?
        .query_row(named_params! { ":only": only.map(|id| text(&id.0)) }, |row| row.get(0))
}

/// One envelope with its attachments, or everything without a receipt. Of the store it reads nothing but `envelope`, `entry`,
/// `ordinal`, `content` and `state` of the outbox and `entry`, `content` and `is_complete` of the parts, in any version.
pub(crate) fn file(connection: &Connection, only: Option<EnvelopeId>) -> rusqlite::Result<Vec<u8>> {
    let only = only.map(|id| text(&id.0));
    let all = |sql: &str| -> rusqlite::Result<Vec<ByteVec>> {
        connection
            .prepare(sql)?
            .query_map(named_params! { ":only": only }, |row| {
                row.get::<_, Vec<u8>>(0).map(ByteVec::from)
            })?
            .collect()
    };
    let envelopes = all(
        "select content from outbox where envelope = :only or (:only is null and state <> 'receipted') order by ordinal",
    )?;
    let parts = all(
        "select p.content from parts p join outbox o on o.entry = p.entry
         where o.envelope = :only or (:only is null and (o.state <> 'receipted' or p.is_complete = 0))
         order by o.ordinal, p.rowid",
    )?;
    minicbor::to_vec((VERSION, envelopes, parts))
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Everything without a receipt, out of a store of any version.
pub(crate) fn unsent(folder: &Path) -> Result<Vec<u8>, StoreError> {
    let connection =
        Connection::open_with_flags(folder.join(FILE), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    Ok(file(&connection, None)?)
}
