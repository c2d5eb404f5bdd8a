//! The worked cases of the domain, as the table tests of the rules read them.

use chrono::DateTime;
use rust_decimal::Decimal;
use serde_json::Value;

use super::ids::UserId;
use super::interest::DayCount;
use super::money::{Currency, Money};
use super::percent::Percent;
use super::rates::RateTable;
use super::time::{Day, Instant};

const CASES: &str = include_str!("../../../tests/fixtures/domain-cases.json");

/// One worked case: what goes in and what must come out.
pub(super) struct Case {
    pub(super) id: String,
    pub(super) input: Value,
    pub(super) expected: Value,
}

/// The whole file.
pub(super) fn file() -> Value {
    serde_json::from_str(CASES).unwrap()
}

/// All cases of `rule`; `count` guards against a file that lost some.
pub(super) fn of(rule: &str, count: usize) -> Vec<Case> {
    let file = file();
    let cases: Vec<Case> = file["cases"][rule]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| Case {
            id: text(&case["id"]),
            input: case["input"].clone(),
            expected: case["expected"].clone(),
        })
        .collect();
    assert_eq!(cases.len(), count, "{rule}");
    cases
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(super) fn day(value: &Value) -> Day {
    value.as_str().unwrap().parse().unwrap()
}

pub(super) fn maybe_day(value: &Value) -> Option<Day> {
    value.as_str().map(|day| day.parse().unwrap())
}

pub(super) fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

pub(super) fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

pub(super) fn money(value: &Value) -> Money {
    yuan(value.as_str().unwrap())
}

pub(super) fn percent(value: &Value) -> Percent {
    value.as_str().unwrap().parse().unwrap()
}

/// 365 unless the case says 360.
pub(super) fn day_count(value: &Value) -> DayCount {
    match value.as_u64() {
        None | Some(365) => DayCount::Days365,
        Some(360) => DayCount::Days360,
        Some(other) => panic!("{other}"),
    }
}

/// The invented benchmark of the file. Never ship it, never print it on a paper.
pub(super) fn rate_table() -> RateTable {
    let name = "FICTIONAL-LPR-1Y";
    let rates = file()["rate_tables"][name]["rates"].clone();
    RateTable {
        name: name.to_owned(),
        rates: rates
            .as_array()
            .unwrap()
            .iter()
            .map(|rate| (day(&rate["published"]), percent(&rate["percent"])))
            .collect(),
    }
}

pub(super) fn instant(value: &Value) -> Instant {
    let text = value.as_str().unwrap();
    let parsed = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%:z")
        .or_else(|_no_seconds| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z"));
    Instant::from_ms(parsed.unwrap().timestamp_millis())
}

/// A stable id for a sample name such as `clerk-1`.
pub(super) fn user(name: &str) -> UserId {
    let mut bytes = [0; 16];
    for (byte, letter) in bytes.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    UserId::from_bytes(bytes)
}

/// The name a value has on the wire.
pub(super) fn wire_name<T: serde::Serialize>(value: T) -> String {
    text(&serde_json::to_value(value).unwrap())
}
