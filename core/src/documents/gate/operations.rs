//! What the operations of a change may do: exactly what the edits of this product do.

use std::collections::{BTreeMap, BTreeSet};

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{Automerge, Change, ExpandedChange, ObjId, ObjType, ReadDoc as _, ScalarValue};

use super::Rule;
use crate::documents::shape::FIELD_LIMIT_BYTES;

/// Most maps inside each other: a plan's materials lie three deep.
const DEPTH_LIMIT: usize = 3;

/// The elements that each text ever had, also those that were deleted: what a later operation may stand after. automerge breaks
/// on one that stands after nothing.
#[derive(Debug, Default)]
pub(super) struct Elements(Option<BTreeMap<OpId, BTreeSet<OpId>>>);

impl Elements {
    /// Reads the history when the first operation asks.
    fn has(&mut self, copy: &Automerge, text: &OpId, element: &OpId) -> bool {
        let known = self.0.get_or_insert_with(|| {
            let mut known = BTreeMap::new();
            for change in copy.get_changes(&[]) {
                note_inserts(&mut known, &change.decode());
            }
            known
        });
        known
            .get(text)
            .is_some_and(|elements| elements.contains(element))
    }

    /// A change that was applied.
    pub(super) fn note(&mut self, change: &Change) {
        if let Some(known) = &mut self.0 {
            note_inserts(known, &change.decode());
        }
    }
}

fn note_inserts(known: &mut BTreeMap<OpId, BTreeSet<OpId>>, change: &ExpandedChange) {
    for (number, operation) in (change.start_op.get()..).zip(&change.operations) {
        if let (true, ObjectId::Id(text)) = (operation.insert, &operation.obj) {
            known
                .entry(text.clone())
                .or_default()
                .insert(OpId::new(number, &change.actor_id));
        }
    }
}

/// Checks that `change` is in automerge's own form and that each of its operations fits `copy`, which has all that the
/// change depends on.
pub(super) fn check(
    copy: &Automerge,
    elements: &mut Elements,
    change: &Change,
) -> Result<(), Rule> {
    let expanded = change.decode();
    if Change::from(expanded.clone()).raw_bytes() != change.raw_bytes() {
        return Err(Rule::NotCanonical);
    }
    if expanded.operations.is_empty() {
        return Err(Rule::Operation("there is none"));
    }
    let mut made = BTreeMap::new();
    let mut inserted: BTreeMap<OpId, &ObjectId> = BTreeMap::new();
    let numbered = (expanded.start_op.get()..).zip(&expanded.operations);
    for (number, operation) in numbered {
        let object = Object::of(copy, &made, &expanded, operation)?;
        let follows = |id: &OpId| id.counter() < number;
        if !operation.pred.iter().all(follows) {
            return Err(Rule::Operation("it replaces what comes after it"));
        }
        match (&object.kind, &operation.key) {
            (ObjType::Map, Key::Map(key)) if key.len() <= FIELD_LIMIT_BYTES => {
                in_map(operation, &object)?;
            }
            (ObjType::Text, Key::Seq(element)) => {
                if matches!(element, ElementId::Id(id) if !follows(id)) {
                    return Err(Rule::Operation("it stands after what comes after it"));
                }
                in_text(operation, element)?;
                if let (ElementId::Id(id), ObjectId::Id(text)) = (element, &operation.obj) {
                    // No edit deletes what it writes itself; automerge breaks on some that do.
                    let is_own = operation.insert && inserted.get(id) == Some(&&operation.obj);
                    if !is_own && !elements.has(copy, text, id) {
                        return Err(Rule::Operation("it stands after what is not there"));
                    }
                }
                if operation.insert {
                    let own = OpId::new(number, &expanded.actor_id);
                    inserted.insert(own, &operation.obj);
                }
            }
            (_, _) => return Err(Rule::Operation("the key does not fit the object")),
        }
        if matches!(operation.action, OpType::Make(ObjType::Map)) {
            made.insert(number, object.depth + 1);
        }
    }
    Ok(())
}

/// The object that an operation is in.
struct Object {
    kind: ObjType,
    /// 0 for the root.
    depth: usize,
}

impl Object {
    fn of(
        copy: &Automerge,
        made: &BTreeMap<u64, usize>,
        change: &ExpandedChange,
        operation: &Op,
    ) -> Result<Self, Rule> {
        let absent = || Rule::Operation("its object does not exist");
        let id = match &operation.obj {
            ObjectId::Root => {
                return Ok(Self {
                    kind: ObjType::Map,
                    depth: 0,
                });
            }
            ObjectId::Id(id) => id,
        };
        if *id.actor() == change.actor_id && id.counter() >= change.start_op.get() {
            let depth = *made.get(&id.counter()).ok_or_else(absent)?;
            return Ok(Self {
                kind: ObjType::Map,
                depth,
            });
        }
        let object = ObjId::Id(id.counter(), id.actor().clone(), 0);
        let kind = copy.object_type(&object).map_err(|_none| absent())?;
        let depth = copy
            .parents(&object)
            .map_err(|_none| absent())?
            .take(DEPTH_LIMIT + 1)
            .count();
        Ok(Self { kind, depth })
    }
}

fn in_map(operation: &Op, object: &Object) -> Result<(), Rule> {
    if operation.insert {
        return Err(Rule::Operation("it inserts into a map"));
    }
    match &operation.action {
        OpType::Put(ScalarValue::Str(text)) if text.len() <= FIELD_LIMIT_BYTES => Ok(()),
        // What must not be missing is looked for in the result.
        OpType::Put(ScalarValue::Int(_) | ScalarValue::Boolean(true)) | OpType::Delete => Ok(()),
        // The objects of the root are made once, with the document or as it grows: a second `contacts` would hide the first.
        OpType::Make(ObjType::Map) if (1..DEPTH_LIMIT).contains(&object.depth) => Ok(()),
        OpType::Put(_)
        | OpType::Make(_)
        | OpType::Increment(_)
        | OpType::MarkBegin(_)
        | OpType::MarkEnd(_) => Err(Rule::Operation("no edit writes this into a map")),
    }
}

/// A letter is written once and replaced by nothing: an insertion has no predecessor, a deletion exactly the letter.
fn in_text(operation: &Op, element: &ElementId) -> Result<(), Rule> {
    let replaces_it = || {
        let mut replaced = operation.pred.iter();
        matches!(element, ElementId::Id(id) if replaced.next() == Some(id) && replaced.next().is_none())
    };
    match &operation.action {
        OpType::Put(ScalarValue::Str(text))
            if operation.insert && operation.pred.is_empty() && text.len() <= FIELD_LIMIT_BYTES =>
        {
            Ok(())
        }
        OpType::Delete if !operation.insert && replaces_it() => Ok(()),
        OpType::Put(_)
        | OpType::Make(_)
        | OpType::Delete
        | OpType::Increment(_)
        | OpType::MarkBegin(_)
        | OpType::MarkEnd(_) => Err(Rule::Operation("no edit writes this into a text")),
    }
}
