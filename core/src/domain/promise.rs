//! Promise (承诺) states: they follow from money received, nobody types them. Product rule; Civil Code art. 203 for a promised
//! day that is a rest day.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::money::{Money, MoneyError};
use super::time::Day;

/// One part of what is promised: an amount until a day, included.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Instalment {
    /// How much.
    #[n(0)]
    pub amount: Money,
    /// Until which day, included.
    #[n(1)]
    pub due: Day,
}

/// The state of a promise.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum PromiseState {
    /// Nothing can be said yet: no signed ledger covers the day.
    #[n(0)]
    Open,
    /// The full amount came in time, to the cent.
    #[n(1)]
    Kept,
    /// It did not, and a signed ledger covers the day.
    #[n(2)]
    Broken,
    /// A later promise, made in time, took its place.
    #[n(3)]
    Superseded,
}

/// One promise of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromiseTerms {
    /// How much.
    pub amount: Money,
    /// The day it was made.
    pub made_on: Day,
    /// Until which day, included.
    pub day: Day,
    /// The day on which a later promise was made that names this one.
    pub superseded_on: Option<Day>,
}

/// Money of the same customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyIn {
    /// Value date of a bank posting, or day of the cash receipt.
    pub day: Day,
    /// How much.
    pub amount: Money,
    /// How it came.
    pub by: MoneyBy,
    /// What the customer meant it for.
    pub designation: Designation,
}

/// How money came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyBy {
    /// A bank posting.
    Bank,
    /// Cash whose hand-in finance confirmed.
    ConfirmedCash,
    /// Cash that finance has not counted yet; it does not count here either.
    UnconfirmedCash,
}

/// What the customer meant money for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Designation {
    /// The promised debt, or nothing in particular.
    Open,
    /// Another debt.
    Elsewhere,
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromiseStanding {
    /// The last day on which money counts: rolled, with grace.
    pub last_day: Day,
    /// The state.
    pub state: PromiseState,
    /// What counted, at most the amount.
    pub paid: Money,
    /// What is missing.
    pub short: Money,
}

/// What states are judged by.
#[derive(Debug, Clone, Copy)]
pub struct PromiseRules<'a> {
    /// Rest days.
    pub calendar: &'a Calendar,
    /// Days of grace by policy; 0 unless the organisation set them.
    pub grace_days: u16,
    /// Cut-off of the latest ledger snapshot that finance signed.
    pub snapshot_cut_off: Option<Day>,
}

/// How the promises of one customer stand, in the given order.
///
/// Counted is money dated after the day of the promise and up to its last day (the promised day rolled to the next that is
/// no rest day, plus grace). A cent is counted once: postings serve the promises in order of their day. A superseded promise
/// counts what came before it was replaced; a promise replaced after its last day stays Broken. Product rule; Civil Code
/// art. 203 for the rolled day.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`] when an amount is in another currency than the promise.
pub fn promise_standings(
    promises: &[PromiseTerms],
    money: &[MoneyIn],
    rules: PromiseRules<'_>,
) -> Result<Vec<PromiseStanding>, MoneyError> {
    let mut left: Vec<MoneyIn> = money
        .iter()
        .filter(|money| {
            money.by != MoneyBy::UnconfirmedCash && money.designation == Designation::Open
        })
        .copied()
        .collect();
    left.sort_by_key(|money| money.day);
    let mut order: Vec<(usize, &PromiseTerms)> = promises.iter().enumerate().collect();
    order.sort_by_key(|(_, promise)| (promise.day, promise.made_on));
    let mut standings = Vec::with_capacity(promises.len());
    for (index, promise) in order {
        standings.push((index, standing(promise, &mut left, rules)?));
    }
    standings.sort_by_key(|(index, _)| *index);
    Ok(standings
        .into_iter()
        .map(|(_, standing)| standing)
        .collect())
}

