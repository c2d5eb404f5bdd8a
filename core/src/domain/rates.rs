//! Published benchmark rates, such as the one-year LPR (贷款市场报价利率), as finance signs them.

use std::collections::BTreeMap;

use super::percent::Percent;
use super::time::Day;

/// Annual rates by day of publication. The published figures are imported from their publisher; none are built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateTable {
    /// What it is called on a calculation.
    pub name: String,
    /// The rate published on each day.
    pub rates: BTreeMap<Day, Percent>,
}

impl RateTable {
    /// The rate published last on or before `day`; none before the first publication.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<Percent> {
        self.rates.range(..=day).next_back().map(|(_, rate)| *rate)
    }

    /// What was published after `day`, oldest first.
    pub fn after(&self, day: Day) -> impl Iterator<Item = (Day, Percent)> {
        self.rates
            .range(day.plus_days(1)..)
            .map(|(day, rate)| (*day, *rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_from_the_day_of_its_publication() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let percent = |text: &str| text.parse::<Percent>().unwrap();
        let table = RateTable {
            name: "sample".to_owned(),
            rates: [("2023-01-20", "3.60"), ("2023-09-20", "3.40")]
                .map(|(published, rate)| (day(published), percent(rate)))
                .into(),
        };
        assert_eq!(table.on(day("2023-01-19")), None);
        assert_eq!(table.on(day("2023-09-19")), Some(percent("3.6")));
        assert_eq!(table.on(day("2023-09-20")), Some(percent("3.4")));
        assert_eq!(
            table.after(day("2023-01-20")).collect::<Vec<_>>(),
            [(day("2023-09-20"), percent("3.4"))]
        );
    }
}
