//! Limitation (诉讼时效) and the enforcement period: until when a claim can be brought with effect.
//!
//! A clock has two readings. `last_day` follows the words of the law: counted from the start day, rolled over rest days.
//! `act_by` is what screens and lists plan with: never rolled, and the earlier reading where readings differ. Both come
//! from a list of [`LimitationEntry`] facts taken in order: what restarts the clock in time moves its start, what comes
//! late does nothing, and what can only be proved as an interval across the last day leaves the state
//! [`LimitationState::Uncertain`]. The court does not raise limitation (Civil Code art. 193): nothing here says that a debt
//! is void.
//!
//! An assistant, not advice: a lawyer signs these rules off before they drive a screen.
//!
//! Sources: Civil Code (2021) art. 188–203; Limitation Provisions (2020); General Part Interpretation (2022) art. 35, 38;
//! Civil Procedure Law (2023) art. 250. Proof by interval is a product rule.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::time::{Day, Instant};

const LIMITATION_MONTHS: u32 = 3 * 12;
const OUTER_MONTHS: u32 = 20 * 12;
const ENFORCEMENT_MONTHS: u32 = 2 * 12;
const SUSPENSION_MONTHS: u32 = 6;

/// What the clock starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitationBasis {
    /// An agreed due day: starts the day after (Civil Code art. 188). Monthly settled orders: one clock each (product rule).
    AgreedDueDay(Day),
    /// One debt in instalments: starts on the last one's due day (Civil Code art. 189).
    LastInstalment(Day),
    /// No due day: the end of the grace period given with the first demand (Limitation Provisions art. 4).
    GraceAfterFirstDemand {
        /// The first demand.
        demanded_on: Day,
        /// Days of grace given with it.
        grace_days: u16,
    },
    /// No due day: plain refusal at the first demand (Limitation Provisions art. 4).
    RefusedAtFirstDemand(Day),
}

/// When something took effect, as far as it can be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// On this day.
    On(Day),
    /// After one instant and before another.
    Between {
        /// It was not before this.
        not_before: Instant,
        /// It was not after this.
        not_after: Instant,
    },
}

/// Where a proved time stands to a last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    InTime,
    Late,
    Straddles,
}

impl Proof {
    /// The earliest day that is possible; a new clock starts on it.
    #[must_use]
    pub fn first_day(self) -> Day {
        match self {
            Self::On(day) => day,
            Self::Between { not_before, .. } => Day::legal(not_before),
        }
    }

    /// The latest day that is possible; it must be in time.
    #[must_use]
    pub fn final_day(self) -> Day {
        match self {
            Self::On(day) => day,
            Self::Between { not_after, .. } => Day::legal(not_after),
        }
    }

    pub(super) fn against(self, last_day: Day) -> Timing {
        if self.final_day() <= last_day {
            Timing::InTime
        } else if self.first_day() > last_day {
            Timing::Late
        } else {
            Timing::Straddles
        }
    }
}

/// How a customer agreed to perform (Limitation Provisions art. 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// A promise to pay in instalments.
    InstalmentPromise,
    /// A part was paid.
    PartPayment,
    /// Security was given.
    Security,
    /// A request for delay.
    RequestForDelay,
    /// A repayment plan.
    RepaymentPlan,
    /// In express words: 同意继续履行上述全部债务.
    Express,
}

/// What a demand said about the rest of the claim (Limitation Provisions art. 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemandExtent {
    /// Nothing: a demand for a part counts for the whole.
    Whole,
    /// It clearly waived the rest: the clock of the rest goes on and a lawyer looks at it.
    WaivesRest,
}

