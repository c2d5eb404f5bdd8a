//! Cash (现金): receipts from a serial block without a gap, handed to finance the same day and counted there.
//!
//! Product rule after seed plan 5 (一)5. Custody ends when finance confirms the hand-in; what is open past the calendar day
//! (Asia/Shanghai) it was taken on is a breach, however few the minutes.

use serde::{Deserialize, Serialize};

use super::cash::{self, CashError, Pieces};
use super::ids::UserId;
use super::money::{Money, MoneyError};
use super::time::{Day, Instant};

/// Cash that a receipt was given for. Void receipts are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashTaken {
    /// Who took it.
    pub taken_by: UserId,
    /// When.
    pub taken_at: Instant,
    /// How much.
    pub amount: Money,
}

/// Why counted cash differs from its receipts, with a second pair of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VarianceReason<'a> {
    /// The reason.
    pub reason: &'a str,
    /// Who else counted: neither took the cash nor confirms it.
    pub second_person: UserId,
}

/// Finance's count of the cash of some receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandInCount<'a> {
    /// Who counted.
    pub confirmed_by: UserId,
    /// When.
    pub confirmed_at: Instant,
    /// The sum that was counted.
    pub counted: Money,
    /// What it consists of, largest first.
    pub pieces: &'a [Pieces],
    /// Given when the sum differs from the receipts.
    pub variance_reason: Option<VarianceReason<'a>>,
}

/// What became of the cash of one receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    /// Whole minutes from taking to confirming; negative only when a phone's clock was ahead.
    pub minutes: i64,
    /// It was not confirmed on the calendar day it was taken on.
    pub is_breach: bool,
}

/// A hand-in that is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedHandIn {
    /// One a receipt, in the given order.
    pub custody: Vec<Custody>,
    /// Counted less receipts.
    pub variance: Money,
    /// The variance is not zero and has neither reason nor second person yet.
    pub needs_reason: bool,
}

/// Why a hand-in is not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "refused")]
pub enum HandInRefusal {
    /// Who took the cash cannot confirm it.
    OwnHandIn,
    /// Notes and coins come to another sum than the one counted.
    DenominationsDoNotSum {
        /// What they come to.
        denominations_total: Money,
    },
    /// Notes and coins that cannot lie on a table.
    PiecesUnusable,
    /// The second person took or confirms this cash himself.
    SecondPersonTookPart,
    /// The reason for the variance is empty.
    ReasonMissing,
    /// Amounts in two currencies, or beyond what can be counted.
    Amounts,
}

impl From<CashError> for HandInRefusal {
    fn from(_: CashError) -> Self {
        Self::PiecesUnusable
    }
}

impl From<MoneyError> for HandInRefusal {
    fn from(_: MoneyError) -> Self {
        Self::Amounts
    }
}

/// Judges finance's count against the receipts it covers. Product rule (seed plan 5 (一)5).
///
/// # Errors
/// [`HandInRefusal`]: what to mend before it can be confirmed. A variance is no refusal: the cash is counted, and the
/// variance stays open until it has a reason and a second person.
pub fn confirm_hand_in(
    receipts: &[CashTaken],
    count: &HandInCount<'_>,
) -> Result<ConfirmedHandIn, HandInRefusal> {
    let took = |user| receipts.iter().any(|receipt| receipt.taken_by == user);
    if took(count.confirmed_by) {
        return Err(HandInRefusal::OwnHandIn);
    }
    let denominations_total = cash::total(count.pieces)?;
    if denominations_total != count.counted {
        return Err(HandInRefusal::DenominationsDoNotSum {
            denominations_total,
        });
    }
    if let Some(given) = count.variance_reason {
        if took(given.second_person) || given.second_person == count.confirmed_by {
            return Err(HandInRefusal::SecondPersonTookPart);
        }
        if given.reason.trim().is_empty() {
            return Err(HandInRefusal::ReasonMissing);
        }
    }
    let receipted = Money::sum(
        count.counted.currency(),
        receipts.iter().map(|receipt| receipt.amount),
    )?;
    let variance = count.counted.minus(receipted)?;
    Ok(ConfirmedHandIn {
        custody: receipts
            .iter()
            .map(|receipt| custody(receipt.taken_at, count.confirmed_at))
            .collect(),
        variance,
        needs_reason: !variance.is_zero() && count.variance_reason.is_none(),
    })
}

