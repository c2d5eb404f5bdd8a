//! From what an import accepted to the ledger snapshot that finance may sign.

use std::collections::BTreeMap;

use countersign_core::domain::ids::{CustomerId, Digest, OrganisationId};
use countersign_core::domain::money::Money;
use countersign_core::domain::position::{Crs, SitePoint};
use countersign_core::domain::time::Day;
use countersign_core::snapshots::ledger::{LedgerCustomer, LedgerReceivable, LedgerSnapshot};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::desks::{DeskError, ids};
use crate::ledger_import::{CustomerRow, LedgerImport, ReceivableRow};

/// The largest amount that the tables hold, in minor units: 9,000,000,000,000 yuan.
const LARGEST_MINOR: i64 = 900_000_000_000_000;

/// The snapshot of everything that was accepted; the same import gives the same bytes.
///
/// A customer that the file names without its master data keeps what is `known` of it.
pub(super) fn ledger(
    organisation: OrganisationId,
    import: &LedgerImport,
    (cut_off, decisions): (Day, Option<Digest>),
    known: Vec<LedgerCustomer>,
) -> Result<LedgerSnapshot, DeskError> {
    if import.receivables.is_empty() {
        return Err(DeskError::invalid("file", "desk-invalid-nothing-accepted"));
    }
    let mut customers = Customers::new(organisation, known);
    for row in &import.customers {
        customers.take_master_data(row);
    }
    let mut receivables = import
        .receivables
        .iter()
        .map(|row| receivable(customers.of(row), row))
        .collect::<Result<Vec<_>, _>>()?;
    name_receivables(&mut receivables);
    let total = Money::sum(
        import.currency,
        receivables.iter().map(|row| row.outstanding),
    )
    .map_err(|_too_large| too_large())?;
    let ledger = LedgerSnapshot {
        version: 1,
        organisation,
        cut_off,
        currency: import.currency,
        file: import.source.digest,
        customers: customers.into_named(),
        receivables,
        total_outstanding: checked(total)?,
        decisions,
    };
    Ok(ledger)
}

/// Orders the receivables and gives each an id of its own, the same over all imports. Where the file has no document number,
/// a row is known by its days, contract and amount; rows that are alike in all of it are counted.
fn name_receivables(receivables: &mut [LedgerReceivable]) {
    receivables.sort_by(|a, b| {
        let order = |row: &LedgerReceivable| (row.customer, row.document.clone(), row.due);
        let further = |row: &LedgerReceivable| (row.invoiced, row.contract.clone());
        let figures = |row: &LedgerReceivable| (row.amount.amount(), row.received.amount());
        (order(a), further(a), figures(a)).cmp(&(order(b), further(b), figures(b)))
    });
    let mut earlier: BTreeMap<(CustomerId, String), u32> = BTreeMap::new();
    for row in receivables {
        let name = if row.document.trim().is_empty() {
            let invoiced = row.invoiced.map(|day| day.to_string()).unwrap_or_default();
            format!(
                "{} {invoiced} {} {}",
                row.due,
                row.amount,
                row.contract.trim()
            )
        } else {
            row.document.trim().to_owned()
        };
        let count = earlier.entry((row.customer, name.clone())).or_default();
        row.id = ids::receivable(row.customer, &name, *count);
        *count += 1;
    }
}

fn receivable(customer: CustomerId, row: &ReceivableRow) -> Result<LedgerReceivable, DeskError> {
    Ok(LedgerReceivable {
        id: ids::receivable(customer, &row.document, 0),
        customer,
        document: row.document.clone(),
        contract: row.contract.clone().unwrap_or_default(),
        invoiced: row.invoiced,
        due: row.due,
        amount: checked(row.amount)?,
        received: checked(row.received)?,
        outstanding: checked(row.outstanding)?,
    })
}

fn checked(money: Money) -> Result<Money, DeskError> {
    let largest = Decimal::new(LARGEST_MINOR, money.currency().scale());
    if money.amount().abs() > largest {
        return Err(too_large());
    }
    Ok(money)
}

const fn too_large() -> DeskError {
    DeskError::invalid("file", "desk-invalid-amount-too-large")
}

/// Customers while they are collected; only those that the file names go into the snapshot.
struct Customers {
    organisation: OrganisationId,
    known: BTreeMap<CustomerId, LedgerCustomer>,
    named: BTreeMap<CustomerId, LedgerCustomer>,
}

impl Customers {
    fn new(organisation: OrganisationId, known: Vec<LedgerCustomer>) -> Self {
        Self {
            organisation,
            known: known
                .into_iter()
                .map(|customer| (customer.id, customer))
                .collect(),
            named: BTreeMap::new(),
        }
    }

    fn named(&mut self, code: &str, name: &str) -> &mut LedgerCustomer {
        let id = ids::customer(self.organisation, code, name);
        let known = &mut self.known;
        self.named.entry(id).or_insert_with(|| {
            known.remove(&id).unwrap_or_else(|| LedgerCustomer {
                id,
                code: code.trim().to_owned(),
                name: name.trim().to_owned(),
                address: String::new(),
                contact: String::new(),
                phone: String::new(),
                site: None,
                grade: String::new(),
                credit_code: String::new(),
                salesperson: String::new(),
            })
        })
    }

    /// What the file says goes before what is known; what it leaves empty stays.
    fn take_master_data(&mut self, row: &CustomerRow) {
        let customer = self.named(&row.code, &row.name);
        row.name.trim().clone_into(&mut customer.name);
        let take = |to: &mut String, from: &Option<String>| {
            if let Some(from) = from
                .as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
            {
                from.clone_into(to);
            }
        };
        take(&mut customer.address, &row.address);
        take(&mut customer.contact, &row.contact);
        take(&mut customer.phone, &row.phone);
        take(&mut customer.grade, &row.grade);
        take(&mut customer.credit_code, &row.credit_code);
        customer.site = site(row).or(customer.site);
    }

    fn of(&mut self, row: &ReceivableRow) -> CustomerId {
        let customer = self.named(&row.customer_code, &row.customer_name);
        if let Some(salesperson) = &row.salesperson {
            salesperson.trim().clone_into(&mut customer.salesperson);
        }
        customer.id
    }

    fn into_named(self) -> Vec<LedgerCustomer> {
        let mut customers: Vec<LedgerCustomer> = self.named.into_values().collect();
        customers.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
        customers
    }
}

/// A point without a known reference system is none: taken for another one it would be off by half a kilometre.
fn site(row: &CustomerRow) -> Option<SitePoint> {
    let crs: String = row
        .crs
        .as_deref()?
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let crs = match crs.as_str() {
        "wgs84" => Crs::Wgs84,
        "gcj02" => Crs::Gcj02,
        "bd09" => Crs::Bd09,
        _ => return None,
    };
    Some(SitePoint {
        lat_e7: e7(row.latitude?)?,
        lon_e7: e7(row.longitude?)?,
        crs,
    })
}

fn e7(degrees: Decimal) -> Option<i32> {
    degrees
        .checked_mul(Decimal::from(10_000_000))?
        .round()
        .to_i32()
}
