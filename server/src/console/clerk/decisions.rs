//! What clerks decide about rows and customers of a file under review, what stands, and taking it back.

use std::collections::BTreeMap;

use axum::extract::{Extension, Path};
use axum::http::StatusCode;
use countersign_core::domain::ids::Digest;

use super::held::{Returned, Rows, UNUSUAL};
use super::imports::{Asked, current, seen};
use super::readings::Readings;
use super::review::{ReviewPage, place_words};
use super::unknown;
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::console::layout::paging::quoted;
use crate::desks::{DeskError, UploadView};
use crate::ledger_import::{Decision, FileRow, LedgerImport, Place, ProblemKind, RowState};
use crate::uploads::{Answer as Decides, Change, Decided, Subject};

/// A decision that stands, in words.
pub(super) struct DecidedLine {
    pub(super) subject: String,
    pub(super) title: String,
    pub(super) tone: &'static str,
    pub(super) what: String,
    pub(super) details: Vec<String>,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) at: String,
}

impl DecidedLine {
    pub(super) fn of(p: &Frame, read: &LedgerImport, decided: &Decided) -> Self {
        let line = |title: String, (tone, key): (&'static str, &str), details| Self {
            subject: serde_json::to_string(&decided.subject).unwrap_or_default(),
            title,
            tone,
            what: p.t(key),
            details,
            reason: decided.reason.clone(),
            by: p.name(&decided.by),
            at: p.at(&decided.at),
        };
        match (&decided.subject, &decided.answer) {
            (Subject::Customer(written), Decides::NewCustomer(meant) | Decides::OnFile(meant)) => {
                let is_new = matches!(decided.answer, Decides::NewCustomer(_));
                let what = if is_new {
                    ("accent", "decided-new-customer")
                } else {
                    ("accent", "decided-on-file")
                };
                let title = [written.name.as_str(), written.code.as_str()].join(" ");
                line(title, what, vec![format!("{} {}", meant.name, meant.code)])
            }
            (Subject::Row(place), Decides::Row(decision)) => {
                let row = read.file_rows.iter().find(|row| row.place == *place);
                let what = match row.map(|row| row.state) {
                    Some(RowState::Struck) => ("bad", "decided-struck"),
                    Some(RowState::Confirmed) => ("good", "decided-confirmed"),
                    Some(RowState::Corrected) => ("good", "decided-corrected"),
                    Some(RowState::Held | RowState::Asked) | None => ("warn", "decided-still-held"),
                };
                line(place_words(p, place), what, corrections(p, row, decision))
            }
            (Subject::Row(_), _) | (Subject::Customer(_), Decides::Row(_)) => {
                line(String::new(), ("", "decided-still-held"), Vec::new())
            }
        }
    }
}

fn corrections(p: &Frame, row: Option<&FileRow>, decision: &Decision) -> Vec<String> {
    let cells = decision.cells().iter().map(|(field, now)| {
        let was = row
            .and_then(|row| row.cells.iter().find(|cell| cell.field == Some(*field)))
            .map(|cell| cell.text.as_str())
            .unwrap_or_default();
        let values = [
            ("cell", p.t(field.key())),
            ("was", p.or_dash(was).to_owned()),
            ("now", p.or_dash(now).to_owned()),
        ];
        p.with_all("import-correction", &values)
    });
    cells.collect()
}

/// What saving a form came to.
enum Saved {
    All,
    Nothing,
    Not {
        view: Box<UploadView>,
        read: std::sync::Arc<LedgerImport>,
        returned: Returned,
        status: StatusCode,
    },
}

pub(in crate::console) async fn decide(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let asked = Asked {
        list: fields.one("list").to_owned(),
        only: fields.one("only").to_owned(),
        page: fields.one("page").parse().unwrap_or(1),
    };
    let back = format!(
        "/ledgers/imports/{id}?list={}&only={}&page={}",
        quoted(&asked.list),
        quoted(&asked.only),
        asked.page
    );
    let saved = caller
        .run(move |caller| save(caller, &readings, id, &fields))
        .await?;
    match saved {
        Saved::All => Ok(see_other(&back, "done-decisions-saved")),
        Saved::Nothing => Ok(see_other(&back, "done-nothing-changed")),
        Saved::Not {
            view,
            read,
            returned,
            status,
        } => {
            let page = caller.page(move |caller| {
                ReviewPage::of(caller, (&view, &read), &asked, Some(&returned))
            });
            let mut page = page.await?;
            *page.status_mut() = status;
            Ok(page)
        }
    }
}

