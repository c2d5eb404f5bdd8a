use countersign_core::journal::decisions::{CustomerDecision, RowDecision};

use super::*;
use crate::desks::{Kept, UploadView};
use crate::ledger_import::{Decision, Field, LedgerImport, Place, RowState, WrittenCustomer};
use crate::uploads::{Answer, Change, Subject};

/// Row 3 has no due day, row 4 repeats row 2, row 5 is a customer that nobody knows, row 6 is due before its invoice.
const LEDGER: &str = "客户编码,客户名称,单据编号,开票日期,到期日,应收金额,已收金额,未收金额
C001,样例公司C001,00000001,2026-01-05,2026-05-31,100.00,0.00,100.00
C001,样例公司C001,00000002,2026-01-05,,20.00,0.00,20.00
C001,样例公司C001,00000001,2026-01-05,2026-05-31,100.00,0.00,100.00
,样例新公司,00000009,2026-01-05,2026-05-31,3.00,0.00,3.00
C001,样例公司C001,00000004,2026-06-05,2026-05-31,0.40,0.00,0.40";

struct Review {
    office: Office,
    clerk: Desk,
    id: Digest,
}

impl Review {
    fn begin() -> Self {
        let office = Office::new();
        office.signed_ledger(&[("C001", "00000001", "2026-05-31", "100.00")]);
        let clerk = office.somebody("clerk", &[Role::Clerk]);
        let id = clerk.upload_ledger(file(LEDGER)).unwrap();
        Self { office, clerk, id }
    }

    fn read(&self) -> (UploadView, LedgerImport) {
        let view = self.clerk.upload(self.id).unwrap();
        let read = self.clerk.read_upload(&view, &mut |_, _| {}).unwrap();
        (view, read)
    }

    fn decide(&self, changes: &[Change]) -> Result<(), DeskError> {
        let (view, read) = self.read();
        self.clerk
            .decide_upload((&view, &read), view.upload.revision, changes)
    }

    fn keep(&self) -> Result<crate::desks::KeptDraft, DeskError> {
        let revision = self.read().0.upload.revision;
        self.clerk.keep_upload(self.id, revision, Some(cut_off()))
    }
}

