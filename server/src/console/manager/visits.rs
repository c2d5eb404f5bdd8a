//! The visits of a day, and the report of one stop: accepted, or sent back (退回补正).

use askama::Template;
use axum::extract::{Path, Query};
use countersign_core::domain::ids::{Digest, DocumentId, EntryId, StopId};
use countersign_core::domain::time::Day;
use countersign_core::read_model::{documents, stops};
use countersign_core::views::{EntryDetail, EntryRow, Fence, PositionRow};
use serde::Deserialize;

use super::attendance::{Present, present};
use super::completeness::{SignedPaper, signed_paper};
use super::disputes::{Disputed, disputed};
use super::evidence::{self, EvidencePanel};
use super::parts::{Attachment, Preview, attachments};
use super::said::said;
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::console::layout::paging::{Paging, ROWS};
use crate::desks::{NewSentBack, ReviewState, StopReport, VisitRow};

struct Visit {
    stop: StopId,
    name: String,
    plan: String,
    team: String,
    position: String,
    position_tone: &'static str,
    outcome: String,
    promise: String,
    is_signed: bool,
    review: String,
    review_tone: &'static str,
    has_conflict: bool,
    missing: Option<String>,
}

#[derive(Template)]
#[template(path = "visits/day.html")]
struct DayPage {
    p: Frame,
    day: Day,
    before: Day,
    after: Day,
    summary: String,
    rows: Vec<Visit>,
}

pub(super) struct Arrival {
    pub(super) at: String,
    pub(super) words: String,
    pub(super) tone: &'static str,
    pub(super) detail: String,
}

struct Note {
    label: String,
    has_conflict: bool,
    text: String,
}

struct Version {
    value: String,
    shown: String,
    author: String,
    at_ms: i64,
}

struct Conflict {
    document: DocumentId,
    field: String,
    label: String,
    values: Vec<Version>,
}

struct Line {
    entry: EntryId,
    at_ms: i64,
    title: String,
    author: String,
    missing: Option<String>,
    detail: String,
    quote: String,
    is_signed: bool,
    may_be_sent_back: bool,
}

#[derive(Template)]
#[template(path = "visits/stop.html")]
struct StopPage {
    p: Frame,
    report: StopReport,
    status: String,
    status_tone: &'static str,
    outcome: String,
    promise: String,
    team: String,
    arrival: Vec<Arrival>,
    departure: Vec<Arrival>,
    conflicts: Vec<Conflict>,
    notes: Vec<Note>,
    timeline: Vec<Line>,
    attachments: Vec<Attachment>,
    paging: Paging,
    signed: Vec<SignedPaper>,
    statement_total: String,
    present: Option<Present>,
    disputes: Vec<Disputed>,
    newer: usize,
    may_review: bool,
    may_settle: bool,
    evidence: Option<EvidencePanel>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    day: Option<Day>,
}

pub(in crate::console) async fn day(caller: Caller, Query(asked): Query<Asked>) -> Answer {
    caller
        .page(move |caller| day_page(caller, asked.day.unwrap_or_else(|| caller.today())))
        .await
}

fn day_page(caller: &Caller, day: Day) -> Result<DayPage, Fault> {
    let p = caller.frame()?;
    let visits = caller.desk().day_visits(day)?;
    let signed = visits.iter().filter(|visit| visit.signed > 0).count();
    let done = visits
        .iter()
        .filter(|visit| visit.state != ReviewState::Planned)
        .count();
    let figures = [
        ("planned", visits.len()),
        ("done", done),
        ("signed", signed),
    ];
    Ok(DayPage {
        summary: p.with_all(
            "visits-summary",
            &figures.map(|(name, count)| (name, count.to_string())),
        ),
        before: Day(day.0.pred_opt().unwrap_or(day.0)),
        after: Day(day.0.succ_opt().unwrap_or(day.0)),
        rows: visits.iter().map(|visit| visit_row(&p, visit)).collect(),
        day,
        p,
    })
}

fn visit_row(p: &Frame, visit: &VisitRow) -> Visit {
    let arrival = visit.check_in.as_ref().map(|position| arrival(p, position));
    let (position, position_tone) =
        arrival.map_or((String::new(), ""), |arrival| (arrival.words, arrival.tone));
    Visit {
        stop: visit.stop.stop,
        name: visit.stop.name.clone(),
        plan: visit.stop.plan_title.clone(),
        team: p.names(&visit.team),
        position,
        position_tone,
        outcome: visit
            .outcome
            .map(|outcome| p.word("outcome", &outcome))
            .unwrap_or_default(),
        promise: promise(p, visit),
        is_signed: visit.signed > 0,
        review: p.t(visit.state.key()),
        review_tone: tone(visit.state),
        has_conflict: visit.conflicts > 0,
        missing: missing(p, visit.parts_complete, visit.parts_total),
    }
}

/// How many parts are here, while some are not.
fn missing(p: &Frame, complete: u64, total: u64) -> Option<String> {
    (complete < total).then(|| p.both("visit-parts", ("complete", complete), ("total", total)))
}

