//! Checks a paper before a customer sees it: a finding stops the form.
//!
//! The rules are read off the text itself, so that they hold for our templates and for words that somebody typed. They
//! rather stop a harmless sentence than let a harmful one pass: a person can always reword. White space and invisible
//! characters do not count, full-width digits count as digits.
//!
//! Sources: Sale Contract Interpretation (2020) art. 18; Limitation Provisions (2020) art. 8, 9, 14, 19; Civil Code art. 192,
//! 197, 695; Electronic Signature Law (2019) art. 3. A1, A6 and P1 are product rules.

mod text;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use self::text::{Label, PaperText};
use super::statement_text::{ClaimAge, EXPRESS_AGREEMENT, StatementForm, TERM_KEPT};

/// What stops a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LintFinding {
    /// Words and digits of an amount differ, cannot be read, or the amount is missing. Product rule.
    A1,
    /// Form A shows an interest or penalty figure (Sale Contract Interpretation art. 18 para. 3).
    A2,
    /// Form A lacks 不影响合同约定的…违约责任.
    A3,
    /// Form A sets a payment day (Sale Contract Interpretation art. 18 para. 1).
    A4,
    /// Form A does not ask for payment, so it is no demand (Limitation Provisions art. 8).
    A5,
    /// Snapshot id or cut-off day is missing. Product rule.
    A6,
    /// Form B lacks the principal or the interest figure.
    B1,
    /// Form B does not say that the figures replace the contractual penalty.
    B2,
    /// Form B lacks an approval of sales manager, finance or legal.
    B3,
    /// Waives a part of the claim without an approved waiver (Limitation Provisions art. 9).
    C1,
    /// Agrees on limitation while it runs: void (Civil Code art. 197).
    C2,
    /// Calls the debt void.
    C3,
    /// The claim is past its last day and the text lacks 同意继续履行上述全部债务 (Civil Code art. 192).
    D1,
    /// A promise without a readable amount or without a day. Product rule.
    P1,
    /// A promise without 不变更合同约定的付款期限 and without an approved change of the term.
    P2,
    /// A promise that may change the term past a guarantor without his consent (Civil Code art. 695).
    P3,
    /// A stop of water, heat or gas supply may not be notified on a screen (Electronic Signature Law art. 3).
    U1,
}

/// Who approves a full settlement.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum SettlementApprover {
    /// 销售部经理.
    #[n(0)]
    SalesManager,
    /// 销售财务.
    #[n(1)]
    Finance,
    /// 法务部.
    #[n(2)]
    Legal,
}

impl SettlementApprover {
    /// All three; a settlement needs each.
    pub const ALL: [Self; 3] = [Self::SalesManager, Self::Finance, Self::Legal];
}

/// Whether something was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approved {
    /// Approved.
    Yes,
    /// Not approved, or nobody asked.
    No,
}

/// Whether a guarantor stands in the way of a new term (Civil Code art. 695).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuarantorConsent {
    /// There is no guarantor.
    NoGuarantor,
    /// Every guarantor consented in writing.
    Given,
    /// One did not.
    Missing,
}

/// What is supplied by the service that a notice stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Utility {
    /// 供水.
    Water,
    /// 供热.
    Heat,
    /// 供气.
    Gas,
    /// Anything else: may be notified on a screen.
    Other,
}

/// What kind of paper the text is for, with what is known about its approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperForm<'a> {
    /// A statement.
    Statement {
        /// Its form.
        form: StatementForm,
        /// Who approved the settlement; only form B asks for it.
        approved_by: &'a [SettlementApprover],
    },
    /// A written promise.
    Promise {
        /// A change of the term of payment was approved.
        term_change: Approved,
        /// The guarantors.
        guarantors: GuarantorConsent,
    },
    /// What was found about a dispute: it states no claim.
    Finding,
    /// A notice that a service stops.
    StopServiceNotice(Utility),
}

/// A paper as it would be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper<'a> {
    /// Its form.
    pub form: PaperForm<'a>,
    /// Its text, in Chinese.
    pub text: &'a str,
    /// Whether the claim is past its last day.
    pub age: ClaimAge,
    /// Whether a waiver was approved.
    pub waiver: Approved,
}

