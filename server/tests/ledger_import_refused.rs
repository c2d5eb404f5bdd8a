//! Files that are no ledgers, or are made to hurt, are refused with a sentence and without a panic.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step of a test may panic"
)]

use std::io::{Cursor, Write as _};

use countersign_server::ledger_import::{
    Found, ImportError, MAX_BYTES, Options, ProblemKind, read,
};
use zip::write::SimpleFileOptions;

const CONTENT_TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const SHEET_RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

fn refused(bytes: &[u8]) -> ImportError {
    read(
        bytes,
        "ledger.xlsx",
        &Options::default(),
        &mut |_done, _total| {},
    )
    .unwrap_err()
}

fn sample(file: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ledgers");
    std::fs::read(folder.join(file)).unwrap()
}

/// A zip whose parts are given as one text and how often it is repeated.
fn zipped(parts: &[(&str, &[(&str, usize)])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, texts) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        for (text, times) in *texts {
            let block = text.repeat((*times).min(10_000));
            let mut left = *times;
            while left > 0 {
                let now = left.min(10_000);
                writer
                    .write_all(&block.as_bytes()[..text.len() * now])
                    .unwrap();
                left -= now;
            }
        }
    }
    writer.finish().unwrap().into_inner()
}

fn workbook(sheet: &[(&str, usize)], strings: &[(&str, usize)]) -> Vec<u8> {
    zipped(&[
        ("[Content_Types].xml", &[(CONTENT_TYPES, 1)]),
        ("_rels/.rels", &[(RELATIONS, 1)]),
        ("xl/workbook.xml", &[(WORKBOOK, 1)]),
        ("xl/_rels/workbook.xml.rels", &[(SHEET_RELATIONS, 1)]),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

const NO_STRINGS: &[(&str, usize)] = &[("<sst></sst>", 1)];

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, content) in streams {
        file.create_stream(name)
            .unwrap()
            .write_all(content)
            .unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), body].concat()
}

#[test]
fn an_empty_file_is_empty() {
    assert_eq!(refused(b""), ImportError::Empty);
    assert_eq!(refused(b"\n , ,\n"), ImportError::Empty);
}

#[test]
fn what_a_file_is_is_told_by_its_bytes() {
    for (bytes, found) in [
        (b"%PDF-1.7\n".as_slice(), Found::Pdf),
        (b"\x89PNG\r\n\x1a\n\0\0", Found::Picture),
        (b"\xff\xd8\xff\xe0", Found::Picture),
        (b"\r\n<html><body><table><tr><td>1</td></tr></table>", Found::WebPage),
        (b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", Found::OldWorkbook),
        (b"{\\rtf1", Found::TextDocument),
        (b"Rar!\x1a\x07", Found::Archive),
        (b"\x09\x08\x10\x00\x00\x05", Found::OldWorkbook),
        (b"\x00\x01\x02\x03\x04\x05", Found::Unknown),
    ] {
        assert_eq!(refused(bytes), ImportError::WrongType(found));
    }
    assert_eq!(
        refused(&zipped(&[("word/document.xml", &[("x", 1)])])),
        ImportError::WrongType(Found::TextDocument)
    );
    assert_eq!(
        refused(&zipped(&[("a.txt", &[("x", 1)])])),
        ImportError::WrongType(Found::Archive)
    );
    assert_eq!(
        refused(&zipped(&[("xl/workbook.bin", &[("x", 1)])])),
        ImportError::WrongType(Found::BinaryWorkbook)
    );
    assert_eq!(
        refused(&compound(&[("/WordDocument", b"x")])),
        ImportError::WrongType(Found::TextDocument)
    );
}

#[test]
fn a_password_is_named_as_the_reason() {
    let encrypted = compound(&[("/EncryptedPackage", b"x"), ("/EncryptionInfo", b"x")]);
    assert_eq!(refused(&encrypted), ImportError::PasswordProtected);
    let records = [
        record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]),
        record(0x002f, &[0; 6]),
    ]
    .concat();
    assert_eq!(
        refused(&compound(&[("/Workbook", &records)])),
        ImportError::PasswordProtected
    );
}

#[test]
fn a_file_cut_anywhere_is_damaged() {
    for file in ["ledger-clean.xlsx", "ledger-legacy.xls"] {
        let bytes = sample(file);
        for part in 1..24 {
            let cut = &bytes[..bytes.len() * part / 24];
            assert_eq!(
                refused(cut),
                ImportError::Damaged,
                "{file} cut at {}",
                cut.len()
            );
        }
    }
}

#[test]
fn flipped_bytes_never_panic() {
    for file in ["ledger-legacy.xls", "ledger-messy.xlsx", "ledger-gbk.csv"] {
        let bytes = sample(file);
        for step in 0..40 {
            let mut broken = bytes.clone();
            let at = step * 997 % broken.len();
            broken[at] ^= 0x5a;
            broken[(at + 512) % bytes.len()] = 0xff;
            let result = read(&broken, file, &Options::default(), &mut |_done, _total| {});
            match result {
                Ok(import) => assert!(import.totals.accepted <= 900),
                Err(error) => assert!(error.to_string().ends_with('.')),
            }
        }
    }
}

