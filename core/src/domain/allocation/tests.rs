use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::cases::{self, yuan};
use super::super::money::Currency;
use super::*;

fn claim(value: &Value) -> Claim<&str> {
    let amount = |name: &str| value[name].as_str().map_or(yuan("0"), yuan);
    let percent = |name: &str| value[name].as_str().unwrap_or("0").parse().unwrap();
    Claim {
        id: value["id"].as_str().unwrap(),
        due_day: cases::day(&value["due_day"]),
        owed: Parts {
            costs: amount("costs"),
            interest: amount("interest"),
            principal: amount("principal"),
        },
        secured: percent("secured_percent"),
        annual: percent("annual_percent"),
    }
}

#[test]
fn worked_cases() {
    for case in cases::of("allocation", 10) {
        let input = &case.input;
        let claims: Vec<Claim<&str>> = input["debts"]
            .as_array()
            .unwrap()
            .iter()
            .map(claim)
            .collect();
        let designated: Vec<&str> = input["designated"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|id| id.as_str().unwrap())
            .collect();
        let order = if designated.is_empty() {
            ClaimOrder::Statutory
        } else {
            ClaimOrder::Named(&designated)
        };
        let parts = match &input["inside_order"] {
            parts if parts.is_null() => STATUTORY_PARTS,
            agreed => serde_json::from_value(agreed.clone()).unwrap(),
        };
        let allocation = allocate(
            cases::money(&input["payment"]),
            cases::day(&input["day"]),
            &claims,
            order,
            parts,
        )
        .unwrap();
        let lines: Vec<Value> = allocation
            .lines
            .iter()
            .map(|line| {
                json!({
                    "debt": line.claim,
                    "costs": line.paid.costs.to_string(),
                    "interest": line.paid.interest.to_string(),
                    "principal": line.paid.principal.to_string(),
                })
            })
            .collect();
        let shown = json!({
            "lines": lines,
            "unapplied_credit": allocation.unapplied_credit.to_string(),
        });
        assert_eq!(shown, case.expected, "{}", case.id);
    }
}

fn owed(id: u8, principal: &str) -> Claim<u8> {
    Claim {
        id,
        due_day: "2023-06-30".parse().unwrap(),
        owed: Parts {
            costs: yuan("0"),
            interest: yuan("0"),
            principal: yuan(principal),
        },
        secured: Percent::ZERO,
        annual: Percent::ZERO,
    }
}

fn paid(
    payment: &str,
    claims: &[Claim<u8>],
    order: ClaimOrder<'_, u8>,
) -> Result<Allocation<u8>, AllocationError> {
    let day = "2024-03-01".parse().unwrap();
    allocate(yuan(payment), day, claims, order, STATUTORY_PARTS)
}

#[test]
fn a_designation_is_not_stretched_to_other_claims() {
    let claims = [owed(1, "100.00"), owed(2, "50.00")];
    let allocation = paid("80.00", &claims, ClaimOrder::Named(&[2])).unwrap();
    assert_eq!(allocation.lines.len(), 1);
    assert_eq!(allocation.unapplied_credit, yuan("30.00"));
}

#[test]
fn what_cannot_be_allocated_is_refused() {
    let claims = [owed(1, "100.00"), owed(2, "50.00")];
    let statutory = ClaimOrder::Statutory;
    let refused = |payment, claims: &[Claim<u8>], order| paid(payment, claims, order).unwrap_err();
    assert_eq!(
        refused("0", &claims, statutory),
        AllocationError::Amount(yuan("0"))
    );
    assert_eq!(
        refused("1", &[owed(1, "-5.00")], statutory),
        AllocationError::Amount(yuan("-5.00"))
    );
    assert_eq!(
        refused("1", &[owed(1, "5.00"), owed(1, "5.00")], statutory),
        AllocationError::Twice
    );
    assert_eq!(
        refused("1", &claims, ClaimOrder::Named(&[1, 1])),
        AllocationError::Twice
    );
    assert_eq!(
        refused("1", &claims, ClaimOrder::Named(&[3])),
        AllocationError::Unknown
    );
    let mut dollars = owed(1, "5.00");
    dollars.owed.interest = Money::zero(Currency::Usd);
    assert!(matches!(
        refused("1", &[dollars], statutory),
        AllocationError::Money(MoneyError::MixedCurrencies(_, _))
    ));
    let twice = [ClaimPart::Costs, ClaimPart::Costs, ClaimPart::Principal];
    assert_eq!(
        allocate(
            yuan("1"),
            "2024-03-01".parse().unwrap(),
            &claims,
            statutory,
            twice
        ),
        Err(AllocationError::PartOrder)
    );
}

fn some_claims() -> impl Strategy<Value = Vec<Claim<u8>>> {
    let cents = |most: i128| (0..most).prop_map(|cents| Money::from_minor(Currency::Cny, cents));
    let claim = (
        0_i64..4,
        cents(5_000),
        cents(20_000),
        cents(100_000),
        0_i64..2,
        0_i64..3,
    )
        .prop_map(|(due, costs, interest, principal, secured, annual)| Claim {
            id: 0,
            due_day: "2024-02-28".parse::<Day>().unwrap().plus_days(due),
            owed: Parts {
                costs: costs.unwrap(),
                interest: interest.unwrap(),
                principal: principal.unwrap(),
            },
            secured: (secured * 100).to_string().parse().unwrap(),
            annual: annual.to_string().parse().unwrap(),
        });
    proptest::collection::vec(claim, 0..8).prop_map(|mut claims| {
        for (id, claim) in (0..).zip(&mut claims) {
            claim.id = id;
        }
        claims
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn lines_sum_to_the_payment_and_no_claim_gets_more_than_it_is_owed(claims in some_claims(), cents in 1_i128..600_000) {
        let payment = Money::from_minor(Currency::Cny, cents).unwrap();
        let allocation = paid(&payment.to_string(), &claims, ClaimOrder::Statutory).unwrap();
        let mut sum = allocation.unapplied_credit;
        for line in &allocation.lines {
            let owed = claims.iter().find(|claim| claim.id == line.claim).unwrap().owed;
            prop_assert!(line.paid.costs <= owed.costs);
            prop_assert!(line.paid.interest <= owed.interest);
            prop_assert!(line.paid.principal <= owed.principal);
            // Principal is touched only when costs and interest are paid.
            prop_assert!(!line.paid.principal.is_positive() || line.paid.interest == owed.interest);
            prop_assert!(!line.paid.interest.is_positive() || line.paid.costs == owed.costs);
            sum = sum.plus(line.paid.total().unwrap()).unwrap();
        }
        prop_assert_eq!(sum, payment);
        let all: i128 = claims.iter().map(|claim| claim.owed.total().unwrap().minor()).sum();
        prop_assert_eq!(allocation.unapplied_credit.minor(), (cents - all).max(0));
    }

    #[test]
    fn the_order_of_the_claims_does_not_matter(claims in some_claims(), cents in 1_i128..600_000) {
        let payment = Money::from_minor(Currency::Cny, cents).unwrap().to_string();
        let mut backward = claims.clone();
        backward.reverse();
        let mut one = paid(&payment, &claims, ClaimOrder::Statutory).unwrap();
        let other = paid(&payment, &backward, ClaimOrder::Statutory).unwrap();
        one.lines.reverse();
        prop_assert_eq!(one, other);
    }
}
