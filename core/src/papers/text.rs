//! The templates of composed papers. Every change of wording raises [`TEMPLATE_VERSION`].

use super::PaperOf;
use crate::domain::amount_in_words::WordsError;
use crate::domain::money::Money;
use crate::domain::promise::Instalment;
use crate::domain::statement_text::{
    ClaimAge, EXPRESS_AGREEMENT, Maturity, PENALTY_RESERVED, Sides, TERM_KEPT, debt, demand,
    words_and_digits,
};
use crate::snapshots::statement::{RenderModel, RenderRow, row};

/// Version of the wording below.
const TEMPLATE_VERSION: u32 = 1;

const SIDES: Sides<'static> = Sides {
    debtor: "客户",
    creditor: "债权人",
};

/// What the templates are filled with.
pub(super) struct Context<'a> {
    pub(super) of: &'a PaperOf<'a>,
    pub(super) age: ClaimAge,
    pub(super) maturity: Maturity,
}

impl Context<'_> {
    pub(super) fn promise(
        &self,
        instalments: &[Instalment],
        total: Money,
    ) -> Result<RenderModel, WordsError> {
        let mut rows = self.parties("承诺人");
        let mut parts = Vec::new();
        for (index, part) in instalments.iter().enumerate() {
            let amount = words_and_digits(part.amount)?;
            rows.push(row(
                &format!("第{}期，最迟{}", index + 1, part.due.chinese()),
                &amount,
            ));
            parts.push(format!("于{}前支付{amount}", part.due.chinese()));
        }
        rows.push(row("承诺付款合计", &words_and_digits(total)?));
        rows.extend(self.guarantors());
        rows.push(self.snapshot());
        let sides = Sides {
            debtor: "承诺人",
            creditor: "债权人",
        };
        let mut clauses = vec![
            debt(
                sides,
                (self.of.statement.total, self.maturity),
                self.of.statement.cut_off,
            )?,
            format!("承诺人承诺{}，同意继续履行全部付款义务。", parts.join("，")),
            format!("本承诺{TERM_KEPT}，{PENALTY_RESERVED}。"),
        ];
        if self.age == ClaimAge::Expired {
            clauses.push(format!("承诺人{EXPRESS_AGREEMENT}。"));
        }
        if !self.of.guarantors.is_empty() {
            clauses
                .push("保证人未另行签字的，不受本承诺约束，其保证期间不因本承诺变更。".to_owned());
        }
        Ok(model("promise", "还款承诺书", rows, clauses))
    }

    pub(super) fn visit_receipt(&self) -> Result<RenderModel, WordsError> {
        let mut rows = self.parties("客户");
        rows.push(self.principal()?);
        rows.push(self.snapshot());
        let visited = format!(
            "债权人的工作人员于{}到访客户处。",
            self.of.signing_day.chinese()
        );
        let receipt = format!("本回执单证明到访及收到上述催款，{PENALTY_RESERVED}。");
        Ok(model(
            "visit-receipt",
            "到访回执单",
            rows,
            self.receipt([visited, receipt])?,
        ))
    }

    pub(super) fn demand_letter_receipt(&self, number: &str) -> Result<RenderModel, WordsError> {
        let mut rows = self.parties("客户");
        if !number.is_empty() {
            rows.push(row("催款函编号", number));
        }
        rows.push(self.principal()?);
        rows.push(self.snapshot());
        let received = "客户签收债权人的催款函一份，并收到以下催款。".to_owned();
        let receipt = format!("本回执证明收到催款函及上述催款，{PENALTY_RESERVED}。");
        let clauses = self.receipt([received, receipt])?;
        Ok(model("demand-letter-receipt", "催款函回执", rows, clauses))
    }

    fn receipt(&self, [opening, closing]: [String; 2]) -> Result<Vec<String>, WordsError> {
        let statement = self.of.statement;
        Ok(vec![
            opening,
            debt(SIDES, (statement.total, self.maturity), statement.cut_off)?
                + &demand(SIDES.debtor, self.maturity),
            format!("{closing}账目快照编号：{}。", statement.ledger.short()),
        ])
    }

    fn parties(&self, debtor: &str) -> Vec<RenderRow> {
        vec![
            row("债权人", self.of.organisation_name),
            row(debtor, self.of.customer_name),
            row("日期", &self.of.signing_day.chinese()),
        ]
    }

    fn guarantors(&self) -> Option<RenderRow> {
        let names: Vec<&str> = self
            .of
            .guarantors
            .iter()
            .map(|guarantor| guarantor.name.as_str())
            .collect();
        (!names.is_empty()).then(|| row("保证人", &names.join("、")))
    }

    fn principal(&self) -> Result<RenderRow, WordsError> {
        let label = format!("截至{}尚欠货款本金", self.of.statement.cut_off.chinese());
        Ok(row(&label, &words_and_digits(self.of.statement.total)?))
    }

    fn snapshot(&self) -> RenderRow {
        row("账目快照", &self.of.statement.ledger.to_string())
    }
}

fn model(template: &str, title: &str, rows: Vec<RenderRow>, clauses: Vec<String>) -> RenderModel {
    RenderModel {
        template: template.to_owned(),
        template_version: TEMPLATE_VERSION,
        language: "zh-CN".to_owned(),
        title: title.to_owned(),
        rows,
        clauses,
    }
}
