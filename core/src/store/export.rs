//! The last resort: unsent work out of a store that this program cannot open.

use std::path::Path;

use minicbor::bytes::ByteVec;
use rusqlite::{Connection, OpenFlags};

use crate::store::{FILE, StoreError};

/// The envelopes without a receipt, oldest first, as one CBOR array of byte strings. Works on stores of any version: it
/// reads nothing but the outbox's `ordinal`, `content` and `state`.
pub(crate) fn unsent(folder: &Path) -> Result<Vec<u8>, StoreError> {
    let connection =
        Connection::open_with_flags(folder.join(FILE), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let envelopes: Vec<ByteVec> = connection
        .prepare("select content from outbox where state <> 'receipted' order by ordinal")?
        .query_map([], |row| row.get::<_, Vec<u8>>(0).map(ByteVec::from))?
        .collect::<rusqlite::Result<_>>()?;
    minicbor::to_vec(envelopes)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)).into())
}
