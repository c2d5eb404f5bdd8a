//! The customer books (客户簿) that follow from a signed ledger: each salesperson's phone learns of his own customers.
//!
//! A book has a scope of its own, granted to one person. The next ledger grants new ones and revokes the old, so that a phone
//! never holds two and whoever has no customers any more holds none.

use std::collections::BTreeMap;

use countersign_core::domain::ageing::AgedBalance;
use countersign_core::domain::customer_search::code_key;
use countersign_core::domain::ids::{BookId, CustomerId, SnapshotId, UserId};
use countersign_core::domain::money::Money;
use countersign_core::domain::time::Day;
use countersign_core::journal::Scope;
use countersign_core::read_model::customer_books;
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::customer_book::{BookRow, CustomerBook, PIECE_ROWS, book_id};
use countersign_core::snapshots::ledger::{LedgerCustomer, LedgerSnapshot};

use crate::auth::policy::{Action, any_may};
use crate::desks::{Desk, DeskError};
use crate::organisation::{Item, ReadError};

/// One salesperson of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalespersonRow {
    /// The name as first written; empty for the customers that nobody is named for.
    pub salesperson: String,
    /// How many customers are his.
    pub customers: usize,
    /// Who gets them on the phone.
    pub holder: BookHolder,
}

/// Who gets a salesperson's book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookHolder {
    /// The account of that name.
    Person(UserId),
    /// Nobody: no account has that name.
    NoAccount,
    /// Nobody: the account of that name makes no visits.
    NoPhone,
    /// Nobody: several accounts have that name.
    Several,
}

impl Desk {
    /// What is appended with the signature of `ledger`: its books, who may hold them, and who no longer holds the old ones.
    pub(super) fn books_of(
        &self,
        id: SnapshotId,
        ledger: &LedgerSnapshot,
    ) -> Result<Vec<Item>, DeskError> {
        let before = self.organisation.read(customer_books::books)?;
        let holders = self.holders()?;
        let mut items = Vec::new();
        let mut now: Vec<(BookId, UserId)> = Vec::new();
        for (holder, customers) in customers_of(&holders, ledger) {
            let book = book_id(id, holder);
            for piece in self.pieces(id, ledger, (book, holder), &customers)? {
                let sealed = self
                    .organisation
                    .seal_snapshot(&Snapshot::CustomerBook(Box::new(piece)))?;
                let scope = Scope::Book(book);
                items.push(Item::Snapshot { scope, sealed });
            }
            let scope = Scope::Book(book);
            items.push(Item::Grant {
                user: holder,
                scope,
            });
            now.push((book, holder));
        }
        for (book, user) in before {
            if !now.contains(&(book, user)) {
                let scope = Scope::Book(book);
                items.push(Item::Revoke { user, scope });
            }
        }
        Ok(items)
    }

    /// Whose book each salesperson of a draft's customers goes into, by name as written first; at most 1,000.
    pub fn ledger_books(&self, draft: SnapshotId) -> Result<Vec<SalespersonRow>, DeskError> {
        self.require(Action::ReadReceivables)?;
        let (_row, ledger) = self.draft(draft)?;
        let holders = self.holders()?;
        let mut rows: BTreeMap<String, SalespersonRow> = BTreeMap::new();
        for customer in &ledger.customers {
            let name = code_key(&customer.salesperson);
            let holder = holders.get(&name).copied();
            rows.entry(name)
                .or_insert_with(|| SalespersonRow {
                    salesperson: customer.salesperson.trim().to_owned(),
                    customers: 0,
                    holder: holder.unwrap_or(BookHolder::NoAccount),
                })
                .customers += 1;
        }
        Ok(rows.into_values().take(1_000).collect())
    }

    /// Who may hold a book, by the name as it is compared. A name that two people have is nobody's, because a book in the
    /// wrong hands is worse than none.
    fn holders(&self) -> Result<BTreeMap<String, BookHolder>, DeskError> {
        let policy = self.organisation.policy()?;
        let mut holders: BTreeMap<String, BookHolder> = BTreeMap::new();
        for person in &policy.people {
            let holder = if any_may(&person.roles, Action::RecordVisit) {
                BookHolder::Person(person.user)
            } else {
                BookHolder::NoPhone
            };
            holders
                .entry(code_key(&person.name))
                .and_modify(|there| *there = BookHolder::Several)
                .or_insert(holder);
        }
        Ok(holders)
    }

    fn pieces(
        &self,
        id: SnapshotId,
        ledger: &LedgerSnapshot,
        (book, holder): (BookId, UserId),
        customers: &[&LedgerCustomer],
    ) -> Result<Vec<CustomerBook>, DeskError> {
        let owed = claims_by_customer(ledger);
        let sealed_after = self
            .organisation
            .journal()
            .head()
            .map_err(ReadError::from)?;
        let chunks = customers.chunks(PIECE_ROWS);
        let pieces = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        (1..)
            .zip(chunks)
            .map(|(piece, customers)| {
                let rows = customers
                    .iter()
                    .map(|customer| row_of(customer, ledger, &owed))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(CustomerBook {
                    version: 1,
                    organisation: ledger.organisation,
                    book,
                    holder,
                    ledger: id,
                    cut_off: ledger.cut_off,
                    currency: ledger.currency,
                    sealed_after,
                    piece,
                    pieces,
                    rows,
                })
            })
            .collect()
    }
}

/// Due day and outstanding amount of each receivable, by customer.
type Claims = BTreeMap<CustomerId, Vec<(Day, Money)>>;

fn claims_by_customer(ledger: &LedgerSnapshot) -> Claims {
    let mut claims = Claims::new();
    for receivable in &ledger.receivables {
        claims
            .entry(receivable.customer)
            .or_default()
            .push((receivable.due, receivable.outstanding));
    }
    claims
}

/// The customers of each holder, in the ledger's order.
fn customers_of<'a>(
    holders: &BTreeMap<String, BookHolder>,
    ledger: &'a LedgerSnapshot,
) -> BTreeMap<UserId, Vec<&'a LedgerCustomer>> {
    let mut books: BTreeMap<UserId, Vec<&LedgerCustomer>> = BTreeMap::new();
    for customer in &ledger.customers {
        let name = code_key(&customer.salesperson);
        if let Some(BookHolder::Person(user)) = holders.get(&name) {
            books.entry(*user).or_default().push(customer);
        }
    }
    books
}

fn row_of(
    customer: &LedgerCustomer,
    ledger: &LedgerSnapshot,
    claims: &Claims,
) -> Result<BookRow, DeskError> {
    let claims = claims.get(&customer.id).map_or(&[][..], Vec::as_slice);
    let balance = AgedBalance::of(ledger.currency, claims.iter().copied(), ledger.cut_off)
        .map_err(|_mixed_currencies| DeskError::Damaged)?;
    Ok(BookRow {
        customer: customer.id,
        code: customer.code.clone(),
        name: customer.name.clone(),
        address: customer.address.clone(),
        contact: customer.contact.clone(),
        phone: customer.phone.clone(),
        grade: customer.grade.clone(),
        buckets: Vec::from(&balance),
        credits: Some(balance.credits).filter(|credits| !credits.is_zero()),
        days_past_due: balance.days_past_due,
    })
}
