//! The rules against 2,466 invoices of a public sample: what one invoice did, and what they come to together. The totals were
//! computed apart, from the file, by another program.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::ageing::{Bucket, days_past_due};
use super::calendar::Calendar;
use super::credit_grade::{Conduct, ConductKind, Dispute, Grade, GradePolicy, propose_grade};
use super::interest::{ClaimPayment, DayCount, InterestClaim, RateBasis, interest};
use super::metrics::{count_percent, dso_days};
use super::money::{Currency, Money};
use super::promise::{
    Designation, MoneyBy, MoneyIn, PromiseRules, PromiseStanding, PromiseState, PromiseTerms,
    promise_standings,
};
use super::time::Day;

const FILE: &str = include_str!("../../../tests/fixtures/ledgers/late-payment-histories.csv");

struct Invoice {
    customer: &'static str,
    invoiced: Day,
    due: Day,
    settled: Day,
    amount: Money,
    days_late: i64,
}

fn invoices() -> Vec<Invoice> {
    let day = |text: &str| Day(NaiveDate::parse_from_str(text, "%m/%d/%Y").unwrap());
    let invoice = |line: &'static str| {
        let cells: Vec<&'static str> = line.split(',').collect();
        Invoice {
            customer: cells[1],
            invoiced: day(cells[4]),
            due: day(cells[5]),
            settled: day(cells[8]),
            amount: Money::parse(Currency::Usd, cells[6]).unwrap(),
            days_late: cells[11].parse().unwrap(),
        }
    };
    let invoices: Vec<Invoice> = FILE.lines().skip(1).map(invoice).collect();
    assert_eq!(invoices.len(), 2466);
    invoices
}

fn sum<'i>(invoices: impl IntoIterator<Item = &'i Invoice>) -> Money {
    let amounts = invoices.into_iter().map(|invoice| invoice.amount);
    Money::sum(Currency::Usd, amounts).unwrap()
}

/// The due day as a promise to pay in full, and the payment.
fn standing(invoice: &Invoice, calendar: &Calendar) -> PromiseStanding {
    let promise = PromiseTerms {
        amount: invoice.amount,
        made_on: invoice.invoiced.plus_days(-1),
        day: invoice.due,
        superseded_on: None,
    };
    let payment = MoneyIn {
        day: invoice.settled,
        amount: invoice.amount,
        by: MoneyBy::Bank,
        designation: Designation::Open,
    };
    let rules = PromiseRules {
        calendar,
        grace_days: 0,
        snapshot_cut_off: Some("2014-12-31".parse().unwrap()),
    };
    promise_standings(&[promise], &[payment], rules).unwrap()[0]
}

#[test]
fn every_invoice_is_as_late_as_the_file_says() {
    let late = invoices()
        .iter()
        .filter(|invoice| {
            let days = days_past_due(invoice.due, invoice.settled);
            assert_eq!(days.max(0), invoice.days_late, "{}", invoice.customer);
            Bucket::of(days) != Bucket::Current
        })
        .count();
    assert_eq!(late, 877);
}

#[test]
fn what_is_open_on_a_day_falls_into_buckets_that_sum_to_it() {
    let on: Day = "2013-06-30".parse().unwrap();
    let invoices = invoices();
    let open: Vec<&Invoice> = invoices
        .iter()
        .filter(|invoice| invoice.invoiced <= on && on < invoice.settled)
        .collect();
    assert_eq!(open.len(), 84);
    let in_bucket = |bucket| {
        let of = open
            .iter()
            .filter(|i| Bucket::of(days_past_due(i.due, on)) == bucket);
        sum(of.copied()).to_string()
    };
    assert_eq!(in_bucket(Bucket::Current), "4284.29");
    assert_eq!(in_bucket(Bucket::Days1To30), "835.56");
    let receivables = sum(open.iter().copied());
    assert_eq!(receivables.to_string(), "5119.85");
    let sold = invoices
        .iter()
        .filter(|invoice| (0..90).contains(&on.days_since(invoice.invoiced)));
    assert_eq!(
        dso_days(receivables, sum(sold), 90).unwrap(),
        Some(Decimal::new(2315, 2))
    );
}

#[test]
fn due_days_as_promises_are_kept_or_broken_and_make_grades() {
    let calendar = Calendar::published();
    let as_of: Day = "2013-12-31".parse().unwrap();
    let mut kept = 0;
    let mut conduct: BTreeMap<&str, Vec<Conduct>> = BTreeMap::new();
    let invoices = invoices();
    for invoice in &invoices {
        let standing = standing(invoice, &calendar);
        let kind = match standing.state {
            PromiseState::Kept => ConductKind::PromiseKept,
            PromiseState::Broken => ConductKind::PromiseBroken,
            PromiseState::Open | PromiseState::Superseded => panic!("{standing:?}"),
        };
        kept += u64::from(kind == ConductKind::PromiseKept);
        if standing.last_day < as_of {
            conduct.entry(invoice.customer).or_default().push(Conduct {
                kind,
                day: standing.last_day,
                times: 1,
                dispute: Dispute::None,
            });
        }
    }
    assert_eq!(kept, 1619);
    assert_eq!(count_percent(kept, 2466), Some(Decimal::new(6565, 2)));
    let mut grades: BTreeMap<Grade, usize> = BTreeMap::new();
    for entries in conduct.values() {
        let proposed = propose_grade(entries, 0, as_of, &GradePolicy::default());
        *grades.entry(proposed.grade).or_default() += 1;
    }
    let expected = BTreeMap::from([(Grade::A, 48), (Grade::B, 44), (Grade::C, 8)]);
    assert_eq!(grades, expected);
}

#[test]
fn interest_of_every_late_invoice_is_what_a_spreadsheet_gives() {
    for invoice in invoices() {
        let payment = [ClaimPayment {
            day: invoice.settled,
            amount: invoice.amount,
        }];
        let computed = interest(&InterestClaim {
            principal: invoice.amount,
            due_day: invoice.due,
            cut_off: invoice.settled,
            basis: RateBasis::AgreedDaily("0.05".parse().unwrap()),
            day_count: DayCount::Days365,
            table: None,
            payments: &payment,
            waivers: &[],
        })
        .unwrap();
        // From the day after the due day up to the day of payment, which bears none; 0.05 % is 5 of 10,000.
        let days = i128::from((invoice.days_late - 1).max(0));
        let expected = (invoice.amount.minor() * 5 * days + 5_000) / 10_000;
        assert_eq!(computed.total.minor(), expected, "{}", invoice.customer);
        // The payment pays the interest first, so that much principal stays.
        assert_eq!(computed.principal_left.minor(), expected);
        assert_eq!(computed.unpaid.minor(), 0);
    }
}
