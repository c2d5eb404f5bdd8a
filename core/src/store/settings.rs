//! How this phone shows things, and when it was enrolled.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::time::Instant;
use crate::read_model::entries::{from_json, json};
use crate::views::Settings;

pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Option<Settings>> {
    connection
        .prepare_cached("select * from settings")?
        .query_row([], |row| {
            Ok(Settings {
                language: from_json(&row.get::<_, String>("language")?)?,
                text_percent: row.get("text_percent")?,
                theme: from_json(&row.get::<_, String>("theme")?)?,
            })
        })
        .optional()
}

pub(crate) fn put(tx: &Transaction<'_>, settings: Settings) -> rusqlite::Result<()> {
    tx.execute(
        "insert or replace into settings values (1, :language, :text_percent, :theme)",
        named_params! {
            ":language": json(&settings.language)?,
            ":text_percent": settings.text_percent,
            ":theme": json(&settings.theme)?,
        },
    )?;
    Ok(())
}

/// The device's name and the instant of its enrolment, where they were recorded.
pub(crate) fn enrolment(connection: &Connection) -> rusqlite::Result<Option<(String, i64)>> {
    connection
        .prepare_cached("select name, at_ms from enrolments")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

pub(crate) fn set_enrolment(tx: &Transaction<'_>, name: &str, at: Instant) -> rusqlite::Result<()> {
    tx.execute(
        "insert or replace into enrolments values (1, :name, :at)",
        named_params! { ":name": name, ":at": at.ms() },
    )?;
    Ok(())
}