/// Cash taken at one instant as it stands at another: of its confirmation, or now while it is open.
#[must_use]
pub fn custody(taken_at: Instant, until: Instant) -> Custody {
    Custody {
        minutes: until.ms().saturating_sub(taken_at.ms()).div_euclid(60_000),
        is_breach: Day::legal(taken_at) != Day::legal(until),
    }
}

/// What became of a number of a serial block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SerialUse {
    /// A receipt was given.
    Receipt,
    /// It was voided; the number and the reason stay.
    Void {
        /// Why.
        reason: String,
    },
}

/// What is wrong with the numbers used of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SerialFinding {
    /// Numbers below a used one that were never used, first and last.
    Gap(u64, u64),
    /// A number was used more than once.
    Repeated(u64),
    /// A number is not of the block.
    OutsideBlock(u64),
    /// A void without a reason.
    VoidWithoutReason(u64),
}

/// Checks the numbers used of the block `first..=last`, in any order; ascending, empty when nothing is wrong. What was not
/// reached yet is no gap. Product rule: no gap, no deletion, a void keeps its number and reason.
#[must_use]
pub fn check_serials(first: u64, last: u64, used: &[(u64, SerialUse)]) -> Vec<SerialFinding> {
    let mut numbers: Vec<&(u64, SerialUse)> = used.iter().collect();
    numbers.sort();
    let mut findings = Vec::new();
    let mut next = first;
    for (number, became) in numbers {
        if let SerialUse::Void { reason } = became
            && reason.trim().is_empty()
        {
            findings.push(SerialFinding::VoidWithoutReason(*number));
        }
        if !(first..=last).contains(number) {
            findings.push(SerialFinding::OutsideBlock(*number));
        } else if *number < next {
            findings.push(SerialFinding::Repeated(*number));
        } else {
            if *number > next {
                findings.push(SerialFinding::Gap(next, number.saturating_sub(1)));
            }
            next = number.saturating_add(1);
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::cases::{self, user, yuan};
    use super::*;

    fn receipts(input: &Value) -> Vec<CashTaken> {
        let taken_by = user(input["taken_by"].as_str().unwrap());
        let receipts = input["receipts"].as_array().unwrap();
        let taken = receipts.iter().map(|receipt| CashTaken {
            taken_by,
            taken_at: cases::instant(&receipt["taken_at"]),
            amount: cases::money(&receipt["amount"]),
        });
        taken.collect()
    }

    fn pieces(value: &Value) -> Vec<Pieces> {
        let pairs = value.as_object().unwrap().iter();
        let mut pieces: Vec<Pieces> = pairs
            .map(|(face, count)| Pieces {
                fen: face.parse::<u32>().unwrap() * 100,
                count: count.as_u64().unwrap().try_into().unwrap(),
            })
            .collect();
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.fen));
        pieces
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("cash_hand_in", 6) {
            let hand_in = &case.input["hand_in"];
            let judged = confirm_hand_in(
                &receipts(&case.input),
                &HandInCount {
                    confirmed_by: user(hand_in["confirmed_by"].as_str().unwrap()),
                    confirmed_at: cases::instant(&hand_in["confirmed_at"]),
                    counted: cases::money(&hand_in["counted"]),
                    pieces: &pieces(&hand_in["denominations"]),
                    variance_reason: None,
                },
            );
            let shown = match judged {
                Ok(confirmed) => {
                    assert_eq!(confirmed.needs_reason, !confirmed.variance.is_zero());
                    json!({
                        "custody_minutes": confirmed.custody.iter().map(|c| c.minutes).collect::<Vec<_>>(),
                        "breach": confirmed.custody.iter().map(|c| c.is_breach).collect::<Vec<_>>(),
                        "variance": confirmed.variance.to_string(),
                    })
                }
                Err(HandInRefusal::DenominationsDoNotSum {
                    denominations_total,
                }) => json!({
                    "refused": "denominations_do_not_sum",
                    "denominations_total": denominations_total.to_string(),
                }),
                Err(refusal) => json!(refusal),
            };
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    fn fifty_short(variance_reason: Option<VarianceReason<'_>>) -> Result<bool, HandInRefusal> {
        let at = cases::instant(&json!("2026-07-15T10:12+08:00"));
        let taken = CashTaken {
            taken_by: user("rep-1"),
            taken_at: at,
            amount: yuan("150.00"),
        };
        let count = HandInCount {
            confirmed_by: user("fin-1"),
            confirmed_at: at,
            counted: yuan("100.00"),
            pieces: &[Pieces {
                fen: 10_000,
                count: 1,
            }],
            variance_reason,
        };
        confirm_hand_in(&[taken], &count).map(|confirmed| confirmed.needs_reason)
    }

    #[test]
    fn a_variance_needs_a_reason_and_a_person_who_took_no_part() {
        let by = |name, reason| {
            Some(VarianceReason {
                reason,
                second_person: user(name),
            })
        };
        assert_eq!(fifty_short(None), Ok(true));
        assert_eq!(
            fifty_short(by("mgr-1", "one note was a forgery")),
            Ok(false)
        );
        assert_eq!(
            fifty_short(by("rep-1", "miscounted")),
            Err(HandInRefusal::SecondPersonTookPart)
        );
        assert_eq!(
            fifty_short(by("fin-1", "miscounted")),
            Err(HandInRefusal::SecondPersonTookPart)
        );
        assert_eq!(
            fifty_short(by("mgr-1", " ")),
            Err(HandInRefusal::ReasonMissing)
        );
    }

    #[test]
    fn a_note_that_does_not_exist_cannot_make_the_sum_right() {
        let count = HandInCount {
            confirmed_by: user("fin-1"),
            confirmed_at: Instant::from_ms(0),
            counted: yuan("200.00"),
            pieces: &[Pieces {
                fen: 20_000,
                count: 1,
            }],
            variance_reason: None,
        };
        assert_eq!(
            confirm_hand_in(&[], &count),
            Err(HandInRefusal::PiecesUnusable)
        );
    }

    #[test]
    fn serials_have_no_gap_no_repeat_and_no_silent_void() {
        let void = |reason: &str| SerialUse::Void {
            reason: reason.to_owned(),
        };
        let used = [
            (103, SerialUse::Receipt),
            (101, SerialUse::Receipt),
            (102, void("wrong payer")),
        ];
        assert_eq!(check_serials(101, 150, &used), []);
        let used = [
            (101, SerialUse::Receipt),
            (105, void("")),
            (105, SerialUse::Receipt),
            (151, SerialUse::Receipt),
        ];
        assert_eq!(
            check_serials(101, 150, &used),
            [
                SerialFinding::Gap(102, 104),
                SerialFinding::Repeated(105),
                SerialFinding::OutsideBlock(151),
                SerialFinding::VoidWithoutReason(105),
            ]
        );
    }

    proptest! {
        #[test]
        fn a_number_left_out_is_found(mut numbers in proptest::collection::btree_set(1_u64..60, 1..40)) {
            let last = *numbers.last().unwrap();
            numbers.insert(1);
            let used: Vec<_> = numbers.iter().map(|number| (*number, SerialUse::Receipt)).collect();
            let missing: u64 = check_serials(1, 60, &used)
                .iter()
                .map(|finding| match finding {
                    SerialFinding::Gap(first, last) => last - first + 1,
                    SerialFinding::Repeated(_)
                    | SerialFinding::OutsideBlock(_)
                    | SerialFinding::VoidWithoutReason(_) => panic!("{finding:?}"),
                })
                .sum();
            prop_assert_eq!(missing, last - u64::try_from(numbers.len()).unwrap());
        }

        #[test]
        fn a_breach_is_a_matter_of_days_not_of_minutes(taken in 0_i64..4_000_000_000_000, minutes in 0_i64..3000) {
            let taken_at = Instant::from_ms(taken);
            let until = Instant::from_ms(taken + minutes * 60_000);
            let found = custody(taken_at, until);
            prop_assert_eq!(found.minutes, minutes);
            prop_assert_eq!(found.is_breach, taken_at.shanghai()[..10] != until.shanghai()[..10]);
        }
    }
}
