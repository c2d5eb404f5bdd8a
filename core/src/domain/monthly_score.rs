//! Monthly score and commission (每月评分、提成). Product rule after seed plan 5 (三).
//!
//! An entry counts in the month in which the server received it, so a month that is over never changes; one made earlier is
//! marked with the month it was made in.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::money::{Money, MoneyError};
use super::percent::Percent;
use super::time::{Day, Instant};

/// A text that is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a month such as 2026-06")]
pub struct MonthError(String);

/// A calendar month in Asia/Shanghai, `2026-06` in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        Self {
            year: day.0.year(),
            month: day.0.month(),
        }
    }

    /// Its year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let first = (text.len() == 7).then(|| format!("{text}-01"));
        first
            .and_then(|day| NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok())
            .map(|day| Self::of(Day(day)))
            .ok_or_else(|| MonthError(text.chars().take(20).collect()))
    }
}

/// Points for one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoredEntry<Id> {
    /// The entry.
    pub id: Id,
    /// The day it was made.
    pub made: Day,
    /// When the server received it.
    pub received: Instant,
    /// How many; negative when they are taken off.
    pub points: i32,
}

/// The score of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyScore<Id> {
    /// The sum of the points.
    pub score: i64,
    /// What counts, in the given order.
    pub entries: Vec<Id>,
    /// Those that were made in an earlier month, with that month.
    pub late_from: Vec<(Id, Month)>,
}

/// The score of `month` from the entries received in it, up to its last instant. Entries received later never change it.
#[must_use]
pub fn monthly_score<Id: Copy>(month: Month, entries: &[ScoredEntry<Id>]) -> MonthlyScore<Id> {
    let counted = || {
        entries
            .iter()
            .filter(|entry| Month::of(Day::legal(entry.received)) == month)
    };
    MonthlyScore {
        score: counted().map(|entry| i64::from(entry.points)).sum(),
        entries: counted().map(|entry| entry.id).collect(),
        late_from: counted()
            .map(|entry| (entry.id, Month::of(entry.made)))
            .filter(|(_, made)| *made < month)
            .collect(),
    }
}

/// The score of a year: the sum of its twelve months, so not before January of the next one. None when a month is missing,
/// named twice or of another year.
#[must_use]
pub fn year_score(year: i32, months: &[(Month, i64)]) -> Option<i64> {
    let mut numbers: Vec<u32> = months
        .iter()
        .filter(|(month, _)| month.year == year)
        .map(|(month, _)| month.month)
        .collect();
    numbers.sort_unstable();
    let is_whole = months.len() == 12 && numbers.into_iter().eq(1..=12);
    let mut scores = months.iter().map(|(_, score)| *score);
    is_whole
        .then(|| scores.try_fold(0_i64, i64::checked_add))
        .flatten()
}

/// What a commission is paid by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommissionPolicy {
    /// Below this collected amount nothing is paid (基本任务).
    pub base_task: Money,
    /// Of all that was collected.
    pub rate: Percent,
}

/// The commission on what was collected: nothing below the base task, else the rate of the whole, half up to the cent.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`], [`MoneyError::TooLarge`].
pub fn commission(collected: Money, policy: &CommissionPolicy) -> Result<Money, MoneyError> {
    if policy.base_task.minus(collected)?.is_positive() {
        return Ok(Money::zero(collected.currency()));
    }
    policy.rate.of(collected)
}

/// Serialised as its text.
impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::cases::{self, yuan};
    use super::super::money::Currency;
    use super::*;

    fn score(input: &Value) -> Value {
        let entries: Vec<ScoredEntry<&str>> = input["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| ScoredEntry {
                id: entry["id"].as_str().unwrap(),
                made: cases::day(&entry["made"]),
                received: cases::instant(&entry["received"]),
                points: entry["points"].as_i64().unwrap().try_into().unwrap(),
            })
            .collect();
        let scored = monthly_score(input["month"].as_str().unwrap().parse().unwrap(), &entries);
        let mut shown = json!({"score": scored.score, "entries": scored.entries});
        if !scored.late_from.is_empty() {
            let late: BTreeMap<&str, Month> = scored.late_from.into_iter().collect();
            shown["late_from"] = json!(late);
        }
        shown
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("monthly_score", 4) {
            let input = &case.input;
            let shown = if input["month"].is_string() {
                score(input)
            } else {
                let policy = CommissionPolicy {
                    base_task: cases::money(&input["base_task"]),
                    rate: cases::percent(&input["rate_percent"]),
                };
                let paid = commission(cases::money(&input["collected"]), &policy);
                json!({"commission": paid.unwrap().to_string()})
            };
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    #[test]
    fn a_year_has_its_own_twelve_months_once_each() {
        let months = |year: i32| -> Vec<(Month, i64)> {
            let names = (1..=12).map(|month| format!("{year}-{month:02}"));
            names.map(|name| (name.parse().unwrap(), 5)).collect()
        };
        let mut given = months(2026);
        assert_eq!(year_score(2026, &given), Some(60));
        assert_eq!(year_score(2025, &given), None);
        assert_eq!(year_score(2026, &given[..11]), None);
        given[3] = given[4];
        assert_eq!(year_score(2026, &given), None);
    }

    #[test]
    fn refuses_what_is_no_month_and_another_currency() {
        for text in ["2026-13", "2026-6", "202606", ""] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
        let policy = CommissionPolicy {
            base_task: yuan("1.00"),
            rate: Percent::ZERO,
        };
        assert!(matches!(
            commission(Money::zero(Currency::Usd), &policy),
            Err(MoneyError::MixedCurrencies(_, _))
        ));
    }

    proptest! {
        #[test]
        fn every_entry_counts_in_exactly_one_month(received in proptest::collection::vec(1_767_200_000_000_i64..1_798_700_000_000, 0..40)) {
            let entries: Vec<ScoredEntry<usize>> = received
                .iter()
                .enumerate()
                .map(|(id, ms)| ScoredEntry {
                    id,
                    made: "2025-12-31".parse().unwrap(),
                    received: Instant::from_ms(*ms),
                    points: 1,
                })
                .collect();
            let months = (2025..=2027).flat_map(|year| (1..=12).map(move |month| Month { year, month }));
            let total: i64 = months.map(|month| monthly_score(month, &entries).score).sum();
            prop_assert_eq!(total, i64::try_from(entries.len()).unwrap());
        }
    }
}
