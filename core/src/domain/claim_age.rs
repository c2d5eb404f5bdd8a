//! Whether a claim of several receivables is past its last day, and what of it has fallen due.
//!
//! Each receivable has a clock of its own (product rule: monthly settled orders one each). A claim is as old as its oldest
//! receivable: when one is past its last day, the whole paper needs the express agreement to perform, which covers them all
//! (Civil Code art. 192). A restart that nobody recorded is not known here, so the answer errs towards "past".

use minicbor::{Decode, Encode};

use super::calendar::Calendar;
use super::limitation::{DemandExtent, LimitationBasis, LimitationEntry, Proof, limitation};
use super::money::{Money, MoneyError};
use super::statement_text::{ClaimAge, Maturity};
use super::time::Day;

/// The clocks of a claim: the ones that end first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ClaimClock {
    /// The earliest last day by the words of the law.
    #[n(0)]
    pub last_day: Day,
    /// The earliest day to plan with.
    #[n(1)]
    pub act_by: Day,
}

impl ClaimClock {
    /// The clock of receivables with these due days after `restarts`, days on which a demand was received or an agreement to
    /// perform was made; one before a due day does nothing for it. None without receivables.
    #[must_use]
    pub fn of(
        due_days: impl IntoIterator<Item = Day>,
        restarts: &[Day],
        calendar: &Calendar,
    ) -> Option<Self> {
        let clocks = due_days.into_iter().map(|due| {
            let entries: Vec<LimitationEntry> = restarts
                .iter()
                .filter(|day| **day > due)
                .map(|day| LimitationEntry::DemandReceived {
                    proof: Proof::On(*day),
                    extent: DemandExtent::Whole,
                })
                .collect();
            limitation(&LimitationBasis::AgreedDueDay(due), &entries, due, calendar)
        });
        clocks
            .map(|clock| Self {
                last_day: clock.last_day,
                act_by: clock.act_by,
            })
            .reduce(|a, b| Self {
                last_day: a.last_day.min(b.last_day),
                act_by: a.act_by.min(b.act_by),
            })
    }

    /// The claim's age on a day.
    #[must_use]
    pub fn age_on(self, day: Day) -> ClaimAge {
        if day > self.last_day {
            ClaimAge::Expired
        } else {
            ClaimAge::Running
        }
    }
}

/// What of `outstanding`, amounts with their due days, has fallen due on a day. A credit counts with its own due day; what
/// credits leave of neither part is not named.
///
/// # Errors
/// Those of [`Money::sum`].
pub fn maturity(outstanding: &[(Day, Money)], on: Day) -> Result<Maturity, MoneyError> {
    let Some((_, first)) = outstanding.first() else {
        return Ok(Maturity::Due);
    };
    let sum = |is_due: bool| {
        let amounts = outstanding.iter().filter(|(due, _)| (*due <= on) == is_due);
        Money::sum(first.currency(), amounts.map(|(_, amount)| *amount))
    };
    let (due, not_due) = (sum(true)?, sum(false)?);
    Ok(match (due.is_positive(), not_due.is_positive()) {
        (true, true) => Maturity::Part { due, not_due },
        (false, true) => Maturity::NotDue,
        (true | false, false) => Maturity::Due,
    })
}

#[cfg(test)]
mod tests {
    use super::super::cases::yuan;
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_claim_is_as_old_as_its_oldest_receivable() {
        let calendar = Calendar::published();
        let due = [day("2026-01-31"), day("2023-06-30")];
        let clock = ClaimClock::of(due, &[], &calendar).unwrap();
        assert_eq!(
            (clock.last_day, clock.act_by),
            (day("2026-07-01"), day("2026-06-30"))
        );
        assert_eq!(clock.age_on(day("2026-07-01")), ClaimAge::Running);
        assert_eq!(clock.age_on(day("2026-07-02")), ClaimAge::Expired);
        assert_eq!(ClaimClock::of([], &[], &calendar), None);
    }

    #[test]
    fn a_restart_in_time_counts_and_one_before_the_due_day_does_not() {
        let calendar = Calendar::published();
        let of = |restart: &str| {
            let clock = ClaimClock::of([day("2023-06-30")], &[day(restart)], &calendar);
            clock.unwrap().last_day
        };
        assert_eq!(of("2026-07-01"), day("2029-07-02"));
        assert_eq!(of("2023-06-01"), day("2026-07-01"));
        assert_eq!(of("2026-07-02"), day("2026-07-01"), "too late");
    }

    #[test]
    fn what_is_not_due_is_not_demanded_as_due() {
        let lines = [
            (day("2026-05-31"), yuan("100.00")),
            (day("2026-07-31"), yuan("40.00")),
        ];
        let on = |text: &str| maturity(&lines, day(text)).unwrap();
        assert_eq!(on("2026-05-30"), Maturity::NotDue);
        let part = Maturity::Part {
            due: yuan("100.00"),
            not_due: yuan("40.00"),
        };
        assert_eq!(on("2026-05-31"), part);
        assert_eq!(on("2026-07-31"), Maturity::Due);
    }

    #[test]
    fn a_credit_that_outweighs_a_part_leaves_the_other() {
        let lines = [
            (day("2026-05-31"), yuan("100.00")),
            (day("2026-07-31"), yuan("-40.00")),
        ];
        assert_eq!(maturity(&lines, day("2026-06-30")), Ok(Maturity::Due));
        assert_eq!(maturity(&[], day("2026-06-30")), Ok(Maturity::Due));
    }
}
