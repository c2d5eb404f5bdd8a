//! Writing cells so that a spreadsheet program never evaluates them.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// A spreadsheet program would take the text for a formula or a command.
#[must_use]
pub fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r'])
}

/// A text as a field of a CSV file: guarded by `'` where it would be evaluated, quoted where it must be.
///
/// Only for text. An amount such as `-1200.00` is written by its own `Display`.
#[must_use]
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let guarded = if looks_like_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    };
    if guarded.contains([',', ';', '"', '\n', '\r', '\t']) {
        Cow::Owned(format!("\"{}\"", guarded.replace('"', "\"\"")))
    } else {
        guarded
    }
}

/// Writes a text into a workbook as text, marked so that it stays text when the cell is edited.
///
/// # Errors
/// When the text is longer than 32,767 characters or the place is outside a sheet.
pub fn xlsx_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
) -> Result<(), XlsxError> {
    if looks_like_formula(text) {
        let quoted = Format::new().set_quote_prefix();
        sheet.write_string_with_format(row, column, text, &quoted)?;
    } else {
        sheet.write_string(row, column, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_begins_like_a_formula() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            " =1",
            "＝1",
            "=HYPERLINK(\"http://x\",\"y\")",
        ] {
            let cell = csv_cell(text);
            assert!(cell.trim_start_matches('"').starts_with('\''), "{cell}");
        }
        assert_eq!(csv_cell("样例机械有限公司001"), "样例机械有限公司001");
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
