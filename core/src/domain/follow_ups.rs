//! Follow-ups (跟进事项): what is still to be done for a customer, and whether a callback may be made at its time.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::conduct_guard::{
    ConductPolicy, ContactBy, GuardReason, GuardVerdict, HoursAgreement, Party, PlannedContact,
    Reachability, StopFlag, conduct_guard,
};
use super::contacts::{ContactEnd, ContactRole, words};
use super::ids::UserId;
use super::time::{Day, Instant};

words! {
    /// What is to be done.
    FollowUpKind {
        /// Call back.
        Callback = "callback",
        /// Send a paper.
        SendPaper = "send_paper",
        /// Post a demand letter.
        PostLetter = "post_letter",
        /// Something else, told in words.
        Other = "other",
    }
}

words! {
    /// How far a follow-up is.
    FollowUpState {
        /// To be done.
        Open = "open",
        /// Done.
        Done = "done",
        /// Will not be done, with a reason.
        Dropped = "dropped",
    }
}

/// Where a day lies as seen from today; weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum DueWhen {
    /// Before today.
    Late,
    /// Today.
    Today,
    /// After today, until Sunday.
    ThisWeek,
    /// After this week's Sunday.
    Later,
}

/// Where `due` lies as seen from `today`.
#[must_use]
pub fn due_when(due: Day, today: Day) -> DueWhen {
    if due < today {
        DueWhen::Late
    } else if due == today {
        DueWhen::Today
    } else if due <= last_of_week(today) {
        DueWhen::ThisWeek
    } else {
        DueWhen::Later
    }
}

/// The Sunday that ends the week of `day`.
#[must_use]
pub fn last_of_week(day: Day) -> Day {
    use chrono::Datelike as _;
    day.plus_days(6 - i64::from(day.0.weekday().num_days_from_monday()))
}

/// Whether `text` is a time of day, `HH:MM`.
#[must_use]
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    let is_plain = text.len() == 5 && text.is_ascii();
    NaiveTime::parse_from_str(text, "%H:%M")
        .ok()
        .filter(|_time| is_plain)
}

/// Who is called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CalledBack {
    /// What he is for the debt, when a contact is named.
    pub role: Option<ContactRole>,
    /// Why the contact ended, when it did.
    pub end: Option<ContactEnd>,
}

/// Whether a callback may be planned for `at`, by the conduct guard. Whether the customer himself can be reached counts for a
/// third person only.
///
/// A guarantor is taken for a natural person; whoever speaks for the customer, for a company.
#[must_use]
pub fn callback_verdict(
    called: CalledBack,
    at: Instant,
    customer: Reachability,
    calendar: &Calendar,
) -> GuardVerdict {
    if called.end == Some(ContactEnd::Refuses) {
        return GuardVerdict::Blocked(GuardReason::StopFlag);
    }
    let party = match called.role {
        Some(ContactRole::ThirdPerson) => Party::ThirdPerson(StopFlag::NotSet, customer),
        Some(ContactRole::Guarantor) => Party::NaturalPerson(HoursAgreement::None),
        Some(ContactRole::Decides | ContactRole::Finance | ContactRole::MailRoom) | None => {
            Party::Company
        }
    };
    let planned = PlannedContact {
        party,
        by: ContactBy::Voice,
        at,
        effective_voice_today: 0,
    };
    match conduct_guard(&planned, calendar, &ConductPolicy::default()) {
        // Whether he can be reached is the rep's to say.
        GuardVerdict::Blocked(why @ GuardReason::CustomerReachable) => GuardVerdict::AskReason(why),
        verdict @ (GuardVerdict::Allowed
        | GuardVerdict::AskReason(_)
        | GuardVerdict::Blocked(_)) => verdict,
    }
}

/// Longest text of a follow-up, in bytes of UTF-8.
const WORDS_LIMIT_BYTES: usize = 2 << 10;
/// The hour that stands for a callback without one, inside everybody's hours.
const ANY_HOUR: &str = "10:00";

