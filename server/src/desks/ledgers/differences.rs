//! What a draft would change, so that finance knows before signing.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::domain::ids::{CustomerId, ReceivableId};
use countersign_core::domain::money::{Money, MoneyError};
use countersign_core::read_model::ledgers::{DraftRow, LedgerRow, ReceivableRow};
use countersign_core::snapshots::ledger::{LedgerCustomer, LedgerReceivable, LedgerSnapshot};

use crate::desks::DeskError;

/// The most rows of a kind that are listed; the counts and sums cover all.
pub(super) const ROW_LIMIT: usize = 1000;

/// A draft beside the ledger in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerDifferences {
    /// The draft.
    pub draft: DraftRow,
    /// The ledger in force; none before the first signature.
    pub before: Option<LedgerRow>,
    /// Receivables that only the draft has.
    pub new: Difference,
    /// Receivables whose figures or due day differ.
    pub changed: Difference,
    /// Receivables that only the ledger in force has.
    pub gone: Difference,
    /// Receivables that are equal in both.
    pub unchanged: usize,
    /// Customers that the ledger in force does not have.
    pub customers_new: usize,
    /// Customers that only the ledger in force has.
    pub customers_gone: usize,
}

/// One kind of difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How many receivables.
    pub count: usize,
    /// What it does to the total outstanding.
    pub by: Money,
    /// The receivables by customer code and document number, at most [`ROW_LIMIT`].
    pub rows: Vec<DifferenceRow>,
}

/// One receivable before and after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DifferenceRow {
    /// Code of the customer; may be empty.
    pub code: String,
    /// Name of the customer.
    pub name: String,
    /// Document number.
    pub document: String,
    /// Outstanding in the ledger in force.
    pub before: Option<Money>,
    /// Outstanding in the draft.
    pub after: Option<Money>,
}

/// Compares a draft with the receivables and customers in force.
pub(super) fn between(
    draft: DraftRow,
    ledger: &LedgerSnapshot,
    before: Option<LedgerRow>,
    (receivables, customers): (&[ReceivableRow], &[LedgerCustomer]),
) -> Result<LedgerDifferences, DeskError> {
    let names = Names::of(customers.iter().chain(&ledger.customers));
    let mut old: BTreeMap<ReceivableId, &ReceivableRow> = receivables
        .iter()
        .map(|row| (row.receivable, row))
        .collect();
    let mut differences = LedgerDifferences {
        new: Difference::none(ledger),
        changed: Difference::none(ledger),
        gone: Difference::none(ledger),
        unchanged: 0,
        customers_new: missing(&ledger.customers, customers),
        customers_gone: missing(customers, &ledger.customers),
        draft,
        before,
    };
    for row in &ledger.receivables {
        let after = Some(row.outstanding);
        match old.remove(&row.id) {
            None => {
                let row = names.row(row.customer, &row.document, None, after);
                differences.new.add(row)?;
            }
            Some(was) if is_equal(was, row) => differences.unchanged += 1,
            Some(was) => {
                let row = names.row(row.customer, &row.document, Some(was.outstanding), after);
                differences.changed.add(row)?;
            }
        }
    }
    for was in old.into_values() {
        let row = names.row(was.customer, &was.document, Some(was.outstanding), None);
        differences.gone.add(row)?;
    }
    for difference in [
        &mut differences.new,
        &mut differences.changed,
        &mut differences.gone,
    ] {
        difference.rows.sort();
        difference.rows.truncate(ROW_LIMIT);
    }
    Ok(differences)
}

impl Difference {
    fn none(ledger: &LedgerSnapshot) -> Self {
        Self {
            count: 0,
            by: Money::zero(ledger.currency),
            rows: Vec::new(),
        }
    }

    fn add(&mut self, row: DifferenceRow) -> Result<(), DeskError> {
        let zero = Money::zero(self.by.currency());
        let by = row
            .after
            .unwrap_or(zero)
            .minus(row.before.unwrap_or(zero))
            .and_then(|by| self.by.plus(by))
            .map_err(|error| match error {
                MoneyError::MixedCurrencies(..) => {
                    DeskError::invalid("draft", "desk-invalid-other-currency")
                }
                MoneyError::UnknownCurrency(_)
                | MoneyError::NotANumber(_)
                | MoneyError::TooManyDecimals(_)
                | MoneyError::TooLarge => {
                    DeskError::invalid("draft", "desk-invalid-amount-too-large")
                }
            })?;
        self.by = by;
        self.count += 1;
        self.rows.push(row);
        Ok(())
    }
}

struct Names<'a>(BTreeMap<CustomerId, &'a LedgerCustomer>);

impl<'a> Names<'a> {
    fn of(customers: impl Iterator<Item = &'a LedgerCustomer>) -> Self {
        Self(customers.map(|customer| (customer.id, customer)).collect())
    }

    fn row(
        &self,
        customer: CustomerId,
        document: &str,
        before: Option<Money>,
        after: Option<Money>,
    ) -> DifferenceRow {
        let customer = self.0.get(&customer);
        DifferenceRow {
            code: customer.map(|row| row.code.clone()).unwrap_or_default(),
            name: customer.map(|row| row.name.clone()).unwrap_or_default(),
            document: document.to_owned(),
            before,
            after,
        }
    }
}

fn is_equal(was: &ReceivableRow, is: &LedgerReceivable) -> bool {
    (was.amount, was.received, was.outstanding, was.due)
        == (is.amount, is.received, is.outstanding, is.due)
}

/// How many of `these` are not among `those`.
fn missing(these: &[LedgerCustomer], those: &[LedgerCustomer]) -> usize {
    let those: BTreeSet<CustomerId> = those.iter().map(|customer| customer.id).collect();
    these
        .iter()
        .filter(|customer| !those.contains(&customer.id))
        .count()
}
