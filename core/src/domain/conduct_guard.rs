//! Conduct guard (催收行为): whether a contact may begin now.
//!
//! Natural persons: GB/T 45251—2025 as reported (recommended, consumer credit); Civil Code (2021) art. 1033; PIPL (2021) art.
//! 6, 13. The hours for companies are a product rule. An assistant, not advice: a lawyer signs these rules off.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::time::{Day, Instant};

/// Whether a person agreed, on record, to be contacted at this hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursAgreement {
    /// Nothing is on record.
    None,
    /// His agreement covers the time.
    Covers,
}

/// Whether a contact person asked not to be called again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopFlag {
    /// He did not.
    NotSet,
    /// He did.
    Set,
}

/// Whether the customer himself can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reachability {
    /// He can.
    Reachable,
    /// He could not be reached.
    Unreachable,
}

/// Who is contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// A customer who is a natural person.
    NaturalPerson(HoursAgreement),
    /// A customer that is a company.
    Company,
    /// A contact person (联系人) of a natural person; the debt is never disclosed to him.
    ThirdPerson(StopFlag, Reachability),
}

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactBy {
    /// A call of ours.
    Voice,
    /// A visit, message or letter; not counted as a voice contact.
    OtherMeans,
}

/// A contact about to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedContact {
    /// With whom.
    pub party: Party,
    /// How.
    pub by: ContactBy,
    /// When.
    pub at: Instant,
    /// Our calls that this customer answered today, over all callers. Unanswered attempts are counted apart.
    pub effective_voice_today: u32,
}

/// Hours and limits, in Asia/Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConductPolicy {
    /// From when, included, and before when natural persons may be contacted: 08:00 to 22:00.
    pub person_hours: (NaiveTime, NaiveTime),
    /// The same for companies on workdays: 08:30 to 18:00.
    pub company_hours: (NaiveTime, NaiveTime),
    /// Effective voice contacts a customer and day: 3.
    pub voice_limit: u32,
}

impl Default for ConductPolicy {
    fn default() -> Self {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        Self {
            person_hours: (at(8, 0), at(22, 0)),
            company_hours: (at(8, 30), at(18, 0)),
            voice_limit: 3,
        }
    }
}

impl ConductPolicy {
    /// The hours for a party: from, included, and before.
    #[must_use]
    pub const fn hours(&self, party: Party) -> (NaiveTime, NaiveTime) {
        match party {
            Party::NaturalPerson(_) | Party::ThirdPerson(_, _) => self.person_hours,
            Party::Company => self.company_hours,
        }
    }
}

/// Why a contact is not simply allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardReason {
    /// The contact person asked not to be called.
    StopFlag,
    /// The customer himself can be reached.
    CustomerReachable,
    /// Outside the hours.
    Hours,
    /// No workday.
    RestDay,
    /// The customer answered the limit of calls today.
    DailyCount,
}

/// Whether a contact may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardVerdict {
    /// It may.
    Allowed,
    /// It may not.
    Blocked(GuardReason),
    /// It may, once the caller gives a reason.
    AskReason(GuardReason),
}

