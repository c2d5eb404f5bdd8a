use countersign_core::read_model::customers::{OverdueQuery, OverdueSort};

use super::*;
use crate::desks::Kept;

const ROWS: [(&str, &str, &str, &str); 3] = [
    ("C001", "00000001", "2026-05-31", "386420.00"),
    ("C001", "00000002", "2026-07-15", "100.50"),
    ("C002", "00000003", "2026-06-01", "-50.00"),
];

fn overdue(desk: &Desk) -> i64 {
    let query = OverdueQuery {
        as_of: cut_off(),
        search: String::new(),
        sort: OverdueSort::Overdue,
        offset: 0,
        limit: 10,
    };
    desk.overdue_customers(&query).unwrap().customers
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let bytes = csv(&ROWS);
    let file = LedgerFile {
        bytes: &bytes,
        name: "账.csv",
    };
    let keep = |name| {
        let file = LedgerFile { name, ..file };
        clerk
            .keep_draft(file, &options(&ROWS), Some(cut_off()), &mut |_, _| {})
            .unwrap()
    };
    let first = keep("账.csv");
    assert_eq!(first.kept, Kept::Now);
    let head = office.organisation.journal().head().unwrap();
    let again = keep("账(1).csv");
    assert_eq!((again.draft, again.kept), (first.draft, Kept::Before));
    assert_eq!(office.organisation.journal().head().unwrap(), head);
    assert_eq!(clerk.ledger_drafts().unwrap().len(), 1);
}

#[test]
fn no_figure_is_in_force_before_finance_signs() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let finance = office.somebody("finance", &[Role::Finance]);
    let draft = keep(&clerk, &ROWS).unwrap();
    assert_eq!(overdue(&clerk), 0);
    assert_eq!(sign(&finance, draft).unwrap(), draft);
    assert_eq!(overdue(&clerk), 1);
    let ledger = &clerk.ledgers().unwrap()[0];
    assert_eq!(ledger.ledger, draft);
    assert_eq!(ledger.outstanding.to_string(), "386470.50");
    assert!(office.organisation.snapshot(draft).unwrap().is_some());
}

#[test]
fn only_finance_signs_and_never_what_the_same_person_imported() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let both = office.somebody("both", &[Role::Clerk, Role::Finance]);
    let draft = keep(&both, &ROWS).unwrap();
    assert!(matches!(sign(&clerk, draft), Err(DeskError::NotAllowed)));
    assert!(matches!(sign(&both, draft), Err(DeskError::OwnRequest)));
    assert_eq!(overdue(&clerk), 0);
}

#[test]
fn cut_off_and_total_are_said_again_and_must_be_the_drafts() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let finance = office.somebody("finance", &[Role::Finance]);
    let draft = keep(&clerk, &ROWS).unwrap();
    let sign = |day, total| finance.sign_ledger(draft, day, total);
    assert_eq!(
        invalid(sign(day("2026-06-29"), "386470.50")),
        "desk-invalid-cut-off-differs"
    );
    assert_eq!(
        invalid(sign(cut_off(), "386470.51")),
        "desk-invalid-total-differs"
    );
    assert_eq!(invalid(sign(cut_off(), "三十八万")), "desk-invalid-amount");
    sign(cut_off(), " 386,470.50 ").unwrap();
    assert!(matches!(
        sign(cut_off(), "386470.50"),
        Err(DeskError::Stale)
    ));
}

#[test]
fn an_older_cut_off_replaces_nothing() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let finance = office.somebody("finance", &[Role::Finance]);
    let bytes = csv(&ROWS[..1]);
    let file = LedgerFile {
        bytes: &bytes,
        name: "旧.csv",
    };
    let before = Some(day("2026-05-31"));
    let kept = clerk
        .keep_draft(file, &options(&ROWS), before, &mut |_, _| {})
        .unwrap();
    assert_eq!(
        invalid(sign(&finance, kept.draft)),
        "desk-invalid-cut-off-older"
    );
}