/// A fact that may move the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitationEntry {
    /// A demand reached the customer or one jointly liable with him (Civil Code art. 195; Limitation Provisions art. 8,
    /// 9, 15). The day is the day of arrival, never that of posting.
    DemandReceived {
        /// When it arrived.
        proof: Proof,
        /// What it said about the rest.
        extent: DemandExtent,
    },
    /// The customer agreed to perform (Civil Code art. 192, 195; Limitation Provisions art. 14, 19).
    AgreedToPerform {
        /// When.
        proof: Proof,
        /// In which way.
        how: Agreement,
    },
    /// Suit, arbitration, mediation body and their equals (Limitation Provisions art. 10–13): on the day of filing, and
    /// again when the procedure ends.
    Procedure {
        /// Filed on.
        filed_on: Day,
        /// Ended on; none while it is pending.
        ended_on: Option<Day>,
    },
    /// An obstacle under Civil Code art. 194, entered by hand with legal's approval.
    Obstacle {
        /// Its first day.
        from: Day,
        /// Its last day; none while it lasts.
        until: Option<Day>,
    },
}

impl LimitationEntry {
    fn first_day(&self) -> Day {
        match self {
            Self::DemandReceived { proof, extent: _ } | Self::AgreedToPerform { proof, how: _ } => {
                proof.first_day()
            }
            Self::Procedure {
                filed_on,
                ended_on: _,
            } => *filed_on,
            Self::Obstacle { from, until: _ } => *from,
        }
    }
}

/// Whether the clock still runs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum LimitationState {
    /// It runs.
    #[n(0)]
    Running,
    /// A restart is proved only as an interval across the last day.
    #[n(1)]
    Uncertain,
    /// It ended: the customer has a defence, the debt stays (Civil Code art. 192, 193).
    #[n(2)]
    Expired,
    /// It ended, and the customer agreed to perform or paid afterwards: the defence is barred. Whether a new clock runs is a
    /// lawyer's question; the days are a planning clock.
    #[n(3)]
    ExpiredDefenceBarred,
}

/// A clock as of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limitation {
    /// The day the present period counts from; itself not counted.
    pub start_day: Day,
    /// By the words of the law, rolled over rest days.
    pub last_day: Day,
    /// The day to plan with: never rolled, the earlier reading where readings differ, never after `last_day`.
    pub act_by: Day,
    /// Twenty years from the harm; nothing interrupts it (Civil Code art. 188; General Part Interpretation art. 35).
    pub outer_day: Day,
    /// Whether it runs.
    pub state: LimitationState,
    /// From the as-of day to `act_by`; negative when that is past.
    pub days_left: i64,
    /// `last_day` rests on published calendars only.
    pub calendar_published: bool,
    /// A lawyer must look at it.
    pub needs_lawyer: bool,
}

/// The clock of a claim after all `entries`, as of a day. `entries` may come in any order.
///
/// Sources: Civil Code art. 188–203; Limitation Provisions (2020) art. 4, 8–16, 19; General Part Interpretation (2022)
/// art. 35, 38.
#[must_use]
pub fn limitation(
    basis: &LimitationBasis,
    entries: &[LimitationEntry],
    as_of: Day,
    calendar: &Calendar,
) -> Limitation {
    let (start_day, plan_from) = match *basis {
        LimitationBasis::AgreedDueDay(due) => (due.plus_days(1), due),
        LimitationBasis::LastInstalment(day) | LimitationBasis::RefusedAtFirstDemand(day) => {
            (day, day)
        }
        LimitationBasis::GraceAfterFirstDemand {
            demanded_on,
            grace_days,
        } => {
            let end = demanded_on.plus_days(grace_days.into());
            (end, end)
        }
    };
    let outer_day = start_day.plus_months(OUTER_MONTHS);
    let rules = Rules {
        months: LIMITATION_MONTHS,
        outer_day: Some(outer_day),
        calendar,
    };
    let clock = Clock::new(start_day, plan_from, rules).after(entries);
    Limitation {
        start_day: clock.start_day,
        last_day: clock.last_day,
        act_by: clock.act_by,
        outer_day,
        state: clock.state(as_of),
        days_left: clock.act_by.days_since(as_of),
        calendar_published: clock.calendar_published,
        needs_lawyer: clock.needs_lawyer,
    }
}