fn save(caller: &Caller, readings: &Readings, id: Digest, fields: &Fields) -> Result<Saved, Fault> {
    let (view, read) = current(caller, readings, id)?;
    let (changes, faults) = if fields.one("list") == "customers" {
        let known = caller.desk().customers_for(&view, &read, &[])?;
        unknown::changes(fields, known)
    } else {
        Rows::of(&view, &read).changes(fields)
    };
    let not = |faults, whole, status| Saved::Not {
        view: Box::new(view.clone()),
        read: std::sync::Arc::clone(&read),
        returned: Returned {
            fields: fields.clone(),
            faults,
            whole,
        },
        status,
    };
    if !faults.is_empty() {
        let whole = Some("import-form-faults");
        return Ok(not(faults, whole, StatusCode::UNPROCESSABLE_ENTITY));
    }
    if changes.is_empty() {
        return Ok(Saved::Nothing);
    }
    let desk = caller.desk();
    match desk.decide_upload((&view, &read), seen(fields), &changes) {
        Ok(()) => {
            current(caller, readings, id)?;
            Ok(Saved::All)
        }
        Err(DeskError::Stale) => Ok(not(
            BTreeMap::new(),
            Some("import-form-stale"),
            StatusCode::CONFLICT,
        )),
        Err(DeskError::Invalid { field: _, key }) => Ok(not(
            BTreeMap::new(),
            Some(key),
            StatusCode::UNPROCESSABLE_ENTITY,
        )),
        Err(error) => Err(error.into()),
    }
}

/// Whether all rows of one kind may be struck together: the other rows of the file say the same.
pub(super) fn may_strike_all(kind: &str) -> bool {
    kind == ProblemKind::Duplicate.word()
}

pub(in crate::console) async fn decide_all(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let list = if fields.one("what") == "new" {
        "customers"
    } else {
        ""
    };
    caller
        .run(move |caller| {
            let (view, read) = current(caller, &readings, id)?;
            let changes = all_changes(caller, (&view, &read), &fields)?;
            if fields.one("count") != changes.len().to_string() {
                return Err(Fault::Stale);
            }
            caller
                .desk()
                .decide_upload((&view, &read), seen(&fields), &changes)?;
            current(caller, &readings, id).map(drop)
        })
        .await?;
    let back = format!("/ledgers/imports/{id}?list={list}");
    Ok(see_other(&back, "done-decisions-saved"))
}

fn all_changes(
    caller: &Caller,
    (view, read): (&UploadView, &LedgerImport),
    fields: &Fields,
) -> Result<Vec<Change>, Fault> {
    let kind = fields.one("kind");
    let rows = Rows::of(view, read);
    let decision = match fields.one("what") {
        "new" => {
            let known = caller.desk().customers_for(view, read, &[])?;
            return Ok(unknown::all_as_new(read, known));
        }
        "strike" if may_strike_all(kind) => Decision::Strike,
        "confirm" => Decision::Confirm(Vec::new()),
        _ => return Err(Fault::Malformed),
    };
    let reason = fields.text("reason", "import-reason-why")?;
    let chosen = rows.only(kind).into_iter();
    let chosen = chosen.filter(|row| decision == Decision::Strike || rows.can_confirm(row));
    let change = |place: &Place| Change {
        subject: Subject::Row(place.clone()),
        answer: Some(Decides::Row(decision.clone())),
        reason: reason.clone(),
    };
    Ok(chosen.map(|row| change(&row.place)).collect())
}

pub(in crate::console) async fn take_back(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let subject: Subject =
        serde_json::from_str(fields.one("subject")).map_err(|_none_of_ours| Fault::Malformed)?;
    caller
        .run(move |caller| {
            let (view, read) = current(caller, &readings, id)?;
            let back = Change {
                subject,
                answer: None,
                reason: String::new(),
            };
            caller
                .desk()
                .decide_upload((&view, &read), seen(&fields), &[back])?;
            current(caller, &readings, id).map(drop)
        })
        .await?;
    let back = format!("/ledgers/imports/{id}?list=decided");
    Ok(see_other(&back, "done-decision-taken-back"))
}

/// What one decision may do to all rows of a kind at once.
pub(super) struct Bulk {
    pub(super) kind: String,
    pub(super) words: String,
    pub(super) strike: usize,
    pub(super) confirm: usize,
}

impl Bulk {
    pub(super) fn of(p: &Frame, rows: &Rows<'_>, only: &str) -> Option<Self> {
        if only.is_empty() {
            return None;
        }
        let all = rows.only(only);
        let strike = if may_strike_all(only) { all.len() } else { 0 };
        let can_confirm = |row: &&&FileRow| only == UNUSUAL || rows.can_confirm(row);
        let confirm = all.iter().filter(can_confirm).count();
        (strike + confirm > 1).then(|| Self {
            kind: only.to_owned(),
            words: super::held::kind_words(p, only),
            strike,
            confirm,
        })
    }
}
