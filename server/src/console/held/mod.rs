//! Quarantine: what phones brought and the server did not let in. Sales manager and legal decide, so it is one folder.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::IntoResponse as _;
use countersign_core::domain::held::{HeldDecision, HeldState};
use countersign_core::domain::ids::{CustomerId, DeviceId, Digest, StopId};
use countersign_core::journal::{Entry, Scope};
use countersign_core::read_model::entries::detail;
use countersign_core::views::{EntryRow, ObjectState};
use rusqlite::{Connection, OptionalExtension as _, named_params};
use serde::Deserialize;

use super::layout::caller::{Answer, Caller, private};
use super::layout::choices::{Choice, choices};
use super::layout::fault::Fault;
use super::layout::fields::Fields;
use super::layout::frame::Frame;
use super::layout::notice::see_other;
use super::layout::paging::{Paging, ROWS};
use super::manager::said::said;
use crate::auth::policy::Action;
use crate::desks::{HeldChoice, HeldObject, HeldView};

struct Line {
    digest: Digest,
    title: String,
    about: String,
    user: String,
    device: String,
    received: String,
    why: String,
    state: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "held/index.html")]
struct Index {
    p: Frame,
    rows: Vec<Line>,
    paging: Paging,
    is_dismissed: bool,
    phones: Vec<Choice>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    page: u32,
    #[serde(default)]
    list: String,
}

pub(super) async fn index(caller: Caller, Query(asked): Query<Asked>) -> Answer {
    caller.page(move |caller| index_page(caller, &asked)).await
}

fn index_page(caller: &Caller, asked: &Asked) -> Result<Index, Fault> {
    let p = caller.frame()?;
    let is_dismissed = asked.list == "dismissed";
    let offset = Paging::offset(asked.page);
    let (views, total) = if is_dismissed {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let rows = usize::try_from(ROWS).unwrap_or(usize::MAX);
        caller.desk().dismissed((offset, rows))?
    } else {
        caller.desk().held((offset, ROWS))?
    };
    let phones = if is_dismissed || !caller.may(Action::DecideHeld) {
        Vec::new()
    } else {
        phones(&p, &views)
    };
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let list = if is_dismissed { "list=dismissed&" } else { "" };
    let rows = views
        .iter()
        .map(|view| line(caller, &p, view))
        .collect::<Result<_, _>>()?;
    Ok(Index {
        rows,
        paging: Paging::new(asked.page, total, format!("/held?{list}page=")),
        is_dismissed,
        phones,
        p,
    })
}

/// The phones of this page that brought more than one item.
fn phones(p: &Frame, views: &[HeldView]) -> Vec<Choice> {
    let mut count: BTreeMap<DeviceId, (u32, String)> = BTreeMap::new();
    for view in views {
        let name = format!("{} · {}", p.name(&view.user), view.device_name);
        count.entry(view.device).or_insert((0, name)).0 += 1;
    }
    let several = count.into_iter().filter(|(_, (items, _))| *items > 1);
    choices(
        several,
        |(device, (_, name))| (device.to_string(), name.clone()),
        |_| false,
    )
}

fn line(caller: &Caller, p: &Frame, view: &HeldView) -> Result<Line, Fault> {
    let state = view.state();
    Ok(Line {
        digest: view.digest,
        title: title(p, view),
        about: about(caller, view.scope)?.0,
        user: p.name(&view.user),
        device: view.device_name.clone(),
        received: p.at(&view.received),
        why: p.word("held", &view.code),
        state: p.word("held-state", &state),
        tone: tone(state),
    })
}

const fn tone(state: HeldState) -> &'static str {
    match state {
        HeldState::Waiting => "bad",
        HeldState::DismissalAsked => "warn",
        HeldState::Dismissed => "",
        HeldState::Released => "good",
    }
}

fn title(p: &Frame, view: &HeldView) -> String {
    match &view.object {
        HeldObject::Entry(entry) => p.t(&format!("fact-{}", entry.fact.kind().replace('_', "-"))),
        HeldObject::Changes(run) => p.count("held-changes", run.changes.len()),
        HeldObject::Unreadable => p.t("held-unreadable"),
    }
}

/// The name of the customer that it is about, and the stop, as far as the office knows them.
fn about(caller: &Caller, scope: Option<Scope>) -> Result<(String, Option<StopId>), Fault> {
    match scope {
        Some(Scope::Stop(stop)) => {
            let name = caller.read(|connection| name_at(connection, stop))?;
            Ok((name.clone().unwrap_or_default(), name.map(|_known| stop)))
        }
        Some(Scope::Customer(customer)) => {
            let name = caller.read(|connection| name_of(connection, customer))?;
            Ok((name.unwrap_or_default(), None))
        }
        Some(
            Scope::Office
            | Scope::Organisation
            | Scope::Plan(_)
            | Scope::Person(_)
            | Scope::Book(_),
        )
        | None => Ok((String::new(), None)),
    }
}

