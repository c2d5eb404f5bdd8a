use rusqlite::Connection;

use super::*;
use crate::domain::ageing::Bucket;
use crate::domain::customer_search::SearchQuery;
use crate::domain::ids::{Digest, DocumentId, UserId};
use crate::domain::money::Currency;
use crate::journal::Scope;
use crate::journal::facts::{Fact, LedgerSigned};
use crate::read_model::fixtures::{ORGANISATION, customer, day, entry, user, written, yuan};
use crate::read_model::{migrate, project_entry, project_snapshot};
use crate::snapshots::Snapshot;
use crate::snapshots::customer_book::{BookAmount, BookRow, book_id};
use crate::snapshots::plan::PlannedStop;
use crate::views::CustomerSort;

const REP: u8 = 1;

fn tables() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    migrate(&connection).unwrap();
    connection
}

fn row(number: u8, name: &str, buckets: &[(Bucket, &str)], days_past_due: u32) -> BookRow {
    BookRow {
        customer: customer(number),
        code: format!("KH{number:03}"),
        name: name.to_owned(),
        address: "城东路1号".to_owned(),
        contact: "王秀英".to_owned(),
        phone: format!("1380013{number:04}"),
        grade: "B".to_owned(),
        buckets: buckets
            .iter()
            .map(|(bucket, amount)| BookAmount {
                bucket: *bucket,
                amount: yuan(amount),
            })
            .collect(),
        credits: None,
        days_past_due,
    }
}

fn book(ledger: &[u8], holder: UserId, sealed_after: u64, rows: Vec<BookRow>) -> CustomerBook {
    let ledger = Digest::of(ledger);
    CustomerBook {
        version: 1,
        organisation: ORGANISATION,
        book: book_id(ledger, holder),
        holder,
        ledger,
        cut_off: day("2026-06-30"),
        currency: Currency::Cny,
        sealed_after,
        piece: 1,
        pieces: 1,
        rows,
    }
}

fn june() -> CustomerBook {
    let mut rows = vec![
        row(
            1,
            "重庆华丰机械",
            &[(Bucket::Days1To30, "100.00"), (Bucket::Current, "7.00")],
            30,
        ),
        row(2, "上海重工华丰", &[(Bucket::Over1095, "50.00")], 1200),
        row(3, "安达贸易", &[(Bucket::Current, "900.00")], 0),
    ];
    rows[0].credits = Some(yuan("-30.00"));
    book(b"june", user(REP), 10, rows)
}

fn july() -> CustomerBook {
    let rows = vec![row(4, "长沙新客户", &[(Bucket::Days1To30, "1.00")], 1)];
    book(b"july", user(REP), 20, rows)
}

fn project(connection: &mut Connection, books: &[CustomerBook]) {
    written(connection, |tx| {
        for book in books {
            let snapshot = Snapshot::CustomerBook(Box::new(book.clone()));
            let id = Digest::of(&minicbor::to_vec(&snapshot).unwrap());
            project_snapshot(tx, id, &snapshot)?;
        }
        Ok(())
    });
}

fn holding(books: &[CustomerBook]) -> Connection {
    let mut connection = tables();
    project(&mut connection, books);
    connection
}

fn found(connection: &Connection, query: &str) -> Vec<String> {
    let query = SearchQuery::parse(query).unwrap();
    let (rows, total) = search(connection, &query, (0, 50)).unwrap();
    assert_eq!(rows.len(), usize::try_from(total).unwrap());
    rows.into_iter().map(|row| row.code).collect()
}

fn listed(connection: &Connection, query: CustomersQuery) -> Vec<String> {
    let (rows, _total) = page(connection, query).unwrap();
    rows.into_iter().map(|row| row.code).collect()
}

const ALL: CustomersQuery = CustomersQuery {
    bucket: None,
    is_overdue: false,
    sort: CustomerSort::Overdue,
    offset: 0,
    limit: 50,
};

/// Everything in the tables of this noun, in order.
fn dump(connection: &Connection) -> Vec<String> {
    let mut lines = Vec::new();
    for table in [
        "customer_books",
        "known_customers",
        "customer_keys",
        "customer_balances",
    ] {
        let mut statement = connection
            .prepare(&format!("select * from {table} order by 1, 2"))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> = (0..columns)
                .map(|column| format!("{:?}", row.get_ref(column).unwrap()))
                .collect();
            lines.push(format!("{table} {}", cells.join(" ")));
        }
    }
    lines
}