/// Whether `contact` may begin. Checked in this order: stop flag, reachability, hours, count; the count of voice contacts
/// protects natural persons. Sources as of the module.
#[must_use]
pub fn conduct_guard(
    contact: &PlannedContact,
    calendar: &Calendar,
    policy: &ConductPolicy,
) -> GuardVerdict {
    let (from, before) = policy.hours(contact.party);
    let time = contact.at.shanghai_time();
    let is_in_hours = from <= time && time < before;
    match contact.party {
        Party::ThirdPerson(StopFlag::Set, _) => GuardVerdict::Blocked(GuardReason::StopFlag),
        Party::ThirdPerson(StopFlag::NotSet, Reachability::Reachable) => {
            GuardVerdict::Blocked(GuardReason::CustomerReachable)
        }
        Party::Company if calendar.is_rest_day(Day::legal(contact.at)) => {
            GuardVerdict::AskReason(GuardReason::RestDay)
        }
        Party::Company if !is_in_hours => GuardVerdict::AskReason(GuardReason::Hours),
        Party::Company => GuardVerdict::Allowed,
        Party::NaturalPerson(HoursAgreement::None)
        | Party::ThirdPerson(StopFlag::NotSet, Reachability::Unreachable)
            if !is_in_hours =>
        {
            GuardVerdict::Blocked(GuardReason::Hours)
        }
        Party::NaturalPerson(_) | Party::ThirdPerson(_, _) => match contact.by {
            ContactBy::Voice if contact.effective_voice_today >= policy.voice_limit => {
                GuardVerdict::Blocked(GuardReason::DailyCount)
            }
            ContactBy::Voice | ContactBy::OtherMeans => GuardVerdict::Allowed,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::cases;
    use super::*;

    fn party(input: &Value) -> Party {
        match input["party"].as_str().unwrap() {
            "natural_person" if input["agreed_outside_hours"] == true => {
                Party::NaturalPerson(HoursAgreement::Covers)
            }
            "natural_person" => Party::NaturalPerson(HoursAgreement::None),
            "company" => Party::Company,
            "third_person" => Party::ThirdPerson(
                if input["stop_flag"] == true {
                    StopFlag::Set
                } else {
                    StopFlag::NotSet
                },
                if input["customer_unreachable"] == true {
                    Reachability::Unreachable
                } else {
                    Reachability::Reachable
                },
            ),
            other => panic!("{other}"),
        }
    }

    fn contact(party: Party, at: Instant) -> PlannedContact {
        PlannedContact {
            party,
            by: ContactBy::Voice,
            at,
            effective_voice_today: 0,
        }
    }

    #[test]
    fn worked_cases() {
        let calendar = Calendar::published();
        for case in cases::of("conduct_guard", 14) {
            let input = &case.input;
            let count = input["effective_voice_today"].as_u64().unwrap_or(0);
            let planned = PlannedContact {
                effective_voice_today: count.try_into().unwrap(),
                ..contact(party(input), cases::instant(&input["at"]))
            };
            let verdict = conduct_guard(&planned, &calendar, &ConductPolicy::default());
            let shown = match verdict {
                GuardVerdict::Allowed => "allowed".to_owned(),
                GuardVerdict::Blocked(why) => format!("blocked:{}", cases::wire_name(why)),
                GuardVerdict::AskReason(why) => format!("ask_reason:{}", cases::wire_name(why)),
            };
            assert_eq!(shown, case.expected["verdict"], "{}", case.id);
        }
    }

    #[test]
    fn only_calls_are_counted_and_a_stop_flag_comes_first() {
        let at = cases::instant(&json!("2026-07-15T23:00:00+08:00"));
        let judge = |contact: &PlannedContact| {
            conduct_guard(contact, &Calendar::published(), &ConductPolicy::default())
        };
        let mut planned = contact(Party::NaturalPerson(HoursAgreement::Covers), at);
        planned.effective_voice_today = 3;
        assert_eq!(
            judge(&planned),
            GuardVerdict::Blocked(GuardReason::DailyCount)
        );
        planned.by = ContactBy::OtherMeans;
        assert_eq!(judge(&planned), GuardVerdict::Allowed);
        let flagged = contact(
            Party::ThirdPerson(StopFlag::Set, Reachability::Reachable),
            at,
        );
        assert_eq!(
            judge(&flagged),
            GuardVerdict::Blocked(GuardReason::StopFlag)
        );
        let stranger = Party::ThirdPerson(StopFlag::NotSet, Reachability::Unreachable);
        assert_eq!(
            judge(&contact(stranger, at)),
            GuardVerdict::Blocked(GuardReason::Hours)
        );
    }

    proptest! {
        #[test]
        fn no_hour_of_the_night_reaches_a_person_who_did_not_agree(ms in 1_700_000_000_000_i64..1_900_000_000_000, count in 0_u32..5) {
            let at = Instant::from_ms(ms);
            let planned = PlannedContact {
                effective_voice_today: count,
                ..contact(Party::NaturalPerson(HoursAgreement::None), at)
            };
            let verdict = conduct_guard(&planned, &Calendar::published(), &ConductPolicy::default());
            let hour: u32 = at.shanghai()[11..13].parse().unwrap();
            prop_assert_eq!(verdict == GuardVerdict::Allowed, (8..22).contains(&hour) && count < 3);
        }
    }
}