fn promise(p: &Frame, visit: &VisitRow) -> String {
    let words =
        |amount: String, due: Day| p.both("visit-promise-until", ("amount", amount), ("day", due));
    visit
        .promise
        .as_ref()
        .map(|promise| words(p.cash(&promise.amount), promise.due))
        .unwrap_or_default()
}

const fn tone(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Planned => "",
        ReviewState::Waiting | ReviewState::Answered => "warn",
        ReviewState::SentBack => "bad",
        ReviewState::Accepted => "good",
    }
}

/// What a position is worth, never more than it says.
pub(super) fn arrival(p: &Frame, position: &PositionRow) -> Arrival {
    let (words, tone) = if let Some(missing) = position.missing {
        (p.word("missing", &missing), "warn")
    } else if position.is_mocked {
        (p.t("position-mocked"), "bad")
    } else {
        let tone = match position.fence {
            Fence::Inside => "good",
            Fence::Unsure | Fence::Unknown => "warn",
            Fence::Outside => "bad",
        };
        (p.word("fence", &position.fence), tone)
    };
    let mut detail = Vec::new();
    if let Some(distance) = position.distance_m {
        detail.push(p.with("position-distance", "metres", p.number(distance)));
    }
    if let Some(accuracy) = position.accuracy_m {
        detail.push(p.with("position-accuracy", "metres", p.number(accuracy)));
    }
    if let Some(age) = position.age_ms {
        detail.push(p.with("position-age", "seconds", p.number(age / 1000)));
    }
    if position.is_stale {
        detail.push(p.t("position-stale"));
    }
    Arrival {
        at: p.time_ms(&position.at_ms),
        words,
        tone,
        detail: detail.join(&p.t("list-separator")),
    }
}

/// Which page of what is attached to a stop.
#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct OfParts {
    #[serde(default)]
    page: u32,
}

pub(in crate::console) async fn stop(
    caller: Caller,
    Path(stop): Path<StopId>,
    Query(asked): Query<OfParts>,
) -> Answer {
    caller
        .page(move |caller| stop_page(caller, stop, asked.page))
        .await
}

#[expect(
    clippy::too_many_lines,
    reason = "one part of the page after the other"
)]
fn stop_page(caller: &Caller, stop: StopId, page: u32) -> Result<StopPage, Fault> {
    let p = caller.frame()?;
    let report = caller.desk().stop_report(stop)?;
    let attachments = attachments(&p, &report.timeline);
    let paging = Paging::new(
        page,
        i64::try_from(attachments.len()).unwrap_or(i64::MAX),
        format!("/visits/{stop}?page="),
    );
    let skip = usize::try_from(Paging::offset(paging.page)).unwrap_or(usize::MAX);
    let position = |kind: fn(&EntryDetail) -> bool| {
        let of_kind = report
            .timeline
            .iter()
            .filter(move |entry| kind(&entry.detail));
        of_kind
            .filter_map(|entry| entry.position.as_ref())
            .map(|position| arrival(&p, position))
            .collect()
    };
    let accepted_at = report
        .acceptance
        .as_ref()
        .map(|acceptance| acceptance.accepted_at.ms());
    Ok(StopPage {
        status: p.t(report.visit.state.key()),
        status_tone: tone(report.visit.state),
        outcome: report
            .visit
            .outcome
            .map(|outcome| p.word("outcome", &outcome))
            .unwrap_or_default(),
        promise: promise(&p, &report.visit),
        team: p.names(&report.visit.team),
        arrival: position(|detail| matches!(detail, EntryDetail::CheckIn { .. })),
        departure: position(|detail| matches!(detail, EntryDetail::CheckOut { .. })),
        conflicts: conflicts(&p, &report),
        notes: notes(caller, &p, &report)?,
        timeline: report
            .timeline
            .iter()
            .map(|entry| line(&p, entry))
            .collect(),
        attachments: attachments
            .into_iter()
            .skip(skip)
            .take(usize::try_from(ROWS).unwrap_or(usize::MAX))
            .collect(),
        paging,
        signed: report
            .papers
            .iter()
            .map(|row| signed_paper(&p, row))
            .collect(),
        statement_total: report
            .statement
            .as_ref()
            .map(|statement| {
                let total = p.cash(&statement.total);
                p.both(
                    "visit-statement-as-of",
                    ("total", total),
                    ("day", statement.cut_off),
                )
            })
            .unwrap_or_default(),
        present: present(&p, &report.timeline),
        disputes: report
            .disputes
            .iter()
            .map(|row| disputed(&p, row))
            .collect(),
        newer: accepted_at
            .filter(|_| report.visit.state != ReviewState::Accepted)
            .map_or(0, |at| {
                report
                    .timeline
                    .iter()
                    .filter(|entry| entry.at_ms > at)
                    .count()
            }),
        may_review: caller.may(Action::ReviewVisit),
        may_settle: caller.may(Action::SettleConflict),
        evidence: evidence::panel(caller, &format!("/visits/{}", report.visit.stop.stop)),
        report,
        p,
    })
}