#[test]
fn a_zip_that_unpacks_to_gigabytes_is_not_unpacked() {
    let bomb = workbook(
        &[("<worksheet><sheetData>", 1), (" ", 200 * 1024 * 1024)],
        NO_STRINGS,
    );
    assert!(bomb.len() < 1024 * 1024);
    assert!(matches!(refused(&bomb), ImportError::UnpacksTooLarge));
    let strings = [("<sst>", 1), ("<si/>", 8 * 1024 * 1024), ("</sst>", 1)];
    let bomb = workbook(
        &[("<worksheet><sheetData></sheetData></worksheet>", 1)],
        &strings,
    );
    assert!(matches!(refused(&bomb), ImportError::UnpacksTooLarge));
}

#[test]
fn one_long_text_in_a_million_cells_is_not_copied_a_million_times() {
    let long = "长".repeat(10_000);
    let strings = [
        ("<sst><si><t>", 1),
        (long.as_str(), 1),
        ("</t></si></sst>", 1),
    ];
    let sheet = [
        ("<worksheet><sheetData>", 1),
        (
            "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>",
            90_000,
        ),
        ("</sheetData></worksheet>", 1),
    ];
    assert!(matches!(
        refused(&workbook(&sheet, &strings)),
        ImportError::UnpacksTooLarge
    ));
}

#[test]
fn a_cell_in_the_far_corner_builds_no_grid() {
    let sheet = [(
        "<worksheet><sheetData><row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row></sheetData></worksheet>",
        1,
    )];
    assert!(matches!(
        refused(&workbook(&sheet, NO_STRINGS)),
        ImportError::TooManyRows { .. }
    ));
    let sheet = [(
        "<worksheet><sheetData><row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row></sheetData></worksheet>",
        1,
    )];
    assert!(matches!(
        refused(&workbook(&sheet, NO_STRINGS)),
        ImportError::TooManyColumns { .. }
    ));
    let number = |row: u16, column: u16| {
        record(
            0x0203,
            &[
                row.to_le_bytes(),
                column.to_le_bytes(),
                [0; 2],
                [0; 2],
                [0; 2],
                [0; 2],
                [0; 2],
            ]
            .concat(),
        )
    };
    let records = [
        record(0x0809, &[0, 6, 16, 0, 0, 0, 0, 0]),
        number(0, 0),
        number(65_535, 255),
        record(0x000a, &[]),
    ]
    .concat();
    assert!(matches!(
        refused(&compound(&[("/Workbook", &records)])),
        ImportError::TooManyRows { .. }
    ));
    let table = r#"<office:document-content><office:body><office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;
    let mime = "application/vnd.oasis.opendocument.spreadsheet";
    let ods = zipped(&[("mimetype", &[(mime, 1)]), ("content.xml", &[(table, 1)])]);
    assert!(matches!(refused(&ods), ImportError::TooManyRows { .. }));
}

#[test]
fn text_with_too_many_rows_columns_or_bytes_is_refused() {
    assert!(matches!(
        refused("a,b\n".repeat(100_001).as_bytes()),
        ImportError::TooManyRows { .. }
    ));
    let unclosed = format!("a,b\n1,\"{}", "2,3\n".repeat(60_000));
    assert_eq!(
        refused(unclosed.as_bytes()),
        ImportError::UnclosedQuote { row: 2 }
    );
    assert!(matches!(
        refused("a,".repeat(300).as_bytes()),
        ImportError::TooManyColumns { .. }
    ));
    assert!(matches!(
        refused(&vec![b'a'; MAX_BYTES + 1]),
        ImportError::TooLarge { .. }
    ));
}

#[test]
fn a_small_opendocument_ledger_is_read() {
    let cell = |text: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let row = |texts: &[&str]| {
        format!(
            "<table:table-row>{}</table:table-row>",
            texts.iter().map(|t| cell(t)).collect::<String>()
        )
    };
    let table = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"应收\">{}{}{}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(&["客户名称", "单号", "到期日", "应收金额"]),
        row(&["样例公司", "001", "2022-11-28", "1.2万"]),
        "<table:table-row table:number-rows-repeated=\"1048574\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>",
    );
    let mime = "application/vnd.oasis.opendocument.spreadsheet";
    let ods = zipped(&[
        ("mimetype", &[(mime, 1)]),
        (
            "META-INF/manifest.xml",
            &[("<manifest:manifest></manifest:manifest>", 1)],
        ),
        ("content.xml", &[(&table, 1)]),
    ]);
    let import = read(&ods, "", &Options::default(), &mut |_done, _total| {}).unwrap();
    assert_eq!(import.sheets[0].header_rows, [1]);
    assert_eq!(import.problems[0].kind, ProblemKind::UnknownCustomer);
}