fn standing(
    promise: &PromiseTerms,
    money: &mut [MoneyIn],
    rules: PromiseRules<'_>,
) -> Result<PromiseStanding, MoneyError> {
    let last_day = rules
        .calendar
        .roll(promise.day)
        .day
        .plus_days(rules.grace_days.into());
    let superseded_on = promise.superseded_on.filter(|day| *day <= last_day);
    let until = superseded_on.unwrap_or(last_day);
    let mut short = promise.amount;
    for posting in money
        .iter_mut()
        .filter(|posting| posting.day > promise.made_on && posting.day <= until)
    {
        // Also compares the currencies.
        let after = short.minus(posting.amount)?;
        let taken = if after.is_positive() {
            posting.amount
        } else {
            short
        };
        short = short.minus(taken)?;
        posting.amount = posting.amount.minus(taken)?;
    }
    let is_covered = rules.snapshot_cut_off.is_some_and(|day| day >= last_day);
    let state = if short.is_zero() {
        PromiseState::Kept
    } else if superseded_on.is_some() {
        PromiseState::Superseded
    } else if is_covered {
        PromiseState::Broken
    } else {
        PromiseState::Open
    };
    Ok(PromiseStanding {
        last_day,
        state,
        paid: promise.amount.minus(short)?,
        short,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::cases::{self, yuan};
    use super::*;

    fn money_in(value: &Value) -> MoneyIn {
        MoneyIn {
            day: cases::day(&value["day"]),
            amount: cases::money(&value["amount"]),
            by: match (value["by"].as_str().unwrap(), value["confirmed"] == true) {
                ("bank", _) => MoneyBy::Bank,
                (_, true) => MoneyBy::ConfirmedCash,
                (_, false) => MoneyBy::UnconfirmedCash,
            },
            designation: if value["designated_elsewhere"] == true {
                Designation::Elsewhere
            } else {
                Designation::Open
            },
        }
    }

    #[test]
    fn worked_cases() {
        let calendar = Calendar::published();
        for case in cases::of("promise", 13) {
            let input = &case.input;
            let promise = PromiseTerms {
                amount: cases::money(&input["amount"]),
                made_on: cases::day(&input["made_on"]),
                day: cases::day(&input["day"]),
                superseded_on: cases::maybe_day(&input["superseded_by_made_on"]),
            };
            let money: Vec<MoneyIn> = input["money"]
                .as_array()
                .unwrap()
                .iter()
                .map(money_in)
                .collect();
            let rules = PromiseRules {
                calendar: &calendar,
                grace_days: input["grace_days"].as_u64().unwrap().try_into().unwrap(),
                snapshot_cut_off: cases::maybe_day(&input["snapshot_cut_off"]),
            };
            let standing = promise_standings(&[promise], &money, rules).unwrap()[0];
            let expected = &case.expected;
            assert_eq!(
                format!("{:?}", standing.state),
                expected["state"],
                "{}",
                case.id
            );
            assert_eq!(
                standing.last_day,
                cases::day(&expected["last_day"]),
                "{}",
                case.id
            );
            assert_eq!(
                standing.paid,
                cases::money(&expected["paid"]),
                "{}",
                case.id
            );
            assert_eq!(
                standing.short,
                cases::money(&expected["short"]),
                "{}",
                case.id
            );
        }
    }

    #[test]
    fn one_posting_serves_two_promises_but_no_cent_twice() {
        let calendar = Calendar::published();
        let promise = |amount, day: &str| PromiseTerms {
            amount: yuan(amount),
            made_on: "2026-07-01".parse().unwrap(),
            day: day.parse().unwrap(),
            superseded_on: None,
        };
        let promises = [
            promise("500.00", "2026-07-31"),
            promise("300.00", "2026-07-15"),
        ];
        let money = [MoneyIn {
            day: "2026-07-10".parse().unwrap(),
            amount: yuan("700.00"),
            by: MoneyBy::Bank,
            designation: Designation::Open,
        }];
        let rules = PromiseRules {
            calendar: &calendar,
            grace_days: 0,
            snapshot_cut_off: Some("2026-07-31".parse().unwrap()),
        };
        let standings = promise_standings(&promises, &money, rules).unwrap();
        assert_eq!(standings[1].state, PromiseState::Kept);
        assert_eq!(standings[0].state, PromiseState::Broken);
        assert_eq!(standings[0].short, yuan("100.00"));
    }

    #[test]
    fn another_currency_is_an_error_not_a_payment() {
        let calendar = Calendar::published();
        let day = "2026-07-10".parse().unwrap();
        let promise = PromiseTerms {
            amount: yuan("500.00"),
            made_on: "2026-07-01".parse().unwrap(),
            day,
            superseded_on: None,
        };
        let money = MoneyIn {
            day,
            amount: Money::parse(super::super::money::Currency::Usd, "500.00").unwrap(),
            by: MoneyBy::Bank,
            designation: Designation::Open,
        };
        let rules = PromiseRules {
            calendar: &calendar,
            grace_days: 0,
            snapshot_cut_off: None,
        };
        assert!(matches!(
            promise_standings(&[promise], &[money], rules),
            Err(MoneyError::MixedCurrencies(_, _))
        ));
    }
}
