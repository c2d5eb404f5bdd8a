//! What a rep reads about a customer without a network, and what the phone does not pretend to know.

use uuid::Uuid;

use super::*;
use crate::domain::ageing::Bucket;
use crate::domain::cash::Pieces;
use crate::domain::ids::{CommandId, Digest, EntryId, OrganisationId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::time::Instant;
use crate::journal::Scope;
use crate::journal::facts::{CashCounted, Fact, SerialBlockIssued};
use crate::replica::fake::{CUSTOMER, FakeServer, MORNING, PLAN, Phone, STOP};
use crate::replica::{CashTake, HandInMake, OutcomeRecord, PromiseRecord, SendBackAnswer};
use crate::snapshots::Snapshot;
use crate::snapshots::customer_book::{BookAmount, BookRow, CustomerBook, book_id};

const DAY_MS: i64 = 86_400_000;
const OTHER: CustomerId = CustomerId(Uuid::from_u128(0xc2));

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn holder(phone: &Phone) -> UserId {
    phone
        .read(|connection| Ok(Replica::me(connection)?.user))
        .unwrap()
}

/// A book of one customer who is on no plan, sent to the phone; its scope.
fn give_book(server: &FakeServer, phone: &Phone) -> Scope {
    let ledger = Digest::of(b"ledger");
    let holder = holder(phone);
    let book = CustomerBook {
        version: 1,
        organisation: OrganisationId::from_bytes([1; 16]),
        book: book_id(ledger, holder),
        holder,
        ledger,
        cut_off: day("2026-06-30"),
        currency: Currency::Cny,
        sealed_after: 1,
        piece: 1,
        pieces: 1,
        rows: vec![BookRow {
            customer: OTHER,
            code: "KH0002".to_owned(),
            name: "重庆华丰机械".to_owned(),
            address: String::new(),
            contact: String::new(),
            phone: String::new(),
            grade: "C".to_owned(),
            buckets: vec![BookAmount {
                bucket: Bucket::Days31To60,
                amount: yuan("386420"),
            }],
            credits: None,
            days_past_due: 45,
        }],
    };
    let scope = Scope::Book(book.book);
    server.add_snapshot(scope, &Snapshot::CustomerBook(Box::new(book)));
    phone.sync(server).unwrap();
    scope
}

fn enrolled() -> (FakeServer, Phone) {
    let server = FakeServer::new();
    let phone = Phone::enrolled(1, &server);
    phone.sync(&server).unwrap();
    (server, phone)
}

fn everybody(phone: &Phone) -> CustomersView {
    let asked = serde_json::from_str("{}").unwrap();
    phone.customers(asked).unwrap()
}

fn card(phone: &Phone) -> CustomerView {
    let customer = CUSTOMER;
    phone.customer(OfCustomer { customer }).unwrap()
}

fn search(query: &str) -> CustomerSearch {
    CustomerSearch {
        query: query.to_owned(),
        offset: 0,
        limit: 50,
    }
}

fn promise(phone: &Phone, amount: &str, due: &str) -> EntryId {
    let promised = PromiseRecord {
        stop: STOP,
        amount: yuan(amount),
        due: day(due),
        signer: None,
    };
    phone.promise(&promised).unwrap().entry
}

fn states(phone: &Phone) -> Vec<(PromiseState, bool)> {
    let promises = card(phone).promises;
    promises
        .iter()
        .map(|row| (row.state, row.is_for_the_office))
        .collect()
}

#[test]
fn a_book_adds_to_the_customers_of_stops_and_goes_when_it_is_revoked() {
    let (server, mut phone) = enrolled();
    let before = everybody(&phone);
    assert_eq!((before.total, &before.book), (1, &None));
    let scope = give_book(&server, &phone);
    phone.restart();
    let view = everybody(&phone);
    assert_eq!((view.total, view.book.unwrap().customers), (2, 1));
    let found = phone.search_customers(&search("zqhf")).unwrap();
    assert_eq!((found.total, found.rows[0].customer), (1, OTHER));
    let other = phone.customer(OfCustomer { customer: OTHER }).unwrap();
    assert_eq!(other.document, None);
    assert_eq!(other.row.balance.unwrap().bucket, Bucket::Days31To60);
    server.revoke(scope);
    phone.sync(&server).unwrap();
    assert_eq!(everybody(&phone), before);
    let gone = phone.customer(OfCustomer { customer: OTHER });
    assert_eq!(gone.unwrap_err().reference(), "customer");
}

#[test]
fn a_query_beyond_the_limit_is_refused_with_its_sentence() {
    let (_server, phone) = enrolled();
    let refused = phone.search_customers(&search(&"长".repeat(64)));
    assert_eq!(refused.unwrap_err().reference(), "search-too-long");
    assert_eq!(phone.search_customers(&search("%")).unwrap().total, 0);
}

#[test]
fn the_card_of_a_visited_customer_says_what_the_statement_and_the_stop_say() {
    let (_server, phone) = enrolled();
    let view = card(&phone);
    let balance = view.row.balance.unwrap();
    let statement = phone.statement(STOP).unwrap();
    assert_eq!(balance.outstanding, statement.total);
    assert_eq!(balance.cut_off, statement.cut_off);
    assert!(view.document.is_some());
    assert_eq!(view.visits.len(), 1);
    assert_eq!((view.visits[0].stop, view.visits[0].outcome), (STOP, None));
    assert!(!view.row.is_own);
}

#[test]
fn a_promise_past_its_day_is_neither_kept_nor_broken_without_the_bank() {
    let (_server, phone) = enrolled();
    promise(&phone, "300", "2026-07-31");
    assert_eq!(states(&phone), [(PromiseState::Open, false)]);
    phone.clock.advance(30 * DAY_MS);
    assert_eq!(states(&phone), [(PromiseState::Open, true)]);
}

#[test]
fn a_later_promise_supersedes_and_confirmed_cash_keeps() {
    let (server, phone) = enrolled();
    let block = SerialBlockIssued {
        device: phone.device().unwrap().device_id.unwrap(),
        first: 1,
        last: 9,
    };
    let morning = Instant::from_ms(MORNING);
    server.desk_says(
        (Scope::Organisation, None),
        morning,
        Fact::SerialBlockIssued(block),
    );
    phone.sync(&server).unwrap();
    promise(&phone, "500", "2026-07-31");
    phone.clock.advance(1_000);
    promise(&phone, "300", "2026-08-15");
    assert_eq!(
        states(&phone),
        [
            (PromiseState::Open, false),
            (PromiseState::Superseded, false)
        ]
    );
    phone.clock.advance(DAY_MS);
    let pieces = vec![Pieces {
        fen: 10_000,
        count: 3,
    }];
    let taken = phone
        .take_cash(&CashTake {
            command: CommandId(Uuid::from_u128(1)),
            stop: STOP,
            amount: yuan("300"),
            pieces: pieces.clone(),
            payer: "赵六".to_owned(),
            remark: String::new(),
        })
        .unwrap();
    let receipts = vec![taken.entry];
    let hand_in = phone.hand_in(&HandInMake { receipts }).unwrap().entry;
    phone.sync(&server).unwrap();
    assert_eq!(states(&phone)[0], (PromiseState::Open, false));
    let counted = Fact::CashCounted(CashCounted {
        hand_in,
        pieces,
        counted: yuan("300"),
        variance: yuan("0"),
        reason: String::new(),
    });
    let evening = Instant::from_ms(MORNING + DAY_MS + 3_600_000);
    server.desk_says((Scope::Plan(PLAN), None), evening, counted);
    phone.sync(&server).unwrap();
    assert_eq!(states(&phone)[0], (PromiseState::Kept, false));
}

#[test]
fn open_questions_go_with_their_answers_and_disputes_stay() {
    let (server, phone) = enrolled();
    let disputed = OutcomeRecord {
        stop: STOP,
        kind: OutcomeKind::Disputed,
        reason: Some(ReasonCode::Quality),
        summary: "第二批有色差".to_owned(),
    };
    phone.outcome(&disputed).unwrap();
    let about = promise(&phone, "300", "2026-08-15");
    phone.sync(&server).unwrap();
    let sent_back = server.send_back(about, Instant::from_ms(MORNING + 60_000));
    phone.sync(&server).unwrap();
    let view = card(&phone);
    assert!(
        matches!(view.open_questions[..], [OpenQuestion::SentBack { entry, .. }] if entry == sent_back),
        "{:?}",
        view.open_questions
    );
    assert_eq!(view.disputes_said.len(), 1);
    assert_eq!(view.disputes_said[0].reason, Some(ReasonCode::Quality));
    assert_eq!(view.disputes_said[0].words, "第二批有色差");
    phone
        .answer_send_back(&SendBackAnswer {
            stop: STOP,
            sent_back,
            text: "已补电话".to_owned(),
        })
        .unwrap();
    let view = card(&phone);
    assert_eq!(view.open_questions, []);
    assert_eq!(view.disputes_said.len(), 1);
}