const fn file(text: &'static str) -> LedgerFile<'static> {
    LedgerFile {
        bytes: text.as_bytes(),
        name: "账.csv",
    }
}

fn row(row: u32, decision: Decision, reason: &str) -> Change {
    Change {
        subject: Subject::Row(Place { sheet: None, row }),
        answer: Some(Answer::Row(decision)),
        reason: reason.to_owned(),
    }
}

fn customer(answer: Answer) -> Change {
    let written = WrittenCustomer {
        code: String::new(),
        name: "样例新公司".to_owned(),
    };
    Change {
        subject: Subject::Customer(written),
        answer: Some(answer),
        reason: String::new(),
    }
}

fn known(code: &str, name: &str) -> KnownCustomer {
    KnownCustomer {
        code: code.to_owned(),
        name: name.to_owned(),
    }
}

fn due(text: &str) -> Decision {
    Decision::Correct(vec![(Field::Due, text.to_owned())])
}

fn all() -> Vec<Change> {
    vec![
        row(3, due("２０２６年３月３１日"), ""),
        row(4, Decision::Strike, "与第2行重复"),
        row(6, Decision::Confirm(Vec::new()), "预付款合同"),
        customer(Answer::NewCustomer(known("C009", "样例新公司"))),
    ]
}

#[test]
fn every_held_row_is_decided_and_the_record_says_what_by_whom_and_why() {
    let review = Review::begin();
    let (_, read) = review.read();
    assert_eq!(read.totals.held, 4);
    assert_eq!(read.totals.total_outstanding.to_string(), "100.00");
    review.decide(&all()).unwrap();
    let (_, read) = review.read();
    assert_eq!(read.totals.held, 0);
    assert_eq!(read.totals.total_outstanding.to_string(), "123.40");
    let draft = review.keep().unwrap().draft;
    let finance = review.office.somebody("finance", &[Role::Finance]);
    let drafts = finance.ledger_drafts().unwrap();
    let draft_row = drafts.iter().find(|row| row.draft == draft).unwrap();
    let counts = (draft_row.corrected, draft_row.struck);
    assert_eq!(counts, (1, 1));
    assert_eq!((draft_row.confirmed, draft_row.customers_decided), (1, 1));
    let record = finance.ledger_decisions(draft).unwrap();
    let decisions: Vec<(u32, RowDecision)> = record
        .rows
        .iter()
        .map(|row| (row.row, row.decision))
        .collect();
    let expected = [
        (3, RowDecision::Corrected),
        (4, RowDecision::Struck),
        (6, RowDecision::Confirmed),
    ];
    assert_eq!(decisions, expected);
    let corrected = &record.rows[0].corrections[0];
    assert_eq!(
        (corrected.column.as_str(), corrected.was.as_str()),
        ("E", "")
    );
    assert_eq!(corrected.now, "２０２６年３月３１日");
    let struck = &record.rows[1];
    assert_eq!(struck.cells[2].text, "00000001");
    assert_eq!(struck.reason, "与第2行重复");
    assert_eq!(struck.by, user_of(&review.clerk));
    assert_eq!(record.customers[0].decision, CustomerDecision::New);
    assert_eq!(sign(&finance, draft).unwrap(), draft);
}

#[test]
fn the_same_file_twice_comes_to_the_same_draft() {
    let review = Review::begin();
    review.decide(&all()).unwrap();
    let first = review.keep().unwrap();
    assert_eq!(first.kept, Kept::Now);
    let head = review.office.organisation.journal().head().unwrap();
    let again = review.clerk.upload_ledger(file(LEDGER)).unwrap();
    assert_eq!(again, review.id);
    let second = review.keep().unwrap();
    assert_eq!((second.draft, second.kept), (first.draft, Kept::Before));
    assert_eq!(review.office.organisation.journal().head().unwrap(), head);
}

#[test]
fn another_decision_makes_another_draft_although_the_figures_are_equal() {
    let review = Review::begin();
    let held = review.keep().unwrap();
    review.decide(&[row(4, Decision::Strike, "重复")]).unwrap();
    let struck = review.keep().unwrap();
    assert_ne!(held.draft, struck.draft);
    assert!(matches!(
        review.clerk.ledger_decisions(held.draft),
        Err(DeskError::NotFound)
    ));
}

#[test]
fn a_correction_that_cannot_be_read_keeps_its_text_and_its_row_held() {
    let review = Review::begin();
    review.decide(&[row(3, due("下个月"), "")]).unwrap();
    let (view, read) = review.read();
    let held = read
        .problems
        .iter()
        .find(|problem| problem.place.row == 3)
        .unwrap();
    assert_eq!(held.found, "下个月");
    assert_eq!(view.decisions.len(), 1);
    let draft = review.keep().unwrap().draft;
    let record = review.clerk.ledger_decisions(draft);
    assert!(matches!(record, Err(DeskError::NotFound)), "{record:?}");
}

#[test]
fn a_strike_and_a_confirmation_need_a_reason() {
    let review = Review::begin();
    for decision in [Decision::Strike, Decision::Confirm(Vec::new())] {
        let refused = review.decide(&[row(4, decision, " ")]);
        assert_eq!(invalid(refused), "desk-invalid-reason-missing");
    }
    assert_eq!(review.read().0.upload.revision, 0);
}

#[test]
fn what_no_person_may_confirm_stays_held() {
    let review = Review::begin();
    let confirm = |number| row(number, Decision::Confirm(Vec::new()), "已核对");
    review.decide(&[confirm(3), confirm(4)]).unwrap();
    let (_, read) = review.read();
    assert_eq!(read.totals.held, 4);
    assert_eq!(read.totals.total_outstanding.to_string(), "100.00");
}

#[test]
fn a_new_customer_is_not_on_file_and_one_on_file_is() {
    let review = Review::begin();
    let new = |code, name| review.decide(&[customer(Answer::NewCustomer(known(code, name)))]);
    assert_eq!(
        invalid(new("C001", "样例新公司")),
        "desk-invalid-customer-on-file"
    );
    assert_eq!(
        invalid(new("", "样例公司C001")),
        "desk-invalid-customer-on-file"
    );
    assert_eq!(invalid(new("C009", " ")), "desk-invalid-empty");
    let on_file = |code, name| review.decide(&[customer(Answer::OnFile(known(code, name)))]);
    assert_eq!(
        invalid(on_file("C404", "样例新公司")),
        "desk-invalid-customer-not-on-file"
    );
    on_file("C001", "样例公司C001").unwrap();
    let (_, read) = review.read();
    let taken = read
        .receivables
        .iter()
        .find(|row| row.document == "00000009");
    assert_eq!(taken.unwrap().customer_code, "C001");
}

#[test]
fn a_draft_is_kept_only_of_the_figures_that_were_looked_at() {
    let review = Review::begin();
    let seen = review.read().0.upload.revision;
    review.decide(&all()).unwrap();
    let stale = review.clerk.keep_upload(review.id, seen, Some(cut_off()));
    assert!(matches!(stale, Err(DeskError::Stale)), "{stale:?}");
}

#[test]
fn two_clerks_share_a_file_and_neither_overwrites_the_other() {
    let review = Review::begin();
    let second = review.office.somebody("second", &[Role::Clerk]);
    let (view, read) = review.read();
    review.decide(&[row(4, Decision::Strike, "重复")]).unwrap();
    let sees = second.upload(review.id).unwrap();
    assert_eq!(sees.decisions[0].by, user_of(&review.clerk));
    let same = [row(4, due("2026-03-31"), "")];
    let refused = second.decide_upload((&view, &read), view.upload.revision, &same);
    assert!(matches!(refused, Err(DeskError::Stale)), "{refused:?}");
    let other = [row(3, due("2026-03-31"), "")];
    second
        .decide_upload((&view, &read), view.upload.revision, &other)
        .unwrap();
    assert_eq!(review.read().0.decisions.len(), 2);
}

#[test]
fn what_was_taken_back_is_held_again() {
    let review = Review::begin();
    review.decide(&all()).unwrap();
    let back: Vec<Change> = all()
        .into_iter()
        .map(|change| Change {
            answer: None,
            ..change
        })
        .collect();
    review.decide(&back).unwrap();
    let (_, read) = review.read();
    assert_eq!(read.totals.held, 4);
    let is_held = |row: &crate::ledger_import::FileRow| row.state == RowState::Held;
    assert!(read.file_rows.iter().all(is_held));
}

#[test]
fn only_a_clerk_decides() {
    let review = Review::begin();
    let (view, read) = review.read();
    let finance = review.office.somebody("finance", &[Role::Finance]);
    let refused = finance.decide_upload((&view, &read), 0, &all());
    assert!(matches!(refused, Err(DeskError::NotAllowed)), "{refused:?}");
    let refused = finance.upload(review.id);
    assert!(matches!(refused, Err(DeskError::NotAllowed)), "{refused:?}");
}
