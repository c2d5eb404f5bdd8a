use super::*;
use crate::domain::ids::{CustomerId, Digest, OrganisationId};
use crate::domain::money::Currency;
use crate::journal::facts::Fact;
use crate::journal::seal::SealedEntry;
use crate::snapshots::ledger::LedgerCustomer;
use crate::snapshots::statement::{StatementLine, StatementOf};

fn yuan(text: &str) -> Money {
    Money::parse(Currency::Cny, text).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn statement(due: &str) -> Statement {
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
    let line = StatementLine {
        document: "0001".to_owned(),
        invoiced: None,
        due: day(due),
        amount: yuan("386420.00"),
        received: yuan("0"),
        outstanding: yuan("386420.00"),
    };
    StatementOf {
        organisation: OrganisationId::from_bytes([1; 16]),
        organisation_name: "样例机械有限公司",
        customer: &customer,
        ledger: Digest::of(b"ledger"),
        cut_off: day("2026-06-30"),
        receivables: &[line],
        signing_day: day("2026-07-15"),
        restarts: &[],
    }
    .form_a()
    .unwrap()
}

fn composed(draft: &PaperDraft, due: &str, guarantors: &[GuarantorNamed]) -> ComposedPaper {
    try_compose(draft, due, guarantors).unwrap()
}

fn try_compose(
    draft: &PaperDraft,
    due: &str,
    guarantors: &[GuarantorNamed],
) -> Result<ComposedPaper, PaperError> {
    draft.compose(&PaperOf {
        organisation_name: "样例机械有限公司",
        customer_name: "样例公司",
        statement: &statement(due),
        signing_day: day("2026-07-15"),
        guarantors,
        dispute: None,
    })
}

fn plan(parts: &[(&str, &str)]) -> PaperDraft {
    PaperDraft::Promise {
        instalments: parts
            .iter()
            .map(|(amount, due)| Instalment {
                amount: yuan(amount),
                due: day(due),
            })
            .collect(),
    }
}

#[test]
fn every_paper_passes_the_lint_whatever_the_claim() {
    let letter = PaperDraft::DemandLetterReceipt {
        number: "催函2026-017".to_owned(),
    };
    let promise = plan(&[("100000", "2026-07-31"), ("286420", "2026-08-31")]);
    for due in ["2026-05-31", "2020-05-31", "2026-12-31"] {
        for draft in [
            &PaperDraft::Statement,
            &PaperDraft::VisitReceipt,
            &letter,
            &promise,
        ] {
            let paper = composed(draft, due, &[]);
            assert_eq!(
                paper.findings,
                [],
                "{draft:?} {due}: {}",
                paper.model.text()
            );
        }
    }
}

#[test]
fn a_plan_of_instalments_says_each_and_their_sum() {
    let paper = composed(
        &plan(&[("100000", "2026-07-31"), ("286420", "2026-08-31")]),
        "2026-05-31",
        &[],
    );
    assert_eq!(paper.total, yuan("386420.00"));
    let text = paper.model.text();
    for words in [
        "于2026年7月31日前支付人民币壹拾万元整（¥100,000.00）",
        "于2026年8月31日前支付人民币贰拾捌万陆仟肆佰贰拾元整（¥286,420.00）",
        "不变更合同约定的付款期限",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!paper.model.agrees_expressly());
    assert!(!text.contains("保证人"));
}

#[test]
fn a_promise_on_an_expired_claim_agrees_expressly() {
    let paper = composed(&plan(&[("1", "2026-07-15")]), "2020-05-31", &[]);
    assert_eq!(paper.age, ClaimAge::Expired);
    assert!(paper.model.agrees_expressly());
}

#[test]
fn an_absent_guarantor_is_named_with_what_is_lost() {
    let absent = GuarantorNamed {
        name: "样例王某".to_owned(),
        signs: false,
    };
    let paper = composed(&plan(&[("1", "2026-07-15")]), "2026-05-31", &[absent]);
    assert_eq!(paper.findings, []);
    assert!(paper.model.text().contains("其保证期间不因本承诺变更"));
    assert!(paper.model.rows.iter().any(|row| row.value == "样例王某"));
}

#[test]
fn a_promise_that_cannot_be_is_refused() {
    for (parts, refused) in [
        (&[][..], PaperError::NoInstalments),
        (&[("0", "2026-07-31")], PaperError::NotPositive),
        (&[("1", "2026-07-14")], PaperError::DayPast),
        (
            &[("1", "2026-08-01"), ("1", "2026-08-01")],
            PaperError::DaysDoNotAscend,
        ),
    ] {
        assert_eq!(try_compose(&plan(parts), "2026-05-31", &[]), Err(refused));
    }
    let many: Vec<(String, String)> = (0..61)
        .map(|number| {
            (
                "1".to_owned(),
                day("2026-08-01").plus_days(number).to_string(),
            )
        })
        .collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(amount, due)| (amount.as_str(), due.as_str()))
        .collect();
    let refused = try_compose(&plan(&many), "2026-05-31", &[]);
    assert_eq!(refused, Err(PaperError::TooManyInstalments));
}

#[test]
fn a_bare_statement_of_an_expired_claim_is_stopped() {
    let mut bare = statement("2020-05-31");
    bare.render_model.clauses = statement("2026-05-31").render_model.clauses;
    let paper = PaperDraft::Statement
        .compose(&PaperOf {
            organisation_name: "样例机械有限公司",
            customer_name: "样例公司",
            statement: &bare,
            signing_day: day("2026-07-15"),
            guarantors: &[],
            dispute: None,
        })
        .unwrap();
    assert_eq!(paper.findings, [LintFinding::D1]);
}

#[test]
fn a_number_that_is_too_long_is_refused() {
    let number = "x".repeat(65);
    let refused = try_compose(
        &PaperDraft::DemandLetterReceipt { number },
        "2026-05-31",
        &[],
    );
    assert_eq!(refused, Err(PaperError::NumberTooLong));
}

/// An entry that version 0.1.0 sealed: its payload and its signature.
fn sealed_by_0_1_0(payload: &[u8], signature: &[u8]) -> SealedEntry {
    SealedEntry {
        payload: payload.to_vec(),
        signature: Some(signature.to_vec()),
    }
}

#[test]
fn what_version_0_1_0_sealed_decodes_and_verifies() {
    let key = include_bytes!("../../../tests/fixtures/v0.1.0/device.public-key");
    let signed = sealed_by_0_1_0(
        include_bytes!("../../../tests/fixtures/v0.1.0/acknowledgement.payload"),
        include_bytes!("../../../tests/fixtures/v0.1.0/acknowledgement.signature"),
    );
    let Fact::Acknowledgement(paper) = signed.verify(key).unwrap().fact else {
        panic!("it is an acknowledgement");
    };
    assert_eq!(paper.paper, PaperKind::StatementA);
    assert_eq!((&paper.effect, &paper.consents), (&None, &None));
    assert!(paper.names_its_statement() && paper.names_what_was_drawn() && paper.total_fits());
    assert_eq!(paper.drawn().unwrap().template_version, 1);
    let refusal = sealed_by_0_1_0(
        include_bytes!("../../../tests/fixtures/v0.1.0/refusal.payload"),
        include_bytes!("../../../tests/fixtures/v0.1.0/refusal.signature"),
    );
    let Fact::Refusal(refusal) = refusal.verify(key).unwrap().fact else {
        panic!("it is a refusal");
    };
    assert_eq!((refusal.members, refusal.post_by), (None, None));
}
