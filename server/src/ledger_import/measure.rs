//! How large a grid a file asks its reader to build, found without building it.
//!
//! The readers of xls and ods allocate the whole rectangle around the cells of a sheet. Two cells in opposite corners
//! make that gigabytes, so the rectangle is measured on the raw records first.

use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::error::{Found, ImportError};
use super::workbook::{MAX_CELLS, MAX_COLUMNS, MAX_ROWS};

/// Looks into a compound file: is it a workbook, is it encrypted, how large are its grids.
pub(crate) fn compound_file(bytes: &[u8]) -> Result<(), ImportError> {
    let mut file =
        cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_broken| ImportError::Damaged)?;
    if file.exists("/EncryptedPackage") {
        return Err(ImportError::PasswordProtected);
    }
    if file.exists("/WordDocument") {
        return Err(ImportError::WrongType(Found::TextDocument));
    }
    let name = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"]
        .into_iter()
        .find(|name| file.is_stream(name))
        .ok_or(ImportError::WrongType(Found::Unknown))?;
    let mut stream = file
        .open_stream(name)
        .map_err(|_broken| ImportError::Damaged)?;
    let mut records = Vec::new();
    let most = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    stream
        .by_ref()
        .take(most)
        .read_to_end(&mut records)
        .map_err(|_broken| ImportError::Damaged)?;
    workbook_records(&records)
}

/// The rectangle of one sheet.
#[derive(Default)]
struct Rectangle {
    rows: u32,
    columns: u32,
}

impl Rectangle {
    fn cover(&mut self, row: u32, column: u32) {
        self.rows = self.rows.max(row.saturating_add(1));
        self.columns = self.columns.max(column.saturating_add(1));
    }

    fn cells(&self) -> usize {
        let cells = u64::from(self.rows) * u64::from(self.columns);
        usize::try_from(cells).unwrap_or(usize::MAX)
    }
}

fn within(cells: usize) -> Result<(), ImportError> {
    if cells > MAX_CELLS {
        return Err(ImportError::TooManyRows { limit: MAX_ROWS });
    }
    Ok(())
}

const EOF: u16 = 0x000a;
const FILE_PASS: u16 = 0x002f;
const LABEL_SST: u16 = 0x00fd;
/// BLANK, NUMBER, LABEL, BOOLERR, RK, MULRK, MULBLANK, RSTRING, LABELSST, FORMULA: all begin with row and column.
const CELLS: [u16; 10] = [
    0x0201, 0x0203, 0x0204, 0x0205, 0x027e, 0x00bd, 0x00be, 0x00d6, LABEL_SST, 0x0006,
];
/// A record that says how long texts are: SST, and how many cells name one.
const SST: u16 = 0x00fc;

/// Walks BIFF records (MS-XLS §2.1.4) and adds up the rectangles of all sheets.
fn workbook_records(records: &[u8]) -> Result<(), ImportError> {
    let (mut total, mut text_bytes) = (0_usize, 0_u64);
    let mut sheet = Rectangle::default();
    let mut longest = 0_u64;
    let mut rest = records;
    while let Some((header, body)) = rest.split_at_checked(4) {
        let [kind_low, kind_high, length_low, length_high] = *header else {
            break;
        };
        let kind = u16::from_le_bytes([kind_low, kind_high]);
        let length = usize::from(u16::from_le_bytes([length_low, length_high]));
        let Some((body, after)) = body.split_at_checked(length) else {
            break;
        };
        rest = after;
        match kind {
            FILE_PASS => return Err(ImportError::PasswordProtected),
            SST => longest = longest_text(body),
            EOF => {
                total = total.saturating_add(sheet.cells());
                within(total)?;
                sheet = Rectangle::default();
            }
            kind if CELLS.contains(&kind) => {
                if let [row_low, row_high, column_low, column_high, ..] = *body {
                    let row = u16::from_le_bytes([row_low, row_high]);
                    let column = u16::from_le_bytes([column_low, column_high]);
                    sheet.cover(u32::from(row), u32::from(column));
                }
                if kind == LABEL_SST {
                    text_bytes = text_bytes.saturating_add(longest);
                }
            }
            _ => {}
        }
    }
    if text_bytes > MAX_SHARED_TEXT {
        return Err(ImportError::TooManyRows { limit: MAX_ROWS });
    }
    within(total.saturating_add(sheet.cells()))
}

