//! The statement of account (对账单) and the render model that is exactly what the glass shows.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::amount_in_words::WordsError;
use crate::domain::calendar::Calendar;
use crate::domain::claim_age::{ClaimClock, maturity};
use crate::domain::ids::{CustomerId, Digest, OrganisationId, SnapshotId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::statement_text::{
    ClaimAge, EXPRESS_AGREEMENT, Maturity, grouped_digits, statement_a, words_and_digits,
};
use crate::domain::time::Day;
use crate::journal::facts::PaperKind;
use crate::snapshots::ledger::LedgerCustomer;

/// A statement rendered by the server from a signed ledger snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Statement {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Who claims.
    #[n(1)]
    pub organisation: OrganisationId,
    /// Who owes.
    #[n(2)]
    pub customer: CustomerId,
    /// The ledger snapshot that the figures come from.
    #[n(3)]
    pub ledger: SnapshotId,
    /// Its cut-off day.
    #[n(4)]
    pub cut_off: Day,
    /// Form A or B.
    #[n(5)]
    pub form: PaperKind,
    /// What is outstanding in total.
    #[n(6)]
    pub total: Money,
    /// The receivables, oldest due day first.
    #[n(7)]
    pub lines: Vec<StatementLine>,
    /// What the screen draws; nothing else is drawn while somebody signs.
    #[n(8)]
    pub render_model: RenderModel,
    /// The claim's clock with the restarts that the server knows; absent before template version 2.
    #[n(9)]
    pub clock: Option<ClaimClock>,
    /// Form B: the interest that replaces the contractual penalty.
    #[n(10)]
    pub interest: Option<Money>,
}

impl Statement {
    /// The clock of the claim: as the server knew it, else counted from the due days.
    #[must_use]
    pub fn claim_clock(&self, calendar: &Calendar) -> Option<ClaimClock> {
        self.clock.or_else(|| clock_of(&self.lines, &[], calendar))
    }

    /// Whether the claim is past its last day on a day.
    #[must_use]
    pub fn age_on(&self, day: Day, calendar: &Calendar) -> ClaimAge {
        self.claim_clock(calendar)
            .map_or(ClaimAge::Running, |clock| clock.age_on(day))
    }

    /// What a signature confirms: the total, in form B with the interest.
    ///
    /// # Errors
    /// Those of [`Money::plus`].
    pub fn confirmed_total(&self) -> Result<Money, MoneyError> {
        self.interest
            .map_or(Ok(self.total), |interest| self.total.plus(interest))
    }

    /// What of the total had fallen due at the cut-off.
    ///
    /// # Errors
    /// Those of [`Money::sum`].
    pub fn maturity(&self) -> Result<Maturity, MoneyError> {
        due_parts(&self.lines, self.cut_off)
    }
}

fn clock_of(lines: &[StatementLine], restarts: &[Day], calendar: &Calendar) -> Option<ClaimClock> {
    let owed = lines.iter().filter(|line| line.outstanding.is_positive());
    ClaimClock::of(owed.map(|line| line.due), restarts, calendar)
}

fn due_parts(lines: &[StatementLine], cut_off: Day) -> Result<Maturity, MoneyError> {
    let lines: Vec<(Day, Money)> = lines
        .iter()
        .map(|line| (line.due, line.outstanding))
        .collect();
    maturity(&lines, cut_off)
}

/// One receivable on a statement.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct StatementLine {
    /// Document number.
    #[n(0)]
    pub document: String,
    /// Day of the invoice, when the ledger has it.
    #[n(1)]
    pub invoiced: Option<Day>,
    /// Due day.
    #[n(2)]
    pub due: Day,
    /// Amount due.
    #[n(3)]
    pub amount: Money,
    /// Received.
    #[n(4)]
    pub received: Money,
    /// Outstanding.
    #[n(5)]
    pub outstanding: Money,
}

/// The strings that are really drawn, in order. What you see is what you sign.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct RenderModel {
    /// Template, such as `statement-a`.
    #[n(0)]
    pub template: String,
    /// Its version.
    #[n(1)]
    pub template_version: u32,
    /// Language tag of the text.
    #[n(2)]
    pub language: String,
    /// Heading.
    #[n(3)]
    pub title: String,
    /// Label and value, in order.
    #[n(4)]
    pub rows: Vec<RenderRow>,
    /// The clauses, in order.
    #[n(5)]
    pub clauses: Vec<String>,
}

/// A label with its value.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct RenderRow {
    /// What it is.
    #[n(0)]
    pub label: String,
    /// What it says.
    #[n(1)]
    pub value: String,
}

