//! The admission gate: the only door for changes of other devices.
//!
//! automerge trusts its input. A change of a hundred bytes can claim 2^40 operations, inflate to a gigabyte before its
//! checksum is looked at, panic in the middle of being applied, or be accepted and leave a document that never loads
//! again. Worse, it can be well-formed and still wrong: written under another device's actor, it makes that device's real
//! changes unacceptable for ever.
//!
//! So a run passes these steps, in this order, on the server and on the phone alike:
//!
//! 1. sizes, before a byte is read ([`CHANGE_LIMIT_BYTES`], [`RUN_LIMIT_CHANGES`], [`RUN_LIMIT_BYTES`]);
//! 2. the chunk is a change, inflated under a limit, and hashes to what it says (`chunk`);
//! 3. its counts and run lengths are added up without building anything (`scan`);
//! 4. its actor is the one bound to this chain and document, its number the next one, its dependencies known, its first
//!    operation follows theirs: decided on what the scan read, still without automerge;
//! 5. it is parsed as a throw-away value, encodes to the same hash again, and every operation fits (`operations`);
//! 6. it is applied to a copy, which must then have it as a head;
//! 7. the copy reads as a document of its kind, down to the last field and limit;
//! 8. the copy survives being saved and loaded, with equal heads.
//!
//! Only then does the copy become the document: whatever goes wrong, a panic included, leaves the document as it was. A
//! change that the document has already is passed over, so a run may be offered any number of times.
//!
//! One change takes another way: that by which a document of an earlier version grows. It is known beforehand to the byte
//! (`grow`), so it is compared and not judged.
//!
//! What this does not bound is the time and memory of steps 5 to 8; the limits of steps 1 and 3 keep them small.

mod chunk;
mod operations;
mod scan;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ChangeHash};

use super::document::known_actor;
use super::shape::ShapeError;
use super::{ActorId, Document, DocumentKind, GROWTH_CHAIN, actor_of, grow, hydrate};
use crate::domain::time::Instant;
use crate::protocol::push::{ChangeBytes, HeldCode, Run};
use operations::Elements;
use scan::Head;

/// Largest change, as it comes.
pub const CHANGE_LIMIT_BYTES: usize = 256 << 10;
/// Most changes in one run.
pub const RUN_LIMIT_CHANGES: usize = 500;
/// Largest run.
pub const RUN_LIMIT_BYTES: usize = 1 << 20;

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Admission {
    /// Changes that are new.
    pub applied: usize,
    /// Changes that the document had.
    pub already: usize,
}

/// Why a run is refused, whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("change {index} of the run: {rule}")]
pub struct GateReject {
    /// Which change, from 0.
    pub index: usize,
    /// The rule that it broke.
    pub rule: Rule,
}

