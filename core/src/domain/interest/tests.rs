use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::cases::{self, yuan};
use super::super::money::Currency;
use super::*;

fn payments(input: &Value) -> Vec<ClaimPayment> {
    let payments = input["payments"].as_array().into_iter().flatten();
    payments
        .map(|payment| ClaimPayment {
            day: cases::day(&payment["day"]),
            amount: cases::money(&payment["amount"]),
        })
        .collect()
}

fn waivers(input: &Value) -> Vec<Waiver> {
    let waivers = input["waivers"].as_array().into_iter().flatten();
    waivers
        .map(|waiver| Waiver {
            amount: cases::money(&waiver["amount"]),
            approved: if waiver["approved"] == true {
                Approved::Yes
            } else {
                Approved::No
            },
        })
        .collect()
}

fn basis(rate: &Value) -> RateBasis {
    let uplift = || cases::percent(&rate["uplift_percent"]);
    match rate["basis"].as_str().unwrap() {
        "lpr_at_default" => RateBasis::LprAtDefault { uplift: uplift() },
        "lpr_floating" => RateBasis::LprFloating { uplift: uplift() },
        "agreed_daily" => RateBasis::AgreedDaily(cases::percent(&rate["daily_percent"])),
        "agreed_annual" => RateBasis::AgreedAnnual(cases::percent(&rate["annual_percent"])),
        "sme_default" if rate["annual_percent"].is_null() => RateBasis::Sme(SmeRate::NotAgreed),
        "sme_default" => RateBasis::Sme(SmeRate::Agreed {
            annual: cases::percent(&rate["annual_percent"]),
            contract_day: cases::day(&rate["contract_day"]),
        }),
        "private_loan" => RateBasis::PrivateLoan {
            annual: cases::percent(&rate["annual_percent"]),
            contract_day: cases::day(&rate["contract_day"]),
        },
        other => panic!("{other}"),
    }
}

/// As the cases write it; `like` says which optional members the case has.
fn shown(interest: &Interest, like: &Value) -> Value {
    let lines: Vec<Value> = interest
        .lines
        .iter()
        .map(|line| {
            let mut shown = json!(line.rate);
            shown["from"] = json!(line.from);
            shown["to"] = json!(line.to);
            shown["days"] = json!(line.days);
            shown["principal"] = json!(line.principal.to_string());
            shown["interest"] = json!(line.interest.to_string());
            shown
        })
        .collect();
    let mut shown = json!({
        "lines": lines,
        "interest_total": interest.total.to_string(),
        "interest_unpaid": interest.unpaid.to_string(),
        "principal_left": interest.principal_left.to_string(),
    });
    if like["applied"].is_array() {
        let applied = interest.applied.iter().map(|paid| {
            json!({
                "day": paid.day,
                "interest": paid.interest.to_string(),
                "principal": paid.principal.to_string(),
            })
        });
        shown["applied"] = applied.collect();
    }
    if let Some(adjustment) = interest.adjustment {
        shown["flags"] = json!([adjustment]);
    }
    shown
}

#[test]
fn worked_cases() {
    let table = cases::rate_table();
    for case in cases::of("interest", 13) {
        let input = &case.input;
        let payments = payments(input);
        let waivers = waivers(input);
        let computed = interest(&InterestClaim {
            principal: cases::money(&input["principal"]),
            due_day: cases::day(&input["due_day"]),
            cut_off: cases::day(&input["cut_off"]),
            basis: basis(&input["rate"]),
            day_count: cases::day_count(&input["day_count"]),
            table: (!input["table"].is_null()).then_some(&table),
            payments: &payments,
            waivers: &waivers,
        });
        match computed {
            Ok(interest) => {
                assert_eq!(
                    shown(&interest, &case.expected),
                    case.expected,
                    "{}",
                    case.id
                );
            }
            Err(error) => assert_eq!(
                error.to_string(),
                format!("needs a {}", cases::text(&case.expected["needs"])),
                "{}",
                case.id
            ),
        }
    }
}