fn plan(title: &str, stops: &[(u8, u8, &str)]) -> ApprovedPlan {
    ApprovedPlan {
        version: 1,
        organisation: ORGANISATION,
        plan: PlanId::from_bytes([7; 16]),
        title: title.to_owned(),
        day: day("2026-07-15"),
        heads: Digest::of(title.as_bytes()),
        approved_by: user(9),
        team: vec![user(REP)],
        vehicle: String::new(),
        stops: stops
            .iter()
            .map(|(stop, owner, name)| PlannedStop {
                stop: StopId::from_bytes([*stop; 16]),
                document: DocumentId::from_bytes([*stop; 16]),
                customer: customer(*owner),
                customer_document: DocumentId::from_bytes([*owner; 16]),
                code: format!("P{owner:03}"),
                name: (*name).to_owned(),
                address: String::new(),
                site: None,
                contact: String::new(),
                phone: String::new(),
                statement: Digest::of(b"statement"),
                materials: Vec::new(),
            })
            .collect(),
        approved_after: 1,
    }
}

#[test]
fn a_book_is_listed_with_its_figures_and_found_by_its_readings() {
    let connection = holding(&[june()]);
    let (rows, total) = page(&connection, ALL).unwrap();
    assert_eq!(total, 3);
    let balance = rows[0].balance.as_ref().unwrap();
    assert_eq!(balance.overdue, yuan("100.00"));
    assert_eq!(balance.outstanding, yuan("77.00"));
    assert_eq!(balance.credits, yuan("-30.00"));
    assert_eq!(balance.bucket, Bucket::Days1To30);
    assert_eq!(balance.buckets.len(), 2);
    assert_eq!(found(&connection, "zqhf"), ["KH001"]);
    assert_eq!(found(&connection, "cqhf"), ["KH001"]);
    assert_eq!(found(&connection, "%"), [""; 0]);
    assert_eq!(found(&connection, "13800130002"), ["KH002"]);
    let held = super::book(&connection, user(REP)).unwrap().unwrap();
    assert_eq!((held.customers, held.pieces_missing), (3, 0));
    assert_eq!(super::book(&connection, user(2)).unwrap(), None);
}

#[test]
fn a_beginning_comes_first_and_pages_go_on_where_the_last_one_ended() {
    let connection = holding(&[june()]);
    assert_eq!(found(&connection, "重"), ["KH001", "KH002"]);
    assert_eq!(found(&connection, "hf"), ["KH001", "KH002"]);
    assert_eq!(found(&connection, "kh"), ["KH003", "KH002", "KH001"]);
    let query = SearchQuery::parse("kh").unwrap();
    let mut paged = Vec::new();
    for offset in 0..4 {
        let (rows, total) = search(&connection, &query, (offset, 1)).unwrap();
        assert_eq!(total, 3);
        paged.extend(rows.into_iter().map(|row| row.code));
    }
    assert_eq!(paged, ["KH003", "KH002", "KH001"]);
}

#[test]
fn lists_filter_by_age_and_sort_in_four_ways() {
    let connection = holding(&[june()]);
    let sorted = |sort| listed(&connection, CustomersQuery { sort, ..ALL });
    assert_eq!(sorted(CustomerSort::Overdue), ["KH001", "KH002", "KH003"]);
    assert_eq!(
        sorted(CustomerSort::DaysPastDue),
        ["KH002", "KH001", "KH003"]
    );
    assert_eq!(sorted(CustomerSort::Name), ["KH003", "KH002", "KH001"]);
    assert_eq!(sorted(CustomerSort::Code), ["KH001", "KH002", "KH003"]);
    let overdue = CustomersQuery {
        is_overdue: true,
        ..ALL
    };
    assert_eq!(listed(&connection, overdue), ["KH001", "KH002"]);
    let current = CustomersQuery {
        bucket: Some(Bucket::Current),
        ..ALL
    };
    assert_eq!(listed(&connection, current), ["KH001", "KH003"]);
    let second = CustomersQuery {
        offset: 1,
        limit: 1,
        ..ALL
    };
    assert_eq!(listed(&connection, second), ["KH002"]);
}

#[test]
fn a_newer_book_replaces_the_older_in_whatever_order_they_arrive() {
    let forwards = holding(&[june(), july()]);
    let backwards = holding(&[july(), june()]);
    assert_eq!(found(&forwards, "kh"), ["KH004"]);
    assert_eq!(dump(&forwards), dump(&backwards));
    assert_eq!(dump(&forwards), dump(&holding(&[july()])));
}

#[test]
fn another_persons_book_stays_and_a_signed_ledger_ends_those_before_it() {
    let others = book(b"june", user(2), 10, vec![row(5, "别人的客户", &[], 0)]);
    let mut connection = holding(&[june(), others, july()]);
    assert_eq!(books(&connection).unwrap().len(), 2);
    assert_eq!(found(&connection, "kh"), ["KH005", "KH004"]);
    let signed = Fact::LedgerSigned(LedgerSigned {
        ledger: Digest::of(b"july"),
        cut_off: day("2026-07-31"),
        outstanding: yuan("1.00"),
    });
    let entry = entry(1, user(9), Scope::Office, signed);
    written(&mut connection, |tx| {
        project_entry(tx, &entry, Digest::of(b"entry"))
    });
    assert_eq!(dump(&connection), dump(&holding(&[july()])));
}