/// The period in which a judgment can be enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnforcementPeriod {
    /// The day the present period counts from; itself not counted.
    pub start_day: Day,
    /// By the words of the law, rolled over rest days.
    pub last_day: Day,
    /// The day to plan with, never rolled.
    pub act_by: Day,
    /// `last_day` rests on published calendars only.
    pub calendar_published: bool,
    /// A lawyer must look at it.
    pub needs_lawyer: bool,
}

/// Two years from the judgment's last day for performance, or from its taking effect when it sets none; interruption and
/// suspension as for limitation (Civil Procedure Law (2023) art. 250, 85).
#[must_use]
pub fn enforcement_period(
    performance_until: Day,
    entries: &[LimitationEntry],
    calendar: &Calendar,
) -> EnforcementPeriod {
    let rules = Rules {
        months: ENFORCEMENT_MONTHS,
        outer_day: None,
        calendar,
    };
    let clock = Clock::new(performance_until, performance_until, rules).after(entries);
    EnforcementPeriod {
        start_day: clock.start_day,
        last_day: clock.last_day,
        act_by: clock.act_by,
        calendar_published: clock.calendar_published,
        needs_lawyer: clock.needs_lawyer,
    }
}

#[derive(Debug, Clone, Copy)]
struct Rules<'a> {
    months: u32,
    outer_day: Option<Day>,
    calendar: &'a Calendar,
}

#[derive(Debug, Clone, Copy)]
struct Clock<'a> {
    rules: Rules<'a>,
    start_day: Day,
    last_day: Day,
    act_by: Day,
    calendar_published: bool,
    needs_lawyer: bool,
    phase: Phase,
}

/// What happened to the period, beyond its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Counting,
    Uncertain,
    DefenceBarred,
}

impl<'a> Clock<'a> {
    fn new(start_day: Day, plan_from: Day, rules: Rules<'a>) -> Self {
        let mut clock = Self {
            rules,
            start_day,
            last_day: start_day,
            act_by: start_day,
            calendar_published: true,
            needs_lawyer: false,
            phase: Phase::Counting,
        };
        clock.run(start_day, plan_from);
        clock
    }

    fn after(mut self, entries: &[LimitationEntry]) -> Self {
        let mut entries: Vec<&LimitationEntry> = entries.iter().collect();
        entries.sort_by_key(|entry| entry.first_day());
        for entry in entries {
            self.apply(*entry);
        }
        self
    }

    fn run(&mut self, start_day: Day, plan_from: Day) {
        self.start_day = start_day;
        self.end(
            start_day.plus_months(self.rules.months),
            plan_from.plus_months(self.rules.months),
        );
    }

    /// Sets the end of the period, never beyond the outer day.
    fn end(&mut self, last_day: Day, act_by: Day) {
        let rolled = self.rules.calendar.roll(last_day);
        self.last_day = rolled.day;
        self.calendar_published = rolled.calendar_published;
        if let Some(outer_day) = self.rules.outer_day {
            self.last_day = self.last_day.min(outer_day);
        }
        self.act_by = act_by.min(self.last_day);
    }

    fn apply(&mut self, entry: LimitationEntry) {
        match entry {
            LimitationEntry::DemandReceived {
                proof,
                extent: DemandExtent::Whole,
            } => {
                self.restart(proof);
            }
            LimitationEntry::DemandReceived {
                proof: _,
                extent: DemandExtent::WaivesRest,
            } => self.needs_lawyer = true,
            LimitationEntry::AgreedToPerform { proof, how } => {
                if self.restart(proof) == Timing::Late {
                    self.agreed_late(proof, how);
                }
            }
            LimitationEntry::Procedure { filed_on, ended_on } => {
                if self.restart(Proof::On(filed_on)) == Timing::InTime
                    && let Some(ended_on) = ended_on
                    && ended_on > filed_on
                {
                    self.run(ended_on, ended_on);
                }
            }
            LimitationEntry::Obstacle { from, until } => self.suspend(from, until),
        }
    }

