//! The cells of a workbook, collected within the limits.

use std::collections::BTreeMap;

use calamine::{Data, DataRef, ExcelDateTime};
use rust_decimal::Decimal;

use super::cell::{Cell, Epoch, Row, Sheet};
use super::error::ImportError;
use super::workbook::{MAX_CELLS, MAX_COLUMNS, MAX_ROWS, unpacks_too_large};

/// Bytes of text in all cells together.
const MAX_TEXT_BYTES: usize = 48 * 1024 * 1024;

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
        (self.cells, self.text_bytes) = left.ok_or(unpacks_too_large())?;
        Ok(())
    }
}

/// Cells as they come, within the limits.
#[derive(Default)]
pub(crate) struct Grid {
    rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
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
        self.rows.entry(row).or_default().insert(column, cell);
        Ok(())
    }

    pub(crate) fn into_sheet(self, name: String, epoch: Epoch) -> Sheet {
        let rows = self.rows.into_iter().map(|(row, cells)| Row {
            number: row + 1,
            cells: cells.into_iter().collect(),
        });
        Sheet {
            name: Some(name),
            rows: rows.collect(),
            epoch,
        }
    }
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
