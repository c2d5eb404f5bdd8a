//! Visit priority: in which order customers are worth a visit. Product rule; the reason is printed beside the rank.

use rust_decimal::Decimal;

use super::money::{Money, MoneyError};

/// Weights and limits of the rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriorityPolicy {
    /// Weight up to so many days left, ascending: 30 → 8, 90 → 4, 180 → 2.
    pub weights: [(i64, u8); 3],
    /// With more days left, and for an expired clock: 1.
    pub least_weight: u8,
    /// No trip counts as cheaper, in whole units of the currency: 50.
    pub least_trip_cost: u32,
}

impl Default for PriorityPolicy {
    fn default() -> Self {
        Self {
            weights: [(30, 8), (90, 4), (180, 2)],
            least_weight: 1,
            least_trip_cost: 50,
        }
    }
}

impl PriorityPolicy {
    /// The weight with so many days left to `act_by`; a day that is past has the least.
    #[must_use]
    pub fn weight(&self, days_left: i64) -> u8 {
        let band = self
            .weights
            .iter()
            .find(|(limit, _)| (0..=*limit).contains(&days_left));
        band.map_or(self.least_weight, |(_, weight)| *weight)
    }
}

/// A customer who may be visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitCandidate<Id> {
    /// Names it.
    pub id: Id,
    /// What is outstanding and not disputed.
    pub outstanding: Money,
    /// Days to the nearest `act_by` of limitation or guarantee: [`nearest_days_left`].
    pub days_left: i64,
    /// What the trip costs.
    pub trip_cost: Money,
}

/// A customer with rank and reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankedVisit<Id> {
    /// The customer.
    pub id: Id,
    /// Weight × outstanding ÷ trip cost, half up to the cent.
    pub score: Decimal,
    /// The weight of the days left.
    pub weight: u8,
    /// Days left.
    pub days_left: i64,
    /// What was outstanding.
    pub outstanding: Money,
    /// What the trip counts with.
    pub trip_cost: Money,
    /// The nearest clock is past: for legal.
    pub is_expired: bool,
}

/// Of several clocks the one to plan with: the nearest that is not past, else the one that passed last; none without clocks.
#[must_use]
pub fn nearest_days_left(clocks: impl IntoIterator<Item = i64>) -> Option<i64> {
    clocks
        .into_iter()
        .min_by_key(|days| (*days < 0, days.unsigned_abs()))
}

/// Candidates in the order of a visit list: by score, then fewer days left, then id. Product rule.
///
/// # Errors
/// [`MoneyError::MixedCurrencies`], [`MoneyError::TooLarge`].
pub fn visit_priority<Id: Ord + Copy>(
    candidates: &[VisitCandidate<Id>],
    policy: &PriorityPolicy,
) -> Result<Vec<RankedVisit<Id>>, MoneyError> {
    let mut ranked = candidates
        .iter()
        .map(|candidate| rank(candidate, policy))
        .collect::<Result<Vec<_>, MoneyError>>()?;
    ranked.sort_by_key(|visit| (std::cmp::Reverse(visit.score), visit.days_left, visit.id));
    Ok(ranked)
}

