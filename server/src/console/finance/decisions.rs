//! What was decided by hand before a draft was kept, for whoever signs it or reads it years later.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::IntoResponse as _;
use countersign_core::domain::ids::SnapshotId;
use countersign_core::journal::decisions::{
    CellCorrection, CustomerDecision, DecidedCustomer, DecidedRow, RowDecision,
};
use countersign_core::read_model::ledgers::DraftRow;

use super::Asked;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::fault::Fault;
use crate::console::layout::frame::Frame;
use crate::console::layout::paging::{Paging, ROWS};
use crate::ledger_import::export::csv_cell;

const HEADERS: [&str; 7] = [
    "decided-subject",
    "decided-what",
    "decided-change",
    "decided-cells",
    "import-reason-why",
    "decided-by",
    "decided-at",
];

/// One decision in words.
struct Line {
    subject: String,
    tone: &'static str,
    what: String,
    changes: Vec<String>,
    cells: Vec<String>,
    reason: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "ledgers/decisions.html")]
struct DecisionsPage {
    p: Frame,
    id: SnapshotId,
    draft: DraftRow,
    lines: Vec<Line>,
    paging: Paging,
}

pub(in crate::console) async fn page(
    caller: Caller,
    Path(id): Path<SnapshotId>,
    Query(asked): Query<Asked>,
) -> Answer {
    caller
        .page(move |caller| {
            let p = caller.frame()?;
            let draft = caller.desk().ledger_differences(id)?.draft;
            let lines = lines(caller, &p, id)?;
            let total = i64::try_from(lines.len()).unwrap_or(i64::MAX);
            let link = format!("/ledgers/{id}/decisions?page=");
            let paging = Paging::new(asked.page, total, link);
            let skip = usize::try_from(Paging::offset(paging.page)).unwrap_or(0);
            let take = usize::try_from(ROWS).unwrap_or(50);
            Ok(DecisionsPage {
                id,
                draft,
                lines: lines.into_iter().skip(skip).take(take).collect(),
                paging,
                p,
            })
        })
        .await
}

pub(in crate::console) async fn csv(caller: Caller, Path(id): Path<SnapshotId>) -> Answer {
    let text = caller
        .run(move |caller| {
            let p = caller.frame()?;
            Ok(csv_text(&p, &lines(caller, &p, id)?))
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"decisions.csv\"",
        ),
    ];
    Ok((headers, text).into_response())
}

/// With a byte order mark, without which Excel takes the text for GBK.
fn csv_text(p: &Frame, lines: &[Line]) -> String {
    let mut text = String::from('\u{feff}');
    let mut write = |cells: [String; 7]| {
        let cells: Vec<_> = cells.iter().map(|cell| csv_cell(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    write(HEADERS.map(|key| p.t(key)));
    for line in lines {
        write([
            line.subject.clone(),
            line.what.clone(),
            line.changes.join("\n"),
            line.cells.join("\n"),
            line.reason.clone(),
            line.by.clone(),
            line.at.clone(),
        ]);
    }
    text
}

fn lines(caller: &Caller, p: &Frame, id: SnapshotId) -> Result<Vec<Line>, Fault> {
    let record = caller.desk().ledger_decisions(id)?;
    let rows = record.rows.iter().map(|row| row_line(p, row));
    let customers = record.customers.iter().map(|it| customer_line(p, it));
    Ok(rows.chain(customers).collect())
}

fn row_line(p: &Frame, row: &DecidedRow) -> Line {
    let (tone, what) = match row.decision {
        RowDecision::Struck => ("bad", "decided-struck"),
        RowDecision::Corrected => ("good", "decided-corrected"),
        RowDecision::Confirmed => ("good", "decided-confirmed"),
    };
    let change = |cell: &CellCorrection| {
        let values = [
            ("cell", format!("{} {}", cell.column, cell.header)),
            ("was", p.or_dash(&cell.was).to_owned()),
            ("now", p.or_dash(&cell.now).to_owned()),
        ];
        p.with_all("import-correction", &values)
    };
    Line {
        subject: match &row.sheet {
            Some(sheet) => p.both("import-at-sheet", ("sheet", sheet), ("row", row.row)),
            None => p.with("import-at-row", "row", row.row),
        },
        tone,
        what: p.t(what),
        changes: row.corrections.iter().map(change).collect(),
        cells: row
            .cells
            .iter()
            .map(|cell| format!("{} {}: {}", cell.column, cell.header, cell.text))
            .collect(),
        reason: row.reason.clone(),
        by: p.name(&row.by),
        at: p.at(&row.at),
    }
}

fn customer_line(p: &Frame, customer: &DecidedCustomer) -> Line {
    let (tone, what) = match customer.decision {
        CustomerDecision::New => ("accent", "decided-new-customer"),
        CustomerDecision::OnFile => ("accent", "decided-on-file"),
    };
    let both = |name: &str, code: &str| format!("{name} {code}").trim().to_owned();
    Line {
        subject: both(&customer.name_written, &customer.code_written),
        tone,
        what: p.t(what),
        changes: vec![both(&customer.name, &customer.code)],
        cells: Vec::new(),
        reason: String::new(),
        by: p.name(&customer.by),
        at: p.at(&customer.at),
    }
}
