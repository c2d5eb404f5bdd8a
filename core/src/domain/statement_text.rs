//! Templates of what a customer reads and signs: statement (对账单) forms A and B, and the written promise (承诺书).
//!
//! The wording is part of what is signed, so every change makes a new [`TemplateVersion`]; old versions stay readable as
//! the bytes that were sealed. It is a draft that a lawyer signs off, and every text made here passes
//! [`statement_lint`](super::statement_lint).
//!
//! Sources: Sale Contract Interpretation (2020) art. 18 para. 1, 3; Limitation Provisions (2020) art. 8, 14, 19; Civil Code
//! art. 192, 695.

use minicbor::{Decode, Encode};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::amount_in_words::{WordsError, money_in_words};
use super::money::Money;
use super::time::Day;

/// The form of a statement; the screen says which one is being signed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
pub enum StatementForm {
    /// Principal only; the contractual penalty stays (Sale Contract Interpretation art. 18 para. 3).
    #[n(0)]
    A,
    /// Full settlement: the figures replace the contractual penalty.
    #[n(1)]
    B,
}

/// Names the wording that was used.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum TemplateVersion {
    /// Statement form A, first wording.
    #[n(0)]
    StatementA1,
    /// Statement form B, first wording.
    #[n(1)]
    StatementB1,
    /// Promise, first wording.
    #[n(2)]
    Promise1,
    /// Statement form A, second wording: what has not fallen due is named apart and not demanded.
    #[n(3)]
    StatementA2,
}

/// Whether the claim is past its last day; such a claim is only put with an express agreement to perform (Civil Code
/// art. 192).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimAge {
    /// Limitation runs.
    Running,
    /// It ended.
    Expired,
}

/// What of a claim has fallen due. Only that is demanded as due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maturity {
    /// All of it.
    Due,
    /// A part; the parts sum to the claim.
    Part {
        /// What has fallen due.
        due: Money,
        /// What has not.
        not_due: Money,
    },
    /// Nothing.
    NotDue,
}

/// How a paper calls the two sides, such as 贵公司 and 我公司.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides<'a> {
    /// Who owes.
    pub debtor: &'a str,
    /// Who claims.
    pub creditor: &'a str,
}

/// A text ready to be shown, with the wording it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateText {
    /// The wording.
    pub template: TemplateVersion,
    /// The text, one paragraph.
    pub text: String,
}

/// The words that an expired claim needs (Civil Code art. 192; Limitation Provisions art. 19).
pub const EXPRESS_AGREEMENT: &str = "同意继续履行上述全部债务";
/// The words by which form A keeps the contractual penalty.
pub const PENALTY_RESERVED: &str = "不影响合同约定的逾期付款违约责任";
/// The words by which form B gives it up.
pub const PENALTY_REPLACED: &str = "合同约定的违约金不再另行主张";
/// The words by which a promise leaves the term of payment alone.
pub const TERM_KEPT: &str = "不变更合同约定的付款期限";

/// `人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）`: words and digits as papers print them.
///
/// # Errors
/// Those of [`money_in_words`].
pub fn words_and_digits(amount: Money) -> Result<String, WordsError> {
    Ok(format!(
        "人民币{}（¥{}）",
        money_in_words(amount)?,
        grouped_digits(amount)
    ))
}

/// `386,420.00`: the digits in groups of three.
#[must_use]
pub fn grouped_digits(amount: Money) -> String {
    let plain = amount.to_string();
    let (sign, plain) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.as_str()),
    };
    let (whole, cents) = plain.split_once('.').unwrap_or((plain, "00"));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + "." + cents
}

/// Form A: the principal, a demand for what has fallen due (Limitation Provisions art. 8), the reservation. `snapshot` is the
/// id of the ledger snapshot as printed.
///
/// # Errors
/// Those of [`money_in_words`].
pub fn statement_a(
    (principal, maturity): (Money, Maturity),
    cut_off: Day,
    snapshot: &str,
    age: ClaimAge,
) -> Result<TemplateText, WordsError> {
    let sides = Sides {
        debtor: "贵公司",
        creditor: "我公司",
    };
    let text = format!(
        "{}{}本对账单仅确认本金，{PENALTY_RESERVED}。账目快照编号：{snapshot}。{}",
        debt(sides, (principal, maturity), cut_off)?,
        demand(sides.debtor, maturity),
        agreement(age),
    );
    Ok(TemplateText {
        template: TemplateVersion::StatementA2,
        text,
    })
}

