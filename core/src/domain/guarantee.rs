//! Guarantee period (保证期间): until when a guarantor can be claimed on.
//!
//! Nothing suspends, interrupts or extends it: visiting the customer, his promise or his payment never helps. Each
//! guarantor has his own. An assistant, not advice: a lawyer signs these rules off.
//!
//! Sources: Civil Code (2021) art. 686, 692–695; Guarantee Interpretation (2020) art. 27–34.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::limitation::{Limitation, LimitationBasis, Proof, Timing, limitation};
use super::time::Day;

const DEFAULT_MONTHS: u32 = 6;

/// The kind of guarantee.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum GuaranteeKind {
    /// 一般保证; also when the contract does not say (Civil Code art. 686).
    #[n(0)]
    General,
    /// 连带责任保证.
    #[n(1)]
    Joint,
}

/// What the contract says about the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgreedPeriod {
    /// Nothing, or nothing clear such as "until everything is repaid" (Guarantee Interpretation art. 32).
    NoneOrUnclear,
    /// Until a day.
    Until(Day),
    /// So many months after the due day of the main debt.
    Months(u32),
}

/// A due day agreed afterwards with the customer (Civil Code art. 695).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovedDueDay {
    /// It was not moved.
    NotMoved,
    /// Moved without the guarantor's written consent: his period stays where it was.
    WithoutConsent(Day),
    /// Moved with his written consent.
    WithConsent(Day),
}

/// The terms of one guarantor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuaranteeTerms {
    /// Due day of the main debt as first agreed.
    pub main_due_day: Day,
    /// A later change of it.
    pub moved: MovedDueDay,
    /// The kind; none when the contract does not say.
    pub kind: Option<GuaranteeKind>,
    /// The period agreed.
    pub agreed: AgreedPeriod,
}

/// A fact that may matter to one guarantor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuaranteeEntry {
    /// A demand reached this guarantor (or he was sued).
    DemandReachedThisGuarantor(Proof),
    /// A demand reached another guarantor: no effect here (Guarantee Interpretation art. 29).
    DemandReachedAnotherGuarantor,
    /// Suit or arbitration against the customer, or enforcement of a notarised deed, was filed (Civil Code art. 693;
    /// Guarantee Interpretation art. 27).
    SuitAgainstCustomer(Day),
    /// A demand to, promise by or payment of the customer: no effect.
    CustomerOnly,
}

/// Whether the guarantor is still bound.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum GuaranteeState {
    /// The period runs and no claim was made.
    #[n(0)]
    Open,
    /// Claimed in time.
    #[n(1)]
    Claimed,
    /// The period ended without a claim: he is free, and a signature on a notice does not revive it (Guarantee
    /// Interpretation art. 34).
    #[n(2)]
    Lost,
    /// The claim is proved only as an interval across the last day: for a lawyer.
    #[n(3)]
    Uncertain,
}

/// The period of one guarantor as of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuaranteePeriod {
    /// The kind that counts.
    pub kind: GuaranteeKind,
    /// By the words of the law, rolled over rest days.
    pub last_day: Day,
    /// The day to plan with, never rolled.
    pub act_by: Day,
    /// Whether he is still bound.
    pub state: GuaranteeState,
    /// The clock of the guarantee debt itself, started by a timely claim on a joint guarantor (Civil Code art. 694).
    pub debt_limitation: Option<Limitation>,
    /// `last_day` rests on published calendars only.
    pub calendar_published: bool,
}

/// The guarantee period: as agreed when that is later than the due day, else six months after it (Civil Code art. 692;
/// Guarantee Interpretation art. 32). A joint guarantor is claimed on by a demand that reaches him, a general one only by
/// suit or arbitration against the customer (Civil Code art. 693).
#[must_use]
pub fn guarantee_period(
    terms: &GuaranteeTerms,
    entries: &[GuaranteeEntry],
    as_of: Day,
    calendar: &Calendar,
) -> GuaranteePeriod {
    let kind = terms.kind.unwrap_or(GuaranteeKind::General);
    let act_by = period_end(terms);
    let rolled = calendar.roll(act_by);
    let (claim, is_uncertain) = timely_claim(kind, entries, rolled.day);
    let state = if claim.is_some() {
        GuaranteeState::Claimed
    } else if is_uncertain {
        GuaranteeState::Uncertain
    } else if as_of > rolled.day {
        GuaranteeState::Lost
    } else {
        GuaranteeState::Open
    };
    let debt_limitation = claim
        .filter(|_day| kind == GuaranteeKind::Joint)
        .map(|day| {
            // The claim day plays the part of a refusal at the first demand: the clock starts on it.
            let basis = LimitationBasis::RefusedAtFirstDemand(day);
            limitation(&basis, &[], as_of, calendar)
        });
    GuaranteePeriod {
        kind,
        last_day: rolled.day,
        act_by,
        state,
        debt_limitation,
        calendar_published: rolled.calendar_published,
    }
}

