//! Hostile input through the real doors: genuine material is damaged in every way that we can think of and offered to the gate, the
//! server and a phone.
//!
//! A case is made from the seed and its number alone, so that any one of them can be looked at again. What must never happen is
//! counted, not asserted on the way: the report says how often, and for the first of each which case it was.

mod bytes;
mod cbor;
mod chance;
mod changes;
mod decoders;
mod gate;
mod messages;
mod uploads;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use countersign_core::domain::ids::Digest;
use serde_json::{Value, json};

use chance::Chance;

/// How many cases, from which seed.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Cases over all doors.
    pub cases: u64,
    /// What they are made from.
    pub seed: u64,
    /// Only this one, at the gate.
    pub only: Option<u64>,
}

/// The most that a case may take, beyond what was held before it.
pub const MEMORY_LIMIT_BYTES: usize = 64 << 20;
/// The longest that a case may take on an idle machine.
pub const TIME_LIMIT_MS: u128 = 250;

/// So many cases of each harm are named.
const SHOWN: usize = 20;

/// What a door is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// Changes of a document, at the gate that server and phone share.
    Gate,
    /// Whatever reads bytes into a value: entries, signatures, snapshots, messages, streams, texts.
    Decoders,
    /// Ledger files from a clerk's browser.
    Uploads,
    /// Envelopes under the key of an enrolled phone whose owner is the attacker.
    Push,
    /// Bodies of requests, before anything is believed.
    Bodies,
    /// Answers that a phone gets in an exchange.
    Answers,
}

impl Door {
    const fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Decoders => "decoders",
            Self::Uploads => "uploads",
            Self::Push => "push",
            Self::Bodies => "bodies",
            Self::Answers => "answers",
        }
    }
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// Taken in.
    Admitted,
    /// Refused, with the code.
    Refused(String),
}

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offered {
    /// As an honest device made it.
    Genuine,
    /// Made wrong.
    Damaged,
}

/// A thing that must not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// A panic, caught or not.
    Panic,
    /// What was there before no longer loads, or honest changes are refused.
    Poisoned,
    /// Two replicas with the same changes do not read alike.
    Diverged,
    /// Genuine material was refused.
    GenuineRefused,
    /// A signature that is none was believed.
    Forged,
    /// More memory than a case may take.
    TooMuchMemory,
}

/// What one door saw.
#[derive(Debug, Clone, Default)]
pub struct DoorReport {
    /// Cases, genuine ones included.
    pub cases: u64,
    /// Genuine ones.
    pub genuine: u64,
    /// Taken in.
    pub admitted: u64,
    /// Refused, by code.
    pub refused: BTreeMap<String, u64>,
    /// Longest case, ms.
    pub slowest_ms: u128,
    /// Cases beyond [`TIME_LIMIT_MS`].
    pub slow: u64,
    /// Most memory that a case took, bytes.
    pub most_bytes: usize,
}

/// What all doors saw.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Names what was offered, byte for byte: the same seed gives the same name.
    pub offered: Digest,
    /// By door.
    pub doors: BTreeMap<Door, DoorReport>,
    /// How often each harm happened, and its first cases in words.
    pub harm: BTreeMap<Harm, (u64, Vec<String>)>,
}

impl Report {
    fn harm(&mut self, harm: Harm, case: impl FnOnce() -> String) {
        let (count, first) = self.harm.entry(harm).or_default();
        *count += 1;
        if first.len() < SHOWN {
            first.push(case());
        }
    }

