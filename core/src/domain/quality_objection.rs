//! Quality objection (质量异议): whether it came in time. Not a limitation clock: no interruption, suspension or extension.
//!
//! Sources: Civil Code (2021) art. 621; Sale Contract Interpretation (2020) art. 12, 14.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::time::Day;

const OUTER_MONTHS: u32 = 24;

/// Which period the contract sets.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ObjectionPeriod {
    /// None: a reasonable time, which a person decides, at most two years from receipt.
    #[n(0)]
    NotAgreed,
    /// An agreed inspection period, in days from receipt.
    #[n(1)]
    InspectionDays(#[n(0)] u32),
    /// A warranty period, in months from receipt; it replaces the two years.
    #[n(2)]
    WarrantyMonths(#[n(0)] u32),
}

/// Longest agreed inspection period, in days, and warranty, in months, that somebody means: ten years and fifty.
const LONGEST: (u32, u32) = (3_650, 600);

impl ObjectionPeriod {
    /// Whether it can be a contract's period.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        match self {
            Self::NotAgreed => true,
            Self::InspectionDays(days) => 0 < days && days <= LONGEST.0,
            Self::WarrantyMonths(months) => 0 < months && months <= LONGEST.1,
        }
    }
}

/// What the seller knew of the defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SellerKnowledge {
    /// He neither knew nor should have known.
    Unaware,
    /// He knew or should have known: no period runs (Civil Code art. 621 para. 3).
    Knew,
}

/// Whether an objection came in time.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectionVerdict {
    /// After the outer day.
    Late,
    /// Up to the outer day; whether the time was reasonable is a person's judgement unless an inspection period was agreed.
    WithinOuterLimit,
    /// No period runs.
    NoLimit,
}

/// The verdict and the day it rests on; no day when no period runs.
#[must_use]
pub fn quality_objection(
    received_on: Day,
    period: ObjectionPeriod,
    knowledge: SellerKnowledge,
    objected_on: Day,
) -> (ObjectionVerdict, Option<Day>) {
    if knowledge == SellerKnowledge::Knew {
        return (ObjectionVerdict::NoLimit, None);
    }
    let outer_day = match period {
        ObjectionPeriod::NotAgreed => received_on.plus_months(OUTER_MONTHS),
        ObjectionPeriod::InspectionDays(days) => received_on.plus_days(days.into()),
        ObjectionPeriod::WarrantyMonths(months) => received_on.plus_months(months),
    };
    let verdict = if objected_on > outer_day {
        ObjectionVerdict::Late
    } else {
        ObjectionVerdict::WithinOuterLimit
    };
    (verdict, Some(outer_day))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::cases;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("quality_objection", 5) {
            let input = &case.input;
            let count = |name: &str| {
                input[name]
                    .as_u64()
                    .map(|count| u32::try_from(count).unwrap())
            };
            let period = match (count("inspection_days"), count("warranty_months")) {
                (Some(days), _) => ObjectionPeriod::InspectionDays(days),
                (None, Some(months)) => ObjectionPeriod::WarrantyMonths(months),
                (None, None) => ObjectionPeriod::NotAgreed,
            };
            let knowledge = if input["seller_knew"] == true {
                SellerKnowledge::Knew
            } else {
                SellerKnowledge::Unaware
            };
            let (verdict, outer_day) = quality_objection(
                cases::day(&input["received_on"]),
                period,
                knowledge,
                cases::day(&input["objected_on"]),
            );
            assert_eq!(
                json!({"verdict": verdict, "outer_day": outer_day}),
                case.expected,
                "{}",
                case.id
            );
        }
    }
}
