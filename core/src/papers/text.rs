//! The templates of composed papers. Every change of wording raises [`TEMPLATE_VERSION`].

use super::PaperOf;
use crate::domain::amount_in_words::WordsError;
use crate::domain::money::Money;
use crate::domain::promise::Instalment;
use crate::domain::statement_text::{
    ClaimAge, EXPRESS_AGREEMENT, Maturity, PENALTY_RESERVED, Sides, TERM_KEPT, debt, demand,
    words_and_digits,
};
use crate::domain::time::{Day, Instant};
use crate::journal::facts::{DisputeAbout, Finding, Remedy};
use crate::snapshots::statement::{RenderModel, RenderRow, row};
use crate::views::{DisputeRow, FindingRow};

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

    /// The total of the statement is not on it: whoever signs it admits no amount.
    pub(super) fn finding(
        &self,
        dispute: &DisputeRow,
        found: &FindingRow,
    ) -> Result<RenderModel, WordsError> {
        let day = |at_ms| Day::legal(Instant::from_ms(at_ms)).chinese();
        let (about, judged) = match dispute.about {
            DisputeAbout::Quality => ("质量", "检验结论"),
            DisputeAbout::Amount => ("金额", "核对结论"),
        };
        let documents = if dispute.documents.is_empty() {
            "未指明".to_owned()
        } else {
            dispute.documents.join("、")
        };
        let person = if dispute.title.is_empty() {
            dispute.person.clone()
        } else {
            format!("{}（{}）", dispute.person, dispute.title)
        };
        let mut rows = self.parties("客户");
        rows.push(row("异议事项", about));
        rows.push(row("涉及单据", &documents));
        rows.push(row("异议内容", &dispute.words));
        rows.push(row("异议提出人", &person));
        rows.push(row("异议提出日期", &day(dispute.at_ms)));
        if let Some(amount) = dispute.amount {
            rows.push(row("异议所涉金额", &words_and_digits(amount)?));
        }
        if let Some(objection) = dispute.objection {
            rows.push(row("收货日期（客户陈述）", &objection.received.chinese()));
        }
        rows.push(row(judged, finding_words(found.finding)));
        rows.push(row("情况说明", &found.words));
        let remedy = remedy_words(found.remedy);
        let remedy = if found.remedy_words.is_empty() {
            remedy.to_owned()
        } else {
            format!("{remedy}：{}", found.remedy_words)
        };
        rows.push(row("处理方式", &remedy));
        if let Some(agreed) = found.agreed {
            rows.push(row("双方核对一致的金额", &agreed_words(agreed)?));
        }
        rows.push(row("结论作出人", &found.author_name));
        rows.push(row("结论作出日期", &day(found.at_ms)));
        let clauses = vec![
            format!("债权人的工作人员就上述{about}异议作出上列结论。客户签署人已阅知本结论，上列异议内容与其陈述一致。"),
            "本结论书只记载上述异议的处理，不确认、不变更账款金额；涉及价款的调整，以债权人书面批准并入账为准。".to_owned(),
            format!("本结论书{TERM_KEPT}，{PENALTY_RESERVED}。"),
        ];
        Ok(model("dispute-finding", "异议处理结论书", rows, clauses))
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

/// Zero has no words of its own that a bank would write.
fn agreed_words(agreed: Money) -> Result<String, WordsError> {
    if agreed.is_zero() {
        Ok("人民币零元整（¥0.00）".to_owned())
    } else {
        words_and_digits(agreed)
    }
}

const fn finding_words(finding: Finding) -> &'static str {
    match finding {
        Finding::Confirmed => "属实",
        Finding::Partly => "部分属实",
        Finding::NotConfirmed => "不属实",
    }
}

const fn remedy_words(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::None => "无须处理",
        Remedy::Repair => "修理",
        Remedy::Replacement => "更换",
        Remedy::Return => "退货",
        Remedy::Examination => "进一步检测",
        Remedy::Reconciliation => "核对账目",
        Remedy::Referral => "报公司处理",
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