/// What a form says of a follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpForm {
    /// What is to be done.
    pub kind: FollowUpKind,
    /// What exactly; must say something when the kind does not say it.
    #[serde(default)]
    pub text: String,
    /// Until which day.
    pub due: Day,
    /// At which time, `HH:MM`, for a callback; may be empty.
    #[serde(default)]
    pub time: String,
    /// Who does it; nobody in particular when none.
    #[serde(default)]
    pub who: Option<UserId>,
    /// The key of the contact that it is about; may be empty.
    #[serde(default)]
    pub contact: String,
    /// What is said where the rules of conduct ask why; may be empty.
    #[serde(default)]
    pub why: String,
}

impl FollowUpForm {
    /// The verdict on its time, for a callback; everything else is allowed at any time.
    #[must_use]
    pub fn verdict(&self, called: CalledBack, calendar: &Calendar) -> GuardVerdict {
        let time = if self.time.is_empty() {
            ANY_HOUR
        } else {
            &self.time
        };
        match (self.kind, time_of_day(time)) {
            (FollowUpKind::Callback, Some(time)) => {
                // Who says why he calls a third person says that the customer cannot be reached.
                let customer = if self.why.trim().is_empty() {
                    Reachability::Reachable
                } else {
                    Reachability::Unreachable
                };
                callback_verdict(called, self.due.at(time), customer, calendar)
            }
            _ => GuardVerdict::Allowed,
        }
    }

