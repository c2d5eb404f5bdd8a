//! Fields that two people wrote at the same time.

use automerge::{ObjType, ReadDoc as _, Value};

use super::document::known_actor;
use super::shape::{MapAt, ShapeError, below, member_fields, shape_of};
use super::{ActorId, Document, hydrate};
use crate::domain::time::Instant;

/// One field with all its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// Path in the document: `reason`, `contacts.<key>.phone`, `follow_ups.<key>.due`, `stops.<id>.order`; `contacts.<key>`
    /// when two people added a contact under one key.
    pub field: String,
    /// At least two, not all equal; the first is the one that the document reads as until somebody settles it.
    pub values: Vec<FieldValue>,
}

/// One of the values of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue {
    /// The value as text; empty when it is text that is empty.
    pub value: String,
    /// Who wrote it.
    pub actor: ActorId,
    /// When, by the writer's wall clock.
    pub at: Instant,
}

impl Document {
    /// Every field with more than one value, by path. Settling one writes it anew: [`super::Edit::Settle`].
    #[must_use]
    pub fn conflicts(&self) -> Vec<FieldConflict> {
        let shape = shape_of(self.kind);
        let root = MapAt::root(&self.inner);
        let mut found = Vec::new();
        for field in shape.fields.iter().chain(shape.later) {
            found.extend(conflict(&root, field));
        }
        for map in shape.maps {
            // A document that does not read as its kind is never held: the gate and `load` refuse it.
            found.extend(in_map(&root, map).unwrap_or_default());
        }
        found.sort_by(|a, b| a.field.cmp(&b.field));
        found
    }
}

fn in_map(root: &MapAt<'_>, map: &str) -> Result<Vec<FieldConflict>, ShapeError> {
    let fields = member_fields(map);
    // In a set whoever is in it is in it, by one hand or two.
    if fields.is_empty() || !root.has(map) {
        return Ok(Vec::new());
    }
    let at = root.map(map)?;
    let mut found = Vec::new();
    for key in at.keys()? {
        found.extend(conflict(&at, &key));
        let member = at.map(&key)?;
        found.extend(fields.iter().filter_map(|field| conflict(&member, field)));
    }
    Ok(found)
}

fn conflict(at: &MapAt<'_>, key: &str) -> Option<FieldConflict> {
    let mut values: Vec<FieldValue> = at
        .inner
        .get_all(&at.object, key)
        .ok()?
        .into_iter()
        .filter_map(|(value, id)| {
            let text = as_text(at, &value, &id);
            let set_by = at
                .inner
                .hash_for_opid(&id)
                .and_then(|hash| at.inner.get_change_meta_by_hash(&hash))?;
            Some(FieldValue {
                value: text,
                actor: known_actor(&set_by.actor)?,
                at: Instant::from_ms(set_by.timestamp),
            })
        })
        .collect();
    // automerge lists the one that shows last.
    values.reverse();
    let first = values.first()?;
    if values.iter().all(|other| other.value == first.value) {
        return None;
    }
    Some(FieldConflict {
        field: below(&at.path, key),
        values,
    })
}

fn as_text(at: &MapAt<'_>, value: &Value<'_>, id: &automerge::ObjId) -> String {
    match value {
        // The shape lets in no other type where a conflict is looked for.
        Value::Scalar(scalar) => match scalar.as_i64() {
            Some(number) => number.to_string(),
            None => scalar.as_str().unwrap_or_default().to_owned(),
        },
        Value::Object(ObjType::Map) => {
            let member = MapAt {
                inner: at.inner,
                object: id.clone(),
                path: String::new(),
            };
            // Which of the two it is shows by its fields.
            let contact = hydrate::contact(&member).map(|contact| contact.in_one_line());
            contact
                .or_else(|_other| hydrate::follow_up(&member).map(|it| it.in_one_line()))
                .unwrap_or_default()
        }
        Value::Object(_) => String::new(),
    }
}