fn claim<'a>(principal: &str, days: [&str; 2], basis: RateBasis) -> InterestClaim<'a> {
    InterestClaim {
        principal: yuan(principal),
        due_day: days[0].parse().unwrap(),
        cut_off: days[1].parse().unwrap(),
        basis,
        day_count: DayCount::Days365,
        table: None,
        payments: &[],
        waivers: &[],
    }
}

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let days = ["2023-06-30", "2023-12-31"];
    let lpr = |uplift| RateBasis::LprAtDefault {
        uplift: percent(uplift),
    };
    let table = cases::rate_table();
    let mut asked = claim("100.00", days, lpr("50"));
    assert_eq!(
        interest(&asked),
        Err(InterestError::NoRate("2023-07-01".parse().unwrap()))
    );
    asked.table = Some(&table);
    for uplift in ["29.99", "50.01"] {
        asked.basis = lpr(uplift);
        assert_eq!(
            interest(&asked),
            Err(InterestError::Uplift(percent(uplift)))
        );
    }
    let nothing = [ClaimPayment {
        day: asked.due_day,
        amount: yuan("0"),
    }];
    let taken_back = [Waiver {
        amount: yuan("-1"),
        approved: Approved::Yes,
    }];
    asked.basis = lpr("30");
    asked.waivers = &taken_back;
    assert_eq!(interest(&asked), Err(InterestError::Amount(yuan("-1"))));
    asked.payments = &nothing;
    assert_eq!(interest(&asked), Err(InterestError::Amount(yuan("0"))));
    asked.principal = yuan("-5");
    assert_eq!(interest(&asked), Err(InterestError::Amount(yuan("-5"))));
}

#[test]
fn the_first_default_under_the_lpr_is_of_the_day_it_began() {
    let table = cases::rate_table();
    let lpr = RateBasis::LprAtDefault {
        uplift: percent("50"),
    };
    let mut asked = claim("1.00", ["2019-08-18", "2019-12-31"], lpr);
    asked.table = Some(&table);
    assert_eq!(interest(&asked), Err(InterestError::DefaultBeforeLpr));
    asked.due_day = "2019-08-19".parse().unwrap();
    assert_eq!(
        interest(&asked),
        Err(InterestError::NoRate("2019-08-20".parse().unwrap()))
    );
}

#[test]
fn a_payment_that_only_pays_interest_starts_no_new_line() {
    let rate = RateBasis::AgreedAnnual(percent("7.30"));
    let mut asked = claim("100000.00", ["2024-01-31", "2024-02-29"], rate);
    let small = [ClaimPayment {
        day: "2024-02-10".parse().unwrap(),
        amount: yuan("50.00"),
    }];
    asked.payments = &small;
    let computed = interest(&asked).unwrap();
    assert_eq!(computed.lines.len(), 1);
    assert_eq!(computed.total, yuan("580.00"));
    assert_eq!(computed.unpaid, yuan("530.00"));
}

/// Day by day: each day adds principal × rate to an exact sum, which is rounded only where principal or rate changes or a
/// payment asks for it.
struct DayByDay {
    rounded: i128,
    numerator: i128,
    paid: i128,
    principal: i128,
}

impl DayByDay {
    fn open(&self, denominator: i128) -> i128 {
        (self.numerator + denominator / 2).div_euclid(denominator)
    }

    fn pay(&mut self, amount: i128, denominator: i128) {
        let accrued = self.rounded + self.open(denominator) - self.paid;
        let interest = amount.min(accrued);
        let principal = (amount - interest).min(self.principal);
        self.paid += interest;
        if principal > 0 {
            self.rounded += self.open(denominator);
            self.numerator = 0;
            self.principal -= principal;
        }
    }

    fn of(claim: &InterestClaim<'_>, rate_at: impl Fn(Day) -> i128, denominator: i128) -> Self {
        let mut sum = Self {
            rounded: 0,
            numerator: 0,
            paid: 0,
            principal: claim.principal.minor(),
        };
        let first = claim.payments.iter().map(|paid| paid.day).min();
        let mut day = first.map_or(claim.due_day, |day| day.min(claim.due_day));
        let mut rate = rate_at(claim.due_day.plus_days(1));
        while day <= claim.cut_off {
            for payment in claim.payments.iter().filter(|payment| payment.day == day) {
                sum.pay(payment.amount.minor(), denominator);
            }
            if day > claim.due_day {
                if rate_at(day) != rate {
                    sum.rounded += sum.open(denominator);
                    sum.numerator = 0;
                    rate = rate_at(day);
                }
                sum.numerator += sum.principal * rate;
            }
            day = day.plus_days(1);
        }
        sum.rounded += sum.open(denominator);
        sum
    }
}