impl RenderModel {
    /// The clauses as one text, as the lint reads it.
    #[must_use]
    pub fn text(&self) -> String {
        self.clauses.concat()
    }

    /// Whether it has the words by which an expired claim is agreed to (Civil Code art. 192).
    #[must_use]
    pub fn agrees_expressly(&self) -> bool {
        self.text().contains(EXPRESS_AGREEMENT)
    }

    /// Its deterministic CBOR bytes.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing CBOR into a vector has no failing sink")
    }

    /// The digest of [`RenderModel::to_bytes`].
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }
}

/// What a statement is made from.
#[derive(Debug, Clone, Copy)]
pub struct StatementOf<'a> {
    /// Who claims.
    pub organisation: OrganisationId,
    /// The name as printed.
    pub organisation_name: &'a str,
    /// Who owes.
    pub customer: &'a LedgerCustomer,
    /// The signed ledger.
    pub ledger: SnapshotId,
    /// Its cut-off day.
    pub cut_off: Day,
    /// The customer's receivables in it; settled ones are left out.
    pub receivables: &'a [StatementLine],
    /// The day on which it is to be signed: decides whether the claim is past its last day.
    pub signing_day: Day,
    /// Days on which limitation is known to have restarted.
    pub restarts: &'a [Day],
}

/// What a customer owes, and how old the claim is on the day of the signature.
pub(super) struct Owed {
    pub(super) lines: Vec<StatementLine>,
    pub(super) total: Money,
    clock: Option<ClaimClock>,
    pub(super) age: ClaimAge,
}

/// Why there is nothing to be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Nothing is outstanding, or credits outweigh it.
    #[error("nothing is outstanding")]
    NothingOutstanding,
    /// The receivables cannot be added up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The total cannot be written in words.
    #[error(transparent)]
    Words(#[from] WordsError),
}

impl StatementOf<'_> {
    /// Form A in Chinese: principal only. Lines with the oldest due day first; credit notes lower the total.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn form_a(&self) -> Result<Statement, StatementError> {
        let owed = self.owed()?;
        let render_model = self.render_model(&owed)?;
        Ok(self.statement(owed, PaperKind::StatementA, (render_model, None)))
    }

    /// What is outstanding, in order.
    pub(super) fn owed(&self) -> Result<Owed, StatementError> {
        let mut lines: Vec<StatementLine> = self
            .receivables
            .iter()
            .filter(|line| !line.outstanding.is_zero())
            .cloned()
            .collect();
        lines.sort_by(|a, b| (a.due, &a.document).cmp(&(b.due, &b.document)));
        let first = lines.first().ok_or(StatementError::NothingOutstanding)?;
        let currency = first.outstanding.currency();
        let total = Money::sum(currency, lines.iter().map(|line| line.outstanding))?;
        if !total.is_positive() {
            return Err(StatementError::NothingOutstanding);
        }
        let clock = clock_of(&lines, self.restarts, &Calendar::published());
        let age = clock.map_or(ClaimAge::Running, |clock| clock.age_on(self.signing_day));
        Ok(Owed {
            lines,
            total,
            clock,
            age,
        })
    }

    pub(super) fn statement(
        &self,
        owed: Owed,
        form: PaperKind,
        (render_model, interest): (RenderModel, Option<Money>),
    ) -> Statement {
        Statement {
            version: 1,
            organisation: self.organisation,
            customer: self.customer.id,
            ledger: self.ledger,
            cut_off: self.cut_off,
            form,
            total: owed.total,
            render_model,
            lines: owed.lines,
            clock: owed.clock,
            interest,
        }
    }

    /// Who owes whom what, line by line: the first rows of both forms.
    pub(super) fn rows(&self, lines: &[StatementLine]) -> Vec<RenderRow> {
        let mut rows = vec![
            row("债权人", self.organisation_name),
            row("客户", &self.named()),
            row("截止日", &self.cut_off.chinese()),
        ];
        rows.extend(lines.iter().map(|line| {
            let label = format!("单据 {}，到期日 {}", line.document, line.due.chinese());
            let value = format!(
                "应收 {}，已收 {}，未收 {}",
                grouped_digits(line.amount),
                grouped_digits(line.received),
                grouped_digits(line.outstanding)
            );
            row(&label, &value)
        }));
        rows
    }

    fn render_model(&self, owed: &Owed) -> Result<RenderModel, StatementError> {
        let Owed { lines, total, .. } = owed;
        let maturity = due_parts(lines, self.cut_off)?;
        let figures = (*total, maturity);
        let text = statement_a(figures, self.cut_off, &self.ledger.short(), owed.age)?;
        let mut rows = self.rows(lines);
        rows.push(row("未收合计", &words_and_digits(*total)?));
        rows.push(row("账目快照", &self.ledger.to_string()));
        Ok(RenderModel {
            template: "statement-a".to_owned(),
            template_version: 2,
            language: "zh-CN".to_owned(),
            title: "对账单".to_owned(),
            rows,
            clauses: vec![text.text],
        })
    }

    fn named(&self) -> String {
        if self.customer.code.is_empty() {
            self.customer.name.clone()
        } else {
            format!("{}（{}）", self.customer.name, self.customer.code)
        }
    }
}