/// The sentence that says what is owed as of a day, what has not fallen due named apart.
///
/// # Errors
/// Those of [`money_in_words`].
pub fn debt(
    sides: Sides<'_>,
    (principal, maturity): (Money, Maturity),
    cut_off: Day,
) -> Result<String, WordsError> {
    let Sides { debtor, creditor } = sides;
    let of_it = match maturity {
        Maturity::Due => String::new(),
        Maturity::Part { due, not_due } => format!(
            "，其中已到期货款{}，未到期货款{}",
            words_and_digits(due)?,
            words_and_digits(not_due)?
        ),
        Maturity::NotDue => "，均未到期".to_owned(),
    };
    Ok(format!(
        "截至{}，{debtor}尚欠{creditor}货款本金{}{of_it}。",
        cut_off.chinese(),
        words_and_digits(principal)?
    ))
}

/// The sentence that asks `debtor` for payment, of what has fallen due only.
#[must_use]
pub fn demand(debtor: &str, maturity: Maturity) -> String {
    match maturity {
        Maturity::Due => format!("请{debtor}支付上述款项。"),
        Maturity::Part { .. } => {
            format!("请{debtor}支付上述已到期货款，未到期货款仍按合同约定的期限履行。")
        }
        Maturity::NotDue => format!("请{debtor}按合同约定的期限支付上述款项。"),
    }
}

/// Form B: principal and interest, which replace the contractual penalty. Needs the approval of sales manager, finance and
/// legal before it may be shown.
///
/// # Errors
/// Those of [`money_in_words`].
pub fn statement_b(
    (principal, interest): (Money, Money),
    cut_off: Day,
    snapshot: &str,
    age: ClaimAge,
) -> Result<TemplateText, WordsError> {
    let text = format!(
        "截至{}，贵公司应付本金{}，逾期付款利息{}。双方确认以上数额为该期间逾期付款责任的全部，{PENALTY_REPLACED}。\
         账目快照编号：{snapshot}。{}",
        cut_off.chinese(),
        words_and_digits(principal)?,
        words_and_digits(interest)?,
        agreement(age),
    );
    Ok(TemplateText {
        template: TemplateVersion::StatementB1,
        text,
    })
}

/// A promise of an amount by a day that leaves the term of payment alone (Limitation Provisions art. 14; Sale Contract
/// Interpretation art. 18 para. 1).
///
/// # Errors
/// Those of [`money_in_words`].
pub fn promise_text(amount: Money, day: Day, age: ClaimAge) -> Result<TemplateText, WordsError> {
    let text = format!(
        "我公司承诺于{}前支付{}，同意继续履行全部付款义务。本承诺{TERM_KEPT}。{}",
        day.chinese(),
        words_and_digits(amount)?,
        agreement(age),
    );
    Ok(TemplateText {
        template: TemplateVersion::Promise1,
        text,
    })
}

fn agreement(age: ClaimAge) -> String {
    match age {
        ClaimAge::Running => String::new(),
        ClaimAge::Expired => format!("我公司{EXPRESS_AGREEMENT}。"),
    }
}

/// The amount that grouped digits such as `386,420.00` or `386420` spell.
pub(super) fn read_digits(text: &str) -> Option<Decimal> {
    let plain: String = text.chars().filter(|c| *c != ',').collect();
    Decimal::from_str_exact(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::super::cases::{self, yuan};
    use super::*;

    #[test]
    fn the_templates_read_like_the_worked_texts() {
        let lint = cases::of("statement_lint", 17);
        let text_of = |id: &str| {
            let case = lint.iter().find(|case| case.id == id).unwrap();
            cases::text(&case.input["text"])
        };
        let day = "2026-06-30".parse().unwrap();
        let principal = yuan("386420.00");
        let a = |age| {
            statement_a((principal, Maturity::Due), day, "SAMPLE-0630", age)
                .unwrap()
                .text
        };
        assert_eq!(a(ClaimAge::Running), text_of("lin-01"));
        assert_eq!(a(ClaimAge::Expired), text_of("lin-13"));
        let figures = (principal, yuan("10800.00"));
        let b = statement_b(figures, day, "SAMPLE-0630", ClaimAge::Running).unwrap();
        assert_eq!(b.text, text_of("lin-08"));
        let day = "2026-07-31".parse().unwrap();
        let promise = promise_text(yuan("100000.00"), day, ClaimAge::Running).unwrap();
        assert_eq!(promise.text, text_of("lin-14"));
    }

    #[test]
    fn digits_are_grouped_by_three() {
        for (amount, shown) in [
            ("0.00", "0.00"),
            ("999.90", "999.90"),
            ("1000.00", "1,000.00"),
            ("-1234567.89", "-1,234,567.89"),
        ] {
            assert_eq!(grouped_digits(yuan(amount)), shown);
        }
    }
}