fn some_payments() -> impl Strategy<Value = Vec<ClaimPayment>> {
    let first: Day = "2023-06-01".parse().unwrap();
    let payment = (0_i64..900, 1_i128..4_000_000).prop_map(move |(offset, cents)| ClaimPayment {
        day: first.plus_days(offset),
        amount: Money::from_minor(Currency::Cny, cents).unwrap(),
    });
    proptest::collection::vec(payment, 0..8)
}

fn cents(lines: impl IntoIterator<Item = Money>) -> i128 {
    lines.into_iter().map(|amount| amount.minor()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_payments_come_to_what_counting_day_by_day_gives(
        principal in 0_i128..20_000_000,
        overdue in -20_i64..800,
        payments in some_payments(),
        is_floating: bool,
    ) {
        let table = cases::rate_table();
        let uplift = percent("50");
        let due_day: Day = "2023-06-30".parse().unwrap();
        let asked = InterestClaim {
            principal: Money::from_minor(Currency::Cny, principal).unwrap(),
            due_day,
            cut_off: due_day.plus_days(overdue),
            basis: if is_floating { RateBasis::LprFloating { uplift } } else { RateBasis::LprAtDefault { uplift } },
            day_count: DayCount::Days365,
            table: Some(&table),
            payments: &payments,
            waivers: &[],
        };
        let computed = interest(&asked).unwrap();
        // In hundredths of a percent; one and a half times, so the denominator doubles.
        let rate_at = |day: Day| {
            let day = if is_floating { day } else { due_day.plus_days(1) };
            let hundredths = (table.on(day).unwrap().value() * Decimal::from(100)).to_string();
            hundredths.parse::<Decimal>().unwrap().normalize().mantissa() * 3
        };
        let expected = DayByDay::of(&asked, rate_at, 365 * 10_000 * 2);
        prop_assert_eq!(computed.total.minor(), expected.rounded);
        prop_assert_eq!(computed.principal_left.minor(), expected.principal);
        prop_assert_eq!(computed.unpaid.minor(), expected.rounded - expected.paid);
        prop_assert_eq!(cents(computed.lines.iter().map(|line| line.interest)), computed.total.minor());
        let applied = computed.applied.iter().flat_map(|paid| [paid.interest, paid.principal, paid.surplus]);
        let counted = payments.iter().filter(|paid| paid.day <= asked.cut_off);
        prop_assert_eq!(cents(applied), cents(counted.map(|paid| paid.amount)));
    }

    #[test]
    fn the_order_of_payments_does_not_matter(mut payments in some_payments()) {
        let rate = RateBasis::AgreedDaily(percent("0.05"));
        let mut asked = claim("150000.00", ["2023-06-30", "2025-06-30"], rate);
        payments.sort_by_key(|payment| (payment.day, payment.amount));
        asked.payments = &payments;
        let forward = interest(&asked).unwrap();
        let mut backward: Vec<ClaimPayment> = payments.clone();
        backward.reverse();
        asked.payments = &backward;
        let other = interest(&asked).unwrap();
        prop_assert_eq!(&forward.lines, &other.lines);
        prop_assert_eq!(forward.unpaid, other.unpaid);
        prop_assert_eq!(forward.principal_left, other.principal_left);
    }

    #[test]
    fn two_periods_are_at_most_a_cent_from_the_whole(principal in 0_i128..1_000_000_000, first in 1_i64..400, second in 1_i64..400) {
        let rate = RateBasis::AgreedAnnual(percent("5.40"));
        let mut asked = claim("0", ["2023-06-30", "2023-06-30"], rate);
        asked.principal = Money::from_minor(Currency::Cny, principal).unwrap();
        let total = |due: Day, cut_off: Day| {
            interest(&InterestClaim { due_day: due, cut_off, ..asked }).unwrap().total.minor()
        };
        let (start, middle) = (asked.due_day, asked.due_day.plus_days(first));
        let end = middle.plus_days(second);
        let off = total(start, middle) + total(middle, end) - total(start, end);
        prop_assert!(off.abs() <= 1, "{off}");
    }
}
