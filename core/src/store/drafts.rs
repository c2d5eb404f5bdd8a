//! What was typed into a form and not recorded yet.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

use crate::domain::time::Instant;
use crate::read_model::columns::{parsed, text};
use crate::read_model::entries::{from_json, json};
use crate::replica::{DraftPlace, OfDraft};
use crate::views::{DraftRow, DraftView};

/// Keeps a form's content in place of what was kept before.
pub(crate) fn put(
    tx: &Transaction<'_>,
    of: &OfDraft,
    content: &str,
    at: Instant,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "insert or replace into drafts values (:stop, :form, :about, :content, :at)",
    )?
    .execute(named_params! {
        ":stop": text(&of.place.id()),
        ":form": json(&of.form)?,
        ":about": about(of),
        ":content": content,
        ":at": at.ms(),
    })?;
    Ok(())
}

/// What was kept for a form.
pub(crate) fn read(connection: &Connection, of: &OfDraft) -> rusqlite::Result<Option<DraftView>> {
    connection
        .prepare_cached(
            "select content, at_ms from drafts where stop = :stop and form = :form and about = :about",
        )?
        .query_row(
            named_params! { ":stop": text(&of.place.id()), ":form": json(&of.form)?, ":about": about(of) },
            |row| {
                Ok(DraftView {
                    content: row.get("content")?,
                    at_ms: row.get("at_ms")?,
                })
            },
        )
        .optional()
}

/// The forms of a stop or customer that are not finished, oldest first, at most 100.
pub(crate) fn at(connection: &Connection, place: DraftPlace) -> rusqlite::Result<Vec<DraftRow>> {
    connection
        .prepare_cached(
            "select form, about, at_ms from drafts where stop = :stop order by at_ms, form, about limit 100",
        )?
        .query_map(named_params! { ":stop": text(&place.id()) }, |row| {
            let about: String = row.get("about")?;
            Ok(DraftRow {
                form: from_json(&row.get::<_, String>("form")?)?,
                about: if about.is_empty() {
                    None
                } else {
                    Some(parsed(row, "about")?)
                },
                at_ms: row.get("at_ms")?,
            })
        })?
        .collect()
}

pub(crate) fn count(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("select count(*) from drafts")?
        .query_row([], |row| row.get(0))
}

pub(crate) fn delete(tx: &Transaction<'_>, of: &OfDraft) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "delete from drafts where stop = :stop and form = :form and about = :about",
    )?
    .execute(
        named_params! { ":stop": text(&of.place.id()), ":form": json(&of.form)?, ":about": about(of) },
    )?;
    Ok(())
}

/// All drafts of a stop or customer that this device may no longer hold.
pub(crate) fn forget(tx: &Transaction<'_>, place: DraftPlace) -> rusqlite::Result<()> {
    tx.execute(
        "delete from drafts where stop = :stop",
        named_params! { ":stop": text(&place.id()) },
    )?;
    Ok(())
}

fn about(of: &OfDraft) -> String {
    of.about.map(|about| text(&about)).unwrap_or_default()
}