#[test]
fn finance_sees_what_a_draft_would_change() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let draft = keep(
        &clerk,
        &[
            ("C001", "00000001", "2026-05-31", "336420.00"),
            ("C001", "00000002", "2026-07-15", "100.50"),
            ("C003", "00000004", "2026-06-15", "7.00"),
        ],
    )
    .unwrap();
    let differences = clerk.ledger_differences(draft).unwrap();
    assert_eq!(differences.unchanged, 1);
    assert_eq!(differences.changed.count, 1);
    assert_eq!(differences.changed.by.to_string(), "-50000.00");
    assert_eq!(differences.new.rows[0].document, "00000004");
    assert_eq!(differences.new.by.to_string(), "7.00");
    assert_eq!(differences.gone.rows[0].code, "C002");
    assert_eq!(differences.gone.by.to_string(), "50.00");
    assert_eq!(
        (differences.customers_new, differences.customers_gone),
        (1, 1)
    );
}

#[test]
fn ids_stay_over_imports() {
    let office = Office::new();
    office.signed_ledger(&ROWS);
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let first = clerk.ledger_drafts().unwrap()[0].draft;
    let (_row, first) = clerk.draft(first).unwrap();
    let later = keep(&clerk, &[("C001", "00000001", "2026-05-31", "1.00")]).unwrap();
    let (_row, later) = clerk.draft(later).unwrap();
    assert_eq!(later.customers[0].id, first.customers[0].id);
    let receivable = later.receivables[0].id;
    let same = first.receivables.iter().find(|row| row.id == receivable);
    assert_eq!(same.unwrap().document, "00000001");
}

/// A ledger without document numbers: each customer kept one receivable, and his statement was short of the others.
#[test]
fn rows_without_a_document_number_are_receivables_of_their_own() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let finance = office.somebody("finance", &[Role::Finance]);
    let file = "客户编码,客户名称,到期日,应收金额,已收金额,未收金额\n\
                C001,样例公司C001,2026-05-31,100.00,0.00,100.00\n\
                C001,样例公司C001,2026-05-31,100.00,0.00,100.00\n\
                C001,样例公司C001,2026-04-30,20.50,0.00,20.50\n";
    let file = LedgerFile {
        bytes: file.as_bytes(),
        name: "账.csv",
    };
    let kept = clerk
        .keep_draft(file, &options(&ROWS), Some(cut_off()), &mut |_, _| {})
        .unwrap();
    let (_row, ledger) = clerk.draft(kept.draft).unwrap();
    let ids: std::collections::BTreeSet<_> = ledger.receivables.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 3);
    sign(&finance, kept.draft).unwrap();
    let query = OverdueQuery {
        as_of: cut_off(),
        search: String::new(),
        sort: OverdueSort::Overdue,
        offset: 0,
        limit: 10,
    };
    let page = clerk.overdue_customers(&query).unwrap();
    assert_eq!(page.rows[0].outstanding.to_string(), "220.50");
}

#[test]
fn twenty_thousand_rows_become_a_draft_and_are_signed() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let finance = office.somebody("finance", &[Role::Finance]);
    let rows: Vec<(String, String)> = (0..20_000)
        .map(|number| (format!("C{:04}", number % 3000), format!("{number:08}")))
        .collect();
    let rows: Vec<(&str, &str, &str, &str)> = rows
        .iter()
        .map(|(code, document)| (code.as_str(), document.as_str(), "2026-05-31", "10.00"))
        .collect();
    let bytes = csv(&rows);
    let file = LedgerFile {
        bytes: &bytes,
        name: "大.csv",
    };
    let mut last = (0, 0);
    let kept = clerk
        .keep_draft(file, &options(&rows), Some(cut_off()), &mut |done, all| {
            last = (done, all);
        })
        .unwrap();
    assert_eq!(last.0, last.1);
    sign(&finance, kept.draft).unwrap();
    let ledger = &clerk.ledgers().unwrap()[0];
    assert_eq!(ledger.outstanding.to_string(), "200000.00");
    assert_eq!(overdue(&clerk), 3000);
}

#[test]
fn a_file_that_is_no_ledger_says_so() {
    let office = Office::new();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let file = LedgerFile {
        bytes: b"",
        name: "空.xlsx",
    };
    let refused = clerk.import_ledger(file, &Options::default(), &mut |_, _| {});
    assert_eq!(refused.unwrap_err().key(), "import-refused-empty");
}
