//! Percentages: exact decimals, never floats, never rounded.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Currency, Money, MoneyError, half_up};

/// The most decimals a percentage has.
const SCALE: u32 = 8;
const LARGEST: u32 = 100_000;

/// A text that is no percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a percentage such as 3.60, from 0 to 100000 with at most 8 decimals")]
pub struct PercentError(String);

/// A percentage from 0 to 100,000 with at most 8 decimals: `5.4` means 5.4 %. Text without trailing zeros on every wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Percent(Decimal);

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// `value` percent.
    ///
    /// # Errors
    /// [`PercentError`] outside the range above.
    pub fn new(value: Decimal) -> Result<Self, PercentError> {
        let value = value.normalize();
        let fits =
            value.scale() <= SCALE && value >= Decimal::ZERO && value <= Decimal::from(LARGEST);
        if fits {
            Ok(Self(value))
        } else {
            Err(PercentError(value.to_string()))
        }
    }

    /// The figure before the percent sign.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.0
    }

    /// `factor` times as much.
    ///
    /// # Errors
    /// [`PercentError`] when the product leaves the range.
    pub fn times(self, factor: Decimal) -> Result<Self, PercentError> {
        self.0
            .checked_mul(factor)
            .ok_or_else(|| PercentError(self.to_string()))
            .and_then(Self::new)
    }

    /// As a fraction of integers, for arithmetic that rounds once: `5.4` is (540000000, 10000000000).
    pub(super) fn fraction(self) -> (i128, i128) {
        let mut value = self.0;
        value.rescale(SCALE);
        (value.mantissa(), 10_i128.pow(SCALE) * 100)
    }

    /// So much of `amount`, half up to the cent.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn of(self, amount: Money) -> Result<Money, MoneyError> {
        let (numerator, denominator) = self.fraction();
        amount.portion(numerator, denominator)
    }
}

/// `part` in percent of `whole`, half up to `places` decimals, rounded once; none when `whole` is zero: no denominator, no
/// figure.
#[must_use]
pub fn percent_of(part: i128, whole: i128, places: u32) -> Option<Decimal> {
    quotient(part.checked_mul(100)?, whole, places)
}

/// `part / whole`, half up to `places` decimals, rounded once; none when `whole` is zero or it is beyond 128 bits.
pub(super) fn quotient(part: i128, whole: i128, places: u32) -> Option<Decimal> {
    let scaled = part.checked_mul(10_i128.checked_pow(places)?)?;
    Decimal::try_from_i128_with_scale(half_up(scaled, whole)?, places).ok()
}

/// Both amounts in minor units, when they are in one currency.
pub(super) fn minors(a: Money, b: Money) -> Result<(i128, i128), MoneyError> {
    let (one, other): (Currency, Currency) = (a.currency(), b.currency());
    if one == other {
        Ok((a.minor(), b.minor()))
    } else {
        Err(MoneyError::MixedCurrencies(one, other))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let wrong = || PercentError(text.chars().take(40).collect());
        let is_plain = text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let value = Decimal::from_str_exact(text)
            .ok()
            .filter(|_value| is_plain)
            .ok_or_else(wrong)?;
        Self::new(value)
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}

impl TryFrom<String> for Percent {
    type Error = PercentError;

    fn try_from(text: String) -> Result<Self, PercentError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_is_no_percentage() {
        for text in ["", "-1", "1e1", "5,4", "5 %", "100001", "0.123456789"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_figure_is_rounded_once() {
        // 0.4445 rounded to three and then to two decimals would give 0.45.
        assert_eq!(quotient(4445, 10_000, 2), Some(Decimal::new(44, 2)));
        assert_eq!(percent_of(1, 0, 2), None);
    }

    proptest! {
        #[test]
        fn reads_back_from_its_own_text(units in 0_i64..10_000_000_000_000) {
            let percent = Percent::new(Decimal::new(units, SCALE)).unwrap();
            prop_assert_eq!(percent.to_string().parse(), Ok(percent));
        }
    }
}
