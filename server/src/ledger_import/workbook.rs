//! Opening a file without trusting it: what it is, how much it unpacks to, which cells it has.
//!
//! A workbook of a few kilobytes can ask for gigabytes. So nothing is allocated by what a file claims: a zip is unpacked
//! once into nothing and counted before the reader sees it, sheets of an xlsx are read as a stream of cells, and the
//! formats whose reader builds whole grids (xls, ods) are measured first.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Ods, Range, Reader as _, Xls, Xlsx};
use zip::ZipArchive;

use super::cell::{Cell, Epoch, Sheet};
use super::error::{Found, ImportError};
use super::grid::{Budget, Grid, from_data, from_data_ref};
use super::measure;
use super::result::Format;
use super::text_file;

/// Bytes of a file.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Bytes that a zip may unpack to, all parts together.
pub(crate) const MAX_UNPACKED: u64 = 48 * 1024 * 1024;
/// The last row that is read, and the most rows with content over all sheets.
pub const MAX_ROWS: u32 = 60_000;
/// Columns that are read.
pub const MAX_COLUMNS: u32 = 256;
/// Cells with content, all sheets together; the grid of a format that is read as a whole may be this large too.
pub(crate) const MAX_CELLS: usize = 800_000;
/// Bytes that the table of shared texts may unpack to; the reader keeps it in memory.
const MAX_SHARED: u64 = 12 * 1024 * 1024;
/// Bytes that any other part which a reader keeps may unpack to; a style takes fifty times its text.
const MAX_KEPT: u64 = 3 * 1024 * 1024;
const MAX_SHEETS: usize = 64;
const MAX_PARTS: usize = 2_000;

const MEGABYTE: u64 = 1024 * 1024;

/// The format and the sheets of a file. A panic in a reader refuses the file as damaged.
pub(crate) fn open(bytes: &[u8]) -> Result<(Format, Vec<Sheet>), ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        let limit_mb = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX) / MEGABYTE;
        return Err(ImportError::TooLarge { limit_mb });
    }
    let opened = catch_unwind(AssertUnwindSafe(|| open_by_content(bytes)));
    let (format, mut sheets) = opened.unwrap_or(Err(ImportError::Damaged))?;
    let rows: usize = sheets.iter().map(|sheet| sheet.rows.len()).sum();
    if rows == 0 {
        return Err(ImportError::Empty);
    }
    if u32::try_from(rows).unwrap_or(u32::MAX) > MAX_ROWS {
        return Err(ImportError::TooManyRows { limit: MAX_ROWS });
    }
    for sheet in &mut sheets {
        sheet.rows.shrink_to_fit();
    }
    Ok((format, sheets))
}

fn open_by_content(bytes: &[u8]) -> Result<(Format, Vec<Sheet>), ImportError> {
    if bytes.starts_with(b"PK") {
        return open_zip(bytes);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        measure::compound_file(bytes)?;
        return Ok((Format::Xls, read_xls(bytes)?));
    }
    if let Some(found) = foreign(bytes) {
        return Err(ImportError::WrongType(found));
    }
    text_file::read(bytes).map(|(format, sheet)| (format, vec![sheet]))
}

/// What a file is by its first bytes, when that is no ledger.
fn foreign(bytes: &[u8]) -> Option<Found> {
    let signatures: [(&[u8], Found); 13] = [
        (b"%PDF", Found::Pdf),
        (b"\x89PNG", Found::Picture),
        (b"\xff\xd8\xff", Found::Picture),
        (b"GIF8", Found::Picture),
        (b"BM", Found::Picture),
        (b"II*\0", Found::Picture),
        (b"{\\rtf", Found::TextDocument),
        (b"Rar!", Found::Archive),
        (b"7z\xbc\xaf", Found::Archive),
        (b"\x1f\x8b", Found::Archive),
        (b"\x09\x08", Found::OldWorkbook),
        (b"\x09\x04", Found::OldWorkbook),
        (b"\x09\x02", Found::OldWorkbook),
    ];
    let by_signature = signatures
        .into_iter()
        .find(|(signature, _)| bytes.starts_with(signature))
        .map(|(_, found)| found);
    // `BM` begins words too; a bitmap has zero bytes in its header.
    let by_signature = by_signature
        .filter(|_| !bytes.starts_with(b"BM") || bytes.iter().take(30).any(|byte| *byte == 0));
    by_signature.or_else(|| {
        let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(1024)).unwrap_or(bytes))
            .to_lowercase();
        let head = head.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
        if !head.starts_with('<') {
            return None;
        }
        Some(
            if head.contains("urn:schemas-microsoft-com:office:spreadsheet") {
                Found::OldWorkbook
            } else {
                Found::WebPage
            },
        )
    })
}

fn open_zip(bytes: &[u8]) -> Result<(Format, Vec<Sheet>), ImportError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_no_directory| ImportError::Damaged)?;
    if archive.len() > MAX_PARTS {
        return Err(ImportError::WrongType(Found::Archive));
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    let format = if has("xl/workbook.xml") {
        Format::Xlsx
    } else if has("xl/workbook.bin") {
        return Err(ImportError::WrongType(Found::BinaryWorkbook));
    } else if has("word/document.xml") {
        return Err(ImportError::WrongType(Found::TextDocument));
    } else if has("content.xml") && has("mimetype") {
        Format::Ods
    } else if archive.file_names().any(|name| name.starts_with("xl/")) {
        Format::Xlsx
    } else {
        return Err(ImportError::WrongType(Found::Archive));
    };
    let is_ods = format == Format::Ods;
    let content = unpack_and_count(&mut archive, format)?;
    if is_ods {
        measure::open_document(&content)?;
        return Ok((format, read_ods(bytes)?));
    }
    Ok((format, read_xlsx(bytes)?))
}