const MAX_SHARED_TEXT: u64 = 256 * 1024 * 1024;

/// Characters of the longest text that begins in the first record of the table of shared texts (MS-XLS §2.4.265).
fn longest_text(body: &[u8]) -> u64 {
    let mut longest = 0;
    let mut rest = body.get(8..).unwrap_or_default();
    while let [low, high, flags, after @ ..] = rest {
        let characters = usize::from(u16::from_le_bytes([*low, *high]));
        longest = longest.max(u64::try_from(characters).unwrap_or(u64::MAX));
        let mut skip = if flags & 1 == 1 {
            characters * 2
        } else {
            characters
        };
        let mut head = after;
        if flags & 8 == 8
            && let [low, high, behind @ ..] = head
        {
            skip += usize::from(u16::from_le_bytes([*low, *high])) * 4;
            head = behind;
        }
        if flags & 4 == 4
            && let [a, b, c, d, behind @ ..] = head
        {
            let extension = u32::from_le_bytes([*a, *b, *c, *d]);
            skip = skip.saturating_add(usize::try_from(extension).unwrap_or(usize::MAX));
            head = behind;
        }
        rest = head.get(skip..).unwrap_or_default();
    }
    longest
}

/// Measures the tables of an `OpenDocument` file's `content.xml`: rows and cells may be repeated a million times by one number.
pub(crate) fn open_document(content: &[u8]) -> Result<(), ImportError> {
    let mut reader = Reader::from_reader(content);
    let (mut total, mut table, mut line) = (0_usize, Rectangle::default(), Line::default());
    let mut buffer = Vec::new();
    let mut row = 0_u32;
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|_broken| ImportError::Damaged)?;
        if let Event::Start(element) = &event {
            if local(element) == "table-row" {
                line = Line {
                    repeats: repeats(element, "number-rows-repeated"),
                    ..Line::default()
                };
            } else if is_cell(element) {
                line.pass(element);
                line.used = line.column;
            }
        } else if let Event::Empty(element) = &event
            && is_cell(element)
        {
            line.pass(element);
        } else if let Event::End(element) = &event {
            match element.local_name().as_ref() {
                "table-row" => {
                    row = row.saturating_add(line.repeats);
                    if line.used > 0 {
                        table.cover(row.saturating_sub(1), line.used - 1);
                    }
                    within(table.cells())?;
                }
                "table" => {
                    total = total.saturating_add(table.cells());
                    within(total)?;
                    (table, row) = (Rectangle::default(), 0);
                }
                _ => {}
            }
        } else if matches!(event, Event::Eof) {
            return Ok(());
        }
    }
}

/// One row of an `OpenDocument` table while it is passed.
#[derive(Default)]
struct Line {
    repeats: u32,
    column: u32,
    used: u32,
}

impl Line {
    fn pass(&mut self, cell: &BytesStart<'_>) {
        let repeats = repeats(cell, "number-columns-repeated");
        self.column = self.column.saturating_add(repeats);
        let has_value = cell.attributes().flatten().any(|attribute| {
            matches!(
                attribute.key.local_name().as_ref(),
                "value-type" | "formula" | "value"
            )
        });
        if has_value {
            self.used = self.column;
        }
    }
}

fn local<'a>(element: &'a BytesStart<'_>) -> &'a str {
    let name = element.name().0;
    name.rsplit(':').next().unwrap_or(name)
}

fn is_cell(element: &BytesStart<'_>) -> bool {
    matches!(local(element), "table-cell" | "covered-table-cell")
}

fn repeats(element: &BytesStart<'_>, name: &str) -> u32 {
    element
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| attribute.value.parse().ok())
        .unwrap_or(1)
        .max(1)
        .min(MAX_COLUMNS.max(1_048_576))
}
