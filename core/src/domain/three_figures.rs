//! Three figures for a manager: what the contract claims, what a court may leave of it, what the law gives at least.
//!
//! An estimate, never printed for customers, and not for bad-faith default.
//!
//! Sources: Civil Code (2021) art. 585; Contract General Part Interpretation (2023) art. 65; Sale Contract Interpretation
//! (2020) art. 18 para. 4; SME Payment Regulation (2025) art. 17.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::interest::{
    InterestClaim, InterestError, LineRate, RateBasis, Schedule, SmeRate, accrue,
    first_day_past_due, interest, lpr_at_default,
};
use super::money::Money;
use super::percent::Percent;
use super::time::Day;

/// 1.3: a penalty more than 30 % above the loss is generally excessive (Contract General Part Interpretation art. 65).
const EXCESS_TENTHS: i64 = 13;
/// 1.5: the loss is taken as LPR plus 50 % (Sale Contract Interpretation art. 18 para. 4).
const LOSS_TENTHS: i64 = 15;

/// Who claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creditor {
    /// Any creditor.
    Ordinary,
    /// A small or medium one against a public body or large enterprise.
    SmallOrMedium {
        /// The day of the contract when it agrees a rate; none when it does not.
        rate_agreed_on: Option<Day>,
    },
}

/// The figures, each the interest up to the cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreeFigures {
    /// By the contract.
    pub contract_claim: Money,
    /// The smaller of the claim and LPR at default × 1.5 × 1.3.
    pub court_estimate: Money,
    /// LPR at default × 1.3, or the regulation's rate for a small or medium creditor.
    pub statutory_floor: Money,
}

/// The three figures of a claim whose basis is its contract's.
///
/// # Errors
/// As [`interest`]; the benchmark table is always needed.
pub fn three_figures(
    claim: &InterestClaim<'_>,
    creditor: Creditor,
) -> Result<ThreeFigures, InterestError> {
    let contract_claim = interest(claim)?.total;
    let excess = Decimal::new(EXCESS_TENTHS, 1);
    let ceiling = excess.saturating_mul(Decimal::new(LOSS_TENTHS, 1));
    let court_estimate = contract_claim.min(at_lpr_times(claim, ceiling)?);
    let sme = |rate| {
        let basis = RateBasis::Sme(rate);
        interest(&InterestClaim { basis, ..*claim }).map(|interest| interest.total)
    };
    let statutory_floor = match creditor {
        Creditor::Ordinary => at_lpr_times(claim, excess)?,
        Creditor::SmallOrMedium {
            rate_agreed_on: None,
        } => sme(SmeRate::NotAgreed)?,
        Creditor::SmallOrMedium {
            rate_agreed_on: Some(contract_day),
        } => sme(SmeRate::Agreed {
            annual: Percent::ZERO,
            contract_day,
        })?,
    };
    Ok(ThreeFigures {
        contract_claim,
        court_estimate,
        statutory_floor,
    })
}

fn at_lpr_times(claim: &InterestClaim<'_>, factor: Decimal) -> Result<Money, InterestError> {
    let rate = LineRate::Year(lpr_at_default(claim)?.times(factor)?);
    let schedule = Schedule::from([(first_day_past_due(claim), rate)]);
    Ok(accrue(claim, &schedule, None)?.total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::cases::{self, yuan};
    use super::super::interest::DayCount;
    use super::*;

    fn small_claim(agreed: RateBasis) -> InterestClaim<'static> {
        InterestClaim {
            principal: yuan("500000.00"),
            due_day: "2024-06-30".parse().unwrap(),
            cut_off: "2024-12-31".parse().unwrap(),
            basis: agreed,
            day_count: DayCount::Days365,
            table: None,
            payments: &[],
            waivers: &[],
        }
    }

    #[test]
    fn worked_cases() {
        let table = cases::rate_table();
        for case in cases::of("three_figures", 1) {
            let input = &case.input;
            assert_eq!(input["sme_creditor"], false);
            let claim = InterestClaim {
                principal: cases::money(&input["principal"]),
                due_day: cases::day(&input["due_day"]),
                cut_off: cases::day(&input["cut_off"]),
                basis: RateBasis::AgreedDaily(cases::percent(&input["agreed_daily_percent"])),
                day_count: cases::day_count(&input["day_count"]),
                table: Some(&table),
                payments: &[],
                waivers: &[],
            };
            let figures = three_figures(&claim, Creditor::Ordinary).unwrap();
            let days: i64 = interest(&claim).unwrap().lines.iter().map(|l| l.days).sum();
            let shown = json!({
                "days": days,
                "contract_claim": figures.contract_claim.to_string(),
                "court_estimate": figures.court_estimate.to_string(),
                "statutory_floor": figures.statutory_floor.to_string(),
            });
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    #[test]
    fn a_small_creditor_has_the_floor_of_its_regulation() {
        let table = cases::rate_table();
        let low = RateBasis::AgreedAnnual("2.00".parse().unwrap());
        let claim = InterestClaim {
            table: Some(&table),
            ..small_claim(low)
        };
        let floor = |rate_agreed_on| {
            let creditor = Creditor::SmallOrMedium { rate_agreed_on };
            three_figures(&claim, creditor).unwrap().statutory_floor
        };
        // 500,000.00 x 3.40 % x 184 / 365, and x 0.05 % x 184.
        assert_eq!(floor(Some("2024-01-15".parse().unwrap())), yuan("8569.86"));
        assert_eq!(floor(None), yuan("46000.00"));
        let figures = three_figures(&claim, Creditor::Ordinary).unwrap();
        assert_eq!(figures.court_estimate, figures.contract_claim);
    }

    #[test]
    fn without_a_benchmark_there_is_no_estimate() {
        let claim = small_claim(RateBasis::AgreedAnnual("2.00".parse().unwrap()));
        assert!(matches!(
            three_figures(&claim, Creditor::Ordinary),
            Err(InterestError::NoRate(_))
        ));
    }
}