/// The rules of the gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// The run is for another document.
    #[error("it belongs to another document")]
    OtherDocument,
    /// Larger than allowed, packed, unpacked or counted.
    #[error("it is larger than allowed: {0}")]
    TooLarge(&'static str),
    /// Not a change chunk from its first byte to its last.
    #[error("it is no change: {0}")]
    NotAChange(&'static str),
    /// The bytes do not hash to what they say.
    #[error("its checksum is wrong")]
    Checksum,
    /// Not written under the actor that is bound to the chain.
    #[error("it is not written under the actor of its chain")]
    ForeignActor,
    /// Its number is taken by another change.
    #[error("its number is taken by another change of the same actor")]
    ForkedActor,
    /// Earlier changes of the actor are missing.
    #[error("change {wanted} of the actor comes next, not {found}")]
    SequenceGap {
        /// The number that comes next.
        wanted: u64,
        /// Its number.
        found: u64,
    },
    /// It depends on nothing, on what is not here, or on one change twice.
    #[error("a change that it depends on is not here")]
    MissingDependency,
    /// Its first operation does not follow those that it depends on.
    #[error("its first operation is {found}; it must be {wanted}")]
    StartOp {
        /// What it must be.
        wanted: u64,
        /// What it is.
        found: u64,
    },
    /// Its time is outside the years 1970 to 9999.
    #[error("its time is outside the years 1970 to 9999")]
    Time,
    /// automerge cannot read it, or would write it in another way.
    #[error("it is not in automerge's own form")]
    NotCanonical,
    /// An operation that no edit of this product makes.
    #[error("an operation does not fit: {0}")]
    Operation(&'static str),
    /// automerge refused to apply it or did not take it in.
    #[error("it cannot be applied")]
    NotApplied,
    /// With it, the document would not read as one of its kind.
    #[error("the document would not read as one of its kind: {0}")]
    Shape(#[from] ShapeError),
    /// With it, the document would not load again.
    #[error("the document would not load again")]
    NotSaved,
    /// automerge panicked.
    #[error("it broke the reader")]
    Panicked,
}

impl GateReject {
    /// The stable code, for logs, quarantine and catalogs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.rule {
            Rule::OtherDocument => "other_document",
            Rule::TooLarge(_) => "too_large",
            Rule::NotAChange(_) => "not_a_change",
            Rule::Checksum => "checksum",
            Rule::ForeignActor => "foreign_actor",
            Rule::ForkedActor => "forked_actor",
            Rule::SequenceGap { .. } => "sequence_gap",
            Rule::MissingDependency => "missing_dependency",
            Rule::StartOp { .. } => "start_op",
            Rule::Time => "time",
            Rule::NotCanonical => "not_canonical",
            Rule::Operation(_) => "operation",
            Rule::NotApplied => "not_applied",
            Rule::Shape(_) => "shape",
            Rule::NotSaved => "not_saved",
            Rule::Panicked => "panicked",
        }
    }

    /// The verdict that a device is told.
    #[must_use]
    pub const fn held_code(&self) -> HeldCode {
        match self.rule {
            Rule::TooLarge(_) => HeldCode::TooLarge,
            Rule::ForeignActor => HeldCode::ForeignActor,
            Rule::ForkedActor => HeldCode::ForkedActor,
            Rule::SequenceGap { .. } | Rule::MissingDependency => HeldCode::MissingDependency,
            Rule::OtherDocument => HeldCode::UnknownSubject,
            Rule::NotAChange(_)
            | Rule::Checksum
            | Rule::StartOp { .. }
            | Rule::Time
            | Rule::NotCanonical
            | Rule::Operation(_)
            | Rule::NotApplied
            | Rule::Shape(_)
            | Rule::NotSaved
            | Rule::Panicked => HeldCode::Malformed,
        }
    }
}

impl From<GateReject> for HeldCode {
    fn from(reject: GateReject) -> Self {
        reject.held_code()
    }
}

impl Document {
    /// Takes in a run of another device, whole or not at all.
    ///
    /// # Errors
    /// [`GateReject`]; the document is unchanged then.
    pub fn admit(&mut self, run: &Run) -> Result<Admission, GateReject> {
        let at = |index| move |rule| GateReject { index, rule };
        if run.document != self.id {
            return Err(at(0)(Rule::OtherDocument));
        }
        check_sizes(&run.changes)?;
        if run.chain == GROWTH_CHAIN {
            return catch_unwind(AssertUnwindSafe(|| self.admit_growth(&run.changes)))
                .unwrap_or(Err(Rule::Panicked))
                .map_err(at(0));
        }
        let actor = actor_of(run.chain, run.document, run.actor_epoch);
        // What is touched in here is a copy, thrown away when this panics.
        let known = catch_unwind(AssertUnwindSafe(|| Known::of(&self.inner)))
            .map_err(|_panic| at(0)(Rule::Panicked))?;
        let mut trial = Trial {
            actor,
            known,
            elements: Elements::default(),
            copy: None,
        };
        let mut admission = Admission::default();
        for (index, change) in run.changes.iter().enumerate() {
            let step = catch_unwind(AssertUnwindSafe(|| trial.admit(&self.inner, change)))
                .unwrap_or(Err(Rule::Panicked))
                .map_err(at(index))?;
            match step {
                Step::Applied => admission.applied += 1,
                Step::Already => admission.already += 1,
            }
        }
        if let Some(copy) = trial.copy {
            let last = run.changes.len().saturating_sub(1);
            self.inner = catch_unwind(AssertUnwindSafe(|| reloaded(copy, self)))
                .unwrap_or(Err(Rule::Panicked))
                .map_err(at(last))?;
        }
        Ok(admission)
    }

    /// The change by which a document grows is known beforehand, to the byte.
    fn admit_growth(&mut self, changes: &[ChangeBytes]) -> Result<Admission, Rule> {
        let growth = grow::growth(&self.inner, self.id).map_err(|_none| Rule::NotApplied)?;
        let is_it = matches!(changes, [only] if only.0 == growth.raw_bytes());
        if !is_it || self.kind != DocumentKind::Customer {
            return Err(Rule::ForeignActor);
        }
        if grow::has_grown(&self.inner, growth.hash()) {
            return Ok(Admission {
                applied: 0,
                already: 1,
            });
        }
        if self.has_follow_ups() {
            return Err(Rule::Operation("the document has what it would add"));
        }
        let mut copy = self.inner.clone();
        copy.apply_changes([growth])
            .map_err(|_source| Rule::NotApplied)?;
        self.inner = reloaded(copy, self)?;
        Ok(Admission {
            applied: 1,
            already: 0,
        })
    }
}

fn check_sizes(changes: &[ChangeBytes]) -> Result<(), GateReject> {
    let too_large = |index, what| GateReject {
        index,
        rule: Rule::TooLarge(what),
    };
    if changes.len() > RUN_LIMIT_CHANGES {
        return Err(too_large(RUN_LIMIT_CHANGES, "changes in the run"));
    }
    let mut sum = 0;
    for (index, change) in changes.iter().enumerate() {
        sum += change.0.len();
        if change.0.len() > CHANGE_LIMIT_BYTES {
            return Err(too_large(index, "bytes of a change"));
        }
        if sum > RUN_LIMIT_BYTES {
            return Err(too_large(index, "bytes of the run"));
        }
    }
    Ok(())
}

/// Steps 7 and 8: the copy as it will be held.
fn reloaded(copy: Automerge, document: &Document) -> Result<Automerge, Rule> {
    hydrate::check(&copy, document.kind)?;
    let bytes = copy.save();
    if bytes.len() > super::DOCUMENT_LIMIT_BYTES {
        return Err(Rule::TooLarge("bytes of the document"));
    }
    let again = Automerge::load(&bytes).map_err(|_source| Rule::NotSaved)?;
    if again.get_heads() == copy.get_heads() && hydrate::check(&again, document.kind).is_ok() {
        Ok(copy)
    } else {
        Err(Rule::NotSaved)
    }
}

enum Step {
    Applied,
    Already,
}

/// The changes that a document has.
struct Known {
    by_number: BTreeMap<(ActorId, u64), ChangeHash>,
    max_op: BTreeMap<ChangeHash, u64>,
}

impl Known {
    fn of(inner: &Automerge) -> Self {
        let mut known = Self {
            by_number: BTreeMap::new(),
            max_op: BTreeMap::new(),
        };
        for change in inner.get_changes_meta(&[]) {
            if let Some(actor) = known_actor(&change.actor) {
                known.by_number.insert((actor, change.seq), change.hash);
            }
            known.max_op.insert(change.hash, change.max_op);
        }
        known
    }

    fn next_seq(&self, actor: ActorId) -> u64 {
        self.by_number
            .range((actor, 0)..=(actor, u64::MAX))
            .next_back()
            .map_or(1, |((_actor, seq), _hash)| seq + 1)
    }

    /// Steps 4's rules about the graph.
    fn check(&self, head: &Head) -> Result<(), Rule> {
        let wanted = self.next_seq(head.actor);
        if head.seq != wanted {
            return Err(Rule::SequenceGap {
                wanted,
                found: head.seq,
            });
        }
        // Every document begins with the change that made its objects, so later changes depend on something.
        let mut deepest = 0;
        for (index, dependency) in head.dependencies.iter().enumerate() {
            let is_twice = head
                .dependencies
                .iter()
                .take(index)
                .any(|it| it == dependency);
            match self.max_op.get(&ChangeHash(*dependency)) {
                Some(max_op) if !is_twice => deepest = deepest.max(*max_op),
                Some(_) | None => return Err(Rule::MissingDependency),
            }
        }
        if head.dependencies.is_empty() {
            return Err(Rule::MissingDependency);
        }
        // automerge looks up every actor that a change lists, and breaks when it has none of its changes.
        let has_written = |actor: &ActorId| self.next_seq(*actor) > 1;
        if !head.others.iter().all(has_written) {
            return Err(Rule::MissingDependency);
        }
        let wanted = deepest + 1;
        if head.start_op != wanted {
            return Err(Rule::StartOp {
                wanted,
                found: head.start_op,
            });
        }
        if Instant::from_ms(head.time).ms() != head.time {
            return Err(Rule::Time);
        }
        Ok(())
    }
}

/// A run being tried on a copy.
struct Trial {
    actor: ActorId,
    known: Known,
    elements: Elements,
    copy: Option<Automerge>,
}

impl Trial {
    fn admit(&mut self, original: &Automerge, change: &ChangeBytes) -> Result<Step, Rule> {
        let chunk = chunk::open(&change.0)?;
        let head = scan::scan(chunk.body())?;
        if head.actor != self.actor {
            return Err(Rule::ForeignActor);
        }
        if let Some(hash) = self.known.by_number.get(&(head.actor, head.seq)) {
            return if hash.0 == chunk.hash {
                Ok(Step::Already)
            } else {
                Err(Rule::ForkedActor)
            };
        }
        self.known.check(&head)?;

        let parsed = Change::from_bytes(chunk.bytes).map_err(|_source| Rule::NotCanonical)?;
        let copy = self.copy.get_or_insert_with(|| original.clone());
        operations::check(copy, &mut self.elements, &parsed)?;
        let (hash, max_op) = (parsed.hash(), parsed.max_op());
        self.elements.note(&parsed);
        copy.apply_changes([parsed])
            .map_err(|_source| Rule::NotApplied)?;
        if !copy.get_heads().contains(&hash) {
            return Err(Rule::NotApplied);
        }
        self.known.by_number.insert((head.actor, head.seq), hash);
        self.known.max_op.insert(hash, max_op);
        Ok(Step::Applied)
    }
}

#[cfg(test)]
mod tests;
