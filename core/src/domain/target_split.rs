//! Targets (目标): a year's goal split to the cent. Product rule after seed plan 5 (四).

use super::money::{Money, MoneyError};
use super::percent::Percent;
use super::shares::shares;

/// Last year and so much more, half up to the cent.
///
/// # Errors
/// [`MoneyError::TooLarge`].
pub fn grown(last_year: Money, growth: Percent) -> Result<Money, MoneyError> {
    last_year.plus(growth.of(last_year)?)
}

/// A target over months, weeks or days: one part a weight, in order, summing to it exactly. What rounding leaves goes to the
/// largest remainders, earlier parts first.
///
/// # Errors
/// [`MoneyError::TooLarge`], also for a negative target.
pub fn target_split(target: Money, weights: &[u32]) -> Result<Vec<Money>, MoneyError> {
    let weights: Vec<i128> = weights.iter().map(|weight| i128::from(*weight)).collect();
    shares(target, &weights)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::cases;
    use super::super::money::Currency;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("target_split", 1) {
            let last_year = cases::money(&case.input["last_year"]);
            let year = grown(last_year, cases::percent(&case.input["growth_percent"])).unwrap();
            let equal = vec![1; case.input["parts"].as_u64().unwrap().try_into().unwrap()];
            let parts = target_split(year, &equal).unwrap();
            let parts: Vec<String> = parts.iter().map(Money::to_string).collect();
            let shown = json!({"year": year.to_string(), "parts": parts});
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    proptest! {
        #[test]
        fn the_days_of_all_months_sum_to_the_year(cents in 0_i128..100_000_000_000, weights in proptest::collection::vec(1_u32..32, 12)) {
            let year = Money::from_minor(Currency::Cny, cents).unwrap();
            let months = target_split(year, &weights).unwrap();
            let days = months.iter().zip([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
            let days = days.flat_map(|(month, days)| target_split(*month, &vec![1; days]).unwrap());
            prop_assert_eq!(Money::sum(Currency::Cny, days).unwrap(), year);
        }
    }
}
