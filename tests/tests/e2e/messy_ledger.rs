//! A ledger as companies really keep it: every wrong row is decided by the clerk alone, the figures then add up to the cent,
//! and the same file once more changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use countersign_core::domain::ids::Digest;
use countersign_server::desks::{Desk, Kept, LedgerFile, UploadView};
use countersign_server::ledger_import::{
    Decision, Field, KnownCustomer, LedgerImport, ProblemKind, ReceivableRow, RowState,
    SheetAnswer, Unit, WrittenCustomer,
};
use countersign_server::uploads::{Answer, Change, Subject};
use countersign_tests::world::{Office, World};

/// Every receivable of the messy file once, as `expected.json` has it.
const ALL_RESOLVED: &str = "33821558.98";

fn sample(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledgers");
    std::fs::read(folder.join(file)).unwrap()
}

fn upload(clerk: &Desk, name: &str) -> Digest {
    let bytes = sample(name);
    let file = LedgerFile {
        bytes: &bytes,
        name,
    };
    clerk.upload_ledger(file).unwrap()
}

fn read(clerk: &Desk, id: Digest) -> (UploadView, LedgerImport) {
    let view = clerk.upload(id).unwrap();
    let read = clerk.read_upload(&view, &mut |_, _| {}).unwrap();
    (view, read)
}

fn decide(clerk: &Desk, id: Digest, changes: &[Change]) {
    let (view, read) = read(clerk, id);
    clerk
        .decide_upload((&view, &read), view.upload.revision, changes)
        .unwrap();
}

fn keep(clerk: &Desk, id: Digest) -> (Digest, Kept) {
    let (view, _) = read(clerk, id);
    let cut_off = "2022-11-28".parse().unwrap();
    let kept = clerk
        .keep_upload(id, view.upload.revision, Some(cut_off))
        .unwrap();
    (kept.draft, kept.kept)
}

fn sign(office: &Office, draft: Digest) -> String {
    let drafts = office.finance.ledger_drafts().unwrap();
    let row = drafts.iter().find(|row| row.draft == draft).unwrap();
    let total = row.outstanding.to_string();
    office
        .finance
        .sign_ledger(draft, row.cut_off, &total)
        .unwrap();
    total
}

/// What the true books say about a row, with the unit, since a sheet may be in 万元.
fn corrected(truth: &ReceivableRow) -> Decision {
    let cells = [
        (Field::Invoiced, truth.invoiced.unwrap().to_string()),
        (Field::Due, truth.due.to_string()),
        (Field::Amount, format!("{}元", truth.amount)),
        (Field::Received, format!("{}元", truth.received)),
        (Field::Outstanding, format!("{}元", truth.outstanding)),
    ];
    Decision::Correct(cells.to_vec())
}

/// Strikes what repeats another row, corrects what is wrong by the true books.
fn rows(read: &LedgerImport, truth: &BTreeMap<String, ReceivableRow>) -> Vec<Change> {
    let kinds: BTreeMap<_, _> = read
        .problems
        .iter()
        .map(|problem| (problem.place.clone(), problem.kind))
        .collect();
    let held = read
        .file_rows
        .iter()
        .filter(|row| row.state == RowState::Held && row.unknown.is_none());
    held.map(|row| {
        let is_repeated = kinds.get(&row.place) == Some(&ProblemKind::Duplicate);
        let decision = if is_repeated {
            Decision::Strike
        } else {
            let cell = |cell: &&countersign_server::ledger_import::FileCell| {
                cell.field == Some(Field::Document)
            };
            let document = row.cells.iter().find(cell).unwrap();
            let document: String = document.text.trim().chars().map(half_width).collect();
            corrected(truth.get(&document).unwrap())
        };
        Change {
            subject: Subject::Row(row.place.clone()),
            answer: Some(Answer::Row(decision)),
            reason: "按原始凭证核对".to_owned(),
        }
    })
    .collect()
}

fn half_width(sign: char) -> char {
    match sign {
        '０'..='９' => char::from_u32(u32::from(sign) - 0xfee0).unwrap(),
        sign => sign,
    }
}

/// Two names are customers on file, shortened; two are new.
fn customers(read: &LedgerImport, on_file: &[KnownCustomer]) -> Vec<Change> {
    let unknown: BTreeMap<&WrittenCustomer, &KnownCustomer> = read
        .file_rows
        .iter()
        .filter_map(|row| row.unknown.as_ref())
        .map(|(written, stands)| (written, stands))
        .collect();
    assert_eq!(unknown.len(), 4);
    let answer = |stands: &KnownCustomer| {
        let whole = stands.name.replace("公司", "有限公司");
        match on_file.iter().find(|customer| customer.name == whole) {
            Some(customer) => Answer::OnFile(customer.clone()),
            None => Answer::NewCustomer(stands.clone()),
        }
    };
    unknown
        .into_iter()
        .map(|(written, stands)| Change {
            subject: Subject::Customer(written.clone()),
            answer: Some(answer(stands)),
            reason: String::new(),
        })
        .collect()
}

#[test]
fn a_messy_ledger_is_corrected_struck_and_signed_to_the_cent() {
    let world = World::new();
    let office = Office::open(&world);
    let clean = upload(&office.clerk, "ledger-clean.xlsx");
    let (_, books) = read(&office.clerk, clean);
    sign(&office, keep(&office.clerk, clean).0);
    let truth: BTreeMap<String, ReceivableRow> = books
        .receivables
        .iter()
        .map(|row| (row.document.clone(), row.clone()))
        .collect();
    let on_file: Vec<KnownCustomer> = books.customers.iter().map(KnownCustomer::from).collect();

    let id = upload(&office.clerk, "ledger-messy.xlsx");
    let (view, messy) = read(&office.clerk, id);
    let held = messy.totals.held;
    let unit = SheetAnswer {
        sheet: Some("补录".to_owned()),
        unit: Some(Unit::TenThousand),
        ..SheetAnswer::default()
    };
    office
        .clerk
        .answer_sheets(id, view.upload.revision, &[unit])
        .unwrap();
    let (_, messy) = read(&office.clerk, id);
    assert_eq!(messy.totals.held, held - 6);
    decide(&office.clerk, id, &customers(&messy, &on_file));
    decide(&office.clerk, id, &rows(&messy, &truth));
    let (_, decided) = read(&office.clerk, id);
    assert_eq!(decided.problems, []);
    assert_eq!(decided.totals.total_outstanding.to_string(), ALL_RESOLVED);

    let (draft, kept) = keep(&office.clerk, id);
    assert_eq!(kept, Kept::Now);
    let record = office.finance.ledger_decisions(draft).unwrap();
    assert_eq!((record.rows.len(), record.customers.len()), (59, 4));
    assert_eq!(sign(&office, draft), ALL_RESOLVED);

    let head = world.organisation.journal().head().unwrap();
    let again = upload(&office.clerk, "ledger-messy.xlsx");
    assert_eq!(keep(&office.clerk, again), (draft, Kept::Before));
    assert_eq!(world.organisation.journal().head().unwrap(), head);
}
