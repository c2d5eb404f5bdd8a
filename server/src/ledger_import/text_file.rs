//! Text files: which encoding, which separator, which records.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::cell::{Cell, Row, Sheet};
use super::columns::field_of;
use super::error::{Found, ImportError};
use super::result::{Encoding, Format};
use super::workbook::{MAX_COLUMNS, MAX_ROWS};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Fields of all records, empty ones too.
const MAX_FIELDS: usize = 2_000_000;
/// No cell of a spreadsheet is longer: 32,767 characters of up to four bytes.
const MAX_FIELD_BYTES: usize = 4 * 32_767;
const SAMPLED_RECORDS: usize = 60;
const SAMPLED_CHARACTERS: usize = 65_536;

/// Reads a text file into its one sheet.
pub(crate) fn read(bytes: &[u8]) -> Result<(Format, Sheet), ImportError> {
    let (encoding, text) = decode(bytes)?;
    let is_binary =
        |c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}');
    if text.contains(is_binary) {
        return Err(ImportError::WrongType(Found::Unknown));
    }
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let separator = separator_of(&text);
    let format = Format::Text {
        encoding,
        separator: char::from(separator),
    };
    let mut rows = Vec::new();
    for_each_record(&text, separator, |row| {
        if row.number > MAX_ROWS {
            return Err(ImportError::TooManyRows { limit: MAX_ROWS });
        }
        if row.cells.iter().any(|(column, _)| *column >= MAX_COLUMNS) {
            return Err(ImportError::TooManyColumns { limit: MAX_COLUMNS });
        }
        if !row.cells.is_empty() {
            rows.push(row);
        }
        Ok(())
    })?;
    Ok((
        format,
        Sheet {
            name: None,
            rows,
            ..Sheet::default()
        },
    ))
}

fn decode(bytes: &[u8]) -> Result<(Encoding, String), ImportError> {
    let utf16 = |encoding, encoder: &'static encoding_rs::Encoding| {
        let (text, malformed) = encoder.decode_with_bom_removal(bytes);
        if malformed {
            Err(ImportError::UnknownEncoding)
        } else {
            Ok((encoding, text.into_owned()))
        }
    };
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return match std::str::from_utf8(rest) {
            Ok(text) => Ok((Encoding::Utf8WithMark, text.to_owned())),
            Err(_not_utf8) => Err(ImportError::UnknownEncoding),
        };
    }
    if bytes.starts_with(b"\xff\xfe") {
        return utf16(Encoding::Utf16Le, UTF_16LE);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return utf16(Encoding::Utf16Be, UTF_16BE);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
    {
        return Ok((Encoding::Utf8, text.to_owned()));
    }
    // Without a mark, the zero bytes of ASCII digits and separators betray UTF-16 and its byte order.
    let zeros_at = |parity: usize| {
        bytes
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (zeros_at(0), zeros_at(1));
    if odd > even && odd * 10 > bytes.len() {
        return utf16(Encoding::Utf16Le, UTF_16LE);
    }
    if even > odd && even * 10 > bytes.len() {
        return utf16(Encoding::Utf16Be, UTF_16BE);
    }
    let (text, malformed) = GB18030.decode_without_bom_handling(bytes);
    if malformed {
        return Err(ImportError::UnknownEncoding);
    }
    Ok((Encoding::Gb18030, text.into_owned()))
}

/// The separator under which a record of the first ones shows most known headers; failing that, the most frequent one.
fn separator_of(text: &str) -> u8 {
    let start: String = text.chars().take(SAMPLED_CHARACTERS).collect();
    let score = |separator: u8| {
        let (mut headers, mut seen) = (0, 0_usize);
        let sampled = for_each_record(&start, separator, |row| {
            let known = row.cells.iter().filter_map(|(_, cell)| cell.as_text());
            headers = headers.max(known.filter(|text| field_of(text).is_some()).count());
            seen += 1;
            if seen < SAMPLED_RECORDS {
                Ok(())
            } else {
                Err(ImportError::Empty)
            }
        });
        // The sample ends early on purpose; there is nothing to report.
        drop(sampled);
        (headers, start.matches(char::from(separator)).count())
    };
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| score(*separator))
        .unwrap_or(b',')
}

/// Calls `each` with every record, numbered as a spreadsheet program numbers rows: empty lines count. Every line of `text`
/// ends in `\n`.
fn for_each_record(
    text: &str,
    separator: u8,
    mut each: impl FnMut(Row) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut number, mut fields) = (0_u32, 0_usize);
    loop {
        let line_before = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_not_text) => return Err(ImportError::Damaged),
        }
        // The reader skips empty lines; the lines it passed over beyond those of the record were such.
        let passed = reader.position().line().saturating_sub(line_before);
        let inside: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        let inside = u64::try_from(inside).unwrap_or(u64::MAX);
        let skipped = u32::try_from(passed.saturating_sub(inside + 1)).unwrap_or(MAX_ROWS);
        number = number.saturating_add(1).saturating_add(skipped);
        fields = fields.saturating_add(record.len());
        if fields > MAX_FIELDS {
            return Err(ImportError::TooManyRows { limit: MAX_ROWS });
        }
        let mut cells = Vec::new();
        for (field, column) in record.iter().zip(0_u32..) {
            if field.len() > MAX_FIELD_BYTES {
                return Err(ImportError::UnclosedQuote { row: number });
            }
            if !field.is_empty() {
                cells.extend(Cell::text(field).map(|cell| (column, cell)));
            }
        }
        each(Row { number, cells })?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: &str = "客户编码,客户名称,单据编号\nKH1,样例,001\n\n\"KH2\",\"两\n行\",002\n";

    fn rows(bytes: &[u8]) -> (Format, Vec<(u32, usize)>) {
        let (format, sheet) = read(bytes).unwrap();
        (
            format,
            sheet
                .rows
                .iter()
                .map(|r| (r.number, r.cells.len()))
                .collect(),
        )
    }

    #[test]
    fn finds_encoding_and_separator() {
        let marked = format!("\u{feff}{LEDGER}");
        let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let unmarked: Vec<u8> = "a;b;c\n1;2;3\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        let (gb, _, _) = GB18030.encode(LEDGER);
        for (bytes, expected, mark) in [
            (LEDGER.as_bytes(), Encoding::Utf8, ','),
            (marked.as_bytes(), Encoding::Utf8WithMark, ','),
            (&utf16, Encoding::Utf16Le, ','),
            (&unmarked, Encoding::Utf16Be, ';'),
            (&gb, Encoding::Gb18030, ','),
            (LEDGER.replace(',', "\t").as_bytes(), Encoding::Utf8, '\t'),
        ] {
            let (format, _) = rows(bytes);
            assert_eq!(
                format,
                Format::Text {
                    encoding: expected,
                    separator: mark
                }
            );
        }
    }

    #[test]
    fn a_line_break_in_quotes_starts_no_row_and_an_empty_line_is_one() {
        let expected = vec![(1, 3), (2, 3), (4, 3)];
        assert_eq!(rows(LEDGER.as_bytes()).1, expected);
        assert_eq!(rows(LEDGER.trim_end().as_bytes()).1, expected);
        assert_eq!(rows(LEDGER.replace('\n', "\r\n").as_bytes()).1, expected);
    }

    #[test]
    fn bytes_in_no_encoding_are_refused() {
        assert_eq!(
            read(b"\x81\xff\xff,\xfe\n").err(),
            Some(ImportError::UnknownEncoding)
        );
    }
}
