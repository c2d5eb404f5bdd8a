//! Entries and ledgers for the tests of the office nouns.

use rusqlite::{Connection, Transaction};

use crate::domain::ids::{
    ChainId, CustomerId, Digest, EntryId, OrganisationId, ReceivableId, UserId,
};
use crate::domain::money::{Currency, Money};
use crate::domain::time::{ClockReading, Day, Instant};
use crate::journal::facts::{Fact, LedgerSigned};
use crate::journal::{Entry, Scope};
use crate::read_model::{customers, devices, ledgers, plans, reviews, visit_lists};
use crate::snapshots::ledger::{LedgerCustomer, LedgerReceivable, LedgerSnapshot};

pub(crate) const ORGANISATION: OrganisationId = OrganisationId::from_bytes([1; 16]);

pub(crate) fn tables() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for schema in [
        ledgers::SCHEMA,
        customers::SCHEMA,
        visit_lists::SCHEMA,
        plans::SCHEMA,
        reviews::SCHEMA,
        devices::SCHEMA,
    ] {
        connection.execute_batch(schema).unwrap();
    }
    connection
}

pub(crate) fn written(
    connection: &mut Connection,
    write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) {
    let tx = connection.transaction().unwrap();
    write(&tx).unwrap();
    tx.commit().unwrap();
}

pub(crate) fn user(number: u8) -> UserId {
    UserId::from_bytes([number; 16])
}

pub(crate) fn customer(number: u8) -> CustomerId {
    CustomerId::from_bytes([number; 16])
}

pub(crate) fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// An entry whose id and time follow from `number`.
pub(crate) fn entry(number: u8, author: UserId, scope: Scope, fact: Fact) -> Entry {
    Entry {
        version: 1,
        organisation: ORGANISATION,
        id: EntryId::from_bytes([number; 16]),
        chain: ChainId::from(author),
        seq: u64::from(number),
        previous: Digest::default(),
        author,
        made: ClockReading {
            wall: Instant::from_ms(1_782_000_000_000 + i64::from(number)),
            monotonic_ms: u64::from(number),
            boot: "boot".to_owned(),
        },
        seen: None,
        scope,
        amends: None,
        policy_epoch: 1,
        build: "test".to_owned(),
        fact,
    }
}

/// A ledger with one receivable for each (customer, due day, outstanding).
pub(crate) fn ledger(cut_off: &str, rows: &[(u8, &str, &str)]) -> LedgerSnapshot {
    let mut customers: Vec<u8> = rows.iter().map(|row| row.0).collect();
    customers.sort_unstable();
    customers.dedup();
    LedgerSnapshot {
        version: 1,
        organisation: ORGANISATION,
        cut_off: day(cut_off),
        currency: Currency::Cny,
        file: Digest::of(cut_off.as_bytes()),
        customers: customers.into_iter().map(ledger_customer).collect(),
        receivables: (1_u8..)
            .zip(rows)
            .map(|(number, (owner, due, outstanding))| LedgerReceivable {
                id: ReceivableId::from_bytes([number; 16]),
                customer: customer(*owner),
                document: format!("{number:08}"),
                contract: String::new(),
                invoiced: None,
                due: day(due),
                amount: yuan(outstanding),
                received: yuan("0"),
                outstanding: yuan(outstanding),
            })
            .collect(),
        total_outstanding: Money::sum(Currency::Cny, rows.iter().map(|row| yuan(row.2))).unwrap(),
        decisions: None,
    }
}

fn ledger_customer(number: u8) -> LedgerCustomer {
    LedgerCustomer {
        id: customer(number),
        code: format!("C{number:03}"),
        name: format!("样例公司{number}"),
        address: String::new(),
        contact: String::new(),
        phone: String::new(),
        site: None,
        grade: "B".to_owned(),
        credit_code: String::new(),
        salesperson: "样例业务员".to_owned(),
    }
}

/// Projects a ledger as finance's signature does; gives its id.
pub(crate) fn sign(tx: &Transaction<'_>, number: u8, ledger: &LedgerSnapshot) -> Digest {
    let id = Digest::of(&[number]);
    let signed = Fact::LedgerSigned(LedgerSigned {
        ledger: id,
        cut_off: ledger.cut_off,
        outstanding: ledger.total_outstanding,
    });
    let entry = entry(number, user(9), Scope::Office, signed);
    ledgers::project_entry(tx, &entry, Digest::of(&[number])).unwrap();
    customers::project_ledger(tx, id, ledger).unwrap();
    ledgers::project_ledger(tx, id, ledger).unwrap();
    id
}
