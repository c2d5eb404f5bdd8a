//! On the way, without a network, a rep is called by a customer of his own who is on nobody's plan today: the phone knows who
//! that is and what he owes, and it knows nothing of a colleague's customers.

use countersign_core::replica::{CustomerSearch, OfCustomer, ReplicaError};
use countersign_core::snapshots::policy::Role;
use countersign_core::views::CustomerRow;
use countersign_tests::world::{Fault, Office, Phone, World};

const LEDGER: [(&str, &str, &str, &str); 4] = [
    ("KH0001", "样例建材有限公司001", "10001.00", "样例业务员"),
    ("KH0002", "重庆华丰机械有限公司", "386420.00", "样例业务员"),
    ("KH0003", "重庆长江货运", "5000.00", "样例业务员乙"),
    ("KH0004", "没人负责的公司", "1.00", ""),
];

fn found(phone: &Phone, query: &str) -> Vec<CustomerRow> {
    let asked = CustomerSearch {
        query: query.to_owned(),
        offset: 0,
        limit: 50,
    };
    phone.replica.search_customers(&asked).unwrap().rows
}

fn codes(phone: &Phone, query: &str) -> Vec<String> {
    let rows = found(phone, query);
    rows.into_iter().map(|row| row.code).collect()
}

#[test]
fn an_own_customer_without_a_stop_is_found_and_a_colleagues_is_not() {
    let world = World::new();
    let office = Office::open(&world);
    let colleague = world.hire("样例业务员乙", &[Role::Rep]);
    office.sign_ledger_of(&LEDGER);
    office.approve_plan_of(&[&office.rep], 0, 1);
    let phone = world.phone_of(&office.rep, &office.admin);
    let other = world.phone_of(&colleague, &office.admin);
    phone.sync_to_rest();
    other.sync_to_rest();
    phone.network.set(Fault::Down);

    for query in ["重庆华丰", "cqhf", "zhongqinghuaf", "ＫＨ０００２"] {
        assert_eq!(codes(&phone, query), ["KH0002"], "{query}");
    }
    let row = found(&phone, "cqhf").remove(0);
    let card = phone
        .replica
        .customer(OfCustomer {
            customer: row.customer,
        })
        .unwrap();
    let balance = card.row.balance.unwrap();
    assert_eq!(balance.overdue.to_string(), "386420.00");
    assert_eq!(balance.days_past_due, 91);
    assert_eq!((card.document, card.visits.len()), (None, 0));

    let planned = found(&phone, "KH0001").remove(0);
    let card = phone
        .replica
        .customer(OfCustomer {
            customer: planned.customer,
        })
        .unwrap();
    assert!(card.document.is_some());
    assert_eq!(card.visits.len(), 1);

    for secret in ["KH0003", "长江", "KH0004"] {
        assert!(found(&phone, secret).is_empty(), "{secret}");
    }
    assert_eq!(codes(&other, "cq"), ["KH0003"]);
    assert!(codes(&other, "KH0002").is_empty());
    let theirs = other.replica.customer(OfCustomer {
        customer: row.customer,
    });
    assert!(matches!(theirs, Err(ReplicaError::NotFound("customer"))));
    world.assert_agree(&[&phone, &other]);
}

#[test]
fn after_the_next_ledger_the_phone_holds_the_new_book_alone() {
    let world = World::new();
    let office = Office::open(&world);
    let colleague = world.hire("样例业务员乙", &[Role::Rep]);
    office.sign_ledger_of(&LEDGER);
    let phone = world.phone_of(&office.rep, &office.admin);
    let other = world.phone_of(&colleague, &office.admin);
    phone.sync_to_rest();
    other.sync_to_rest();
    assert_eq!(codes(&phone, "kh").len(), 2);

    let moved: Vec<(&str, &str, &str, &str)> = LEDGER
        .iter()
        .map(|(code, name, amount, _salesperson)| (*code, *name, *amount, "样例业务员乙"))
        .collect();
    office.sign_ledger_of(&moved);
    phone.sync_to_rest();
    other.sync_to_rest();
    assert!(codes(&phone, "kh").is_empty());
    assert_eq!(codes(&other, "kh").len(), 4);
    // A phone that is new today is not sent what is history.
    let fresh = world.phone_of(&colleague, &office.admin);
    fresh.sync_to_rest();
    assert_eq!(codes(&fresh, "kh"), codes(&other, "kh"));
    world.assert_agree(&[&phone, &other, &fresh]);
}
