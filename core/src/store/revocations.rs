//! Scopes that wait to be dropped until this device's work on them was sent.

use rusqlite::{Connection, Transaction, named_params};

use crate::journal::Scope;
use crate::store::scopes;

pub(crate) fn insert(tx: &Transaction<'_>, scope: Scope) -> rusqlite::Result<()> {
    tx.execute(
        "insert or ignore into revocations values (:scope)",
        named_params! { ":scope": scopes::text(scope) },
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &Transaction<'_>, scope: Scope) -> rusqlite::Result<()> {
    tx.execute(
        "delete from revocations where scope = :scope",
        named_params! { ":scope": scopes::text(scope) },
    )?;
    Ok(())
}

pub(crate) fn any(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("select 1 from revocations")?
        .exists([])
}

pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Scope>> {
    let texts: Vec<String> = connection
        .prepare("select scope from revocations order by scope limit 1000")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    texts
        .iter()
        .map(|text| {
            scopes::parse(text).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(
                    0,
                    rusqlite::types::Type::Text,
                    Box::new(error),
                )
            })
        })
        .collect()
}
