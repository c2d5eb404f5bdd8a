//! What a cell holds, and how text is folded before it is compared.

use std::fmt;
use std::str::FromStr as _;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// The day from which a workbook counts its date serials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Epoch {
    /// Day 1 is 1900-01-01, with a 29 February 1900 that never was.
    #[default]
    Since1900,
    /// Day 0 is 1904-01-01, as old Macintosh workbooks count.
    Since1904,
}

impl Epoch {
    /// The day of a serial; none outside 1980 to 2100, where no ledger date lies.
    pub(crate) fn day(self, serial: Decimal) -> Option<NaiveDate> {
        let days = serial.floor().to_u64()?;
        let zero = match self {
            Self::Since1900 => NaiveDate::from_ymd_opt(1899, 12, 30)?,
            Self::Since1904 => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        };
        plausible(zero.checked_add_days(Days::new(days))?)
    }
}

/// The day itself when a ledger may name it: years 1980 to 2100.
pub(crate) fn plausible(day: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike as _;
    (1980..=2100).contains(&day.year()).then_some(day)
}

/// The content of a cell that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text, as it was typed; never only white space.
    Text(String),
    /// A number that is not formatted as a date.
    Number(Decimal),
    /// A number formatted as a date, by the workbook's epoch.
    Serial(Decimal, Epoch),
    /// An error value such as `#REF!`.
    Error(String),
    /// True or false.
    Logical(bool),
    /// A formula whose result the file does not hold.
    Uncalculated,
}

impl Cell {
    /// A text cell; none when there is nothing but white space.
    pub(crate) fn text(text: &str) -> Option<Self> {
        (!fold(text).is_empty()).then(|| Self::Text(text.to_owned()))
    }

    /// A number cell from the binary number that spreadsheets store, by its shortest decimal text.
    pub(crate) fn number(value: f64) -> Self {
        let text = value.to_string();
        Decimal::from_str(&text).map_or(Self::Error(text), Self::Number)
    }

    /// The text of a text cell.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_)
            | Self::Serial(..)
            | Self::Error(_)
            | Self::Logical(_)
            | Self::Uncalculated => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Error(text) => f.write_str(text),
            Self::Number(number) => number.normalize().fmt(f),
            Self::Serial(serial, epoch) => match epoch.day(*serial) {
                Some(day) => day.fmt(f),
                None => serial.normalize().fmt(f),
            },
            Self::Logical(true) => f.write_str("TRUE"),
            Self::Logical(false) => f.write_str("FALSE"),
            Self::Uncalculated => Ok(()),
        }
    }
}

/// One row with its non-empty cells in order of columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Counted from 1.
    pub number: u32,
    /// Column, counted from 0, and content.
    pub cells: Vec<(u32, Cell)>,
}

impl Row {
    /// The cell in a column, when it is not empty.
    pub(crate) fn at(&self, column: u32) -> Option<&Cell> {
        self.cells
            .binary_search_by_key(&column, |(at, _)| *at)
            .ok()
            .and_then(|index| self.cells.get(index))
            .map(|(_, cell)| cell)
    }

    /// Replaces a cell by what the clerk typed.
    pub(crate) fn replace(&mut self, column: u32, text: &str) {
        self.cells.retain(|(at, _)| *at != column);
        if let Some(cell) = Cell::text(text) {
            self.cells.push((column, cell));
            self.cells.sort_by_key(|(at, _)| *at);
        }
    }

    /// All cells are text.
    pub(crate) fn is_text_only(&self) -> bool {
        self.cells.iter().all(|(_, cell)| cell.as_text().is_some())
    }
}

/// One sheet, or the whole of a text file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    /// None in a text file.
    pub name: Option<String>,
    /// Rows with content, in order of their numbers.
    pub rows: Vec<Row>,
    /// For numbers that are days and not formatted so.
    pub epoch: Epoch,
}

/// Full-width forms as ASCII, any white space as a blank, no zero-width characters, nothing around.
pub(crate) fn fold(text: &str) -> String {
    let folded: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}'))
        .map(fold_char)
        .collect();
    folded.trim().to_owned()
}

fn fold_char(c: char) -> char {
    match c {
        '！'..='～' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        '￥' => '¥',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Like [`fold`], without any white space and with one style of brackets: two names are the same when this is.
pub(crate) fn squeeze(text: &str) -> String {
    fold(text)
        .chars()
        .filter(|c| *c != ' ')
        .map(|c| match c {
            '[' | '【' | '〔' | '〖' => '(',
            ']' | '】' | '〕' | '〗' => ')',
            c => c,
        })
        .collect()
}

/// A document number or code as text: folded, without white space, without the `="…"` or `'` that exports wrap around it.
pub(crate) fn identifier(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => {
            let text = squeeze(text);
            let text = text
                .strip_prefix("=\"")
                .and_then(|inner| inner.strip_suffix('"'))
                .unwrap_or(&text);
            text.strip_prefix('\'').unwrap_or(text).to_owned()
        }
        Cell::Serial(serial, _) => serial.normalize().to_string(),
        Cell::Number(_) | Cell::Error(_) | Cell::Logical(_) | Cell::Uncalculated => {
            cell.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_after_folding_width_brackets_and_space() {
        let name = squeeze("样例化工（样本）有限公司041");
        for written in [
            "样例化工(样本)有限公司041",
            " 样例化工 (样本）有限公司０４１",
            "样例化工【样本】有限公司\n041",
        ] {
            assert_eq!(squeeze(written), name);
        }
        assert_ne!(squeeze("样例化工（样本）公司041"), name);
    }

    #[test]
    fn leading_zeros_belong_to_a_document_number() {
        for written in [
            "=\"00123456\"",
            "\t00123456",
            "'00123456",
            "００１２３４５６ ",
        ] {
            assert_eq!(identifier(&Cell::Text(written.to_owned())), "00123456");
        }
        assert_eq!(identifier(&Cell::number(89_291_332.0)), "89291332");
    }

    #[test]
    fn both_epochs_name_the_same_day() {
        let day = NaiveDate::from_ymd_opt(2022, 11, 28);
        assert_eq!(Epoch::Since1900.day(Decimal::from(44893)), day);
        assert_eq!(Epoch::Since1904.day(Decimal::from(44893 - 1462)), day);
        assert_eq!(Epoch::Since1900.day(Decimal::from(12)), None);
    }
}
