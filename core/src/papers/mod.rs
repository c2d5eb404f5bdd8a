//! Papers that a phone composes from a versioned template: repayment promise (承诺书), visit receipt (到访回执单), receipt for a
//! demand letter (催款函回执), what was found about a dispute (异议处理结论书). A statement's render model comes from the server and is passed on as it is.
//!
//! A paper is a [`RenderModel`], exactly what the glass shows. Its bytes travel inside the sealed acknowledgement, so a later
//! template changes nothing that was signed. [`ComposedPaper::findings`] must be empty before anybody may sign. Figures come
//! from the stop's statement only; the wording is a draft that a lawyer signs off.

mod signed;
mod text;

use serde::{Deserialize, Serialize};

use crate::domain::amount_in_words::WordsError;
use crate::domain::calendar::Calendar;
use crate::domain::ids::EntryId;
use crate::domain::legal_effect::{Confirmed, ExpressAgreement};
use crate::domain::money::{Money, MoneyError};
use crate::domain::promise::Instalment;
use crate::domain::signer::GuarantorNamed;
use crate::domain::statement_lint::{
    Approved, GuarantorConsent, LintFinding, Paper, PaperForm, SettlementApprover, statement_lint,
};
use crate::domain::statement_text::{ClaimAge, Maturity, StatementForm};
use crate::domain::time::Day;
use crate::journal::facts::PaperKind;
use crate::journal::limits::INSTALMENTS;
use crate::snapshots::statement::{RenderModel, Statement};
use crate::views::DisputeRow;

/// Longest number of a demand letter.
const NUMBER_LIMIT_BYTES: usize = 64;

/// What a team wants to have signed, as far as it is not in the statement.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaperDraft {
    /// The stop's statement as the server made it.
    #[default]
    Statement,
    /// The customer's full settlement as the server made it: statement form B, approved by sales manager, finance and legal.
    Settlement,
    /// A promise to pay, at once or in instalments.
    Promise {
        /// In order of days, at least one.
        instalments: Vec<Instalment>,
    },
    /// The visit took place and payment was asked for.
    VisitReceipt,
    /// A demand letter was handed over.
    DemandLetterReceipt {
        /// Its number, at most 64 bytes; may be empty.
        number: String,
    },
    /// What was found about a dispute.
    DisputeFinding {
        /// The entry that says it.
        finding: EntryId,
    },
}

/// What papers are composed from.
#[derive(Debug, Clone, Copy)]
pub struct PaperOf<'a> {
    /// The creditor's name as printed.
    pub organisation_name: &'a str,
    /// The customer's name as printed.
    pub customer_name: &'a str,
    /// The statement that the figures come from.
    pub statement: &'a Statement,
    /// The day of the signature.
    pub signing_day: Day,
    /// The guarantors, each by name.
    pub guarantors: &'a [GuarantorNamed],
    /// The dispute with its finding, for the paper about it.
    pub dispute: Option<&'a DisputeRow>,
}

/// Why a paper cannot be composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A promise names no amount.
    #[error("a promise needs at least one instalment")]
    NoInstalments,
    /// More than 60.
    #[error("a promise has at most {INSTALMENTS} instalments")]
    TooManyInstalments,
    /// An amount is not above zero.
    #[error("an instalment is not above zero")]
    NotPositive,
    /// A day lies before the day of the signature.
    #[error("an instalment's day is past")]
    DayPast,
    /// The days do not follow each other.
    #[error("the days of the instalments do not ascend")]
    DaysDoNotAscend,
    /// There is no finding to be signed.
    #[error("there is no finding about a dispute")]
    NoFinding,
    /// The number of the demand letter is too long.
    #[error("the number is too long")]
    NumberTooLong,
    /// The amounts cannot be added up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// An amount cannot be written in words.
    #[error(transparent)]
    Words(#[from] WordsError),
}

/// A paper ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposedPaper {
    /// What it is.
    pub kind: PaperKind,
    /// What is drawn.
    pub model: RenderModel,
    /// The sum that is confirmed: the statement's total, or what is promised.
    pub total: Money,
    /// What stops it from being signed; empty when it may be.
    pub findings: Vec<LintFinding>,
    /// Whether the claim is past its last day.
    pub age: ClaimAge,
    /// What of it has fallen due.
    pub maturity: Maturity,
}

impl ComposedPaper {
    /// Whether it has the express agreement to perform.
    #[must_use]
    pub fn agreement(&self) -> ExpressAgreement {
        if self.model.agrees_expressly() {
            ExpressAgreement::Contained
        } else {
            ExpressAgreement::Absent
        }
    }
}

