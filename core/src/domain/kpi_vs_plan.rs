//! KPI against plan (完成全年计划数): how much of the year's plan is reached, and where the year runs to. Product rule after
//! seed plan 2.

use rust_decimal::Decimal;

use super::percent::{percent_of, quotient};

/// What a figure that is missing is shown as. Never zero.
pub const MISSING: &str = "—";

const MONTHS: i128 = 12;

/// One indicator as imported. What the import lacks stays missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kpi {
    /// So far this year, in the unit of the plan (万元), at most 4 decimals.
    pub actual: Option<Decimal>,
    /// For the whole year.
    pub plan: Option<Decimal>,
    /// Months of the year that are over.
    pub months_elapsed: u8,
}

/// One indicator against its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KpiStanding {
    /// Actual in percent of the plan, half up to one decimal; none without both or with a plan of zero.
    pub percent: Option<Decimal>,
    /// The same as a whole percentage, as the seed prints it.
    pub whole_percent: Option<Decimal>,
    /// Actual ÷ months × 12, half up to one decimal; none before the first month is over.
    pub run_rate: Option<Decimal>,
}

/// How an indicator stands. Product rule (seed plan 2).
#[must_use]
pub fn kpi_vs_plan(kpi: &Kpi) -> KpiStanding {
    let units = |figure: Option<Decimal>| {
        let mut figure = figure?;
        figure.rescale(4);
        Some(figure.mantissa())
    };
    let percent = |places| percent_of(units(kpi.actual)?, units(kpi.plan)?, places);
    let year = units(kpi.actual).and_then(|actual| actual.checked_mul(MONTHS));
    KpiStanding {
        percent: percent(1),
        whole_percent: percent(0),
        run_rate: year.and_then(|year| quotient(year, i128::from(kpi.months_elapsed) * 10_000, 1)),
    }
}

/// A figure as it is printed: its digits, or [`MISSING`].
#[must_use]
pub fn shown(figure: Option<Decimal>) -> String {
    figure.map_or_else(|| MISSING.to_owned(), |figure| figure.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("kpi_vs_plan", 4) {
            let figure = |name: &str| case.input[name].as_i64().map(Decimal::from);
            let standing = kpi_vs_plan(&Kpi {
                actual: figure("actual_10k_yuan"),
                plan: figure("plan_10k_yuan"),
                months_elapsed: case.input["months_elapsed"]
                    .as_u64()
                    .unwrap()
                    .try_into()
                    .unwrap(),
            });
            let expected = &case.expected;
            if expected["percent"].is_null() {
                assert_eq!(standing.percent, None, "{}", case.id);
                assert_eq!(shown(standing.percent), expected["shown_as"]);
                assert_eq!(standing.run_rate, None, "{}", case.id);
                continue;
            }
            assert_eq!(shown(standing.percent), expected["percent"], "{}", case.id);
            assert_eq!(
                standing.whole_percent.unwrap().to_string(),
                expected["whole_percent"].to_string(),
                "{}",
                case.id
            );
            let run_rate = cases::decimal(&expected["run_rate_10k_yuan"]);
            assert_eq!(standing.run_rate, Some(run_rate), "{}", case.id);
        }
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        let standing = kpi_vs_plan(&Kpi {
            actual: Some(Decimal::ONE),
            plan: Some(Decimal::ZERO),
            months_elapsed: 0,
        });
        assert_eq!(shown(standing.percent), MISSING);
        assert_eq!(standing.whole_percent, None);
        assert_eq!(standing.run_rate, None);
    }

    #[test]
    fn a_whole_percent_is_rounded_from_the_figures_not_from_its_decimal() {
        let standing = kpi_vs_plan(&Kpi {
            actual: Some(Decimal::new(8_046, 2)),
            plan: Some(Decimal::from(100)),
            months_elapsed: 6,
        });
        assert_eq!(shown(standing.percent), "80.5");
        assert_eq!(shown(standing.whole_percent), "80");
    }
}
