//! Credit grade (信用等级): points from what a customer did in the last year. Product rule; seed plan 1 steps 2–4 name the
//! screening, not the weights.
//!
//! The grade only proposes: the clerk compiles, the sales manager confirms, legal and the responsible leader decide.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::time::Day;

/// What a customer did, as an entry says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConductKind {
    /// A promise was broken.
    PromiseBroken,
    /// He refused to pay, or acted in bad faith (拒付、恶意).
    RefusedToPay,
    /// He was evasive or played for time (推诿、拖延).
    Evasive,
    /// He refused to sign (拒签).
    RefusedToSign,
    /// Nobody could be reached: [`GradePolicy::is_unreachable`].
    Unreachable,
    /// A promise was kept.
    PromiseKept,
}

/// Whether the receivable concerned is disputed for quality or amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispute {
    /// No dispute, or one that was rejected.
    None,
    /// Open or upheld: the entry does not count.
    OpenOrUpheld,
}

/// One entry about conduct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conduct {
    /// What.
    pub kind: ConductKind,
    /// When.
    pub day: Day,
    /// How often that day.
    pub times: u32,
    /// Whether it counts.
    pub dispute: Dispute,
}

/// An attempt to reach a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub day: Day,
    /// Somebody of the customer answered.
    pub is_answered: bool,
}

/// Points each and at most; points that are taken off are negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// For each.
    pub each: i32,
    /// For how many at most.
    pub times: u32,
}

/// Weights and limits of the grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradePolicy {
    /// How many days back entries count.
    pub window_days: i64,
    /// 2 each, at most 6.
    pub promise_broken: Weight,
    /// 4 once.
    pub refused_to_pay: Weight,
    /// 1 each, at most 3.
    pub evasive: Weight,
    /// 2 once.
    pub refused_to_sign: Weight,
    /// 2 once.
    pub unreachable: Weight,
    /// −1 each, at most −3.
    pub promise_kept: Weight,
    /// Points for more than so many days past due; the highest limit that is passed counts.
    pub age: [(i64, i32); 3],
    /// Least points of B, C and D.
    pub grades_from: [(Grade, i32); 3],
    /// Attempts without contact that make a customer unreachable.
    pub unreachable_attempts: usize,
    /// On at least so many days.
    pub unreachable_days: usize,
}

impl Default for GradePolicy {
    fn default() -> Self {
        let weight = |each, times| Weight { each, times };
        Self {
            window_days: 365,
            promise_broken: weight(2, 3),
            refused_to_pay: weight(4, 1),
            evasive: weight(1, 3),
            refused_to_sign: weight(2, 1),
            unreachable: weight(2, 1),
            promise_kept: weight(-1, 3),
            age: [(90, 1), (180, 2), (365, 3)],
            grades_from: [(Grade::B, 2), (Grade::C, 5), (Grade::D, 8)],
            unreachable_attempts: 5,
            unreachable_days: 3,
        }
    }
}

impl GradePolicy {
    const fn weight(&self, kind: ConductKind) -> Weight {
        match kind {
            ConductKind::PromiseBroken => self.promise_broken,
            ConductKind::RefusedToPay => self.refused_to_pay,
            ConductKind::Evasive => self.evasive,
            ConductKind::RefusedToSign => self.refused_to_sign,
            ConductKind::Unreachable => self.unreachable,
            ConductKind::PromiseKept => self.promise_kept,
        }
    }

    /// Whether attempts came to nothing often enough, on enough days, without one that was answered.
    #[must_use]
    pub fn is_unreachable(&self, attempts: &[Attempt]) -> bool {
        let days: BTreeSet<Day> = attempts.iter().map(|attempt| attempt.day).collect();
        attempts.iter().all(|attempt| !attempt.is_answered)
            && attempts.len() >= self.unreachable_attempts
            && days.len() >= self.unreachable_days
    }
}

/// The grade, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Up to 1 point.
    A,
    /// 2 to 4.
    B,
    /// 5 to 7.
    C,
    /// 8 and more (信誉极差).
    D,
}

/// What points are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradeReason {
    /// So many entries of a kind, all counted.
    Conduct(ConductKind, u64),
    /// Days past due of the oldest undisputed receivable.
    DaysPastDue(i64),
}

/// Points and what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeLine {
    /// What for.
    pub reason: GradeReason,
    /// How many; negative when they are taken off.
    pub points: i32,
}

/// A grade for people to decide on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedGrade {
    /// The sum of the lines.
    pub points: i32,
    /// The grade they make.
    pub grade: Grade,
    /// In the order of the kinds, then age; empty when nothing counts.
    pub lines: Vec<GradeLine>,
}

