//! What the clerk is asked although no row is held for it.

use std::collections::BTreeSet;

use countersign_core::domain::money::{Currency, Money};
use rust_decimal::Decimal;

use super::cell::{Cell, Sheet};
use super::columns::Field;
use super::date::DateOrder;
use super::layout::Layout;
use super::options::{Decision, Options};
use super::registers::sum;
use super::result::{LedgerImport, Place, Question, QuestionKind, SheetKind, UnitRead};

/// An amount this many times the usual one of its sheet is asked about.
const UNUSUAL_TIMES: u32 = 1_000;
/// Fewer rows have no usual amount.
const ROWS_FOR_USUAL: usize = 10;
const MOST_PER_KIND: usize = 50;

/// The currency as answered, as stated, or else presumed: dollars for an English ledger with American dates, otherwise yuan.
pub(crate) fn currency(layouts: &[Layout], options: &Options) -> Currency {
    let stated = layouts.iter().find_map(|layout| layout.currency);
    options
        .currency
        .or(stated)
        .unwrap_or(if layouts.iter().any(is_american) {
            Currency::Usd
        } else {
            Currency::Cny
        })
}

fn is_american(layout: &Layout) -> bool {
    layout.kind == SheetKind::Receivables
        && layout.date_order == DateOrder::MonthFirst
        && layout.is_english()
}

/// All questions, sheet by sheet.
pub(crate) fn ask(
    sheets: &[Sheet],
    layouts: &[Layout],
    import: &LedgerImport,
    options: &Options,
) -> Vec<Question> {
    let mut questions = Vec::new();
    let is_stated =
        options.currency.is_some() || layouts.iter().any(|layout| layout.currency.is_some());
    for (sheet, layout) in sheets.iter().zip(layouts) {
        let place = |row: u32| Place {
            sheet: sheet.name.clone(),
            row,
        };
        let first = place(sheet.rows.first().map_or(1, |row| row.number));
        if layout.kind == SheetKind::Unread {
            questions.push(Question {
                place: first.clone(),
                kind: QuestionKind::SheetUnread,
                found: sheet.name.clone().unwrap_or_default(),
            });
        }
        if !is_stated && is_american(layout) {
            questions.push(Question {
                place: first,
                kind: QuestionKind::CurrencyPresumed,
                found: import.currency.code().to_owned(),
            });
        }
        if layout.kind == SheetKind::Receivables && layout.unit == Some(UnitRead::Presumed) {
            questions.extend(fine_amount(sheet, layout).map(|(row, found)| Question {
                place: place(row),
                kind: QuestionKind::UnitPerhapsLarger,
                found,
            }));
        }
    }
    questions.extend(unusual(import, options));
    questions.extend(differing_totals(import));
    questions
}

/// The first amount with more than two real decimals: 1.234567 is no yuan. Binary noise has far more digits.
fn fine_amount(sheet: &Sheet, layout: &Layout) -> Option<(u32, String)> {
    let fine = |cell: &Cell| match cell {
        Cell::Number(number) => {
            let number = number.round_dp(8).normalize();
            (3..=7)
                .contains(&number.scale())
                .then(|| number.to_string())
        }
        Cell::Text(_)
        | Cell::Serial(..)
        | Cell::Error(_)
        | Cell::Logical(_)
        | Cell::Uncalculated => None,
    };
    sheet
        .rows
        .iter()
        .filter(|row| row.number > layout.last_header())
        .find_map(|row| {
            let cell = layout.cell(row, Field::Amount)?;
            fine(cell).map(|found| (row.number, found))
        })
}

/// A row that the clerk has confirmed is not asked about again.
fn unusual(import: &LedgerImport, options: &Options) -> Vec<Question> {
    let confirmed: BTreeSet<&Place> = options
        .rows
        .iter()
        .filter(|(_, decision)| matches!(decision, Decision::Confirm(_)))
        .map(|(place, _)| place)
        .collect();
    let mut questions = Vec::new();
    for sheet in &import.sheets {
        let rows = || {
            let in_sheet = |place: &Place| place.sheet == sheet.sheet;
            import
                .receivables
                .iter()
                .filter(move |row| in_sheet(&row.place))
        };
        let mut amounts: Vec<Decimal> = rows().map(|row| row.amount.amount().abs()).collect();
        if amounts.len() < ROWS_FOR_USUAL {
            continue;
        }
        amounts.sort_unstable();
        let usual = amounts.get(amounts.len() / 2).copied().unwrap_or_default();
        let bound = usual * Decimal::from(UNUSUAL_TIMES);
        let beyond = rows().filter(|row| {
            let is_beyond = !usual.is_zero() && row.amount.amount().abs() > bound;
            is_beyond && !confirmed.contains(&row.place)
        });
        questions.extend(beyond.take(MOST_PER_KIND).map(|row| Question {
            place: row.place.clone(),
            kind: QuestionKind::UnusualAmount,
            found: row.amount.to_string(),
        }));
    }
    questions
}

/// Total lines that differ from what was accepted of their sheet.
fn differing_totals(import: &LedgerImport) -> Vec<Question> {
    let accepted = |sheet: Option<&str>| -> Money {
        let rows = import
            .receivables
            .iter()
            .filter(|row| row.place.sheet.as_deref() == sheet);
        sum(import.currency, rows.map(|row| row.outstanding))
    };
    let is_ledger = |place: &Place| {
        import.sheets.iter().any(|sheet| {
            sheet.sheet == place.sheet
                && sheet.kind == SheetKind::Receivables
                && sheet.column(Field::Outstanding).is_some()
        })
    };
    import
        .totals_stated
        .iter()
        .filter(|stated| {
            is_ledger(&stated.place) && stated.amount != accepted(stated.place.sheet.as_deref())
        })
        .map(|stated| Question {
            place: stated.place.clone(),
            kind: QuestionKind::TotalDiffers,
            found: stated.amount.to_string(),
        })
        .collect()
}