fn conflicts(p: &Frame, report: &StopReport) -> Vec<Conflict> {
    let version = |field: &str, value: &countersign_core::views::ConflictValueRow| Version {
        shown: if field == "reason" && !value.value.is_empty() {
            p.t(&format!("reason-{}", value.value.replace('_', "-")))
        } else {
            value.value.clone()
        },
        value: value.value.clone(),
        author: if value.author_name.is_empty() {
            p.t("person-unknown")
        } else {
            value.author_name.clone()
        },
        at_ms: value.at_ms,
    };
    report
        .conflicts
        .iter()
        .map(|row| Conflict {
            document: row.document,
            field: row.field.clone(),
            label: field_label(p, &row.field),
            values: row
                .values
                .iter()
                .map(|value| version(&row.field, value))
                .collect(),
        })
        .collect()
}

pub(super) fn field_label(p: &Frame, field: &str) -> String {
    let key = format!("stop-field-{}", field.replace(['_', '.'], "-"));
    let label = p.t(&key);
    if label == key {
        field.to_owned()
    } else {
        label
    }
}

fn notes(caller: &Caller, p: &Frame, report: &StopReport) -> Result<Vec<Note>, Fault> {
    let stop = report.visit.stop.stop;
    let text = caller.read(|connection| {
        let parts = stops::parts(connection, stop)?;
        parts.map_or(Ok(None), |parts| {
            documents::stop_text(connection, parts.document)
        })
    })?;
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let reason = if text.reason.is_empty() {
        String::new()
    } else {
        p.t(&format!("reason-{}", text.reason.replace('_', "-")))
    };
    let all = [
        ("met_person", text.met_person),
        ("reason", reason),
        ("negotiation", text.negotiation),
        ("proposal", text.proposal),
        ("next_step", text.next_step),
        ("notes", text.notes),
    ];
    let filled = all.into_iter().filter(|(_, text)| !text.is_empty());
    Ok(filled
        .map(|(field, text)| Note {
            label: field_label(p, field),
            has_conflict: report.conflicts.iter().any(|row| row.field == field),
            text,
        })
        .collect())
}

fn line(p: &Frame, entry: &EntryRow) -> Line {
    let (kind, detail, quote) = said(p, entry);
    let is_desk = matches!(
        entry.detail,
        EntryDetail::VisitAccepted { .. }
            | EntryDetail::SentBack { .. }
            | EntryDetail::ConflictSettled { .. }
            | EntryDetail::CashCounted { .. }
            | EntryDetail::VarianceConfirmed { .. }
            | EntryDetail::Desk { .. }
    );
    Line {
        entry: entry.entry,
        at_ms: entry.at_ms,
        title: p.t(kind),
        author: if entry.author_name.is_empty() {
            p.name(&entry.author)
        } else {
            entry.author_name.clone()
        },
        missing: missing(p, entry.parts_complete, entry.parts_total),
        detail,
        quote,
        is_signed: matches!(entry.detail, EntryDetail::Acknowledgement { .. }),
        may_be_sent_back: !is_desk,
    }
}

pub(in crate::console) async fn accept(
    caller: Caller,
    Path(stop): Path<StopId>,
    fields: Fields,
) -> Answer {
    let pinned: Result<Vec<Digest>, Fault> = fields
        .all("entry")
        .map(|hash| hash.parse().map_err(|_no_hash| Fault::NotFound))
        .collect();
    let pinned = pinned?;
    let remark = fields.one("remark").to_owned();
    caller
        .run(move |caller| Ok(caller.desk().accept_visit(stop, &pinned, &remark)?))
        .await?;
    Ok(see_other(&format!("/visits/{stop}"), "done-visit-accepted"))
}

pub(in crate::console) async fn send_back(
    caller: Caller,
    Path(stop): Path<StopId>,
    fields: Fields,
) -> Answer {
    let new = NewSentBack {
        about: fields.id("about")?,
        field: fields.text("field", "visit-field")?,
        reason: fields.text("reason", "send-back-reason")?,
        deadline: fields.day("deadline", "visit-deadline")?,
    };
    caller
        .run(move |caller| Ok(caller.desk().send_back(stop, &new)?))
        .await?;
    Ok(see_other(
        &format!("/visits/{stop}"),
        "done-visit-sent-back",
    ))
}

pub(in crate::console) async fn settle(
    caller: Caller,
    Path(stop): Path<StopId>,
    fields: Fields,
) -> Answer {
    let document: DocumentId = fields.id("document")?;
    let (field, value) = (
        fields.one("field").to_owned(),
        fields.exact("value").to_owned(),
    );
    caller
        .run(move |caller| Ok(caller.desk().settle_conflict(document, &field, &value)?))
        .await?;
    Ok(see_other(
        &format!("/visits/{stop}"),
        "done-conflict-settled",
    ))
}
