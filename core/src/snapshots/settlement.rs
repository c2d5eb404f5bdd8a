//! Statement form B: the full settlement, whose figures replace the contractual penalty.

use crate::domain::interest::{InterestLine, LineRate};
use crate::domain::money::Money;
use crate::domain::settlement::SettlementInterest;
use crate::domain::statement_text::{grouped_digits, statement_b, words_and_digits};
use crate::journal::facts::PaperKind;
use crate::snapshots::statement::{RenderModel, Statement, StatementError, StatementOf, row};

impl StatementOf<'_> {
    /// Form B in Chinese: principal, and `agreed` interest with its computation line by line. It may be issued only after sales
    /// manager, finance and legal approved it.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn form_b(
        &self,
        computed: &SettlementInterest,
        agreed: Money,
    ) -> Result<Statement, StatementError> {
        let owed = self.owed()?;
        let figures = (owed.total, agreed);
        let text = statement_b(figures, self.cut_off, &self.ledger.short(), owed.age)?;
        let mut rows = self.rows(&owed.lines);
        rows.push(row("应付本金", &words_and_digits(owed.total)?));
        rows.extend(computed.lines.iter().map(|line| {
            let label = format!("单据 {} 逾期付款利息", line.document);
            row(&label, &computation(&line.interest))
        }));
        rows.push(row("按约定利率计算的利息", &grouped_digits(computed.total)));
        rows.push(row("协商确定的逾期付款利息", &words_and_digits(agreed)?));
        let total = owed.total.plus(agreed)?;
        rows.push(row("本息合计", &words_and_digits(total)?));
        rows.push(row("账目快照", &self.ledger.to_string()));
        let render_model = RenderModel {
            template: "statement-b".to_owned(),
            template_version: 1,
            language: "zh-CN".to_owned(),
            title: "对账单（全额结清）".to_owned(),
            rows,
            clauses: vec![text.text],
        };
        Ok(self.statement(owed, PaperKind::StatementB, (render_model, Some(agreed))))
    }
}

/// `386,420.00，自2026年5月2日至2026年6月30日60天，日利率0.05%，计11,592.60`: days as people count them, both ends included.
fn computation(line: &InterestLine) -> String {
    let rate = match line.rate {
        LineRate::Day(rate) => format!("日利率{rate}%"),
        LineRate::Year(rate) => format!("年利率{rate}%，一年按365天"),
    };
    format!(
        "{}，自{}至{}共{}天，{rate}，计{}",
        grouped_digits(line.principal),
        line.from.chinese(),
        line.to.plus_days(-1).chinese(),
        line.days,
        grouped_digits(line.interest)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CustomerId, Digest, OrganisationId};
    use crate::domain::interest::RateBasis;
    use crate::domain::money::Currency;
    use crate::domain::percent::Percent;
    use crate::domain::settlement::{SettledReceivable, settlement_interest};
    use crate::domain::statement_lint::{
        Approved, LintFinding, Paper, PaperForm, SettlementApprover, statement_lint,
    };
    use crate::domain::statement_text::{ClaimAge, StatementForm};
    use crate::snapshots::ledger::LedgerCustomer;
    use crate::snapshots::statement::StatementLine;

    fn yuan(text: &str) -> Money {
        Money::parse(Currency::Cny, text).unwrap()
    }

    fn settled(agreed: &str) -> Statement {
        let customer = LedgerCustomer {
            id: CustomerId::from_bytes([2; 16]),
            code: "C001".to_owned(),
            name: "样例公司".to_owned(),
            address: String::new(),
            contact: String::new(),
            phone: String::new(),
            site: None,
            grade: String::new(),
            credit_code: String::new(),
            salesperson: String::new(),
        };
        let lines = [StatementLine {
            document: "1".to_owned(),
            invoiced: None,
            due: "2026-05-01".parse().unwrap(),
            amount: yuan("386420.00"),
            received: yuan("0.00"),
            outstanding: yuan("386420.00"),
        }];
        let cut_off = "2026-06-30".parse().unwrap();
        let receivables = lines.each_ref().map(|line| SettledReceivable {
            document: &line.document,
            due: line.due,
            outstanding: line.outstanding,
        });
        let daily = RateBasis::AgreedDaily(Percent::new("0.05".parse().unwrap()).unwrap());
        let computed = settlement_interest(&receivables, cut_off, daily).unwrap();
        StatementOf {
            organisation: OrganisationId::from_bytes([1; 16]),
            organisation_name: "样例机械有限公司",
            customer: &customer,
            ledger: Digest::of(b"ledger"),
            cut_off,
            receivables: &lines,
            signing_day: "2026-07-15".parse().unwrap(),
            restarts: &[],
        }
        .form_b(&computed, yuan(agreed))
        .unwrap()
    }

    #[test]
    fn the_computation_is_on_the_paper_and_the_sum_is_what_is_confirmed() {
        let made = settled("10800.00");
        let value_of = |label: &str| {
            let row = made.render_model.rows.iter().find(|row| row.label == label);
            row.unwrap().value.clone()
        };
        assert_eq!(
            value_of("单据 1 逾期付款利息"),
            "386,420.00，自2026年5月2日至2026年6月30日共60天，日利率0.05%，计11,592.60"
        );
        assert_eq!(
            value_of("协商确定的逾期付款利息"),
            "人民币壹万零捌佰元整（¥10,800.00）"
        );
        assert_eq!(made.confirmed_total(), Ok(yuan("397220.00")));
        assert_eq!(made.form, PaperKind::StatementB);
    }

    #[test]
    fn it_passes_the_lint_with_all_three_approvals_and_never_with_two() {
        let made = settled("11592.60");
        let findings = |approved_by| {
            statement_lint(&Paper {
                form: PaperForm::Statement {
                    form: StatementForm::B,
                    approved_by,
                },
                text: &made.render_model.text(),
                age: ClaimAge::Running,
                waiver: Approved::No,
            })
        };
        assert_eq!(findings(&SettlementApprover::ALL), []);
        let two = [SettlementApprover::SalesManager, SettlementApprover::Legal];
        assert_eq!(findings(&two), [LintFinding::B3]);
    }
}