/// A row of a render model.
pub(crate) fn row(label: &str, value: &str) -> RenderRow {
    RenderRow {
        label: label.to_owned(),
        value: value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CustomerId;
    use crate::domain::money::Currency;
    use crate::domain::statement_lint::{Approved, Paper, PaperForm, statement_lint};
    use crate::domain::statement_text::StatementForm;

    fn yuan(text: &str) -> Money {
        Money::parse(Currency::Cny, text).unwrap()
    }

    fn line(document: &str, due: &str, outstanding: &str) -> StatementLine {
        StatementLine {
            document: document.to_owned(),
            invoiced: None,
            due: due.parse().unwrap(),
            amount: yuan(outstanding),
            received: yuan("0"),
            outstanding: yuan(outstanding),
        }
    }

    fn statement(lines: &[StatementLine]) -> Result<Statement, StatementError> {
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
        StatementOf {
            organisation: OrganisationId::from_bytes([1; 16]),
            organisation_name: "样例机械有限公司",
            customer: &customer,
            ledger: Digest::of(b"ledger"),
            cut_off: "2026-06-30".parse().unwrap(),
            receivables: lines,
            signing_day: "2026-07-15".parse().unwrap(),
            restarts: &[],
        }
        .form_a()
    }

    #[test]
    fn credits_lower_the_total_and_the_oldest_comes_first() {
        let made = statement(&[
            line("2", "2026-06-01", "386470.00"),
            line("1", "2026-05-01", "-50.00"),
            line("3", "2026-01-01", "0.00"),
        ])
        .unwrap();
        assert_eq!(made.total, yuan("386420.00"));
        let documents: Vec<&str> = made
            .lines
            .iter()
            .map(|line| line.document.as_str())
            .collect();
        assert_eq!(documents, ["1", "2"]);
        let total = &made.render_model.rows[5];
        assert_eq!(total.value, "人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）");
    }

    #[test]
    fn the_same_figures_give_the_same_bytes() {
        let lines = [
            line("1", "2026-05-01", "5.00"),
            line("2", "2026-05-01", "7.00"),
        ];
        let turned = [lines[1].clone(), lines[0].clone()];
        assert_eq!(statement(&lines), statement(&turned));
    }

    #[test]
    fn nothing_outstanding_is_no_statement() {
        for lines in [vec![], vec![line("1", "2026-05-01", "-5.00")]] {
            assert_eq!(statement(&lines), Err(StatementError::NothingOutstanding));
        }
    }

    #[test]
    fn an_old_claim_gets_the_express_agreement_and_a_young_one_does_not() {
        let old = statement(&[
            line("1", "2023-06-30", "5.00"),
            line("2", "2026-05-01", "7.00"),
        ])
        .unwrap();
        assert!(old.render_model.agrees_expressly());
        assert_eq!(old.render_model.template_version, 2);
        let young = statement(&[line("1", "2023-07-14", "5.00")]).unwrap();
        assert!(!young.render_model.agrees_expressly());
        let day: Day = "2026-07-15".parse().unwrap();
        let calendar = Calendar::published();
        assert_eq!(old.age_on(day, &calendar), ClaimAge::Expired);
        assert_eq!(young.age_on(day, &calendar), ClaimAge::Running);
    }

    #[test]
    fn only_what_has_fallen_due_is_demanded() {
        let part = statement(&[
            line("1", "2026-05-01", "5.00"),
            line("2", "2026-08-01", "7.00"),
        ])
        .unwrap();
        let text = part.render_model.text();
        for words in [
            "其中已到期货款人民币伍元整（¥5.00）",
            "请贵公司支付上述已到期货款",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let none = statement(&[line("2", "2026-08-01", "7.00")]).unwrap();
        assert!(none.render_model.text().contains("均未到期"));
        for made in [part, none] {
            let findings = statement_lint(&Paper {
                form: PaperForm::Statement {
                    form: StatementForm::A,
                    approved_by: &[],
                },
                text: &made.render_model.text(),
                age: ClaimAge::Running,
                waiver: Approved::No,
            });
            assert_eq!(findings, []);
        }
    }
}