impl PaperDraft {
    /// Composes the paper and lints it.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn compose(&self, of: &PaperOf<'_>) -> Result<ComposedPaper, PaperError> {
        let age = of.statement.age_on(of.signing_day, &Calendar::published());
        let maturity = of.statement.maturity()?;
        let context = text::Context { of, age, maturity };
        let (model, total) = match self {
            Self::Statement | Self::Settlement => {
                let total = of.statement.confirmed_total()?;
                (of.statement.render_model.clone(), total)
            }
            Self::Promise { instalments } => {
                let total = promised(instalments, of.signing_day)?;
                (context.promise(instalments, total)?, total)
            }
            Self::VisitReceipt => (context.visit_receipt()?, of.statement.total),
            Self::DemandLetterReceipt { number } => {
                if number.len() > NUMBER_LIMIT_BYTES {
                    return Err(PaperError::NumberTooLong);
                }
                (
                    context.demand_letter_receipt(number.trim())?,
                    of.statement.total,
                )
            }
            Self::DisputeFinding { finding } => {
                let found = of.dispute.and_then(|dispute| {
                    let found = dispute.finding.as_ref();
                    found
                        .filter(|found| found.entry == *finding)
                        .map(|found| (dispute, found))
                });
                let (dispute, found) = found.ok_or(PaperError::NoFinding)?;
                (context.finding(dispute, found)?, of.statement.total)
            }
        };
        let kind = self.kind(of.statement.form);
        Ok(ComposedPaper {
            findings: lint(kind, &self.linted(&model, of), age, of.guarantors),
            kind,
            model,
            total,
            age,
            maturity,
        })
    }

    /// The text that the lint reads: the clauses, and what somebody typed who speaks for the creditor.
    fn linted(&self, model: &RenderModel, of: &PaperOf<'_>) -> String {
        let mut text = model.text();
        let found = of.dispute.and_then(|dispute| dispute.finding.as_ref());
        if let (Self::DisputeFinding { .. }, Some(found)) = (self, found) {
            text.push_str(&found.words);
            text.push('。');
            text.push_str(&found.remedy_words);
        }
        text
    }

    /// What kind of paper comes out, when the stop's statement has `form`.
    #[must_use]
    pub const fn kind(&self, form: PaperKind) -> PaperKind {
        match self {
            Self::Statement | Self::Settlement => form,
            Self::Promise { .. } => PaperKind::Promise,
            Self::VisitReceipt => PaperKind::VisitReceipt,
            Self::DemandLetterReceipt { .. } => PaperKind::DemandLetterReceipt,
            Self::DisputeFinding { .. } => PaperKind::DisputeFinding,
        }
    }

    /// Whether the device composes what is drawn; else it is in the statement's own bytes.
    #[must_use]
    pub const fn is_composed(&self) -> bool {
        !matches!(self, Self::Statement | Self::Settlement)
    }

    /// What is promised; empty for any other paper.
    #[must_use]
    pub fn instalments(&self) -> &[Instalment] {
        match self {
            Self::Promise { instalments } => instalments,
            Self::Statement
            | Self::Settlement
            | Self::VisitReceipt
            | Self::DemandLetterReceipt { .. }
            | Self::DisputeFinding { .. } => &[],
        }
    }

    /// What a signature confirms.
    #[must_use]
    pub fn confirmed<'a>(&'a self, statement: &Statement) -> Confirmed<'a> {
        let (principal, cut_off) = (statement.total, statement.cut_off);
        match self {
            Self::Promise { instalments } => Confirmed::Promise(instalments),
            Self::VisitReceipt | Self::DemandLetterReceipt { .. } => {
                Confirmed::Receipt { principal, cut_off }
            }
            Self::DisputeFinding { .. } => Confirmed::Finding,
            Self::Statement | Self::Settlement => match statement.interest {
                Some(interest) if statement.form == PaperKind::StatementB => {
                    Confirmed::StatementB {
                        principal,
                        interest,
                        cut_off,
                    }
                }
                Some(_) | None => Confirmed::StatementA { principal, cut_off },
            },
        }
    }
}

fn promised(instalments: &[Instalment], signing_day: Day) -> Result<Money, PaperError> {
    let first = instalments.first().ok_or(PaperError::NoInstalments)?;
    if instalments.len() > INSTALMENTS {
        return Err(PaperError::TooManyInstalments);
    }
    if instalments.iter().any(|part| !part.amount.is_positive()) {
        return Err(PaperError::NotPositive);
    }
    if first.due < signing_day {
        return Err(PaperError::DayPast);
    }
    let mut pairs = instalments.iter().zip(instalments.iter().skip(1));
    if pairs.any(|(earlier, later)| earlier.due >= later.due) {
        return Err(PaperError::DaysDoNotAscend);
    }
    let amounts = instalments.iter().map(|part| part.amount);
    Ok(Money::sum(first.amount.currency(), amounts)?)
}

/// A statement's form B reaches a phone only when all three desks approved it. A receipt of an expired claim admits nothing,
/// so it needs no express agreement.
fn lint(
    kind: PaperKind,
    text: &str,
    age: ClaimAge,
    guarantors: &[GuarantorNamed],
) -> Vec<LintFinding> {
    let statement = |form| PaperForm::Statement {
        form,
        approved_by: &SettlementApprover::ALL,
    };
    let (form, age) = match kind {
        PaperKind::StatementA => (statement(StatementForm::A), age),
        PaperKind::StatementB => (statement(StatementForm::B), age),
        PaperKind::VisitReceipt | PaperKind::DemandLetterReceipt => {
            (statement(StatementForm::A), ClaimAge::Running)
        }
        PaperKind::DisputeFinding => (PaperForm::Finding, ClaimAge::Running),
        PaperKind::Promise => {
            let consent = if guarantors.is_empty() {
                GuarantorConsent::NoGuarantor
            } else if guarantors.iter().all(|guarantor| guarantor.signs) {
                GuarantorConsent::Given
            } else {
                GuarantorConsent::Missing
            };
            let promise = PaperForm::Promise {
                term_change: Approved::No,
                guarantors: consent,
            };
            (promise, age)
        }
    };
    statement_lint(&Paper {
        form,
        text,
        age,
        waiver: Approved::No,
    })
}

#[cfg(test)]
mod tests;
