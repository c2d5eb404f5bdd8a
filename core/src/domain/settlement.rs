//! What a full settlement (statement form B, 全额结清) replaces: the interest that each overdue receivable bears by the
//! rate of the contract.
//!
//! Interest runs on what is outstanding at the cut-off, from the day after the due day. What was paid late before the cut-off
//! bore interest too; the ledger does not say on which day it came, so that part is left out, and the papers say so. Credit
//! notes bear none.
//!
//! An assistant, not advice: a lawyer signs this rule off. Sources: Sale Contract Interpretation (2020) art. 18 para. 3, 4;
//! Civil Code (2021) art. 585; SME Payment Regulation (2025) art. 17.

use super::interest::{DayCount, InterestClaim, InterestError, InterestLine, RateBasis, interest};
use super::money::{Currency, Money};
use super::time::Day;

/// One receivable of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledReceivable<'a> {
    /// Document number.
    pub document: &'a str,
    /// Due day.
    pub due: Day,
    /// Outstanding at the cut-off; negative for a credit note.
    pub outstanding: Money,
}

/// The interest on one receivable; it has one line, because neither principal nor rate changes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementLine {
    /// Document number.
    pub document: String,
    /// From which day, on what, at which rate, how much.
    pub interest: InterestLine,
}

/// The interest of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementInterest {
    /// In the order of the receivables; those that bear none are left out.
    pub lines: Vec<SettlementLine>,
    /// The sum of the lines.
    pub total: Money,
}

/// The interest of `receivables` up to `cut_off`, included. Years count 365 days.
///
/// # Errors
/// Those of [`interest`]: the rate cannot be, two currencies, too large.
pub fn settlement_interest(
    receivables: &[SettledReceivable<'_>],
    cut_off: Day,
    basis: RateBasis,
) -> Result<SettlementInterest, InterestError> {
    let mut lines = Vec::new();
    for receivable in receivables {
        if !receivable.outstanding.is_positive() || receivable.due >= cut_off {
            continue;
        }
        let found = interest(&InterestClaim {
            principal: receivable.outstanding,
            due_day: receivable.due,
            cut_off,
            basis,
            day_count: DayCount::Days365,
            table: None,
            payments: &[],
            waivers: &[],
        })?;
        lines.extend(found.lines.into_iter().map(|line| SettlementLine {
            document: receivable.document.to_owned(),
            interest: line,
        }));
    }
    let currency = receivables
        .first()
        .map_or(Currency::Cny, |first| first.outstanding.currency());
    let total = Money::sum(currency, lines.iter().map(|line| line.interest.interest))?;
    Ok(SettlementInterest { lines, total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::percent::Percent;

    fn yuan(text: &str) -> Money {
        Money::parse(Currency::Cny, text).unwrap()
    }

    fn row<'a>(document: &'a str, due: &str, outstanding: &str) -> SettledReceivable<'a> {
        SettledReceivable {
            document,
            due: due.parse().unwrap(),
            outstanding: yuan(outstanding),
        }
    }

    #[test]
    fn each_overdue_receivable_bears_its_own_interest_and_the_lines_sum() {
        let daily = RateBasis::AgreedDaily(Percent::new("0.05".parse().unwrap()).unwrap());
        let rows = [
            row("1", "2026-05-31", "100000.00"),
            row("2", "2026-06-20", "33333.33"),
            row("credit", "2026-05-01", "-500.00"),
            row("not due", "2026-07-15", "7000.00"),
            row("due today", "2026-06-30", "7000.00"),
        ];
        let found = settlement_interest(&rows, "2026-06-30".parse().unwrap(), daily).unwrap();
        let lines: Vec<(&str, i64, Money)> = found
            .lines
            .iter()
            .map(|line| {
                let interest = line.interest;
                (line.document.as_str(), interest.days, interest.interest)
            })
            .collect();
        assert_eq!(
            lines,
            [("1", 30, yuan("1500.00")), ("2", 10, yuan("166.67"))]
        );
        assert_eq!(found.total, yuan("1666.67"));
    }

    #[test]
    fn nothing_overdue_bears_nothing() {
        let yearly = RateBasis::AgreedAnnual(Percent::new("6".parse().unwrap()).unwrap());
        let rows = [row("1", "2026-07-31", "5.00")];
        let found = settlement_interest(&rows, "2026-06-30".parse().unwrap(), yearly).unwrap();
        assert_eq!((found.lines.len(), found.total), (0, yuan("0.00")));
    }
}