/// Everything that stops `paper` from being shown to a customer: ascending, each at most once; empty when it may be shown.
#[must_use]
pub fn statement_lint(paper: &Paper<'_>) -> Vec<LintFinding> {
    let text = PaperText::new(paper.text);
    let mut findings = match paper.form {
        PaperForm::Statement {
            form: StatementForm::A,
            approved_by: _,
        } => form_a(&text),
        PaperForm::Statement {
            form: StatementForm::B,
            approved_by,
        } => form_b(&text, approved_by),
        PaperForm::Promise {
            term_change,
            guarantors,
        } => promise(&text, term_change, guarantors),
        PaperForm::Finding => Vec::new(),
        PaperForm::StopServiceNotice(utility) => stop_notice(utility),
    };
    findings.extend(any_form(&text, paper));
    findings.sort_unstable();
    findings.dedup();
    findings
}

#[expect(
    clippy::fn_params_excessive_bools,
    reason = "what a finding hangs on is a truth value"
)]
fn when(applies: bool, finding: LintFinding) -> Option<LintFinding> {
    applies.then_some(finding)
}

fn form_a(text: &PaperText) -> Vec<LintFinding> {
    let amounts = text.amounts();
    let reserved = text
        .sentences()
        .any(|sentence| sentence.contains("不影响合同约定的") && sentence.contains("违约责任"));
    [
        when(!text::amounts_agree(&amounts), LintFinding::A1),
        when(text.shows_interest(&amounts), LintFinding::A2),
        when(!reserved, LintFinding::A3),
        when(text.sets_payment_day(), LintFinding::A4),
        when(!text.asks_for_payment(), LintFinding::A5),
        when(!text.names_snapshot_and_cut_off(), LintFinding::A6),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn form_b(text: &PaperText, approved_by: &[SettlementApprover]) -> Vec<LintFinding> {
    let amounts = text.amounts();
    let has = |label| amounts.iter().any(|amount| amount.label == Some(label));
    let approved = SettlementApprover::ALL
        .iter()
        .all(|approver| approved_by.contains(approver));
    [
        when(!text::amounts_agree(&amounts), LintFinding::A1),
        when(!text.names_snapshot_and_cut_off(), LintFinding::A6),
        when(
            !has(Label::Principal) || !has(Label::Interest),
            LintFinding::B1,
        ),
        when(!text.contains("不再另行主张"), LintFinding::B2),
        when(!approved, LintFinding::B3),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn promise(
    text: &PaperText,
    term_change: Approved,
    guarantors: GuarantorConsent,
) -> Vec<LintFinding> {
    let amounts = text.amounts();
    let keeps_term = text.contains(TERM_KEPT);
    [
        when(
            !text::amounts_agree(&amounts) || !text.promises_a_day(),
            LintFinding::P1,
        ),
        when(!keeps_term && term_change == Approved::No, LintFinding::P2),
        when(
            !keeps_term && guarantors == GuarantorConsent::Missing,
            LintFinding::P3,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn stop_notice(utility: Utility) -> Vec<LintFinding> {
    match utility {
        Utility::Water | Utility::Heat | Utility::Gas => vec![LintFinding::U1],
        Utility::Other => Vec::new(),
    }
}

fn any_form(text: &PaperText, paper: &Paper<'_>) -> Vec<LintFinding> {
    let is_notice = matches!(paper.form, PaperForm::StopServiceNotice(_));
    let is_expired = paper.age == ClaimAge::Expired;
    let stops_supply = ["停止供水", "停止供热", "停止供气", "停水", "停气", "停暖"]
        .iter()
        .any(|words| text.contains(words));
    [
        when(
            text.waives_claim() && paper.waiver == Approved::No,
            LintFinding::C1,
        ),
        when(text.agrees_on_limitation() && !is_expired, LintFinding::C2),
        when(text.calls_debt_void(), LintFinding::C3),
        when(
            is_expired && !is_notice && !text.contains(EXPRESS_AGREEMENT),
            LintFinding::D1,
        ),
        when(stops_supply, LintFinding::U1),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::cases;
    use super::super::statement_text::{Maturity, statement_a};
    use super::*;

    fn approvers(input: &Value) -> Vec<SettlementApprover> {
        serde_json::from_value(input["approved_by"].clone()).unwrap_or_default()
    }

    fn yes(value: &Value) -> Approved {
        if *value == true {
            Approved::Yes
        } else {
            Approved::No
        }
    }

    fn form<'a>(input: &Value, approved_by: &'a [SettlementApprover]) -> PaperForm<'a> {
        match input["form"].as_str().unwrap() {
            "A" => PaperForm::Statement {
                form: StatementForm::A,
                approved_by,
            },
            "B" => PaperForm::Statement {
                form: StatementForm::B,
                approved_by,
            },
            "Promise" => PaperForm::Promise {
                term_change: yes(&input["term_change_approved"]),
                guarantors: match (&input["has_guarantor"], &input["guarantor_consented"]) {
                    (Value::Bool(true), Value::Bool(true)) => GuarantorConsent::Given,
                    (Value::Bool(true), _) => GuarantorConsent::Missing,
                    _ => GuarantorConsent::NoGuarantor,
                },
            },
            "StopServiceNotice" => PaperForm::StopServiceNotice(
                serde_json::from_value(input["utility"].clone()).unwrap(),
            ),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("statement_lint", 17) {
            let approved_by = approvers(&case.input);
            let findings = statement_lint(&Paper {
                form: form(&case.input, &approved_by),
                text: case.input["text"].as_str().unwrap(),
                age: if case.input["expired"] == true {
                    ClaimAge::Expired
                } else {
                    ClaimAge::Running
                },
                waiver: yes(&case.input["approved_waiver"]),
            });
            assert_eq!(json!(findings), case.expected["findings"], "{}", case.id);
        }
    }

    fn lint_a(text: &str) -> Vec<LintFinding> {
        statement_lint(&Paper {
            form: PaperForm::Statement {
                form: StatementForm::A,
                approved_by: &[],
            },
            text,
            age: ClaimAge::Running,
            waiver: Approved::No,
        })
    }

    fn good() -> String {
        let day = "2026-06-30".parse().unwrap();
        let principal = cases::yuan("386420.00");
        let statement = statement_a(
            (principal, Maturity::Due),
            day,
            "SAMPLE-0630",
            ClaimAge::Running,
        );
        statement.unwrap().text
    }

    #[test]
    fn added_sentences_that_harm_are_found() {
        for (sentence, finding) in [
            ("另计违约金5000元。", LintFinding::A2),
            ("货款本金及利息合计¥400,000.00（含息）。", LintFinding::A2),
            ("另有10,800.00元的逾期利息。", LintFinding::A2),
            ("按年利率24%计收罚息。", LintFinding::A2),
            ("请于三十日内付清。", LintFinding::A4),
            ("请于八月底付款。", LintFinding::A4),
            ("请于２０２６年８月３１日支付。", LintFinding::A4),
            ("我公司免除部分货款。", LintFinding::C1),
            ("我公司放\u{200b} 弃其余货款。", LintFinding::C1),
            ("双方约定诉讼时效期间为五年。", LintFinding::C2),
            ("上述债权已失效。", LintFinding::C3),
            ("逾期将停止供水。", LintFinding::U1),
        ] {
            assert!(
                lint_a(&(good() + sentence)).contains(&finding),
                "{sentence} {finding:?}"
            );
        }
    }

    #[test]
    fn added_sentences_that_are_harmless_pass() {
        for sentence in [
            "本对账单一式两份。",
            "本对账单不含利息、违约金。",
            "我公司不放弃其余权利。",
            "如有异议请于账目核对后书面说明。",
        ] {
            assert_eq!(lint_a(&(good() + sentence)), [], "{sentence}");
        }
    }

    #[test]
    fn a_request_not_to_pay_is_no_demand() {
        let text = good().replace("请贵公司支付上述款项", "请勿支付上述款项");
        assert_eq!(lint_a(&text), [LintFinding::A5]);
    }

    #[test]
    fn an_amount_without_words_is_stopped() {
        let text = good().replace(
            "人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）",
            "386,420.00元",
        );
        assert!(lint_a(&text).contains(&LintFinding::A1));
        assert!(lint_a("").contains(&LintFinding::A1));
    }
}
