//! Ageing (账龄): how long an amount is past due, and its class. Product rule; no law sets the limits.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::money::{Currency, Money, MoneyError};
use super::time::Day;

/// Calendar days from the due day to `as_of`; zero or less while nothing is past due.
#[must_use]
pub fn days_past_due(due_day: Day, as_of: Day) -> i64 {
    as_of.days_since(due_day)
}

/// The ageing class of one receivable. Unapplied credits stay outside the buckets. Product rule.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Not past due.
    #[n(0)]
    Current,
    /// 1 to 30 days.
    #[n(1)]
    Days1To30,
    /// 31 to 60 days.
    #[n(2)]
    Days31To60,
    /// 61 to 90 days.
    #[n(3)]
    Days61To90,
    /// 91 to 180 days.
    #[n(4)]
    Days91To180,
    /// 181 to 365 days.
    #[n(5)]
    Days181To365,
    /// 366 to 730 days.
    #[n(6)]
    Days366To730,
    /// 731 to 1095 days.
    #[n(7)]
    Days731To1095,
    /// More than 1095 days.
    #[n(8)]
    Over1095,
}

impl Bucket {
    /// All classes, youngest first.
    pub const ALL: [Self; 9] = [
        Self::Current,
        Self::Days1To30,
        Self::Days31To60,
        Self::Days61To90,
        Self::Days91To180,
        Self::Days181To365,
        Self::Days366To730,
        Self::Days731To1095,
        Self::Over1095,
    ];

    /// The class of an amount that many days past due.
    #[must_use]
    pub const fn of(days_past_due: i64) -> Self {
        match days_past_due {
            ..=0 => Self::Current,
            1..=30 => Self::Days1To30,
            31..=60 => Self::Days31To60,
            61..=90 => Self::Days61To90,
            91..=180 => Self::Days91To180,
            181..=365 => Self::Days181To365,
            366..=730 => Self::Days366To730,
            731..=1095 => Self::Days731To1095,
            1096.. => Self::Over1095,
        }
    }

    /// The limits as figures, the same in every language: `Current`, `31-60`, `over 1095`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::Days1To30 => "1-30",
            Self::Days31To60 => "31-60",
            Self::Days61To90 => "61-90",
            Self::Days91To180 => "91-180",
            Self::Days181To365 => "181-365",
            Self::Days366To730 => "366-730",
            Self::Days731To1095 => "731-1095",
            Self::Over1095 => "over 1095",
        }
    }

    /// From 366 days on, the days left until limitation are shown beside the age.
    #[must_use]
    pub const fn shows_limitation(self) -> bool {
        matches!(
            self,
            Self::Days366To730 | Self::Days731To1095 | Self::Over1095
        )
    }
}

/// What one customer owes by age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgedBalance {
    /// All that is outstanding, credits deducted.
    pub outstanding: Money,
    /// What is past due, credits not deducted.
    pub overdue: Money,
    /// Credit notes and overpayments, zero or negative; outside the buckets.
    pub credits: Money,
    /// In the order of [`Bucket::ALL`].
    pub buckets: [Money; 9],
    /// Of the oldest receivable that is not settled; 0 when none is past due.
    pub days_past_due: u32,
}

impl AgedBalance {
    /// Nothing owed.
    #[must_use]
    pub fn nothing(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            outstanding: zero,
            overdue: zero,
            credits: zero,
            buckets: [zero; 9],
            days_past_due: 0,
        }
    }

    /// Adds up claims of (due day, outstanding amount) as of a day. Product rule: see [`Bucket`].
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`] when an amount is not in `currency`.
    pub fn of(
        currency: Currency,
        claims: impl IntoIterator<Item = (Day, Money)>,
        as_of: Day,
    ) -> Result<Self, MoneyError> {
        let mut balance = Self::nothing(currency);
        for (due, amount) in claims {
            if amount.is_positive() {
                let days = days_past_due(due, as_of);
                balance.add_to_bucket(Bucket::of(days), amount)?;
                let days = u32::try_from(days).unwrap_or(0);
                balance.days_past_due = balance.days_past_due.max(days);
            } else {
                balance.add_credit(amount)?;
            }
        }
        Ok(balance)
    }

    /// Adds an amount of a known age.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`].
    pub fn add_to_bucket(&mut self, bucket: Bucket, amount: Money) -> Result<(), MoneyError> {
        self.outstanding = self.outstanding.plus(amount)?;
        if bucket != Bucket::Current {
            self.overdue = self.overdue.plus(amount)?;
        }
        for (class, sum) in Bucket::ALL.iter().zip(self.buckets.iter_mut()) {
            if *class == bucket {
                *sum = sum.plus(amount)?;
            }
        }
        Ok(())
    }

    /// Deducts a credit, zero or negative.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`].
    pub fn add_credit(&mut self, credit: Money) -> Result<(), MoneyError> {
        self.outstanding = self.outstanding.plus(credit)?;
        self.credits = self.credits.plus(credit)?;
        Ok(())
    }
}

/// The class of a loan instalment: one per 30 days. Product rule.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum LoanClass {
    /// Not past due.
    #[n(0)]
    Current,
    /// 1 to 30 days.
    #[n(1)]
    M1,
    /// 31 to 60 days.
    #[n(2)]
    M2,
    /// 61 to 90 days.
    #[n(3)]
    M3,
    /// 91 to 120 days.
    #[n(4)]
    M4,
    /// 121 to 150 days.
    #[n(5)]
    M5,
    /// 151 to 180 days.
    #[n(6)]
    M6,
    /// More than 180 days.
    #[n(7)]
    M7Plus,
}

impl LoanClass {
    /// The class of an instalment that many days past due.
    #[must_use]
    pub const fn of(days_past_due: i64) -> Self {
        match days_past_due {
            ..=0 => Self::Current,
            1..=30 => Self::M1,
            31..=60 => Self::M2,
            61..=90 => Self::M3,
            91..=120 => Self::M4,
            121..=150 => Self::M5,
            151..=180 => Self::M6,
            181.. => Self::M7Plus,
        }
    }

    /// As the trade writes it: `M1`, `M7+`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::M1 => "M1",
            Self::M2 => "M2",
            Self::M3 => "M3",
            Self::M4 => "M4",
            Self::M5 => "M5",
            Self::M6 => "M6",
            Self::M7Plus => "M7+",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("ageing", 17) {
            let days = days_past_due(
                cases::day(&case.input["due_day"]),
                cases::day(&case.input["as_of"]),
            );
            assert_eq!(days, case.expected["days_past_due"], "{}", case.id);
            assert_eq!(
                Bucket::of(days).label(),
                case.expected["bucket"],
                "{}",
                case.id
            );
            assert_eq!(
                LoanClass::of(days).label(),
                case.expected["loan_class"],
                "{}",
                case.id
            );
        }
    }

    #[test]
    fn buckets_follow_each_other_without_a_hole() {
        let mut last = Bucket::Current;
        for days in -1..1200 {
            let bucket = Bucket::of(days);
            assert!(bucket >= last, "{days}");
            last = bucket;
        }
        assert_eq!(last, Bucket::Over1095);
        assert_eq!(cases::wire_name(Bucket::Days31To60), "days31_to60");
    }
}
