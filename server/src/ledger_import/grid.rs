//! The cells of a workbook, collected within the limits.

use std::collections::BTreeMap;

use calamine::{Data, DataRef, ExcelDateTime};
use rust_decimal::Decimal;

use super::cell::{Cell, Epoch, Row, Sheet};
use super::error::ImportError;
use super::workbook::{MAX_CELLS, MAX_COLUMNS, MAX_ROWS};

/// Bytes of text in all cells together.
const MAX_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// What one file may still take: one shared text can be named by a million cells.
pub(crate) struct Budget {
    cells: usize,
    text_bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            cells: MAX_CELLS,
            text_bytes: MAX_TEXT_BYTES,
        }
    }
}

impl Budget {
    fn spend(&mut self, cell: &Cell) -> Result<(), ImportError> {
        let text = cell.as_text().map_or(0, str::len);
        let left = self
            .cells
            .checked_sub(1)
            .zip(self.text_bytes.checked_sub(text));
        (self.cells, self.text_bytes) = left.ok_or(ImportError::UnpacksTooLarge)?;
        Ok(())
    }
}

/// Cells as they come, within the limits. Readers give them in order of rows and columns, except in damaged files.
#[derive(Default)]
pub(crate) struct Grid {
    rows: Vec<Row>,
    is_unordered: bool,
}

impl Grid {
    pub(crate) fn put(
        &mut self,
        (row, column): (u32, u32),
        cell: Option<Cell>,
        budget: &mut Budget,
    ) -> Result<(), ImportError> {
        let Some(cell) = cell else { return Ok(()) };
        if row >= MAX_ROWS {
            return Err(ImportError::TooManyRows { limit: MAX_ROWS });
        }
        if column >= MAX_COLUMNS {
            return Err(ImportError::TooManyColumns { limit: MAX_COLUMNS });
        }
        budget.spend(&cell)?;
        let number = row + 1;
        match self.rows.last_mut() {
            Some(last) if last.number == number => {
                self.is_unordered |= last.cells.last().is_some_and(|(at, _)| *at >= column);
                last.cells.push((column, cell));
            }
            last => {
                self.is_unordered |= last.is_some_and(|last| last.number > number);
                let cells = vec![(column, cell)];
                self.rows.push(Row { number, cells });
            }
        }
        Ok(())
    }

    pub(crate) fn into_sheet(self, name: String, epoch: Epoch) -> Sheet {
        let rows = if self.is_unordered {
            ordered(self.rows)
        } else {
            self.rows
        };
        Sheet {
            name: Some(name),
            rows,
            epoch,
        }
    }
}

/// One row a number and one cell a column; of two the later stays.
fn ordered(rows: Vec<Row>) -> Vec<Row> {
    let mut by_number: BTreeMap<u32, BTreeMap<u32, Cell>> = BTreeMap::new();
    for row in rows {
        by_number.entry(row.number).or_default().extend(row.cells);
    }
    let row = |(number, cells): (u32, BTreeMap<u32, Cell>)| Row {
        number,
        cells: cells.into_iter().collect(),
    };
    by_number.into_iter().map(row).collect()
}

pub(crate) fn from_data_ref(data: &DataRef<'_>, epoch: Epoch) -> Option<Cell> {
    match data {
        DataRef::Empty => None,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::text(text)
        }
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Int(number) => Some(Cell::Number(Decimal::from(*number))),
        DataRef::Float(number) => Some(Cell::number(*number)),
        DataRef::Bool(is) => Some(Cell::Logical(*is)),
        DataRef::DateTime(value) => Some(from_date_time(*value, epoch)),
        DataRef::Error(error) => Some(Cell::Error(error.to_string())),
    }
}

pub(crate) fn from_data(data: &Data, epoch: Epoch) -> Option<Cell> {
    match data {
        Data::Empty => None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Int(number) => Some(Cell::Number(Decimal::from(*number))),
        Data::Float(number) => Some(Cell::number(*number)),
        Data::Bool(is) => Some(Cell::Logical(*is)),
        Data::DateTime(value) => Some(from_date_time(*value, epoch)),
        Data::Error(error) => Some(Cell::Error(error.to_string())),
    }
}

fn from_date_time(value: ExcelDateTime, epoch: Epoch) -> Cell {
    let cell = Cell::number(value.as_f64());
    if let Cell::Number(serial) = cell
        && value.is_datetime()
    {
        return Cell::Serial(serial, epoch);
    }
    cell
}