    /// The same with texts trimmed, as it can be recorded on `today`. A day that has passed is taken when it is the one
    /// that stood there before.
    ///
    /// # Errors
    /// The key of a sentence: `day-in-the-past`, `time-unusable`, `follow-up-text-missing`, `text-too-long`,
    /// `callback-hours-blocked`, `callback-refuses`, `callback-reason-missing`.
    pub fn checked(
        &self,
        (today, before): (Day, Option<Day>),
        called: CalledBack,
        calendar: &Calendar,
    ) -> Result<Self, &'static str> {
        let form = Self {
            kind: self.kind,
            text: self.text.trim().to_owned(),
            due: self.due,
            time: match self.kind {
                FollowUpKind::Callback => self.time.trim().to_owned(),
                FollowUpKind::SendPaper | FollowUpKind::PostLetter | FollowUpKind::Other => {
                    String::new()
                }
            },
            who: self.who,
            contact: self.contact.clone(),
            why: self.why.trim().to_owned(),
        };
        if form.due < today && before != Some(form.due) {
            return Err("day-in-the-past");
        }
        if !form.time.is_empty() && time_of_day(&form.time).is_none() {
            return Err("time-unusable");
        }
        if form.kind == FollowUpKind::Other && form.text.is_empty() {
            return Err("follow-up-text-missing");
        }
        if form.text.len() > WORDS_LIMIT_BYTES || form.why.len() > WORDS_LIMIT_BYTES {
            return Err("text-too-long");
        }
        match form.verdict(called, calendar) {
            GuardVerdict::Blocked(GuardReason::StopFlag) => Err("callback-refuses"),
            GuardVerdict::Blocked(_) => Err("callback-hours-blocked"),
            GuardVerdict::AskReason(_) if form.why.is_empty() => Err("callback-reason-missing"),
            GuardVerdict::AskReason(_) | GuardVerdict::Allowed => Ok(form),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_fall_into_four_groups() {
        let today = day("2026-07-15"); // a Wednesday
        for (due, when) in [
            ("2026-07-14", DueWhen::Late),
            ("2026-07-15", DueWhen::Today),
            ("2026-07-16", DueWhen::ThisWeek),
            ("2026-07-19", DueWhen::ThisWeek),
            ("2026-07-20", DueWhen::Later),
        ] {
            assert_eq!(due_when(day(due), today), when, "{due}");
        }
        assert_eq!(last_of_week(day("2026-07-19")), day("2026-07-19"));
        assert_eq!(last_of_week(day("2026-07-20")), day("2026-07-26"));
    }

    #[test]
    fn a_time_has_hours_and_minutes() {
        assert!(time_of_day("09:30").is_some());
        for text in ["", "9:30", "24:00", "09:60", "0９:3", "09:30:00"] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }

    #[test]
    fn the_guard_asks_blocks_and_allows() {
        let at = |time: &str| day("2026-07-15").at(time_of_day(time).unwrap());
        let calendar = Calendar::published();
        let judge = |role: Option<ContactRole>, time: &str, is_unreachable: bool| {
            let called = CalledBack { role, end: None };
            let customer = if is_unreachable {
                Reachability::Unreachable
            } else {
                Reachability::Reachable
            };
            callback_verdict(called, at(time), customer, &calendar)
        };
        let (third, guarantor) = (Some(ContactRole::ThirdPerson), Some(ContactRole::Guarantor));
        assert_eq!(judge(None, "08:30", false), GuardVerdict::Allowed);
        assert_eq!(
            judge(None, "08:29", true),
            GuardVerdict::AskReason(GuardReason::Hours)
        );
        assert_eq!(judge(guarantor, "21:59", false), GuardVerdict::Allowed);
        assert_eq!(
            judge(guarantor, "22:00", true),
            GuardVerdict::Blocked(GuardReason::Hours)
        );
        assert_eq!(
            judge(third, "10:00", false),
            GuardVerdict::AskReason(GuardReason::CustomerReachable)
        );
        assert_eq!(judge(third, "10:00", true), GuardVerdict::Allowed);
        let refused = CalledBack {
            role: guarantor,
            end: Some(ContactEnd::Refuses),
        };
        assert_eq!(
            callback_verdict(refused, at("10:00"), Reachability::Unreachable, &calendar),
            GuardVerdict::Blocked(GuardReason::StopFlag)
        );
    }

    #[test]
    fn a_form_that_cannot_be_recorded_says_why() {
        let form = FollowUpForm {
            kind: FollowUpKind::Callback,
            text: " 问付款日 ".to_owned(),
            due: day("2026-07-16"),
            time: "19:00".to_owned(),
            who: None,
            contact: String::new(),
            why: String::new(),
        };
        let calendar = Calendar::published();
        let check = |form: &FollowUpForm, before: Option<Day>, called: CalledBack| {
            form.checked((day("2026-07-15"), before), called, &calendar)
        };
        let called = CalledBack::default();
        assert_eq!(check(&form, None, called), Err("callback-reason-missing"));
        let with = |change: fn(&mut FollowUpForm)| {
            let mut other = form.clone();
            "客户约定晚上".clone_into(&mut other.why);
            change(&mut other);
            other
        };
        let good = check(&with(|_| {}), None, called).unwrap();
        assert_eq!(
            (good.text.as_str(), good.time.as_str()),
            ("问付款日", "19:00")
        );
        let late = with(|form| form.due = form.due.plus_days(-2));
        assert_eq!(check(&late, None, called), Err("day-in-the-past"));
        assert_eq!(
            check(&late, Some(late.due), called),
            Ok(good_on(&good, late.due))
        );
        let untimed = with(|form| "7点".clone_into(&mut form.time));
        assert_eq!(check(&untimed, None, called), Err("time-unusable"));
        let wordless = with(|form| {
            form.kind = FollowUpKind::Other;
            form.text.clear();
        });
        assert_eq!(
            check(&wordless, None, called),
            Err("follow-up-text-missing")
        );
        let long = with(|form| form.text = "长".repeat(1_000));
        assert_eq!(check(&long, None, called), Err("text-too-long"));
        let guarantor = CalledBack {
            role: Some(ContactRole::Guarantor),
            end: None,
        };
        let night = with(|form| "22:30".clone_into(&mut form.time));
        assert_eq!(
            check(&night, None, guarantor),
            Err("callback-hours-blocked")
        );
        let refused = CalledBack {
            role: None,
            end: Some(ContactEnd::Refuses),
        };
        assert_eq!(check(&with(|_| {}), None, refused), Err("callback-refuses"));
        let posted = with(|form| form.kind = FollowUpKind::PostLetter);
        assert_eq!(check(&posted, None, refused).unwrap().time, "");
    }

    fn good_on(form: &FollowUpForm, due: Day) -> FollowUpForm {
        FollowUpForm {
            due,
            ..form.clone()
        }
    }
}
