//! Splitting an amount so that the parts sum to it exactly: largest remainder (Hamilton's method).

use super::money::{Money, MoneyError};

/// Splits `total`, not negative, by `weights`: one part a weight, in the given order, summing to `total` to the cent. What
/// rounding down leaves goes cent by cent to the largest remainders, equal ones in the given order. Without any weight
/// above zero there are no parts.
///
/// # Errors
/// [`MoneyError::TooLarge`]; also for a negative total or weight.
pub fn shares(total: Money, weights: &[i128]) -> Result<Vec<Money>, MoneyError> {
    let sum = weights
        .iter()
        .try_fold(0_i128, |sum, weight| sum.checked_add(*weight))
        .filter(|_sum| total.minor() >= 0 && weights.iter().all(|weight| *weight >= 0))
        .ok_or(MoneyError::TooLarge)?;
    if sum == 0 {
        return Ok(Vec::new());
    }
    let mut parts = Vec::with_capacity(weights.len());
    let mut left = total.minor();
    for weight in weights {
        let product = total
            .minor()
            .checked_mul(*weight)
            .ok_or(MoneyError::TooLarge)?;
        let part = product.div_euclid(sum);
        left = left.saturating_sub(part);
        parts.push((part, product.rem_euclid(sum)));
    }
    let mut order: Vec<(usize, i128)> = parts.iter().map(|(_, rest)| *rest).enumerate().collect();
    order.sort_by_key(|(index, rest)| (std::cmp::Reverse(*rest), *index));
    for (index, _) in order {
        let Some((part, _)) = parts.get_mut(index).filter(|_part| left > 0) else {
            break;
        };
        *part = part.saturating_add(1);
        left = left.saturating_sub(1);
    }
    parts
        .into_iter()
        .map(|(part, _)| Money::from_minor(total.currency(), part))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cases::yuan;
    use super::super::money::Currency;
    use super::*;

    #[test]
    fn without_weights_there_are_no_parts_and_a_negative_one_is_refused() {
        assert_eq!(shares(yuan("5.00"), &[0, 0]), Ok(Vec::new()));
        assert_eq!(shares(yuan("5.00"), &[2, -1]), Err(MoneyError::TooLarge));
        assert_eq!(shares(yuan("-5.00"), &[1]), Err(MoneyError::TooLarge));
    }

    proptest! {
        #[test]
        fn parts_sum_exactly_and_none_is_a_cent_off(
            cents in 0_i128..1_000_000_000_000,
            weights in proptest::collection::vec(0_i128..10_000_000, 1..40),
        ) {
            let total = Money::from_minor(Currency::Cny, cents).unwrap();
            let parts = shares(total, &weights).unwrap();
            let sum: i128 = weights.iter().sum();
            if sum > 0 {
                prop_assert_eq!(Money::sum(Currency::Cny, parts.clone()).unwrap(), total);
            }
            for (part, weight) in parts.iter().zip(&weights) {
                let off = part.minor() * sum - cents * weight;
                prop_assert!(off.abs() < sum, "{part} for {weight} of {sum}");
            }
        }
    }
}
