//! The list of entries, newest first, as an auditor reads it.

use askama::Template;
use axum::extract::Query;
use countersign_core::domain::ids::{StopId, UserId};
use rusqlite::{Connection, named_params};
use serde::Deserialize;

use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::fault::Fault;
use crate::console::layout::frame::Frame;
use crate::console::layout::paging::{Paging, ROWS};

/// One row of the read model's table.
struct Stored {
    at_ms: i64,
    author: String,
    kind: String,
    hash: String,
    state: String,
    stop: Option<String>,
    about: String,
}

struct EntryLine {
    at_ms: i64,
    author: String,
    title: String,
    hash: String,
    state: String,
    tone: &'static str,
    stop: Option<StopId>,
    about: String,
}

#[derive(Template)]
#[template(path = "entries/index.html")]
struct Index {
    p: Frame,
    rows: Vec<EntryLine>,
    paging: Paging,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    #[serde(default)]
    page: u32,
}

pub(in crate::console) async fn index(caller: Caller, Query(asked): Query<Asked>) -> Answer {
    caller.needs(Action::ReadVisits)?;
    caller
        .page(move |caller| index_page(caller, asked.page))
        .await
}

fn index_page(caller: &Caller, page: u32) -> Result<Index, Fault> {
    let p = caller.frame()?;
    let total = caller.read(|connection| {
        connection.query_row("select count(*) from entries", [], |row| {
            row.get::<_, i64>(0)
        })
    })?;
    let paging = Paging::new(page, total, "/entries?page=".to_owned());
    let stored = caller.read(|connection| rows(connection, Paging::offset(paging.page)))?;
    Ok(Index {
        rows: stored.into_iter().map(|row| line(&p, row)).collect(),
        paging,
        p,
    })
}

fn rows(connection: &Connection, offset: u32) -> rusqlite::Result<Vec<Stored>> {
    connection
        .prepare_cached(
            "select e.made_ms, e.author, e.kind, e.hash, e.state, e.stop, coalesce(c.name, '') as about
             from entries e left join approved_plan_stops s on s.stop = e.stop
                left join customers c on c.customer = coalesce(s.customer, e.customer)
             group by e.entry order by e.made_ms desc, e.entry limit :limit offset :offset",
        )?
        .query_map(named_params! { ":limit": ROWS, ":offset": offset }, |row| {
            Ok(Stored {
                at_ms: row.get("made_ms")?,
                author: row.get("author")?,
                kind: row.get("kind")?,
                hash: row.get("hash")?,
                state: row.get("state")?,
                stop: row.get("stop")?,
                about: row.get("about")?,
            })
        })?
        .collect()
}

fn line(p: &Frame, row: Stored) -> EntryLine {
    let author = row.author.parse::<UserId>().map(|user| p.name(&user));
    EntryLine {
        at_ms: row.at_ms,
        author: author.unwrap_or_else(|_no_id| p.t("person-unknown")),
        title: p.t(&format!("fact-{}", row.kind.replace('_', "-"))),
        hash: row.hash.chars().take(8).collect(),
        tone: match row.state.as_str() {
            "receipted" => "good",
            "held" => "bad",
            _ => "warn",
        },
        state: p.t(&format!("object-{}", row.state)),
        stop: row.stop.and_then(|stop| stop.parse().ok()),
        about: row.about,
    }
}