    fn restart(&mut self, proof: Proof) -> Timing {
        if self.phase == Phase::DefenceBarred {
            return Timing::Late;
        }
        let timing = proof.against(self.last_day);
        match timing {
            Timing::InTime => {
                let day = proof.first_day();
                if day > self.start_day {
                    self.run(day, day);
                }
            }
            Timing::Late => {}
            Timing::Straddles => {
                self.phase = Phase::Uncertain;
                self.needs_lawyer = true;
            }
        }
        timing
    }

    /// After the last day only express words and payment bar the defence; anything else is for a lawyer.
    fn agreed_late(&mut self, proof: Proof, how: Agreement) {
        self.needs_lawyer = true;
        match how {
            Agreement::Express | Agreement::PartPayment => {
                self.phase = Phase::DefenceBarred;
                self.run(proof.first_day(), proof.first_day());
            }
            Agreement::InstalmentPromise
            | Agreement::Security
            | Agreement::RequestForDelay
            | Agreement::RepaymentPlan => {}
        }
    }

    /// Civil Code art. 194: an obstacle counts when it lasts into the last six months; the period then ends six months
    /// after it is gone. While it lasts, nothing is moved and a lawyer looks at it.
    fn suspend(&mut self, from: Day, until: Option<Day>) {
        let months_before = self.rules.months.saturating_sub(SUSPENSION_MONTHS);
        let window = self.start_day.plus_months(months_before);
        if from > self.last_day || until.is_some_and(|until| until < window) {
            return;
        }
        match until {
            Some(until) => {
                let end = until.plus_months(SUSPENSION_MONTHS);
                if end > self.act_by {
                    self.end(end.max(self.last_day), end);
                }
            }
            None => self.needs_lawyer = true,
        }
    }

