//! Rest days (法定休假日) from published notices.
//!
//! A rest day is a published day off, or a Saturday or Sunday that is no published make-up workday (调休): our reading of
//! Civil Code art. 203. A year without a published notice has only weekends and the fixed holidays of the Public Holiday
//! Measures 2024 (全国年节及纪念日放假办法) art. 2, and every result that rests on it says so.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Weekday};

use super::time::Day;

/// One year's published notice (国务院办公厅关于部分节假日安排的通知).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayNotice {
    /// Where it was published.
    pub source: String,
    /// Days off, weekends inside them included.
    pub off: BTreeSet<Day>,
    /// Saturdays and Sundays that are worked.
    pub make_up_workdays: BTreeSet<Day>,
}

/// Rest days and workdays, as far as they are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    notices: BTreeMap<i32, HolidayNotice>,
}

/// A day after rolling, and whether it rests on a published calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rolled {
    /// The first day that is no rest day.
    pub day: Day,
    /// Every year looked at has a published notice.
    pub calendar_published: bool,
}

impl Calendar {
    /// The notices known when this version was built: 2023 to 2026.
    #[must_use]
    pub fn published() -> Self {
        let notices = PUBLISHED.iter().map(|year| {
            (
                year.number,
                HolidayNotice {
                    source: year.source.to_owned(),
                    off: year.off.iter().flat_map(|range| days(range)).collect(),
                    make_up_workdays: year.worked.iter().flat_map(|day| days(day)).collect(),
                },
            )
        });
        Self {
            notices: notices.collect(),
        }
    }

    /// Adds or replaces the notice of `year`.
    #[must_use]
    pub fn with_notice(mut self, year: i32, notice: HolidayNotice) -> Self {
        self.notices.insert(year, notice);
        self
    }

    /// Whether the notice of the day's year is known.
    #[must_use]
    pub fn is_published(&self, day: Day) -> bool {
        self.notices.contains_key(&day.0.year())
    }

    /// Whether `day` is a rest day.
    #[must_use]
    pub fn is_rest_day(&self, day: Day) -> bool {
        if self
            .notices
            .values()
            .any(|notice| notice.off.contains(&day))
        {
            return true;
        }
        if self
            .notices
            .values()
            .any(|notice| notice.make_up_workdays.contains(&day))
        {
            return false;
        }
        matches!(day.0.weekday(), Weekday::Sat | Weekday::Sun)
            || (!self.is_published(day) && is_fixed_holiday(day))
    }

    /// `day`, or the next one that is no rest day (Civil Code art. 203).
    #[must_use]
    pub fn roll(&self, day: Day) -> Rolled {
        let mut rolled = Rolled {
            day,
            calendar_published: self.is_published(day),
        };
        while self.is_rest_day(rolled.day) {
            let next = rolled.day.plus_days(1);
            if next == rolled.day {
                break;
            }
            rolled.day = next;
            rolled.calendar_published &= self.is_published(next);
        }
        rolled
    }
}

fn is_fixed_holiday(day: Day) -> bool {
    matches!(
        (day.0.month(), day.0.day()),
        (1, 1) | (5, 1 | 2) | (10, 1..=3)
    )
}

/// The days of `2023-01-21/7` (a first day and a count) or of `2023-01-28` (one day).
fn days(range: &str) -> Vec<Day> {
    let (first, count) = range.split_once('/').unwrap_or((range, "1"));
    let first: Day = first.parse().expect("the table below holds days");
    let count: i64 = count.parse().expect("the table below holds counts");
    (0..count).map(|offset| first.plus_days(offset)).collect()
}

struct Year {
    number: i32,
    source: &'static str,
    off: &'static [&'static str],
    worked: &'static [&'static str],
}

const PUBLISHED: [Year; 4] = [
    Year {
        number: 2023,
        source: "http://www.gov.cn/zhengce/zhengceku/2022-12/08/content_5730844.htm",
        off: &[
            "2022-12-31/3",
            "2023-01-21/7",
            "2023-04-05",
            "2023-04-29/5",
            "2023-06-22/3",
            "2023-09-29/8",
        ],
        worked: &[
            "2023-01-28/2",
            "2023-04-23",
            "2023-05-06",
            "2023-06-25",
            "2023-10-07/2",
        ],
    },
    Year {
        number: 2024,
        source: "https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm",
        off: &[
            "2024-01-01",
            "2024-02-10/8",
            "2024-04-04/3",
            "2024-05-01/5",
            "2024-06-10",
            "2024-09-15/3",
            "2024-10-01/7",
        ],
        worked: &[
            "2024-02-04",
            "2024-02-18",
            "2024-04-07",
            "2024-04-28",
            "2024-05-11",
            "2024-09-14",
            "2024-09-29",
            "2024-10-12",
        ],
    },
    Year {
        number: 2025,
        source: "https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm",
        off: &[
            "2025-01-01",
            "2025-01-28/8",
            "2025-04-04/3",
            "2025-05-01/5",
            "2025-05-31/3",
            "2025-10-01/8",
        ],
        worked: &[
            "2025-01-26",
            "2025-02-08",
            "2025-04-27",
            "2025-09-28",
            "2025-10-11",
        ],
    },
    Year {
        number: 2026,
        source: "https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm",
        off: &[
            "2026-01-01/3",
            "2026-02-15/9",
            "2026-04-04/3",
            "2026-05-01/5",
            "2026-06-19/3",
            "2026-09-25/3",
            "2026-10-01/7",
        ],
        worked: &[
            "2026-01-04",
            "2026-02-14",
            "2026-02-28",
            "2026-05-09",
            "2026-09-20",
            "2026-10-10",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn holds_exactly_the_published_notices() {
        let file = cases::file();
        let years = file["calendars"]["cn"]["years"].as_object().unwrap();
        let calendar = Calendar::published();
        assert_eq!(calendar.notices.len(), years.len());
        for (year, expected) in years {
            let notice = &calendar.notices[&year.parse().unwrap()];
            let list = |name: &str| -> BTreeSet<Day> {
                expected[name]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(cases::day)
                    .collect()
            };
            assert_eq!(notice.off, list("off"), "{year}");
            assert_eq!(notice.make_up_workdays, list("make_up_workdays"), "{year}");
            assert_eq!(notice.source, expected["notice"], "{year}");
        }
    }

    #[test]
    fn a_year_without_a_notice_has_weekends_and_fixed_holidays_and_says_so() {
        let calendar = Calendar::published();
        let rolled = calendar.roll(day("2027-10-01"));
        assert_eq!(rolled.day, day("2027-10-04"));
        assert!(!rolled.calendar_published);
        assert!(
            !calendar.is_rest_day(day("2027-02-08")),
            "spring festival is not guessed"
        );
    }

    #[test]
    fn rolling_over_new_year_asks_for_both_calendars() {
        let calendar = Calendar::published();
        let rolled = calendar.roll(day("2022-12-31"));
        assert_eq!(rolled.day, day("2023-01-03"));
        assert!(!rolled.calendar_published);
    }

    #[test]
    fn a_later_notice_can_be_added() {
        let notice = HolidayNotice {
            source: "sample".to_owned(),
            off: BTreeSet::from([day("2027-02-08")]),
            make_up_workdays: BTreeSet::new(),
        };
        let calendar = Calendar::published().with_notice(2027, notice);
        assert_eq!(calendar.roll(day("2027-02-06")).day, day("2027-02-09"));
    }
}
