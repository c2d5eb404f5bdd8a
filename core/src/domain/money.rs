//! Amounts: exact decimals at their currency's scale, never floats, text on every wire.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A currency by its ISO 4217 code. Both have two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Renminbi yuan (人民币元).
    Cny,
    /// United States dollar.
    Usd,
}

impl Currency {
    /// Digits after the point.
    #[must_use]
    pub const fn scale(self) -> u32 {
        match self {
            Self::Cny | Self::Usd => 2,
        }
    }

    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Usd => "USD",
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        match code {
            "CNY" => Ok(Self::Cny),
            "USD" => Ok(Self::Usd),
            other => Err(MoneyError::UnknownCurrency(other.chars().take(8).collect())),
        }
    }
}

/// Why an amount cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not one of the currencies above.
    #[error("unknown currency `{0}`; known are CNY and USD")]
    UnknownCurrency(String),
    /// Not a plain decimal number.
    #[error("`{0}` is not an amount such as 1234.50")]
    NotANumber(String),
    /// More digits after the point than the currency has.
    #[error("`{0}` has more decimals than the currency")]
    TooManyDecimals(String),
    /// Two currencies in one sum.
    #[error("amounts of {} and {} cannot be added", .0.code(), .1.code())]
    MixedCurrencies(Currency, Currency),
    /// Beyond what the type holds (about 7.9e26 with two decimals).
    #[error("the amount is too large")]
    TooLarge,
}

/// An exact amount in one currency, always at the currency's scale: `Display` gives `386420.00`, without sign of currency.
///
/// CBOR: array of two texts, code and amount. JSON: `{"currency":"CNY","amount":"386420.00"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "MoneyText", try_from = "MoneyText")]
pub struct Money {
    currency: Currency,
    amount: Decimal,
}

#[derive(Serialize, Deserialize)]
struct MoneyText {
    currency: Currency,
    amount: String,
}

impl Money {
    /// `amount` rounded half up (away from zero) to the currency's scale.
    #[must_use]
    pub fn rounded(currency: Currency, amount: Decimal) -> Self {
        let mut amount =
            amount.round_dp_with_strategy(currency.scale(), RoundingStrategy::MidpointAwayFromZero);
        amount.rescale(currency.scale());
        Self {
            currency,
            amount: if amount.is_zero() {
                Decimal::new(0, currency.scale())
            } else {
                amount
            },
        }
    }

