//! Ledgers as they also turn up: tables that start late, other words, other units, other date systems.

#![expect(clippy::unwrap_used, reason = "a failed step of a test may panic")]

use chrono::NaiveDate;
use countersign_server::ledger_import::{
    Column, Decision, Field, IgnoredKind, ImportError, KnownCustomer, LedgerImport, Options, Place,
    ProblemKind, QuestionKind, SheetAnswer, SheetKind, Unit, UnitRead, read,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use IgnoredKind::{Blank, Footer, Header, Subtotal, Title, Total, UnitLine};

const HEADERS: [&str; 8] = [
    "客户编码",
    "客户名称",
    "发票号",
    "开票日期",
    "到期日",
    "应收金额",
    "已收金额",
    "未收金额",
];

fn options() -> Options {
    let customer = |number: u32| KnownCustomer {
        code: format!("KH{number:04}"),
        name: format!("样例机械有限公司{number:03}"),
    };
    Options {
        customers_known: (1..=9).map(customer).collect(),
        ..Options::default()
    }
}

fn import(bytes: &[u8], options: &Options) -> LedgerImport {
    read(bytes, "ledger", options, &mut |_done, _total| {}).unwrap()
}

fn csv(text: &str) -> LedgerImport {
    import(text.as_bytes(), &options())
}

fn write_rows(sheet: &mut Worksheet, first: u32, rows: &[&[&str]]) {
    for (row, texts) in (first..).zip(rows) {
        for (column, text) in (0..).zip(*texts) {
            if !text.is_empty() {
                sheet.write_string(row, column, *text).unwrap();
            }
        }
    }
}

fn workbook(fill: impl Fn(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

fn kinds(import: &LedgerImport) -> Vec<(u32, IgnoredKind)> {
    import
        .ignored_rows
        .iter()
        .map(|row| (row.place.row, row.kind))
        .collect()
}

fn problems(import: &LedgerImport) -> Vec<(u32, String, ProblemKind)> {
    import
        .problems
        .iter()
        .map(|p| (p.place.row, p.column.to_string(), p.kind))
        .collect()
}

fn outstanding(import: &LedgerImport) -> String {
    import.totals.total_outstanding.to_string()
}

#[test]
fn a_table_may_start_in_row_seven_below_a_title_in_chinese_numerals() {
    let bytes = workbook(|sheet| {
        sheet
            .write_string(1, 0, "样例集团二〇二二年第十一期应收账款明细（三）")
            .unwrap();
        sheet
            .write_string(3, 0, "编制单位：样例集团有限公司")
            .unwrap();
        sheet.write_string(4, 5, "金额单位：人民币千元").unwrap();
        write_rows(
            sheet,
            6,
            &[
                &HEADERS,
                &[
                    "KH0001",
                    "",
                    "00000001",
                    "2022-01-02",
                    "2022.2.2",
                    "1.5",
                    "-",
                    "1.5",
                ],
            ],
        );
    });
    let import = import(&bytes, &options());
    assert_eq!(import.sheets[0].header_rows, [7]);
    assert_eq!(
        import.sheets[0].unit,
        Some(UnitRead::Stated(Unit::Thousand))
    );
    assert_eq!(problems(&import), []);
    assert_eq!(outstanding(&import), "1500.00");
    let expected = [
        (1, Blank),
        (2, Title),
        (3, Blank),
        (4, Title),
        (5, UnitLine),
        (6, Blank),
        (7, Header),
    ];
    assert_eq!(kinds(&import), expected);
}

#[test]
fn units_in_header_brackets_count_for_all_columns_or_each_for_its_own() {
    let all = csv(
        "客户名称,单号,到期日,应收金额（万元）,已收金额,未收金额\n样例机械有限公司001,1,2022-1-1,2,1,1\n",
    );
    assert_eq!(outstanding(&all), "10000.00");
    let each = csv(
        "客户名称,单号,到期日,应收(万元),已收(元),未收(元)\n样例机械有限公司001,1,2022-1-1,2,5000,15000\n",
    );
    assert_eq!(
        (outstanding(&each).as_str(), each.problems.len()),
        ("15000.00", 0)
    );
    let some = csv(
        "客户名称,单号,到期日,应收(万元),已收(元),未收\n样例机械有限公司001,1,2022-1-1,2,5000,15000\n",
    );
    assert_eq!(
        problems(&some),
        [(2, "D".to_owned(), ProblemKind::AmbiguousUnit)]
    );
}

#[test]
fn the_clerk_answers_which_unit_an_ambiguous_sheet_is_in() {
    let text = "补录（单位：元）\n客户名称,单号,到期日,应收金额（万元）,未收金额（万元）\n样例机械有限公司001,1,2022-1-1,2,2\n";
    assert_eq!(
        problems(&csv(text)),
        [(3, "D".to_owned(), ProblemKind::AmbiguousUnit)]
    );
    let mut answered = options();
    answered.sheets.push(SheetAnswer {
        unit: Some(Unit::TenThousand),
        ..SheetAnswer::default()
    });
    let import = import(text.as_bytes(), &answered);
    assert_eq!(
        (outstanding(&import).as_str(), import.problems.len()),
        ("20000.00", 0)
    );
}

#[test]
fn totals_in_other_words_are_no_receivables() {
    let import = csv(concat!(
        "客户名称,单号,到期日,应收金额,已收金额,未收金额,备注\n",
        "样例机械有限公司001,1,2022-1-1,10,0,10,合计两笔\n",
        "样例机械有限公司001 小计,,,10,0,10,\n",
        "样例机械有限公司002,2,2022-1-1,5,0,5,\n",
        "合计：,,,5,0,5,\n",
        "样例机械有限公司003,3,2022-1-1,(5),0,(5),\n",
        "Grand Total,,,10,0,10,\n",
        "第 1 页 共 1 页,,,,,,\n",
    ));
    assert_eq!(
        kinds(&import),
        [
            (1, Header),
            (3, Subtotal),
            (5, Subtotal),
            (7, Total),
            (8, Footer)
        ]
    );
    assert_eq!(import.totals_stated[0].amount.to_string(), "10.00");
    assert_eq!(
        (import.totals.accepted, outstanding(&import).as_str()),
        (3, "10.00")
    );
}

#[test]
fn full_width_digits_text_numbers_and_brackets_are_amounts() {
    let import = csv(concat!(
        "客户编码;客户名称;单号;到期日;应收金额;已收金额;未收金额\n",
        "ＫＨ０００１;;１２;２０２２年１月１日;１，２３４．５０;';1\n",
        "KH0002;;13;2022/1/1;（1,234.50）;;-1234.5\n",
        "KH0003;;14;2022/1/1;1,234.50-;—;(1234.50)\n",
    ));
    assert_eq!(
        problems(&import),
        [(2, "F".to_owned(), ProblemKind::BadAmount)]
    );
    assert_eq!(outstanding(&import), "-2469.00");
}

#[test]
fn a_workbook_of_the_1904_system_names_the_same_days() {
    let bytes = workbook(|sheet| {
        write_rows(
            sheet,
            0,
            &[&HEADERS, &["KH0001", "", "1", "", "", "5", "", "5"]],
        );
        let date = Format::new().set_num_format("yyyy-mm-dd");
        let serial = |y, m, d| ExcelDateTime::from_ymd(y, m, d).unwrap().to_excel() - 1462.0;
        sheet
            .write_number_with_format(1, 3, serial(2022, 1, 2), &date)
            .unwrap();
        sheet.write_number(1, 4, serial(2022, 2, 3)).unwrap();
    });
    let bytes = with_part(&bytes, "xl/workbook.xml", |xml| {
        xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    let import = import(&bytes, &options());
    assert_eq!(problems(&import), []);
    let row = &import.receivables[0];
    assert_eq!(
        row.invoiced.unwrap().0,
        NaiveDate::from_ymd_opt(2022, 1, 2).unwrap()
    );
    assert_eq!(row.due.0, NaiveDate::from_ymd_opt(2022, 2, 3).unwrap());
}

/// The same zip with one part rewritten.
fn with_part(bytes: &[u8], name: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        writer
            .start_file(part.name(), zip::write::SimpleFileOptions::default())
            .unwrap();
        let changed = if part.name() == name {
            change(&text)
        } else {
            text.clone()
        };
        assert!(
            part.name() != name || changed != text,
            "nothing changed in {name}"
        );
        writer.write_all(changed.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn hidden_and_unknown_columns_change_nothing() {
    let bytes = workbook(|sheet| {
        write_rows(
            sheet,
            0,
            &[
                &[
                    "客户名称",
                    "本月动向",
                    "单号",
                    "到期日",
                    "上月未收金额",
                    "未收金额",
                    "应收金额",
                ],
                &[
                    "样例机械有限公司001",
                    "看好",
                    "1",
                    "2022-1-1",
                    "999",
                    "5",
                    "5",
                ],
            ],
        );
        sheet.set_column_hidden(4).unwrap();
    });
    let import = import(&bytes, &options());
    assert_eq!(
        (outstanding(&import).as_str(), import.problems.len()),
        ("5.00", 0)
    );
    let fields: Vec<_> = import.sheets[0]
        .columns
        .iter()
        .map(|column| column.field)
        .collect();
    assert_eq!(fields[1], None);
    assert_eq!(fields[4], Some(Field::Derived));
}

#[test]
fn formula_cells_give_their_result_and_without_one_are_held() {
    let bytes = workbook(|sheet| {
        write_rows(
            sheet,
            0,
            &[
                &HEADERS,
                &["KH0001", "", "1", "2022-1-1", "2022-2-1", "7", "2"],
                &["KH0001", "", "2", "2022-1-1", "2022-2-1", "7"],
            ],
        );
        sheet
            .write_formula(
                1,
                7,
                rust_xlsxwriter::Formula::new("=F2-G2").set_result("5"),
            )
            .unwrap();
        sheet
            .write_formula(
                2,
                7,
                rust_xlsxwriter::Formula::new("=F3-G3").set_result("0"),
            )
            .unwrap();
    });
    let bytes = with_part(&bytes, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("<f>F3-G3</f><v>0</v>", "<f>F3-G3</f>")
    });
    let import = import(&bytes, &options());
    assert_eq!(
        problems(&import),
        [(3, "H".to_owned(), ProblemKind::BadAmount)]
    );
    assert_eq!(outstanding(&import), "5.00");
}

#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let import = csv(concat!(
        "客户名称,单号,到期日,应收金额,备注\n",
        "样例机械有限公司001,=1+1,2022-1-1,10,\"=HYPERLINK(\"\"http://example.org\"\")\"\n",
        "样例机械有限公司001,@2,2022-1-1,10,+86\n",
    ));
    assert_eq!(import.problems, []);
    assert_eq!(import.receivables[0].document, "=1+1");
    assert_eq!(
        import.receivables[0].remark.as_deref(),
        Some("=HYPERLINK(\"http://example.org\")")
    );
    assert_eq!(import.receivables[1].document, "@2");
}

#[test]
fn a_table_with_unknown_headers_is_read_as_the_clerk_maps_it() {
    let text =
        "甲,乙,丙,丁\n样例机械有限公司001,1,2022-1-1,10\n样例机械有限公司002,2,2022-1-1,20\n";
    let unread = csv(text);
    assert_eq!(unread.sheets[0].kind, SheetKind::Unread);
    assert_eq!(unread.questions[0].kind, QuestionKind::SheetUnread);
    assert_eq!(kinds(&unread).len(), 3);
    let mut mapped = options();
    let at = |letter: &str| Column::parse(letter);
    mapped.sheets.push(SheetAnswer {
        header_rows: Some(vec![1]),
        columns: vec![
            (Field::Customer, at("A")),
            (Field::Document, at("B")),
            (Field::Due, at("C")),
            (Field::Amount, at("D")),
        ],
        ..SheetAnswer::default()
    });
    let import = import(text.as_bytes(), &mapped);
    assert_eq!(
        (import.totals.accepted, outstanding(&import).as_str()),
        (2, "30.00")
    );
}

#[test]
fn a_second_table_with_other_columns_is_not_read_by_the_first_headers() {
    for second in [
        "客户名称,单号,到期日,未收金额,应收金额",
        "单号,客户名称,未收金额,应收金额,到期日",
    ] {
        let first = "客户名称,单号,到期日,应收金额,未收金额\n样例机械有限公司001,1,2022-1-1,10,10";
        let import = csv(&format!(
            "{first}\n{second}\n样例机械有限公司001,2,2022-1-1,5,5\n"
        ));
        assert_eq!(import.sheets[0].kind, SheetKind::Unread);
        assert_eq!(import.questions[0].kind, QuestionKind::SheetUnread);
        assert_eq!(import.receivables, []);
    }
}

#[test]
fn a_held_row_is_taken_once_it_is_corrected_or_left_out_when_struck() {
    let text = concat!(
        "客户名称,单号,到期日,应收金额\n",
        "样例机械有限公司001,1,月底付款,10\n",
        "样例机械公司,2,2022-1-1,20\n",
        "样例机械有限公司003,3,2022-1-1,待核\n",
    );
    assert_eq!(csv(text).totals.held, 3);
    let mut decided = options();
    let place = |row| Place { sheet: None, row };
    decided.rows = vec![
        (
            place(2),
            Decision::Correct(vec![(Field::Due, "2022-11-30".to_owned())]),
        ),
        (place(4), Decision::Strike),
    ];
    decided.customers_known.push(KnownCustomer {
        code: "KH0010".to_owned(),
        name: "样例机械公司".to_owned(),
    });
    let import = import(text.as_bytes(), &decided);
    assert_eq!((import.problems.len(), import.totals.accepted), (0, 2));
    assert_eq!(
        import.ignored_rows.last().unwrap().kind,
        IgnoredKind::Struck
    );
}

#[test]
fn document_numbers_that_lost_digits_are_held() {
    let bytes = workbook(|sheet| {
        write_rows(
            sheet,
            0,
            &[
                &HEADERS,
                &["KH0001", "", "", "2022-1-1", "2022-2-1", "7", "", "7"],
                &[
                    "KH0001",
                    "",
                    "2.20004E+19",
                    "2022-1-1",
                    "2022-2-1",
                    "7",
                    "",
                    "7",
                ],
            ],
        );
        sheet
            .write_number(1, 2, 22_000_449_787_861_121_581.0_f64)
            .unwrap();
    });
    let held = |row| (row, "C".to_owned(), ProblemKind::BadDocument);
    assert_eq!(problems(&import(&bytes, &options())), [held(2), held(3)]);
}

#[test]
fn two_customers_of_one_name_need_a_code() {
    let mut namesakes = options();
    namesakes.customers_known.push(KnownCustomer {
        code: "KH0099".to_owned(),
        name: "样例机械有限公司001".to_owned(),
    });
    let text = "客户编码,客户名称,单号,到期日,应收金额\n,样例机械有限公司001,1,2022-1-1,10\nKH0099,样例机械有限公司001,1,2022-1-1,10\n";
    let import = import(text.as_bytes(), &namesakes);
    assert_eq!(
        problems(&import),
        [(2, "B".to_owned(), ProblemKind::UnknownCustomer)]
    );
    assert_eq!(import.receivables[0].customer_code, "KH0099");
}

#[test]
fn group_headers_above_or_below_belong_to_the_header() {
    let bytes = workbook(|sheet| {
        let merged = Format::new();
        write_rows(
            sheet,
            0,
            &[
                &["客户名称", "单号", "到期日"],
                &["", "", "", "应收", "已收", "未收"],
                &["样例机械有限公司001", "1", "2022-1-1", "10", "4", "6"],
            ],
        );
        sheet
            .merge_range(0, 3, 0, 5, "金额（万元）", &merged)
            .unwrap();
    });
    let import = import(&bytes, &options());
    assert_eq!(import.sheets[0].header_rows, [1, 2]);
    assert_eq!(
        (outstanding(&import).as_str(), import.problems.len()),
        ("60000.00", 0)
    );
}

#[test]
fn fine_decimals_without_a_unit_are_asked_about() {
    let import = csv("客户名称,单号,到期日,应收金额\n样例机械有限公司001,1,2022-1-1,10\n");
    assert_eq!(import.questions, []);
    let bytes = workbook(|sheet| {
        write_rows(
            sheet,
            0,
            &[
                &["客户名称", "单号", "到期日", "应收金额"],
                &["样例机械有限公司001", "1", "2022-1-1"],
            ],
        );
        sheet.write_number(1, 3, 4.36666).unwrap();
    });
    let asked = read(&bytes, "", &options(), &mut |_done, _total| {}).unwrap();
    assert_eq!(asked.questions[0].kind, QuestionKind::UnitPerhapsLarger);
}

#[test]
fn customers_bring_their_position_with_its_crs() {
    let import = csv(
        "客户编码,客户名称,统一社会信用代码,电话,地址,经度,纬度,坐标系,信用等级\nKH1,样例公司,91000000YL0000012Q,010-00000001,样例路1号,116.404,39.915,GCJ-02,Ａ\nKH2,样例二公司,,,,216,39,,B\n",
    );
    let customer = &import.customers[0];
    assert_eq!(customer.longitude.unwrap().to_string(), "116.404");
    assert_eq!(
        (customer.crs.as_deref(), customer.grade.as_deref()),
        (Some("GCJ-02"), Some("A"))
    );
    assert_eq!(
        problems(&import),
        [(3, "F".to_owned(), ProblemKind::BadPosition)]
    );
}

#[test]
fn a_sheet_that_is_empty_or_has_only_a_title_is_no_table() {
    let bytes = workbook(|_sheet| {});
    let refused = |bytes: &[u8]| read(bytes, "", &options(), &mut |_done, _total| {}).unwrap_err();
    assert_eq!(refused(&bytes), ImportError::Empty);
    let bytes = workbook(|sheet| write_rows(sheet, 0, &[&["应收账款明细表"]]));
    assert_eq!(refused(&bytes), ImportError::NoTable);
    assert_eq!(refused("应收账款明细表\n".as_bytes()), ImportError::NoTable);
}

#[test]
fn the_same_bytes_have_the_same_digest_under_any_name() {
    let text = "客户名称,单号,到期日,应收金额\n样例机械有限公司001,1,2022-1-1,10\n";
    let one = read(text.as_bytes(), "a.csv", &options(), &mut |_d, _t| {}).unwrap();
    let other = read(text.as_bytes(), "b.csv", &options(), &mut |_d, _t| {}).unwrap();
    assert_eq!(one.source.digest, other.source.digest);
    assert_eq!(one.receivables, other.receivables);
}