/// Unpacks every part into nothing and counts; the content of an `OpenDocument` file is kept for measuring.
fn unpack_and_count(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    format: Format,
) -> Result<Vec<u8>, ImportError> {
    let mut content = Vec::new();
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let part = match archive.by_index(index) {
            Ok(part) => part,
            Err(zip::result::ZipError::UnsupportedArchive(why))
                if why == zip::result::ZipError::PASSWORD_REQUIRED =>
            {
                return Err(ImportError::PasswordProtected);
            }
            Err(_unreadable) => return Err(ImportError::Damaged),
        };
        let is_content = format == Format::Ods && part.name() == "content.xml";
        let is_streamed = is_content || part.name().starts_with("xl/worksheets/");
        let is_kept = !is_streamed && part.name().rsplit('.').next() == Some("xml");
        let bound = match (is_kept, part.name().ends_with("/sharedStrings.xml")) {
            (false, _) => left,
            (true, true) => left.min(MAX_SHARED),
            (true, false) => left.min(MAX_KEPT),
        };
        let mut bounded = part.take(bound + 1);
        let unpacked = if is_content {
            bounded
                .read_to_end(&mut content)
                .map(|length| u64::try_from(length).unwrap_or(u64::MAX))
        } else {
            std::io::copy(&mut bounded, &mut std::io::sink())
        };
        let unpacked = unpacked.map_err(|_broken_stream| ImportError::Damaged)?;
        if unpacked > bound {
            return Err(ImportError::UnpacksTooLarge);
        }
        left -= unpacked;
    }
    Ok(content)
}

fn read_xlsx(bytes: &[u8]) -> Result<Vec<Sheet>, ImportError> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| {
        matches!(error, calamine::XlsxError::Password)
            .then_some(ImportError::PasswordProtected)
            .unwrap_or(ImportError::Damaged)
    })?;
    let epoch = if workbook.has_1904_epoch() {
        Epoch::Since1904
    } else {
        Epoch::Since1900
    };
    let names = bounded_names(workbook.sheet_names())?;
    let mut budget = Budget::default();
    let mut sheets = Vec::new();
    for name in names {
        let mut reader = match workbook.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            Err(_unreadable) => return Err(ImportError::Damaged),
        };
        let mut grid = Grid::default();
        while let Some(cell) = reader
            .next_cell_with_formula_metadata()
            .map_err(|_broken| ImportError::Damaged)?
        {
            let content = match (&cell.value, cell.formula.is_some()) {
                (DataRef::Empty, true) => Some(Cell::Uncalculated),
                (value, _) => from_data_ref(value, epoch),
            };
            grid.put(cell.pos, content, &mut budget)?;
        }
        sheets.push(grid.into_sheet(name, epoch));
    }
    Ok(sheets)
}

fn read_xls(bytes: &[u8]) -> Result<Vec<Sheet>, ImportError> {
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| {
        matches!(error, calamine::XlsError::Password)
            .then_some(ImportError::PasswordProtected)
            .unwrap_or(ImportError::Damaged)
    })?;
    let epoch = if workbook.has_1904_epoch() {
        Epoch::Since1904
    } else {
        Epoch::Since1900
    };
    read_ranges(workbook.sheet_names(), epoch, |name| {
        workbook.worksheet_range(name).ok()
    })
}

fn read_ods(bytes: &[u8]) -> Result<Vec<Sheet>, ImportError> {
    let mut workbook = Ods::new(Cursor::new(bytes)).map_err(|error| {
        matches!(error, calamine::OdsError::Password)
            .then_some(ImportError::PasswordProtected)
            .unwrap_or(ImportError::Damaged)
    })?;
    read_ranges(workbook.sheet_names(), Epoch::Since1900, |name| {
        workbook.worksheet_range(name).ok()
    })
}

fn read_ranges(
    names: Vec<String>,
    epoch: Epoch,
    mut range_of: impl FnMut(&str) -> Option<Range<Data>>,
) -> Result<Vec<Sheet>, ImportError> {
    let mut budget = Budget::default();
    let mut sheets = Vec::new();
    for name in bounded_names(names)? {
        let range = range_of(&name).ok_or(ImportError::Damaged)?;
        let mut grid = Grid::default();
        let (first_row, first_column) = range.start().unwrap_or_default();
        for (row, cells) in (first_row..).zip(range.rows()) {
            for (column, cell) in (first_column..).zip(cells) {
                grid.put((row, column), from_data(cell, epoch), &mut budget)?;
            }
        }
        sheets.push(grid.into_sheet(name, epoch));
    }
    Ok(sheets)
}

fn bounded_names(names: Vec<String>) -> Result<Vec<String>, ImportError> {
    if names.len() > MAX_SHEETS {
        return Err(ImportError::TooManySheets {
            limit: u32::try_from(MAX_SHEETS).unwrap_or(u32::MAX),
        });
    }
    Ok(names)
}
