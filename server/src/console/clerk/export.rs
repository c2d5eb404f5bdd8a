//! The problem rows of an import as files for a spreadsheet program. No cell of theirs is ever evaluated.

use axum::extract::{Extension, Path};
use axum::http::header;
use axum::response::IntoResponse as _;
use countersign_core::domain::ids::Digest;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::imports::current;
use super::readings::Readings;
use super::review::problem_row;
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::fault::Fault;
use crate::console::layout::frame::Frame;
use crate::ledger_import::LedgerImport;
use crate::ledger_import::export::{csv_cell, xlsx_text};

const HEADERS: [&str; 6] = [
    "import-sheet",
    "import-row",
    "import-column",
    "import-header",
    "import-found",
    "import-reason",
];

pub(in crate::console) async fn csv(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let text = caller
        .run(move |caller| {
            let (_view, read) = current(caller, &readings, id)?;
            Ok(csv_text(&caller.frame()?, &read))
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"problems.csv\"",
        ),
    ];
    Ok((headers, text).into_response())
}

pub(in crate::console) async fn xlsx(
    caller: Caller,
    Extension(readings): Extension<Readings>,
    Path(id): Path<Digest>,
) -> Answer {
    caller.needs(Action::ImportLedger)?;
    let bytes = caller
        .run(move |caller| {
            let (_view, read) = current(caller, &readings, id)?;
            workbook(&caller.frame()?, &read).map_err(|error| Fault::broken(&error))
        })
        .await?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"problems.xlsx\"",
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// With a byte order mark, without which Excel takes the text for GBK.
fn csv_text(p: &Frame, read: &LedgerImport) -> String {
    let mut text = String::from('\u{feff}');
    let mut line = |cells: &[String]| {
        let cells: Vec<_> = cells.iter().map(|cell| csv_cell(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    line(&HEADERS.map(|key| p.t(key)));
    for problem in &read.problems {
        line(&problem_row(p, problem).cells());
    }
    text
}

fn workbook(p: &Frame, read: &LedgerImport) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(p.t("import-problems-sheet"))?;
    let bold = Format::new().set_bold();
    for (column, key) in (0_u16..).zip(HEADERS) {
        sheet.write_string_with_format(0, column, p.t(key), &bold)?;
    }
    for (row, problem) in (1_u32..).zip(&read.problems) {
        for (column, cell) in (0_u16..).zip(problem_row(p, problem).cells()) {
            xlsx_text(sheet, row, column, &cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}
