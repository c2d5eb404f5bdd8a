use countersign_core::domain::customer_search::SearchQuery;
use countersign_core::journal::Scope;
use countersign_core::read_model::customer_books;
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::customer_book::{CustomerBook, PIECE_ROWS, book_id};

use super::*;
use crate::desks::BookHolder;
use crate::journal::RowBody;

/// Imports and signs a ledger of (code, salesperson); each customer owes 100.00 and has a credit of 1.00.
struct Ledgers {
    office: Office,
    clerk: Desk,
    finance: Desk,
}

impl Ledgers {
    fn new() -> Self {
        let office = Office::new();
        Self {
            clerk: office.somebody("clerk", &[Role::Clerk]),
            finance: office.somebody("finance", &[Role::Finance]),
            office,
        }
    }

    fn sign(&self, rows: &[(&str, &str)]) -> Digest {
        let mut text =
            String::from("客户编码,客户名称,单据编号,到期日,应收金额,已收金额,未收金额,业务员\n");
        let mut known = Vec::new();
        for (number, (code, salesperson)) in rows.iter().enumerate() {
            let name = format!("样例公司{code}");
            for (kind, due, amount) in [("A", "2026-05-31", "100.00"), ("B", "2026-01-31", "-1.00")]
            {
                let line = format!(
                    "{code},{name},{kind}{number:05},{due},{amount},0.00,{amount},{salesperson}\n"
                );
                text.push_str(&line);
            }
            known.push(KnownCustomer {
                code: (*code).to_owned(),
                name,
            });
        }
        let options = Options {
            customers_known: known,
            ..Options::default()
        };
        let file = LedgerFile {
            bytes: text.as_bytes(),
            name: "账.csv",
        };
        let kept = self
            .clerk
            .keep_draft(file, &options, Some(cut_off()), &mut |_, _| {})
            .unwrap();
        sign(&self.finance, kept.draft).unwrap()
    }

    fn holds(&self, user: UserId, ledger: Digest) -> bool {
        let scope = Scope::Book(book_id(ledger, user));
        self.office
            .organisation
            .journal()
            .is_granted(user, scope)
            .unwrap()
    }

    /// Who holds the book of a person.
    fn holders(&self, user: UserId, ledger: Digest) -> Vec<UserId> {
        let scope = Scope::Book(book_id(ledger, user));
        self.office.organisation.journal().holders(scope).unwrap()
    }

    /// Every book's piece on record, oldest first.
    fn pieces(&self) -> Vec<CustomerBook> {
        let rows = self.office.organisation.journal().tail(0, 10_000).unwrap();
        rows.into_iter()
            .filter_map(|row| {
                if let RowBody::Snapshot(sealed) = row.body
                    && let Snapshot::CustomerBook(book) = sealed.open().unwrap()
                {
                    Some(*book)
                } else {
                    None
                }
            })
            .collect()
    }

    fn assert_rebuilt_equal(&self) {
        let (before, after) = self.office.organisation.rebuild().unwrap();
        assert_eq!(before, after);
    }
}

fn codes(book: &CustomerBook) -> Vec<&str> {
    book.rows.iter().map(|row| row.code.as_str()).collect()
}

#[test]
fn each_salesperson_gets_his_own_customers_and_nobody_elses() {
    let ledgers = Ledgers::new();
    let li = user_of(&ledgers.office.somebody("李伟", &[Role::Rep]));
    let wang = user_of(&ledgers.office.somebody("王芳", &[Role::Rep]));
    let idle = user_of(&ledgers.office.somebody("赵六", &[Role::Rep]));
    let rows = [
        ("C001", "李伟"),
        ("C002", "王芳"),
        ("C003", " 李　伟 "),
        ("C004", ""),
    ];
    let ledger = ledgers.sign(&rows);
    let pieces = ledgers.pieces();
    assert_eq!(pieces.len(), 2);
    let of = |user| pieces.iter().find(|piece| piece.holder == user).unwrap();
    assert_eq!(codes(of(li)), ["C001", "C003"]);
    assert_eq!(codes(of(wang)), ["C002"]);
    assert_eq!(ledgers.holders(li, ledger), [li]);
    assert_eq!(ledgers.holders(wang, ledger), [wang]);
    assert!(!ledgers.holds(idle, ledger));
    let told: Vec<(usize, BookHolder)> = ledgers
        .clerk
        .ledger_books(ledger)
        .unwrap()
        .iter()
        .map(|row| (row.customers, row.holder))
        .collect();
    assert_eq!(told.len(), 3);
    assert!(told.contains(&(2, BookHolder::Person(li))));
    assert!(told.contains(&(1, BookHolder::Person(wang))));
    assert!(told.contains(&(1, BookHolder::NoAccount)));
    ledgers.assert_rebuilt_equal();
}