fn period_end(terms: &GuaranteeTerms) -> Day {
    let due_day = match terms.moved {
        MovedDueDay::NotMoved | MovedDueDay::WithoutConsent(_) => terms.main_due_day,
        MovedDueDay::WithConsent(day) => day,
    };
    match terms.agreed {
        AgreedPeriod::Until(day) if day > due_day => day,
        AgreedPeriod::Months(months) if months > 0 => due_day.plus_months(months),
        AgreedPeriod::NoneOrUnclear | AgreedPeriod::Until(_) | AgreedPeriod::Months(_) => {
            due_day.plus_months(DEFAULT_MONTHS)
        }
    }
}

/// The day of the first claim in time, and whether one straddles the last day.
fn timely_claim(
    kind: GuaranteeKind,
    entries: &[GuaranteeEntry],
    last_day: Day,
) -> (Option<Day>, bool) {
    let proofs = entries.iter().filter_map(|entry| match (kind, *entry) {
        (GuaranteeKind::Joint, GuaranteeEntry::DemandReachedThisGuarantor(proof)) => Some(proof),
        (GuaranteeKind::General, GuaranteeEntry::SuitAgainstCustomer(day)) => Some(Proof::On(day)),
        (
            GuaranteeKind::Joint,
            GuaranteeEntry::SuitAgainstCustomer(_)
            | GuaranteeEntry::DemandReachedAnotherGuarantor
            | GuaranteeEntry::CustomerOnly,
        )
        | (
            GuaranteeKind::General,
            GuaranteeEntry::DemandReachedThisGuarantor(_)
            | GuaranteeEntry::DemandReachedAnotherGuarantor
            | GuaranteeEntry::CustomerOnly,
        ) => None,
    });
    let mut claim: Option<Day> = None;
    let mut is_uncertain = false;
    for proof in proofs {
        match proof.against(last_day) {
            Timing::InTime => {
                let day = proof.first_day();
                claim = Some(claim.map_or(day, |earlier| earlier.min(day)));
            }
            Timing::Straddles => is_uncertain = true,
            Timing::Late => {}
        }
    }
    (claim, is_uncertain)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::cases;
    use super::*;

    fn terms(input: &Value) -> GuaranteeTerms {
        let agreed = &input["agreed"];
        GuaranteeTerms {
            main_due_day: cases::day(&input["main_due_day"]),
            moved: match (
                cases::maybe_day(&input["new_due_day"]),
                input["guarantor_consented_in_writing"] == true,
            ) {
                (None, _) => MovedDueDay::NotMoved,
                (Some(day), true) => MovedDueDay::WithConsent(day),
                (Some(day), false) => MovedDueDay::WithoutConsent(day),
            },
            kind: serde_json::from_value(input["kind"].clone()).unwrap(),
            agreed: match (
                cases::maybe_day(&agreed["until"]),
                agreed["months"].as_u64(),
            ) {
                (Some(day), _) => AgreedPeriod::Until(day),
                (None, Some(months)) => AgreedPeriod::Months(months.try_into().unwrap()),
                (None, None) => AgreedPeriod::NoneOrUnclear,
            },
        }
    }

    fn entry(entry: &Value, guarantor: &Value) -> GuaranteeEntry {
        match entry["kind"].as_str().unwrap() {
            "demand_delivered_to_guarantor" if entry["guarantor"] != *guarantor => {
                GuaranteeEntry::DemandReachedAnotherGuarantor
            }
            "demand_delivered_to_guarantor" => {
                GuaranteeEntry::DemandReachedThisGuarantor(Proof::On(cases::day(&entry["day"])))
            }
            "suit_filed_against_customer" => {
                GuaranteeEntry::SuitAgainstCustomer(cases::day(&entry["day"]))
            }
            "promise_by_customer" | "demand_delivered_to_customer" => GuaranteeEntry::CustomerOnly,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn worked_cases() {
        let calendar = Calendar::published();
        for case in cases::of("guarantee_period", 13) {
            let entries: Vec<GuaranteeEntry> = case.input["entries"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|value| entry(value, &case.input["guarantor"]))
                .collect();
            let period = guarantee_period(
                &terms(&case.input),
                &entries,
                cases::day(&case.input["as_of"]),
                &calendar,
            );
            let mut shown = json!({
                "kind": period.kind,
                "last_day": period.last_day,
                "act_by": period.act_by,
                "state": period.state,
            });
            if let Some(clock) = period.debt_limitation {
                shown["guarantee_debt_limitation"] = json!({
                    "start_day": clock.start_day,
                    "last_day": clock.last_day,
                    "act_by": clock.act_by,
                });
            }
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    #[test]
    fn a_demand_proved_only_across_the_last_day_is_uncertain() {
        let calendar = Calendar::published();
        let day = |text: &str| text.parse::<Day>().unwrap();
        let terms = GuaranteeTerms {
            main_due_day: day("2025-08-31"),
            moved: MovedDueDay::NotMoved,
            kind: Some(GuaranteeKind::Joint),
            agreed: AgreedPeriod::NoneOrUnclear,
        };
        let proof = Proof::Between {
            not_before: cases::instant(&json!("2026-02-27T09:00+08:00")),
            not_after: cases::instant(&json!("2026-03-01T09:00+08:00")),
        };
        let entries = [GuaranteeEntry::DemandReachedThisGuarantor(proof)];
        let period = guarantee_period(&terms, &entries, day("2026-03-05"), &calendar);
        assert_eq!(period.state, GuaranteeState::Uncertain);
    }
}