fn rank<Id: Copy>(
    candidate: &VisitCandidate<Id>,
    policy: &PriorityPolicy,
) -> Result<RankedVisit<Id>, MoneyError> {
    let currency = candidate.outstanding.currency();
    let least = Money::rounded(currency, policy.least_trip_cost.into());
    let is_cheaper = least.minus(candidate.trip_cost)?.is_positive();
    let trip_cost = if is_cheaper {
        least
    } else {
        candidate.trip_cost
    };
    let weight = policy.weight(candidate.days_left);
    // One whole unit of the currency in minor units, so that the quotient is a plain figure with two decimals.
    let unit = Money::rounded(currency, Decimal::ONE).minor();
    let numerator = unit
        .checked_mul(weight.into())
        .ok_or(MoneyError::TooLarge)?;
    let score = candidate
        .outstanding
        .portion(numerator, trip_cost.minor())?;
    Ok(RankedVisit {
        id: candidate.id,
        score: score.amount(),
        weight,
        days_left: candidate.days_left,
        outstanding: candidate.outstanding,
        trip_cost,
        is_expired: candidate.days_left < 0,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::cases::{self, yuan};
    use super::super::money::Currency;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("visit_priority", 1) {
            let candidates: Vec<VisitCandidate<&str>> = case.input["customers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|customer| VisitCandidate {
                    id: customer["id"].as_str().unwrap(),
                    outstanding: cases::money(&customer["outstanding"]),
                    days_left: customer["days_left"].as_i64().unwrap(),
                    trip_cost: cases::money(&customer["trip_cost"]),
                })
                .collect();
            let ranking: Vec<Value> = visit_priority(&candidates, &PriorityPolicy::default())
                .unwrap()
                .iter()
                .map(|visit| {
                    json!({
                        "id": visit.id,
                        "score": visit.score.to_string(),
                        "expired": visit.is_expired,
                    })
                })
                .collect();
            assert_eq!(json!({"ranking": ranking}), case.expected, "{}", case.id);
        }
    }

    fn candidate(id: u8, amount: &str, days_left: i64) -> VisitCandidate<u8> {
        VisitCandidate {
            id,
            outstanding: yuan(amount),
            days_left,
            trip_cost: yuan("100.00"),
        }
    }

    #[test]
    fn limits_of_the_weights() {
        let policy = PriorityPolicy::default();
        let days = [-1, 0, 30, 31, 90, 91, 180, 181];
        assert_eq!(
            days.map(|days| policy.weight(days)),
            [1, 8, 8, 4, 4, 2, 2, 1]
        );
    }

    #[test]
    fn equal_scores_go_by_days_left_and_then_by_id() {
        let candidates = [
            candidate(3, "100.00", 200),
            candidate(2, "100.00", 300),
            candidate(1, "100.00", 200),
        ];
        let ranked = visit_priority(&candidates, &PriorityPolicy::default()).unwrap();
        let order: Vec<u8> = ranked.iter().map(|visit| visit.id).collect();
        assert_eq!(order, [1, 3, 2]);
    }

    #[test]
    fn a_clock_that_still_runs_counts_before_one_that_is_past() {
        assert_eq!(nearest_days_left([]), None);
        assert_eq!(nearest_days_left([-400, 25, 300]), Some(25));
        assert_eq!(nearest_days_left([-400, -12]), Some(-12));
    }

    #[test]
    fn a_trip_in_another_currency_is_refused() {
        let mut one = candidate(1, "100.00", 5);
        one.trip_cost = Money::zero(Currency::Usd);
        assert!(matches!(
            visit_priority(&[one], &PriorityPolicy::default()),
            Err(MoneyError::MixedCurrencies(_, _))
        ));
    }

    proptest! {
        #[test]
        fn the_rank_does_not_depend_on_the_order_given(rows in proptest::collection::vec((1_i128..100_000, -50_i64..400), 1..20)) {
            let candidates: Vec<VisitCandidate<usize>> = rows
                .iter()
                .enumerate()
                .map(|(id, (cents, days_left))| VisitCandidate {
                    id,
                    outstanding: Money::from_minor(Currency::Cny, *cents).unwrap(),
                    days_left: *days_left,
                    trip_cost: yuan("80.00"),
                })
                .collect();
            let mut backward = candidates.clone();
            backward.reverse();
            let policy = PriorityPolicy::default();
            let ranked = visit_priority(&candidates, &policy).unwrap();
            prop_assert_eq!(&ranked, &visit_priority(&backward, &policy).unwrap());
            prop_assert!(ranked.is_sorted_by(|a, b| a.score >= b.score));
        }
    }
}