fn name_at(connection: &Connection, stop: StopId) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("select name from approved_plan_stops where stop = :stop limit 1")?
        .query_row(named_params! { ":stop": stop.to_string() }, |row| {
            row.get(0)
        })
        .optional()
}

fn name_of(connection: &Connection, customer: CustomerId) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("select name from customers where customer = :customer limit 1")?
        .query_row(named_params! { ":customer": customer.to_string() }, |row| {
            row.get(0)
        })
        .optional()
}

struct DecisionLine {
    decision: String,
    by: String,
    at: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "held/item.html")]
struct Item {
    p: Frame,
    line: Line,
    stop: Option<StopId>,
    made: String,
    said: String,
    quote: String,
    is_signed: bool,
    size: String,
    decisions: Vec<DecisionLine>,
    choice: HeldChoice,
    needs_second: bool,
}

impl Item {
    fn may_release(&self) -> bool {
        self.choice == HeldChoice::Both
    }

    fn may_dismiss(&self) -> bool {
        self.choice != HeldChoice::None
    }

    /// Why it cannot be let in; empty when it can, or when that is not this person's to decide.
    fn cannot(&self) -> String {
        match &self.choice {
            HeldChoice::None | HeldChoice::Both => String::new(),
            HeldChoice::OnlyDismiss(code) => self.p.word("held-cannot", code),
        }
    }
}

pub(super) async fn item(caller: Caller, Path(digest): Path<Digest>) -> Answer {
    caller.page(move |caller| item_page(caller, digest)).await
}

fn item_page(caller: &Caller, digest: Digest) -> Result<Item, Fault> {
    let p = caller.frame()?;
    let (view, choice) = caller.desk().held_item(digest)?;
    let (made, said, quote) = match &view.object {
        HeldObject::Entry(entry) => {
            let (_key, words, quote) = said(&p, &row_of(entry, &view));
            (p.at(&entry.made.wall), words, quote)
        }
        HeldObject::Changes(_) | HeldObject::Unreadable => Default::default(),
    };
    let decisions = view.decisions.iter().flat_map(|decided| &decided.rows);
    let decisions = decisions
        .map(|row| DecisionLine {
            decision: p.word("held-decision", &row.decision),
            by: p.name(&row.decided_by),
            at: p.at(&row.decided_at),
            reason: row.reason.clone(),
        })
        .collect();
    Ok(Item {
        line: line(caller, &p, &view)?,
        stop: about(caller, view.scope)?.1,
        made,
        said,
        quote,
        is_signed: view.is_signed,
        size: p.number(view.size_bytes),
        decisions,
        choice,
        needs_second: view.is_signed && view.state() == HeldState::Waiting,
        p,
    })
}

/// The entry as a page says it; its place is told only of what was let in.
fn row_of(entry: &Entry, view: &HeldView) -> EntryRow {
    EntryRow {
        entry: entry.id,
        stop: None,
        at_ms: entry.made.wall.ms(),
        author: entry.author,
        author_name: String::new(),
        hash: view.digest,
        state: ObjectState::Held,
        held_code: Some(view.code),
        parts_complete: 0,
        parts_total: 0,
        amends: entry.amends,
        position: None,
        detail: detail(&entry.fact),
    }
}

/// The envelope's bytes, as they came, for whoever examines them.
pub(super) async fn file(caller: Caller, Path(digest): Path<Digest>) -> Answer {
    caller.needs(Action::ReadVisits)?;
    let bytes = caller
        .run(move |caller| Ok(caller.desk().held_bytes(digest)?))
        .await?;
    let name = format!(
        "attachment; filename=\"countersign-held-{}.cbor\"",
        digest.short()
    );
    Ok((
        private(),
        [
            (header::CONTENT_TYPE, "application/cbor".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

/// Everything of one phone, the oldest first.
pub(super) async fn release_all(caller: Caller, fields: Fields) -> Answer {
    let device = fields.id("device")?;
    let reason = fields.text("reason", "reason")?;
    let (_released, left) = caller
        .run(move |caller| Ok(caller.desk().release_all(device, &reason)?))
        .await?;
    let done = if left == 0 {
        "done-held-all-released"
    } else {
        "done-held-some-released"
    };
    Ok(see_other("/held", done))
}

pub(super) async fn decide(caller: Caller, Path(digest): Path<Digest>, fields: Fields) -> Answer {
    let decision =
        HeldDecision::from_word(fields.one("decision")).ok_or(Fault::Missing("decision"))?;
    let reason = fields.text("reason", "reason")?;
    let state = caller
        .run(move |caller| Ok(caller.desk().decide_held(digest, decision, &reason)?))
        .await?;
    let done = match state {
        HeldState::Released => "done-held-released",
        HeldState::Dismissed => "done-held-dismissed",
        HeldState::Waiting | HeldState::DismissalAsked => "done-held-dismissal-asked",
    };
    Ok(see_other(&format!("/held/{digest}"), done))
}
