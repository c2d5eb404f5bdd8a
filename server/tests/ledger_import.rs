//! Every sample ledger comes to exactly what `expected.json` says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step of a test may panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use countersign_core::domain::money::{Currency, Money};
use countersign_server::ledger_import::{
    KnownCustomer, LedgerImport, Options, Place, SheetKind, Unit, UnitRead, read,
};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ledgers")
}

fn expected(file: &str) -> Value {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let mut all: Value = serde_json::from_str(&text).unwrap();
    all["files"][file].take()
}

fn import_with(file: &str, options: &Options) -> LedgerImport {
    let bytes = std::fs::read(folder().join(file)).unwrap();
    read(&bytes, file, options, &mut |_done, _total| {}).unwrap()
}

fn customers_of(file: &str) -> Vec<KnownCustomer> {
    let import = import_with(file, &Options::default());
    import.customers.iter().map(KnownCustomer::from).collect()
}

/// Imports a file with the customers on file that `expected.json` names.
fn import(file: &str) -> (LedgerImport, Value) {
    let expected = expected(file);
    let from = expected["customers_known_from"]
        .as_str()
        .unwrap_or_default();
    let customers_known = match from.split_once(", sheet") {
        Some((other, _)) => customers_of(other),
        None => Vec::new(),
    };
    let options = Options {
        customers_known,
        ..Options::default()
    };
    (import_with(file, &options), expected)
}

fn assert_all_as_expected(file: &str) -> LedgerImport {
    let (import, expected) = import(file);
    assert_eq!(problems(&import), expected["problems"], "{file}: problems");
    assert_eq!(
        ignored(&import),
        expected["ignored_rows"],
        "{file}: ignored rows"
    );
    assert_every_row_is_in_one_place(&import);
    assert_totals(&import, &expected);
    assert_sheets(&import, &expected);
    for spot in expected["spot_rows"].as_array().unwrap() {
        assert_spot(&import, spot);
    }
    if expected.get("outstanding_by_customer").is_some() {
        assert_eq!(
            outstanding_by_customer(&import),
            expected["outstanding_by_customer"],
            "{file}"
        );
    }
    import
}

fn problems(import: &LedgerImport) -> Value {
    let problem = |p: &countersign_server::ledger_import::Problem| json!({"sheet": p.place.sheet, "row": p.place.row, "column": p.column, "header": p.header, "kind": p.kind});
    import.problems.iter().map(problem).collect()
}

fn ignored(import: &LedgerImport) -> Value {
    let row = |r: &countersign_server::ledger_import::IgnoredRow| json!({"sheet": r.place.sheet, "row": r.place.row, "kind": r.kind});
    import.ignored_rows.iter().map(row).collect()
}

/// Accepted, held or ignored: no row twice, none left out up to the last of its sheet.
fn assert_every_row_is_in_one_place(import: &LedgerImport) {
    let held: BTreeSet<&Place> = import
        .problems
        .iter()
        .map(|problem| &problem.place)
        .collect();
    let accepted = import.receivables.iter().map(|row| &row.place);
    let customers = import.customers.iter().filter_map(|row| row.place.as_ref());
    let contracts = import.contracts.iter().map(|row| &row.place);
    let payments = import.payments.iter().map(|row| &row.place);
    let ignored = import.ignored_rows.iter().map(|row| &row.place);
    let registers = customers.chain(contracts).chain(payments);
    let mut places: Vec<&Place> = accepted
        .chain(registers)
        .chain(ignored)
        .chain(held)
        .collect();
    places.sort();
    for (one, next) in places.iter().zip(places.iter().skip(1)) {
        let follows = one.sheet == next.sheet && one.row + 1 == next.row;
        assert!(
            follows || (one.sheet != next.sheet && next.row == 1),
            "{one:?} {next:?}"
        );
    }
}

fn assert_totals(import: &LedgerImport, expected: &Value) {
    let totals = &import.totals;
    for (name, is) in [
        ("customers", json!(totals.customers)),
        ("receivables_accepted", json!(totals.accepted)),
        ("receivable_rows", json!(totals.accepted + totals.held)),
        (
            "total_receivable",
            json!(totals.total_receivable.to_string()),
        ),
        ("total_received", json!(totals.total_received.to_string())),
        (
            "total_outstanding",
            json!(totals.total_outstanding.to_string()),
        ),
        ("customers_on_file", json!(import.customers.len())),
        ("contracts", json!(import.contracts.len())),
        ("payments", json!(import.payments.len())),
        ("currency", json!(import.currency)),
        (
            "total_of_contracts",
            json!(sum(import.contracts.iter().filter_map(|c| c.amount))),
        ),
        (
            "total_of_payments",
            json!(sum(import.payments.iter().map(|p| p.amount))),
        ),
    ] {
        if let Some(wanted) = expected.get(name) {
            assert_eq!(is, *wanted, "{name}");
        }
    }
    let stated = |t: &countersign_server::ledger_import::StatedTotal| json!({"sheet": t.place.sheet, "row": t.place.row, "column": t.column, "amount": t.amount.to_string()});
    let stated: Value = import.totals_stated.iter().map(stated).collect();
    let wanted = expected.get("totals_stated_in_the_file").cloned();
    assert_eq!(stated, wanted.unwrap_or(json!([])), "totals stated");
}

fn sum(amounts: impl Iterator<Item = Money>) -> String {
    Money::sum(Currency::Cny, amounts).unwrap().to_string()
}