#[test]
fn the_figures_of_a_book_are_those_of_the_overdue_page() {
    let ledgers = Ledgers::new();
    ledgers.office.somebody("李伟", &[Role::Rep]);
    ledgers.sign(&[("C001", "李伟")]);
    let (page, found) = ledgers
        .office
        .organisation
        .read(|connection| {
            let query = SearchQuery::parse("c001").unwrap();
            let found = customer_books::search(connection, &query, (0, 1))?.0;
            let customer = found.first().unwrap().customer;
            let overdue = countersign_core::read_model::customers::overdue_of(
                connection,
                customer,
                cut_off(),
            )?;
            Ok((
                overdue.unwrap(),
                found.first().unwrap().balance.clone().unwrap(),
            ))
        })
        .unwrap();
    assert_eq!(found.outstanding, page.outstanding);
    assert_eq!(found.overdue, page.overdue);
    assert_eq!(found.credits, page.credits);
    assert_eq!(i64::from(found.days_past_due), page.days_past_due);
    assert_eq!(found.buckets.first().unwrap().amount, page.buckets[1]);
}

#[test]
fn the_next_ledger_replaces_the_book_and_takes_it_from_whoever_has_no_customers_left() {
    let ledgers = Ledgers::new();
    let li = user_of(&ledgers.office.somebody("李伟", &[Role::Rep]));
    let wang = user_of(&ledgers.office.somebody("王芳", &[Role::Rep]));
    let june = ledgers.sign(&[("C001", "李伟"), ("C002", "王芳")]);
    let july = ledgers.sign(&[("C001", "李伟"), ("C002", "李伟")]);
    assert!(ledgers.holds(li, july));
    assert!(!ledgers.holds(li, june));
    assert!(!ledgers.holds(wang, june));
    assert!(!ledgers.holds(wang, july));
    let held = ledgers.office.organisation.read(customer_books::books);
    assert_eq!(held.unwrap(), [(book_id(july, li), li)]);
    let nobody = ledgers.sign(&[("C001", "没有账号的人")]);
    assert!(!ledgers.holds(li, july) && !ledgers.holds(li, nobody));
    let held = ledgers.office.organisation.read(customer_books::books);
    assert_eq!(held.unwrap(), []);
    ledgers.assert_rebuilt_equal();
}

#[test]
fn a_name_that_two_people_have_and_one_without_a_phone_get_no_book() {
    let ledgers = Ledgers::new();
    ledgers.office.somebody("李伟", &[Role::Rep]);
    let account = |login: &str, name: &str, role| {
        let accounts = ledgers.office.organisation.accounts();
        let new = NewAccount {
            organisation: ledgers.office.organisation.id(),
            login: login.to_owned(),
            name: name.to_owned(),
            roles: vec![role],
            password: "correct horse battery".to_owned(),
        };
        accounts
            .add_account(&new, Instant::from_ms(MORNING_MS))
            .unwrap();
    };
    account("li2", "李伟", Role::SalesManager);
    account("office", "王芳", Role::Clerk);
    let ledger = ledgers.sign(&[("C001", "李伟"), ("C002", "王芳"), ("C003", "钱七")]);
    assert_eq!(ledgers.pieces(), []);
    let told = ledgers.finance.ledger_books(ledger).unwrap();
    let of = |name: &str| {
        told.iter()
            .find(|row| row.salesperson == name)
            .unwrap()
            .holder
    };
    assert_eq!(of("李伟"), BookHolder::Several);
    assert_eq!(of("王芳"), BookHolder::NoPhone);
    assert_eq!(of("钱七"), BookHolder::NoAccount);
}

#[test]
fn a_large_book_comes_in_pieces() {
    let ledgers = Ledgers::new();
    let li = user_of(&ledgers.office.somebody("李伟", &[Role::Rep]));
    let codes: Vec<String> = (0..=PIECE_ROWS)
        .map(|number| format!("C{number:05}"))
        .collect();
    let rows: Vec<(&str, &str)> = codes.iter().map(|code| (code.as_str(), "李伟")).collect();
    ledgers.sign(&rows);
    let pieces = ledgers.pieces();
    let sizes: Vec<(u32, u32, usize)> = pieces
        .iter()
        .map(|piece| (piece.piece, piece.pieces, piece.rows.len()))
        .collect();
    assert_eq!(sizes, [(1, 2, PIECE_ROWS), (2, 2, 1)]);
    let book = ledgers
        .office
        .organisation
        .read(|connection| customer_books::book(connection, li))
        .unwrap()
        .unwrap();
    assert_eq!((book.customers, book.pieces_missing), (1_001, 0));
}
