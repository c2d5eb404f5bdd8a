//! Headers further down: the same again, as on a new page, or those of another table.

use std::collections::BTreeMap;

use super::cell::{Cell, Row, Sheet, squeeze};
use super::columns::{Field, field_of};

/// A row of headers has at least this many cells.
const CELLS_OF_HEADER: usize = 4;

/// The squeezed texts of the header lines by column.
pub(crate) fn header_lines(sheet: &Sheet, header_rows: &[u32]) -> Vec<BTreeMap<u32, String>> {
    let is_header = |row: &&Row| header_rows.contains(&row.number);
    let texts = |row: &Row| {
        let text = |(column, cell): &(u32, Cell)| (*column, squeeze(&cell.to_string()));
        row.cells.iter().map(text).collect()
    };
    sheet.rows.iter().filter(is_header).map(texts).collect()
}

/// The row is one of the header lines again, or names nothing but fields.
pub(crate) fn repeats_header(row: &Row, lines: &[BTreeMap<u32, String>]) -> bool {
    row.is_text_only() && (is_like(row, lines) || names_only_fields(row))
}

fn is_like(row: &Row, lines: &[BTreeMap<u32, String>]) -> bool {
    lines.iter().any(|line| {
        let same = row
            .cells
            .iter()
            .filter(|(column, cell)| {
                line.get(column)
                    .is_some_and(|text| *text == squeeze(&cell.to_string()))
            })
            .count();
        same >= 2 && same * 10 >= row.cells.len() * 6
    })
}

fn is_one_of(row: &Row, lines: &[BTreeMap<u32, String>]) -> bool {
    lines.iter().any(|line| {
        row.cells.iter().all(|(column, cell)| {
            line.get(column)
                .is_some_and(|text| *text == squeeze(&cell.to_string()))
        })
    })
}

fn names_only_fields(row: &Row) -> bool {
    row.cells.len() >= CELLS_OF_HEADER
        && row
            .cells
            .iter()
            .all(|(_, cell)| cell.as_text().and_then(field_of).is_some())
}

/// Further down stand headers that give a field another column. Read by the first headers, the rows below them would be
/// wrong without anybody noticing.
pub(crate) fn has_second_table(
    sheet: &Sheet,
    header_rows: &[u32],
    positions: &BTreeMap<Field, u32>,
) -> bool {
    let lines = header_lines(sheet, header_rows);
    let last_header = header_rows.last().copied().unwrap_or(0);
    let moves_field = |row: &Row| {
        row.cells.iter().any(|(column, cell)| {
            let field = cell.as_text().and_then(field_of).map(|(field, _)| field);
            field
                .and_then(|field| positions.get(&field))
                .is_some_and(|position| position != column)
        })
    };
    sheet
        .rows
        .iter()
        .filter(|row| row.number > last_header && row.is_text_only())
        .any(|row| names_only_fields(row) && !is_one_of(row, &lines) && moves_field(row))
}
