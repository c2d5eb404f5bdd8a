//! Customers by what is overdue, and one customer with his receivables.

use askama::Template;
use axum::extract::{Path, Query};
use countersign_core::domain::ids::CustomerId;
use countersign_core::domain::money::Money;
use countersign_core::read_model::customers::{self, OverdueQuery, OverdueRow, OverdueSort};
use countersign_core::read_model::ledgers::{self, LedgerRow, ReceivableRow};
use countersign_core::snapshots::ledger::LedgerCustomer;
use serde::Deserialize;

use super::contacts::{self, Work};
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::choices::{Choice, choices};
use crate::console::layout::fault::Fault;
use crate::console::layout::frame::Frame;
use crate::console::layout::paging::{Paging, ROWS, quoted};
use crate::console::manager::evidence::{self, EvidencePanel};

/// The keys of the ageing buckets, in the order of [`OverdueRow::buckets`].
pub(super) const BUCKETS: [&str; 9] = [
    "bucket-current",
    "bucket-30",
    "bucket-60",
    "bucket-90",
    "bucket-180",
    "bucket-365",
    "bucket-730",
    "bucket-1095",
    "bucket-over",
];

/// The key of the bucket of so many days past due.
pub(super) const fn bucket(days_past_due: i64) -> &'static str {
    match days_past_due {
        ..=0 => "bucket-current",
        1..=30 => "bucket-30",
        31..=60 => "bucket-60",
        61..=90 => "bucket-90",
        91..=180 => "bucket-180",
        181..=365 => "bucket-365",
        366..=730 => "bucket-730",
        731..=1095 => "bucket-1095",
        1096.. => "bucket-over",
    }
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    #[serde(default)]
    search: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: u32,
}

#[derive(Template)]
#[template(path = "customers/index.html")]
struct Index {
    p: Frame,
    ledger: Option<LedgerRow>,
    rows: Vec<OverdueRow>,
    total: Option<Money>,
    search: String,
    sorts: Vec<Choice>,
    buckets: [&'static str; 9],
    paging: Paging,
    may_propose: bool,
}

struct Receivable {
    row: ReceivableRow,
    days_past_due: i64,
}

#[derive(Template)]
#[template(path = "customers/customer.html")]
struct CustomerPage {
    p: Frame,
    customer: LedgerCustomer,
    phone: String,
    ledger: Option<LedgerRow>,
    rows: Vec<Receivable>,
    total: Option<Money>,
    may_settle: bool,
    work: Work,
    evidence: Option<EvidencePanel>,
}

pub(in crate::console) async fn index(caller: Caller, Query(asked): Query<Asked>) -> Answer {
    caller.page(move |caller| index_page(caller, &asked)).await
}

fn index_page(caller: &Caller, asked: &Asked) -> Result<Index, Fault> {
    let p = caller.frame()?;
    let sort = OverdueSort::from_query(&asked.sort);
    let query = OverdueQuery {
        as_of: caller.today(),
        search: asked.search.clone(),
        sort,
        offset: Paging::offset(asked.page),
        limit: ROWS,
    };
    let found = caller.desk().overdue_customers(&query)?;
    let link = format!(
        "/customers?search={}&sort={}&page=",
        quoted(&asked.search),
        sort.as_str()
    );
    let all = [
        OverdueSort::Overdue,
        OverdueSort::DaysPastDue,
        OverdueSort::Name,
        OverdueSort::Code,
        OverdueSort::Grade,
    ];
    let words = |sort: &OverdueSort| {
        (
            sort.as_str().to_owned(),
            p.t(&format!("sort-{}", sort.as_str().replace('_', "-"))),
        )
    };
    Ok(Index {
        ledger: caller.read(ledgers::in_force)?,
        paging: Paging::new(asked.page, found.customers, link),
        rows: found.rows,
        total: found.overdue,
        search: asked.search.clone(),
        sorts: choices(all, words, |other| *other == sort),
        buckets: BUCKETS,
        may_propose: caller.may(Action::ProposeVisitList),
        p,
    })
}

pub(in crate::console) async fn customer(caller: Caller, Path(id): Path<CustomerId>) -> Answer {
    caller.needs(Action::ReadReceivables)?;
    caller.page(move |caller| customer_page(caller, id)).await
}

fn customer_page(caller: &Caller, id: CustomerId) -> Result<CustomerPage, Fault> {
    let customer = caller
        .read(|connection| customers::customer(connection, id))?
        .ok_or(Fault::NotFound)?;
    let rows = caller.read(|connection| ledgers::receivables_of(connection, id))?;
    let total = rows.first().and_then(|row| {
        Money::sum(
            row.outstanding.currency(),
            rows.iter().map(|row| row.outstanding),
        )
        .ok()
    });
    let today = caller.today();
    let p = caller.frame()?;
    Ok(CustomerPage {
        phone: masked(&customer.phone),
        customer,
        ledger: caller.read(ledgers::in_force)?,
        rows: rows
            .into_iter()
            .map(|row| Receivable {
                days_past_due: today.days_since(row.due),
                row,
            })
            .collect(),
        work: contacts::work(caller, &p, id)?,
        evidence: evidence::panel(caller, &format!("/customers/{id}")),
        may_settle: caller.may(Action::DraftSettlement) && total.is_some(),
        total,
        p,
    })
}

/// A number as it is shown outside a call: its middle is covered.
pub(super) fn masked(phone: &str) -> String {
    let digits = phone.chars().count();
    if digits < 8 {
        return phone.to_owned();
    }
    let is_shown = |index: usize| index < 3 || index + 4 >= digits;
    phone
        .chars()
        .enumerate()
        .map(|(index, c)| if is_shown(index) { c } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_end_where_the_rule_says() {
        assert_eq!(bucket(0), "bucket-current");
        assert_eq!((bucket(30), bucket(31)), ("bucket-30", "bucket-60"));
        assert_eq!((bucket(1095), bucket(1096)), ("bucket-1095", "bucket-over"));
    }

    #[test]
    fn a_number_shows_its_ends() {
        assert_eq!(masked("14200000001"), "142****0001");
        assert_eq!(masked("110"), "110");
    }
}