    fn state(&self, as_of: Day) -> LimitationState {
        match self.phase {
            Phase::DefenceBarred => LimitationState::ExpiredDefenceBarred,
            Phase::Uncertain => LimitationState::Uncertain,
            Phase::Counting if as_of > self.last_day => LimitationState::Expired,
            Phase::Counting => LimitationState::Running,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::cases;
    use super::*;

    fn basis(input: &Value) -> LimitationBasis {
        match input["basis"].as_str().unwrap() {
            "agreed_due_day" => LimitationBasis::AgreedDueDay(cases::day(&input["due_day"])),
            "same_debt_instalments" => {
                let days = input["instalment_due_days"].as_array().unwrap();
                LimitationBasis::LastInstalment(days.iter().map(cases::day).max().unwrap())
            }
            "no_due_day_grace" => LimitationBasis::GraceAfterFirstDemand {
                demanded_on: cases::day(&input["first_demand_day"]),
                grace_days: input["grace_days"].as_u64().unwrap().try_into().unwrap(),
            },
            "no_due_day_refusal" => {
                LimitationBasis::RefusedAtFirstDemand(cases::day(&input["refusal_day"]))
            }
            other => panic!("{other}"),
        }
    }

    fn proof(entry: &Value) -> Proof {
        match cases::maybe_day(&entry["day"]) {
            Some(day) => Proof::On(day),
            None => Proof::Between {
                not_before: cases::instant(&entry["not_before"]),
                not_after: cases::instant(&entry["not_after"]),
            },
        }
    }

    fn entry(entry: &Value) -> LimitationEntry {
        match entry["kind"].as_str().unwrap() {
            "demand_delivered" | "letter_arrived" => LimitationEntry::DemandReceived {
                proof: proof(entry),
                extent: DemandExtent::Whole,
            },
            "agreement_to_perform" => LimitationEntry::AgreedToPerform {
                proof: proof(entry),
                how: match entry["how"].as_str().unwrap() {
                    "instalment_promise" => Agreement::InstalmentPromise,
                    "part_payment" => Agreement::PartPayment,
                    other => panic!("{other}"),
                },
            },
            "express_agreement_to_perform" => LimitationEntry::AgreedToPerform {
                proof: proof(entry),
                how: Agreement::Express,
            },
            "obstacle" => LimitationEntry::Obstacle {
                from: cases::day(&entry["from"]),
                until: cases::maybe_day(&entry["until"]),
            },
            "mediation_requested" => LimitationEntry::Procedure {
                filed_on: cases::day(&entry["day"]),
                ended_on: cases::maybe_day(&entry["ended_on"]),
            },
            other => panic!("{other}"),
        }
    }

    #[test]
    fn worked_cases() {
        let calendar = Calendar::published();
        for case in cases::of("limitation", 23) {
            let entries: Vec<LimitationEntry> = case.input["entries"]
                .as_array()
                .into_iter()
                .flatten()
                .map(entry)
                .collect();
            let clock = limitation(
                &basis(&case.input),
                &entries,
                cases::day(&case.input["as_of"]),
                &calendar,
            );
            assert_eq!(json!(clock), case.expected, "{}", case.id);
        }
    }

    #[test]
    fn worked_cases_of_enforcement() {
        let calendar = Calendar::published();
        for case in cases::of("enforcement_period", 2) {
            let period =
                enforcement_period(cases::day(&case.input["performance_until"]), &[], &calendar);
            for (name, day) in [
                ("start_day", period.start_day),
                ("last_day", period.last_day),
                ("act_by", period.act_by),
            ] {
                assert_eq!(day, cases::day(&case.expected[name]), "{} {name}", case.id);
            }
        }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn after(entries: &[LimitationEntry]) -> Limitation {
        limitation(
            &LimitationBasis::AgreedDueDay(day("2020-05-10")),
            entries,
            day("2023-09-01"),
            &Calendar::published(),
        )
    }

    #[test]
    fn order_of_the_entries_does_not_matter() {
        let demand = |on: &str| LimitationEntry::DemandReceived {
            proof: Proof::On(day(on)),
            extent: DemandExtent::Whole,
        };
        let (early, late) = (demand("2022-01-10"), demand("2024-12-01"));
        assert_eq!(after(&[late, early]), after(&[early, late]));
        assert_eq!(after(&[late, early]).start_day, day("2024-12-01"));
    }

    #[test]
    fn payment_after_the_last_day_bars_the_defence_but_a_request_for_delay_is_for_a_lawyer() {
        let late = |how| {
            after(&[LimitationEntry::AgreedToPerform {
                proof: Proof::On(day("2023-08-01")),
                how,
            }])
        };
        let paid = late(Agreement::PartPayment);
        assert_eq!(paid.state, LimitationState::ExpiredDefenceBarred);
        let asked = late(Agreement::RequestForDelay);
        assert_eq!(asked.state, LimitationState::Expired);
        assert!(asked.needs_lawyer);
    }

    #[test]
    fn a_demand_that_waives_the_rest_does_not_restart_the_rest() {
        let clock = after(&[LimitationEntry::DemandReceived {
            proof: Proof::On(day("2022-01-10")),
            extent: DemandExtent::WaivesRest,
        }]);
        assert_eq!(clock.start_day, day("2020-05-11"));
        assert!(clock.needs_lawyer);
    }

    #[test]
    fn nothing_runs_past_the_outer_day() {
        let demands: Vec<LimitationEntry> = (2022..2042)
            .map(|year| LimitationEntry::DemandReceived {
                proof: Proof::On(day(&format!("{year}-01-10"))),
                extent: DemandExtent::Whole,
            })
            .collect();
        let clock = after(&demands);
        assert_eq!(clock.outer_day, day("2040-05-11"));
        assert_eq!(clock.last_day, clock.outer_day);
    }

    #[test]
    fn a_pending_procedure_counts_from_its_filing() {
        let clock = after(&[LimitationEntry::Procedure {
            filed_on: day("2023-03-01"),
            ended_on: None,
        }]);
        assert_eq!(clock.start_day, day("2023-03-01"));
    }
}
