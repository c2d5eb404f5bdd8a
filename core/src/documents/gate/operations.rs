//! What the operations of a change may do: exactly what the edits of this product do.

use std::collections::BTreeMap;

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{Automerge, Change, ExpandedChange, ObjId, ObjType, ReadDoc as _, ScalarValue};

use super::Rule;
use crate::documents::shape::FIELD_LIMIT_BYTES;

/// Most maps inside each other: a plan's materials lie three deep.
const DEPTH_LIMIT: usize = 3;

/// Checks that `change` is in automerge's own form and that each of its operations fits `copy`, which has all that the
/// change depends on.
pub(super) fn check(copy: &Automerge, change: &Change) -> Result<(), Rule> {
    let expanded = change.decode();
    if Change::from(expanded.clone()).raw_bytes() != change.raw_bytes() {
        return Err(Rule::NotCanonical);
    }
    if expanded.operations.is_empty() {
        return Err(Rule::Operation("there is none"));
    }
    let mut made = BTreeMap::new();
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
                in_text(operation)?;
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

fn in_text(operation: &Op) -> Result<(), Rule> {
    match &operation.action {
        OpType::Put(ScalarValue::Str(text))
            if operation.insert && text.len() <= FIELD_LIMIT_BYTES =>
        {
            Ok(())
        }
        OpType::Delete if !operation.insert => Ok(()),
        OpType::Put(_)
        | OpType::Make(_)
        | OpType::Delete
        | OpType::Increment(_)
        | OpType::MarkBegin(_)
        | OpType::MarkEnd(_) => Err(Rule::Operation("no edit writes this into a text")),
    }
}