    /// Nothing owed, in `currency`.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::rounded(currency, Decimal::ZERO)
    }

    /// Parses text at most at the currency's scale, such as `1234.5` or `-7`.
    ///
    /// # Errors
    /// [`MoneyError::NotANumber`], [`MoneyError::TooManyDecimals`].
    pub fn parse(currency: Currency, text: &str) -> Result<Self, MoneyError> {
        let plain = !text.is_empty()
            && text.len() <= 30
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        let shown = || text.chars().take(40).collect::<String>();
        let amount = if plain {
            Decimal::from_str_exact(text).ok()
        } else {
            None
        };
        let amount = amount.ok_or_else(|| MoneyError::NotANumber(shown()))?;
        if amount.normalize().scale() > currency.scale() {
            return Err(MoneyError::TooManyDecimals(shown()));
        }
        Ok(Self::rounded(currency, amount))
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount, at the currency's scale.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// So many of the currency's minor unit (分).
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn from_minor(currency: Currency, minor: i128) -> Result<Self, MoneyError> {
        Decimal::try_from_i128_with_scale(minor, currency.scale())
            .map(|amount| Self::rounded(currency, amount))
            .map_err(|_out_of_range| MoneyError::TooLarge)
    }

    /// The amount in the currency's minor unit (分).
    #[must_use]
    pub const fn minor(&self) -> i128 {
        self.amount.mantissa()
    }

    /// `numerator / denominator` of the amount, rounded half up (away from zero) once, by integer arithmetic.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`], also when the denominator is zero.
    pub fn portion(self, numerator: i128, denominator: i128) -> Result<Self, MoneyError> {
        let minor = self
            .minor()
            .checked_mul(numerator)
            .and_then(|product| half_up(product, denominator))
            .ok_or(MoneyError::TooLarge)?;
        Self::from_minor(self.currency, minor)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`], [`MoneyError::TooLarge`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies(self.currency, other.currency));
        }
        let amount = self
            .amount
            .checked_add(other.amount)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self::rounded(self.currency, amount))
    }

    /// The difference.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(Self {
            currency: other.currency,
            amount: -other.amount,
        })
    }

    /// The sum of all; zero of `currency` when there are none.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::plus)
    }

    /// Above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.amount > Decimal::ZERO
    }

    /// Exactly zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }
}

/// The whole number nearest to `numerator / denominator`, a half away from zero; none when it cannot be computed.
pub(super) fn half_up(numerator: i128, denominator: i128) -> Option<i128> {
    let whole = numerator.checked_div(denominator)?;
    let left = numerator.checked_rem(denominator)?;
    let is_up = left.unsigned_abs().checked_mul(2)? >= denominator.unsigned_abs();
    let away = numerator.signum().checked_mul(denominator.signum())?;
    whole.checked_add(if is_up { away } else { 0 })
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.amount.fmt(f)
    }
}

impl From<Money> for MoneyText {
    fn from(money: Money) -> Self {
        Self {
            currency: money.currency,
            amount: money.to_string(),
        }
    }
}

impl TryFrom<MoneyText> for Money {
    type Error = MoneyError;

    fn try_from(text: MoneyText) -> Result<Self, MoneyError> {
        Self::parse(text.currency, &text.amount)
    }
}

impl<C> Encode<C> for Money {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?
            .str(self.currency.code())?
            .str(&self.to_string())?
            .ok()
    }
}

impl<'b, C> Decode<'b, C> for Money {
    fn decode(d: &mut Decoder<'b>, _ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.array()? != Some(2) {
            return Err(minicbor::decode::Error::message(
                "money is an array of code and amount",
            ));
        }
        let currency: Currency = d.str()?.parse().map_err(minicbor::decode::Error::custom)?;
        Self::parse(currency, d.str()?).map_err(minicbor::decode::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_back_from_its_own_text(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
            let money = Money::rounded(Currency::Cny, Decimal::new(cents, 2));
            prop_assert_eq!(Money::parse(Currency::Cny, &money.to_string()), Ok(money));
            let bytes = minicbor::to_vec(money).unwrap();
            prop_assert_eq!(minicbor::decode::<Money>(&bytes).unwrap(), money);
        }

        #[test]
        fn sums_do_not_drift(cents in proptest::collection::vec(-1_000_000_i64..1_000_000, 0..200)) {
            let sum = Money::sum(Currency::Cny, cents.iter().map(|c| Money::rounded(Currency::Cny, Decimal::new(*c, 2))));
            prop_assert_eq!(sum.unwrap().amount(), Decimal::new(cents.iter().sum(), 2));
        }
    }

    #[test]
    fn a_portion_is_rounded_once_half_away_from_zero() {
        let portion = |cents: i64, n, d| {
            let money = Money::rounded(Currency::Cny, Decimal::new(cents, 2));
            money.portion(n, d).map(|money| money.minor())
        };
        assert_eq!(portion(1, 1, 2), Ok(1));
        assert_eq!(portion(-1, 1, 2), Ok(-1));
        assert_eq!(portion(10, 1, 3), Ok(3));
        assert_eq!(portion(-20, 1, -3), Ok(7));
        assert_eq!(portion(1, 1, 0), Err(MoneyError::TooLarge));
        assert_eq!(portion(4, i128::MAX, 1), Err(MoneyError::TooLarge));
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in ["", "1e3", "12.345", "￥5", "1,000", "--1", "0x10"] {
            assert!(Money::parse(Currency::Cny, text).is_err(), "{text}");
        }
    }

    #[test]
    fn currencies_do_not_mix() {
        let mixed = Money::zero(Currency::Cny).plus(Money::zero(Currency::Usd));
        assert_eq!(
            mixed,
            Err(MoneyError::MixedCurrencies(Currency::Cny, Currency::Usd))
        );
    }
}
