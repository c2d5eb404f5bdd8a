//! Which rows of a table are data, and why the others are not.

use std::collections::BTreeMap;

use super::amount::{Amount, Unit, read_amount, unit_of_line};
use super::cell::{Row, Sheet, squeeze};
use super::columns::Field;
use super::date::{DateCell, day_in, read_date};
use super::layout::Layout;
use super::repeats::{header_lines, repeats_header};
use super::result::{IgnoredKind, SheetKind};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// A receivable, customer, contract or payment.
    Data,
    /// Neither data nor a problem.
    Ignored(IgnoredKind),
}

const SUM_WORDS: [&str; 12] = [
    "小计",
    "合计",
    "总计",
    "共计",
    "累计",
    "总合计",
    "页计",
    "分计",
    "subtotal",
    "sub-total",
    "total",
    "grandtotal",
];
const TOTAL_WORDS: [&str; 7] = [
    "合计",
    "总计",
    "共计",
    "累计",
    "总合计",
    "total",
    "grandtotal",
];
const FOOTER_WORDS: [&str; 18] = [
    "制表",
    "填表",
    "编制",
    "审核",
    "复核",
    "审批",
    "核准",
    "会计",
    "出纳",
    "主管",
    "负责人",
    "打印",
    "签字",
    "盖章",
    "经办",
    "页",
    "preparedby",
    "printed",
];

/// The kind of every row of a sheet up to its last row with content, blank rows included, in order.
pub(crate) fn classify(sheet: &Sheet, layout: &Layout) -> Vec<(u32, RowKind)> {
    let lines = header_lines(sheet, &layout.header_rows);
    let mut kinds: Vec<(u32, RowKind)> = Vec::new();
    let mut expected = 1;
    let first = sheet.rows.first().map_or(1, |row| row.number);
    for row in &sheet.rows {
        kinds.extend(
            (expected..row.number).map(|blank| (blank, RowKind::Ignored(IgnoredKind::Blank))),
        );
        expected = row.number + 1;
        let kind = match layout.kind {
            SheetKind::Notes | SheetKind::Empty => RowKind::Ignored(IgnoredKind::Note),
            SheetKind::Unread => RowKind::Ignored(IgnoredKind::Unread),
            SheetKind::Customers
            | SheetKind::Contracts
            | SheetKind::Receivables
            | SheetKind::Payments => kind_of(row, layout, &lines, first),
        };
        kinds.push((row.number, kind));
    }
    settle_sums(&mut kinds);
    kinds
}

fn kind_of(row: &Row, layout: &Layout, lines: &[BTreeMap<u32, String>], first: u32) -> RowKind {
    let ignored = if layout.header_rows.contains(&row.number) {
        Some(IgnoredKind::Header)
    } else if row.number < layout.last_header() {
        Some(above_headers(row, first))
    } else if repeats_header(row, lines) {
        Some(IgnoredKind::RepeatedHeader)
    } else {
        below_headers(row, layout)
    };
    ignored.map_or(RowKind::Data, RowKind::Ignored)
}

fn above_headers(row: &Row, first: u32) -> IgnoredKind {
    let texts = || row.cells.iter().filter_map(|(_, cell)| cell.as_text());
    let states_unit = texts().any(|text| unit_of_line(text).is_some());
    let only_unit = texts().all(|text| {
        squeeze(text)
            .trim_start_matches(['(', '金', '额'])
            .starts_with("单位")
    });
    let states_day = texts().any(|text| day_in(text).is_some());
    if (states_unit && (row.number > first || only_unit)) || (states_day && row.number > first) {
        IgnoredKind::UnitLine
    } else {
        IgnoredKind::Title
    }
}