    /// Nothing happened that must not.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.harm.is_empty()
    }

    /// How often a harm happened.
    #[must_use]
    pub fn count(&self, harm: Harm) -> u64 {
        self.harm.get(&harm).map_or(0, |(count, _first)| *count)
    }

    /// As one JSON object.
    #[must_use]
    pub fn json(&self) -> Value {
        let doors: serde_json::Map<String, Value> = self
            .doors
            .iter()
            .map(|(door, row)| {
                let value = json!({
                    "cases": row.cases, "genuine": row.genuine, "admitted": row.admitted, "refused": row.refused,
                    "slowest_ms": u64::try_from(row.slowest_ms).unwrap_or(u64::MAX), "slow": row.slow,
                    "most_kib": row.most_bytes >> 10,
                });
                (door.name().to_owned(), value)
            })
            .collect();
        json!({
            "offered": self.offered.to_string(), "doors": doors, "panics": self.count(Harm::Panic), "poisoned": self.count(Harm::Poisoned),
            "diverged": self.count(Harm::Diverged), "genuine_refused": self.count(Harm::GenuineRefused),
            "forged": self.count(Harm::Forged), "too_much_memory": self.count(Harm::TooMuchMemory),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "offered {}", self.offered.short())?;
        for (door, row) in &self.doors {
            writeln!(
                f,
                "{:<7} {:>8} cases, {} genuine, {} admitted, slowest {} ms ({} over {TIME_LIMIT_MS}), most {} KiB",
                door.name(),
                row.cases,
                row.genuine,
                row.admitted,
                row.slowest_ms,
                row.slow,
                row.most_bytes >> 10
            )?;
            for (code, count) in &row.refused {
                writeln!(f, "        {count:>8} refused: {code}")?;
            }
        }
        writeln!(
            f,
            "panics {}, poisoned {}, diverged {}, genuine refused {}, forged {}, too much memory {}",
            self.count(Harm::Panic),
            self.count(Harm::Poisoned),
            self.count(Harm::Diverged),
            self.count(Harm::GenuineRefused),
            self.count(Harm::Forged),
            self.count(Harm::TooMuchMemory)
        )?;
        for (harm, (_count, first)) in &self.harm {
            for case in first {
                writeln!(f, "{harm:?}: {case}")?;
            }
        }
        Ok(())
    }
}

/// How much memory is held, and the most since the last reset; the program that runs the cases knows.
pub trait Memory {
    /// Bytes held now; the peak starts anew.
    fn reset(&self) -> usize;
    /// Most bytes held since.
    fn peak(&self) -> usize;
}

/// Memory is not looked at.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Memory for Unwatched {
    fn reset(&self) -> usize {
        0
    }

    fn peak(&self) -> usize {
        0
    }
}

/// One run over all doors.
struct Run<'m> {
    plan: Plan,
    memory: &'m dyn Memory,
    report: Report,
}

impl Run<'_> {
    /// Notes what is about to be offered.
    fn note(&mut self, bytes: &[u8]) {
        self.report.offered = Digest::of_parts(&[&self.report.offered.0, bytes]);
    }

    /// Offers one case and notes what came of it. `case` says which it is.
    fn offer(
        &mut self,
        door: Door,
        offered: Offered,
        case: &str,
        act: impl FnOnce() -> Result<Outcome, Harm>,
    ) -> Option<Outcome> {
        let before = self.memory.reset();
        let begun = now();
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
        let ms = begun.elapsed().as_millis();
        let bytes = self.memory.peak().saturating_sub(before);
        let row = self.report.doors.entry(door).or_default();
        row.cases += 1;
        row.genuine += u64::from(offered == Offered::Genuine);
        row.slowest_ms = row.slowest_ms.max(ms);
        row.slow += u64::from(ms > TIME_LIMIT_MS);
        row.most_bytes = row.most_bytes.max(bytes);
        if bytes > MEMORY_LIMIT_BYTES {
            self.report
                .harm(Harm::TooMuchMemory, || format!("{case}: {bytes} bytes"));
        }
        match done {
            Err(_panic) => {
                self.report.harm(Harm::Panic, || case.to_owned());
                None
            }
            Ok(Err(harm)) => {
                self.report.harm(harm, || case.to_owned());
                None
            }
            Ok(Ok(outcome)) => {
                let row = self.report.doors.entry(door).or_default();
                match &outcome {
                    Outcome::Admitted => row.admitted += 1,
                    Outcome::Refused(code) => {
                        *row.refused.entry(code.clone()).or_default() += 1;
                        if offered == Offered::Genuine {
                            self.report
                                .harm(Harm::GenuineRefused, || format!("{case}: {code}"));
                        }
                    }
                }
                Some(outcome)
            }
        }
    }
}

/// Runs the plan. Panics of the doors are caught and counted; their words are printed when it is about one case.
#[must_use]
pub fn run(plan: Plan, memory: &dyn Memory) -> Report {
    let words = std::panic::take_hook();
    if plan.only.is_none() {
        std::panic::set_hook(Box::new(|_panic| {}));
    }
    let mut run = Run {
        plan,
        memory,
        report: Report::default(),
    };
    let decoders = plan.cases * 7 / 10;
    let messages = plan.cases * 9 / 10;
    let uploads = messages - plan.cases / 200;
    if let Some(only) = plan.only {
        gate::cases(&mut run, only..only + 1);
    } else {
        gate::cases(&mut run, 0..decoders);
        decoders::cases(&mut run, decoders..uploads);
        uploads::cases(&mut run, uploads..messages);
        messages::cases(&mut run, messages..plan.cases);
    }
    std::panic::set_hook(words);
    run.report
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement of how long a case takes; nothing is decided on it"
)]
fn now() -> Instant {
    Instant::now()
}