#[test]
fn a_forgotten_book_leaves_nothing() {
    let mut connection = holding(&[june()]);
    let book = june().book;
    written(&mut connection, |tx| forget_book(tx, book));
    assert_eq!(dump(&connection), [""; 0]);
    assert_eq!(super::book(&connection, user(REP)).unwrap(), None);
}

#[test]
fn pieces_add_up_and_say_how_many_are_missing() {
    let mut first = june();
    first.pieces = 2;
    let mut second = first.clone();
    second.piece = 2;
    second.rows = vec![row(6, "第二册", &[], 0)];
    let mut connection = holding(&[second.clone()]);
    let held = super::book(&connection, user(REP)).unwrap().unwrap();
    assert_eq!((held.customers, held.pieces_missing), (1, 1));
    project(&mut connection, &[first.clone(), second.clone()]);
    let held = super::book(&connection, user(REP)).unwrap().unwrap();
    assert_eq!((held.customers, held.pieces_missing), (4, 0));
    assert_eq!(dump(&connection), dump(&holding(&[first, second])));
}

#[test]
fn the_customer_of_a_stop_is_known_too_and_the_book_comes_before_the_plan() {
    let mut connection = holding(&[june()]);
    let with_plan = |connection: &mut Connection, plan: ApprovedPlan| {
        written(connection, |tx| {
            let id = Digest::of(plan.title.as_bytes());
            project_snapshot(tx, id, &Snapshot::Plan(Box::new(plan)))
        });
    };
    with_plan(
        &mut connection,
        plan("一", &[(1, 1, "重庆华丰（旧名）"), (2, 8, "只在计划上")]),
    );
    assert_eq!(found(&connection, "zjhs"), ["P008"]);
    assert_eq!(found(&connection, "重庆"), ["KH001"]);
    let (rows, total) = page(&connection, ALL).unwrap();
    assert_eq!(total, 4);
    let planned = rows.iter().find(|row| row.code == "P008").unwrap();
    assert_eq!((planned.is_own, &planned.balance), (false, &None));
    with_plan(&mut connection, plan("二", &[(1, 1, "重庆华丰（旧名）")]));
    assert_eq!(found(&connection, "zjhs"), [""; 0]);
    written(&mut connection, |tx| {
        forget_plan(tx, PlanId::from_bytes([7; 16]))
    });
    assert_eq!(dump(&connection), dump(&holding(&[june()])));
}

#[test]
fn what_an_older_program_left_is_taken_in_as_if_it_had_just_come() {
    let mut connection = tables();
    let plan = plan("一", &[(1, 1, "重庆华丰"), (2, 8, "只在计划上")]);
    written(&mut connection, |tx| {
        project_snapshot(tx, Digest::of(b"plan"), &Snapshot::Plan(Box::new(plan)))
    });
    let before = dump(&connection);
    assert!(!before.is_empty());
    for table in ["known_customers", "customer_keys", "customer_balances"] {
        connection
            .execute(&format!("delete from {table}"), [])
            .unwrap();
    }
    written(&mut connection, take_in_what_is_here);
    assert_eq!(dump(&connection), before);
}

#[test]
fn five_thousand_customers_are_a_few_hundred_kilobytes() {
    let rows: Vec<BookRow> = (0_u32..5_000)
        .map(|number| {
            let mut row = row(
                1,
                "样例建材有限公司",
                &[
                    (Bucket::Days1To30, "386420.00"),
                    (Bucket::Current, "1200.50"),
                ],
                30,
            );
            let digest = Digest::of(&number.to_be_bytes()).0;
            let mut id = [0; 16];
            id.copy_from_slice(&digest[..16]);
            row.customer = CustomerId::from_bytes(id);
            row.code = format!("KH{number:05}");
            row.name = format!("样例建材有限公司第{number}分公司");
            row.phone = format!(
                "138{:08}",
                u32::from_be_bytes([digest[20], digest[21], digest[22], 0]) % 100_000_000
            );
            row
        })
        .collect();
    let mut whole = 0;
    let mut packed = 0;
    for (piece, rows) in rows
        .chunks(crate::snapshots::customer_book::PIECE_ROWS)
        .enumerate()
    {
        let mut book = book(b"june", user(REP), 10, rows.to_vec());
        book.piece = u32::try_from(piece).unwrap() + 1;
        let bytes = minicbor::to_vec(Snapshot::CustomerBook(Box::new(book))).unwrap();
        assert!(bytes.len() < 256 << 10, "a piece of {} bytes", bytes.len());
        packed += zstd::stream::encode_all(bytes.as_slice(), 3).unwrap().len();
        whole += bytes.len();
    }
    assert!(whole < 1_100_000, "{whole} bytes");
    assert!(packed < 300_000, "{packed} bytes packed");
}
