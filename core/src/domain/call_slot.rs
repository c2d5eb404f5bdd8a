//! When to remind by phone: seed plan 3 (二)(三) within the hours of the conduct guard. Product rule.

use chrono::{NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::ageing::days_past_due;
use super::conduct_guard::{ConductPolicy, Party};
use super::time::Day;

/// Lead time and first days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallPolicy {
    /// Minutes before the customer's work begins: 15.
    pub lead_minutes: u16,
    /// Days past due from which a receivable is on the overdue list: 1.
    pub listed_from_days: i64,
    /// Days past due from which the first call is due: 2 (逾期日的第二天).
    pub first_call_from_days: i64,
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            lead_minutes: 15,
            listed_from_days: 1,
            first_call_from_days: 2,
        }
    }
}

/// When a reminder call should begin: some minutes before work begins, never before the guard opens. None when the hours of
/// work are unknown or the guard has closed by then.
#[must_use]
pub fn suggested_call(
    party: Party,
    work_begins: Option<NaiveTime>,
    guard: &ConductPolicy,
    policy: &CallPolicy,
) -> Option<NaiveTime> {
    let (from, before) = guard.hours(party);
    let lead = TimeDelta::minutes(policy.lead_minutes.into());
    let (early, wrapped) = work_begins?.overflowing_sub_signed(lead);
    let suggested = if wrapped == 0 { early.max(from) } else { from };
    (suggested < before).then_some(suggested)
}

/// Where a receivable stands on the call list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallStanding {
    /// Calendar days past due.
    pub days_past_due: i64,
    /// It is on the overdue list.
    pub on_overdue_list: bool,
    /// Its first call is due, if none was made.
    pub first_call_due: bool,
}

/// Whether a receivable is listed and its first call due on a day.
#[must_use]
pub fn call_standing(due_day: Day, on: Day, policy: &CallPolicy) -> CallStanding {
    let days = days_past_due(due_day, on);
    CallStanding {
        days_past_due: days,
        on_overdue_list: days >= policy.listed_from_days,
        first_call_due: days >= policy.first_call_from_days,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::cases;
    use super::super::conduct_guard::HoursAgreement;
    use super::*;

    const PERSON: Party = Party::NaturalPerson(HoursAgreement::None);

    fn suggested(party: Party, work_begins: Option<NaiveTime>) -> Option<NaiveTime> {
        let guard = ConductPolicy::default();
        suggested_call(party, work_begins, &guard, &CallPolicy::default())
    }

    fn time(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").unwrap()
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("call_slot", 8) {
            let input = &case.input;
            let shown = if input["due_day"].is_string() {
                let (due_day, on) = (cases::day(&input["due_day"]), cases::day(&input["on"]));
                json!(call_standing(due_day, on, &CallPolicy::default()))
            } else {
                let party = match input["party"].as_str().unwrap() {
                    "natural_person" => PERSON,
                    "company" => Party::Company,
                    other => panic!("{other}"),
                };
                let at = suggested(party, input["work_begins"].as_str().map(time));
                json!({"suggested": at.map(|at| at.format("%H:%M").to_string())})
            };
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    #[test]
    fn work_at_night_gets_no_call_at_night() {
        assert_eq!(suggested(PERSON, Some(time("00:05"))), Some(time("08:00")));
        assert_eq!(suggested(PERSON, Some(time("22:14"))), Some(time("21:59")));
        assert_eq!(suggested(PERSON, Some(time("22:15"))), None);
    }

    proptest! {
        #[test]
        fn no_suggestion_lies_outside_the_guard(minute in 0_u32..1440) {
            let work_begins = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0);
            for party in [PERSON, Party::Company] {
                let (from, before) = ConductPolicy::default().hours(party);
                let at = suggested(party, work_begins);
                prop_assert!(at.is_none_or(|at| from <= at && at < before), "{at:?}");
            }
        }
    }
}
