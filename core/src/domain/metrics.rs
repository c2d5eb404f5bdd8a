//! Figures of the office: each with its formula, percentages half up to two decimals, rounded once. Without a denominator
//! there is no figure, never 0 or 100. Product rule; the definitions are the trade's usual ones.

use rust_decimal::Decimal;

use super::money::{Money, MoneyError};
use super::percent::{minors, percent_of, quotient};

const PLACES: u32 = 2;

/// A figure; none without a denominator.
pub type Figure = Option<Decimal>;

/// `part` in percent of `whole`, by number: promises kept of those due (承诺兑现率), stops signed of those where the customer
/// was met (签字率), visits done of those planned, calls answered of those dialled (接通率).
#[must_use]
pub fn count_percent(part: u64, whole: u64) -> Figure {
    percent_of(part.into(), whole.into(), PLACES)
}

/// `part` in percent of `whole`, by amount: promises kept, collected of what fell due (回款率), moved to the next bucket
/// (迁徙率), disputed of what is overdue.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`].
pub fn amount_percent(part: Money, whole: Money) -> Result<Figure, MoneyError> {
    let (part, whole) = minors(part, whole)?;
    Ok(percent_of(part, whole, PLACES))
}

/// DSO (应收账款周转天数): receivables ÷ credit sales × days.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`], [`MoneyError::TooLarge`].
pub fn dso_days(receivables: Money, credit_sales: Money, days: u32) -> Result<Figure, MoneyError> {
    let (receivables, credit_sales) = minors(receivables, credit_sales)?;
    let part = receivables
        .checked_mul(days.into())
        .ok_or(MoneyError::TooLarge)?;
    Ok(quotient(part, credit_sales, PLACES))
}

/// What CEI is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectionPeriod {
    /// Receivables at its beginning.
    pub opening: Money,
    /// Sales on credit in it.
    pub credit_sales: Money,
    /// Receivables at its end.
    pub closing: Money,
    /// Of those, what is not yet due.
    pub closing_not_due: Money,
}

/// CEI (催收有效指数): (opening + credit sales − closing) ÷ (opening + credit sales − closing not yet due), in percent. The
/// formula is the usual one; no source of it was verified.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`], [`MoneyError::TooLarge`].
pub fn cei_percent(period: &CollectionPeriod) -> Result<Figure, MoneyError> {
    let to_collect = period.opening.plus(period.credit_sales)?;
    amount_percent(
        to_collect.minus(period.closing)?,
        to_collect.minus(period.closing_not_due)?,
    )
}

/// Cost of trips, law and time ÷ cash collected.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`].
pub fn cost_per_collected_yuan(cost: Money, collected: Money) -> Result<Figure, MoneyError> {
    let (cost, collected) = minors(cost, collected)?;
    Ok(quotient(cost, collected, PLACES))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::cases::{self, yuan};
    use super::super::money::Currency;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("metrics", 9) {
            let input = &case.input;
            let amount = |name: &str| cases::money(&input[name]);
            let count = |name: &str| input[name].as_u64().unwrap();
            let figure = match input["metric"].as_str().unwrap() {
                "dso_days" => dso_days(
                    amount("receivables"),
                    amount("credit_sales"),
                    count("days").try_into().unwrap(),
                ),
                "cei_percent" => cei_percent(&CollectionPeriod {
                    opening: amount("begin_total"),
                    credit_sales: amount("credit_sales"),
                    closing: amount("end_total"),
                    closing_not_due: amount("end_current"),
                }),
                "promise_kept_rate_percent" => Ok(count_percent(count("kept"), count("due"))),
                "promise_kept_rate_by_amount_percent" => {
                    amount_percent(amount("kept_amount"), amount("due_amount"))
                }
                "sign_rate_percent" => Ok(count_percent(
                    count("stops_signed"),
                    count("stops_customer_met"),
                )),
                "roll_rate_percent" => {
                    amount_percent(amount("moved_to_next"), amount("balance_in_bucket"))
                }
                "cost_per_collected_yuan" => {
                    cost_per_collected_yuan(amount("cost"), amount("collected"))
                }
                "recovery_rate_percent" => {
                    amount_percent(amount("collected_of_it"), amount("due_in_period"))
                }
                other => panic!("{other}"),
            };
            let shown = figure.unwrap().map(|figure| figure.to_string());
            assert_eq!(json!({"value": shown}), case.expected, "{}", case.id);
        }
    }

    #[test]
    fn without_a_denominator_there_is_no_figure() {
        let (nothing, some) = (yuan("0"), yuan("5.00"));
        assert_eq!(amount_percent(some, nothing), Ok(None));
        assert_eq!(dso_days(some, nothing, 90), Ok(None));
        assert_eq!(cost_per_collected_yuan(some, nothing), Ok(None));
        let period = CollectionPeriod {
            opening: some,
            credit_sales: nothing,
            closing: some,
            closing_not_due: some,
        };
        assert_eq!(cei_percent(&period), Ok(None));
    }

    #[test]
    fn currencies_are_never_compared() {
        let dollars = Money::zero(Currency::Usd);
        let mixed = Err(MoneyError::MixedCurrencies(Currency::Cny, Currency::Usd));
        assert_eq!(amount_percent(yuan("1.00"), dollars), mixed);
        assert_eq!(dso_days(yuan("1.00"), dollars, 30), mixed);
        assert_eq!(cost_per_collected_yuan(yuan("1.00"), dollars), mixed);
    }
}