fn assert_sheets(import: &LedgerImport, expected: &Value) {
    let wanted = expected["sheets"].as_object().unwrap();
    assert_eq!(import.sheets.len(), wanted.len());
    for sheet in &import.sheets {
        let wanted = &wanted[sheet.sheet.as_deref().unwrap_or("-")];
        assert_eq!(json!(sheet.kind), wanted["holds"], "{:?}", sheet.sheet);
        if let Some(rows) = wanted.get("header_rows") {
            assert_eq!(json!(sheet.header_rows), *rows);
        }
        if sheet.kind != SheetKind::Receivables
            && let Some(rows) = wanted.get("rows")
        {
            assert_eq!(json!(sheet.rows), *rows);
        }
        if let Some(unit) = wanted.get("unit").and_then(Value::as_str) {
            let found = sheet.unit.unwrap();
            match unit {
                "元" => assert_eq!(found.unit(), Some(Unit::One)),
                "万元" => assert_eq!(found.unit(), Some(Unit::TenThousand)),
                _ => assert!(matches!(found, UnitRead::Ambiguous { .. }), "{found:?}"),
            }
        }
        let Some(columns) = wanted.get("columns") else {
            continue;
        };
        let known = [
            "document",
            "code",
            "customer",
            "contract",
            "invoiced",
            "due",
            "amount",
            "received",
            "outstanding",
            "salesperson",
        ];
        let mapped: BTreeMap<_, _> = sheet
            .columns
            .iter()
            .filter_map(|column| {
                column
                    .field
                    .map(|field| (field.word(), column.column.to_string()))
            })
            .filter(|(field, _)| known.contains(field))
            .collect();
        assert_eq!(json!(mapped), *columns, "{:?}", sheet.sheet);
    }
}

fn assert_spot(import: &LedgerImport, spot: &Value) {
    let place = Place {
        sheet: spot["sheet"].as_str().map(ToOwned::to_owned),
        row: u32::try_from(spot["row"].as_u64().unwrap()).unwrap(),
    };
    let row = import
        .receivables
        .iter()
        .find(|row| row.place == place)
        .unwrap();
    let stored = json!({
        "sheet": row.place.sheet,
        "row": row.place.row,
        "customer_code": row.customer_code,
        "customer_name": row.customer_name,
        "document": row.document,
        "invoice_date": row.invoiced,
        "due_date": row.due,
        "receivable": row.amount.to_string(),
        "received": row.received.to_string(),
        "outstanding": row.outstanding.to_string(),
        "written_as": spot["written_as"],
    });
    assert_eq!(stored, *spot);
}

fn outstanding_by_customer(import: &LedgerImport) -> Value {
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for row in &import.receivables {
        let sum = sums
            .entry(&row.customer_code)
            .or_insert(Money::zero(import.currency));
        *sum = sum.plus(row.outstanding).unwrap();
    }
    sums.iter()
        .map(|(code, sum)| ((*code).to_owned(), json!(sum.to_string())))
        .collect()
}

#[test]
fn the_clean_ledger_is_taken_whole() {
    assert_all_as_expected("ledger-clean.xlsx");
}

#[test]
fn the_messy_ledger_is_understood() {
    assert_all_as_expected("ledger-messy.xlsx");
}

#[test]
fn the_gb18030_text_is_read() {
    assert_all_as_expected("ledger-gbk.csv");
}

#[test]
fn the_utf8_text_with_semicolons_is_read() {
    assert_all_as_expected("ledger-utf8-bom.csv");
}

#[test]
fn the_large_ledger_reports_progress() {
    assert_all_as_expected("ledger-large.xlsx");
    let bytes = std::fs::read(folder().join("ledger-large.xlsx")).unwrap();
    let mut reports = Vec::new();
    read(&bytes, "", &Options::default(), &mut |done, total| {
        reports.push((done, total));
    })
    .unwrap();
    assert!(reports.len() > 50 && reports.is_sorted());
    assert_eq!(reports.last(), Some(&(23_002, 23_002)));
}

#[test]
fn the_old_workbook_finds_customers_by_name() {
    assert_all_as_expected("ledger-legacy.xls");
}

#[test]
fn the_public_sample_is_read_with_american_dates_and_settlements() {
    let (import, expected) = import("late-payment-histories.csv");
    assert_eq!(json!(import.totals.accepted), expected["rows"]);
    assert_eq!(json!(import.totals.customers), expected["customers"]);
    assert_eq!(problems(&import), expected["problems"]);
    assert_eq!(ignored(&import), expected["ignored_rows"]);
    assert_eq!(json!(import.currency), expected["currency"]);
    assert_eq!(
        json!(import.totals.total_receivable.to_string()),
        expected["sum_of_InvoiceAmount"]
    );
    assert_eq!(
        json!(import.totals.total_outstanding.to_string()),
        expected["total_outstanding"]
    );
    let late = import
        .receivables
        .iter()
        .filter(|row| row.settled.unwrap() > row.due)
        .count();
    assert_eq!(json!(late), expected["number_late"]);
    let disputed = import
        .receivables
        .iter()
        .filter(|row| row.disputed == Some(true))
        .count();
    assert_eq!(json!(disputed), expected["number_disputed"]);
    let day = expected["open_on"]["day"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let open = import
        .receivables
        .iter()
        .filter(|row| row.invoiced.unwrap() <= day && row.settled.unwrap() > day);
    let open: Vec<_> = open.map(|row| row.amount).collect();
    assert_eq!(json!(open.len()), expected["open_on"]["rows"]);
    let sum = Money::sum(import.currency, open).unwrap();
    assert_eq!(
        json!(sum.to_string()),
        expected["open_on"]["total_outstanding"]
    );
}