fn below_headers(row: &Row, layout: &Layout) -> Option<IgnoredKind> {
    if has_identity(row, layout) {
        return None;
    }
    if let Some(kind) = sum_kind(row, layout) {
        return Some(kind);
    }
    let texts: Vec<String> = row
        .cells
        .iter()
        .filter_map(|(_, cell)| cell.as_text())
        .map(|text| squeeze(text).to_lowercase())
        .collect();
    if texts.len() != row.cells.len() || has_figures(row, layout) {
        return None;
    }
    let is_footer = texts.iter().any(|text| {
        FOOTER_WORDS
            .iter()
            .any(|word| text.contains(word) && (text.contains(':') || texts.len() <= 3))
    });
    let is_in_amounts = [
        Field::Amount,
        Field::Received,
        Field::Outstanding,
        Field::Due,
        Field::Invoiced,
    ]
    .into_iter()
    .any(|field| layout.cell(row, field).is_some());
    let is_register = layout.kind == SheetKind::Customers;
    match (is_footer, texts.len()) {
        (true, _) => Some(IgnoredKind::Footer),
        (false, 1) if !is_in_amounts && !is_register => Some(IgnoredKind::Note),
        (false, _) => None,
    }
}

/// The row names a document, or a day: it is data whatever else it says.
fn has_identity(row: &Row, layout: &Layout) -> bool {
    let is_sum = |text: &str| sum_word(text).is_some();
    let has_document = [Field::Document, Field::AppliedTo]
        .into_iter()
        .filter_map(|field| layout.cell(row, field))
        .any(|cell| {
            let text = cell.to_string();
            text.chars()
                .any(|c| c.is_ascii_digit() || ('０'..='９').contains(&c))
                && !is_sum(&text)
        });
    has_document || has_day(row, layout)
}

fn has_day(row: &Row, layout: &Layout) -> bool {
    [Field::Invoiced, Field::Due, Field::PaidOn, Field::SignedOn]
        .into_iter()
        .filter_map(|field| layout.cell(row, field))
        .any(|cell| {
            matches!(
                read_date(Some(cell), layout.date_order, super::cell::Epoch::Since1900),
                DateCell::Is(_)
            )
        })
}

fn has_figures(row: &Row, layout: &Layout) -> bool {
    [
        Field::Amount,
        Field::Received,
        Field::Outstanding,
        Field::ContractAmount,
    ]
    .into_iter()
    .any(|field| {
        matches!(
            read_amount(layout.cell(row, field), Unit::One),
            Amount::Is(_)
        )
    })
}

/// The word by which a text says that its row is a sum.
fn sum_word(text: &str) -> Option<&'static str> {
    let text = squeeze(text).to_lowercase();
    let text = text.trim_end_matches([':', '.', '。']);
    let mut words = SUM_WORDS.to_vec();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.into_iter().find(|word| {
        text == *word
            || text.ends_with(word)
            || text.strip_prefix(word).is_some_and(|rest| {
                rest.starts_with(['(', ':', '-', '人'])
                    || rest.starts_with(|c: char| c.is_ascii_digit())
            })
    })
}

/// A sum, told by its word. A row of bare amounts is held instead: nobody has said that it is a sum. Which sum is the total is
/// settled later.
fn sum_kind(row: &Row, layout: &Layout) -> Option<IgnoredKind> {
    let remark = layout.at(Field::Remark);
    let word = row
        .cells
        .iter()
        .filter(|(column, _)| Some(*column) != remark)
        .filter_map(|(_, cell)| cell.as_text())
        .find_map(|text| sum_word(text).map(|word| (word, squeeze(text).to_lowercase())));
    let (word, text) = word?;
    let is_alone = text.starts_with(word);
    Some(if TOTAL_WORDS.contains(&word) && is_alone {
        IgnoredKind::Total
    } else {
        IgnoredKind::Subtotal
    })
}

/// Only the last sum is the total, and only when no data follows; a 合计 between the data sums up a part.
fn settle_sums(kinds: &mut [(u32, RowKind)]) {
    let mut is_last = true;
    for (_, kind) in kinds.iter_mut().rev() {
        match kind {
            RowKind::Ignored(IgnoredKind::Total) => {
                if !is_last {
                    *kind = RowKind::Ignored(IgnoredKind::Subtotal);
                }
                is_last = false;
            }
            RowKind::Data | RowKind::Ignored(IgnoredKind::Subtotal) => is_last = false,
            RowKind::Ignored(_) => {}
        }
    }
}