/// The grade that entries and age propose as of a day. Entries count from `window_days` before `as_of` up to `as_of`; those
/// under an open or upheld dispute do not. `oldest_undisputed_days_past_due` leaves disputed receivables out likewise. The
/// order of entries does not matter. Product rule.
#[must_use]
pub fn propose_grade(
    entries: &[Conduct],
    oldest_undisputed_days_past_due: i64,
    as_of: Day,
    policy: &GradePolicy,
) -> ProposedGrade {
    const KINDS: [ConductKind; 6] = [
        ConductKind::PromiseBroken,
        ConductKind::RefusedToPay,
        ConductKind::Evasive,
        ConductKind::RefusedToSign,
        ConductKind::Unreachable,
        ConductKind::PromiseKept,
    ];
    let counted = |entry: &&Conduct| {
        entry.dispute == Dispute::None
            && (0..=policy.window_days).contains(&as_of.days_since(entry.day))
    };
    let mut lines: Vec<GradeLine> = KINDS
        .into_iter()
        .filter_map(|kind| {
            let of_kind = entries.iter().filter(counted).filter(|e| e.kind == kind);
            let times: u64 = of_kind.map(|entry| u64::from(entry.times)).sum();
            let weight = policy.weight(kind);
            let capped = u32::try_from(times).unwrap_or(u32::MAX).min(weight.times);
            (times > 0).then(|| GradeLine {
                reason: GradeReason::Conduct(kind, times),
                points: i32::try_from(capped)
                    .unwrap_or(i32::MAX)
                    .saturating_mul(weight.each),
            })
        })
        .collect();
    let age = policy.age.iter().rev();
    lines.extend(
        age.clone()
            .find(|(days, _)| oldest_undisputed_days_past_due > *days)
            .map(|(_, points)| GradeLine {
                reason: GradeReason::DaysPastDue(oldest_undisputed_days_past_due),
                points: *points,
            }),
    );
    let points = lines
        .iter()
        .fold(0_i32, |sum, line| sum.saturating_add(line.points));
    let reached = policy.grades_from.iter().rev();
    let grade = reached
        .clone()
        .find(|(_, from)| points >= *from)
        .map_or(Grade::A, |(grade, _)| *grade);
    ProposedGrade {
        points,
        grade,
        lines,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::cases;
    use super::*;

    #[test]
    fn worked_cases() {
        for case in cases::of("credit_grade", 5) {
            let entries: Vec<Conduct> = case.input["entries"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| Conduct {
                    kind: serde_json::from_value(entry["kind"].clone()).unwrap(),
                    day: cases::day(&entry["day"]),
                    times: entry["times"].as_u64().unwrap_or(1).try_into().unwrap(),
                    dispute: if entry["disputed"] == true {
                        Dispute::OpenOrUpheld
                    } else {
                        Dispute::None
                    },
                })
                .collect();
            let proposed = propose_grade(
                &entries,
                case.input["oldest_undisputed_days_past_due"]
                    .as_i64()
                    .unwrap(),
                cases::day(&case.input["as_of"]),
                &GradePolicy::default(),
            );
            let shown = json!({"points": proposed.points, "grade": proposed.grade});
            assert_eq!(shown, case.expected, "{}", case.id);
        }
    }

    #[test]
    fn limits_are_passed_not_reached() {
        let as_of: Day = "2026-07-15".parse().unwrap();
        let points = |days| propose_grade(&[], days, as_of, &GradePolicy::default()).points;
        let found: Vec<i32> = [90, 91, 180, 181, 365, 366]
            .into_iter()
            .map(points)
            .collect();
        assert_eq!(found, [0, 1, 1, 2, 2, 3]);
    }

    #[test]
    fn entries_count_for_a_year_and_never_from_the_future() {
        let as_of: Day = "2026-07-15".parse().unwrap();
        let points = |days_ago: i64| {
            let refusal = Conduct {
                kind: ConductKind::RefusedToPay,
                day: as_of.plus_days(-days_ago),
                times: 1,
                dispute: Dispute::None,
            };
            propose_grade(&[refusal, refusal], 0, as_of, &GradePolicy::default()).points
        };
        let found: Vec<i32> = [-1, 0, 365, 366].into_iter().map(points).collect();
        assert_eq!(found, [0, 4, 4, 0]);
    }

    #[test]
    fn five_attempts_on_three_days_without_an_answer_make_unreachable() {
        let policy = GradePolicy::default();
        let attempts = |days: [&str; 5], is_answered: bool| {
            let mut attempts: Vec<Attempt> = days
                .iter()
                .map(|day| Attempt {
                    day: day.parse().unwrap(),
                    is_answered: false,
                })
                .collect();
            attempts[4].is_answered = is_answered;
            attempts
        };
        let three = [
            "2026-07-01",
            "2026-07-01",
            "2026-07-02",
            "2026-07-02",
            "2026-07-03",
        ];
        let two = [
            "2026-07-01",
            "2026-07-01",
            "2026-07-01",
            "2026-07-02",
            "2026-07-02",
        ];
        assert!(policy.is_unreachable(&attempts(three, false)));
        assert!(!policy.is_unreachable(&attempts(three, true)));
        assert!(!policy.is_unreachable(&attempts(two, false)));
        assert!(!policy.is_unreachable(&attempts(three, false)[..4]));
    }

    proptest! {
        #[test]
        fn lines_sum_to_the_points_and_worse_conduct_never_betters_the_grade(
            entries in proptest::collection::vec((0_usize..5, 0_i64..400, 1_u32..4), 0..12),
            days in 0_i64..900,
        ) {
            let as_of: Day = "2026-07-15".parse().unwrap();
            let kinds = [
                ConductKind::PromiseBroken,
                ConductKind::RefusedToPay,
                ConductKind::Evasive,
                ConductKind::RefusedToSign,
                ConductKind::Unreachable,
            ];
            let mut entries: Vec<Conduct> = entries
                .into_iter()
                .map(|(kind, ago, times)| Conduct {
                    kind: kinds[kind],
                    day: as_of.plus_days(-ago),
                    times,
                    dispute: Dispute::None,
                })
                .collect();
            let policy = GradePolicy::default();
            let all = propose_grade(&entries, days, as_of, &policy);
            prop_assert_eq!(all.lines.iter().map(|line| line.points).sum::<i32>(), all.points);
            entries.reverse();
            prop_assert_eq!(&propose_grade(&entries, days, as_of, &policy), &all);
            entries.pop();
            prop_assert!(propose_grade(&entries, days, as_of, &policy).grade <= all.grade);
        }
    }
}
