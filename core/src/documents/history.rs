//! What happened to one contact or follow-up, change by change: read from the document's changes when somebody asks.

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{ObjId, ReadDoc as _, ScalarValue};

use super::document::known_actor;
use super::shape::{FOLLOW_UPS, MapAt, member_fields};
use super::{ActorId, Document};
use crate::domain::time::Instant;

/// Most steps that are given; a member has few.
const STEPS_LIMIT: usize = 500;

/// Which map of a customer a member is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberOf {
    /// Contacts.
    Contacts,
    /// Follow-ups.
    FollowUps,
}

impl MemberOf {
    const fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::FollowUps => FOLLOW_UPS,
        }
    }
}

/// One step in a member's history: what one change wrote into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// Who wrote it.
    pub actor: ActorId,
    /// When, by the writer's wall clock.
    pub at: Instant,
    /// What was written, in the order of the member's fields.
    pub fields: Vec<FieldSet>,
}

/// A field and the value that it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSet {
    /// The field.
    pub field: &'static str,
    /// The value; may be empty.
    pub value: String,
}

impl Document {
    /// Every change that wrote into a member of a customer's map, in an order in which they can have happened; the last
    /// 500. Empty for a key that is not there.
    #[must_use]
    pub fn history(&self, of: MemberOf, key: &str) -> Vec<MemberChange> {
        let root = MapAt::root(&self.inner);
        let Ok(members) = root.map(of.name()) else {
            return Vec::new();
        };
        // Under one key there can be two members that conflict; both are its history.
        let objects: Vec<ObjId> = self
            .inner
            .get_all(&members.object, key)
            .unwrap_or_default()
            .into_iter()
            .map(|(_value, object)| object)
            .collect();
        let is_it = |object: &ObjectId| {
            match object {
            ObjectId::Root => false,
            ObjectId::Id(id) => objects.iter().any(|one| {
                matches!(one, ObjId::Id(counter, actor, _) if *counter == id.counter() && actor == id.actor())
            }),
        }
        };
        let mut steps: Vec<MemberChange> = Vec::new();
        for change in self.inner.get_changes(&[]) {
            let Some(actor) = known_actor(change.actor_id()) else {
                continue;
            };
            let expanded = change.decode();
            let written: Vec<(&str, String)> = expanded
                .operations
                .iter()
                .filter(|operation| is_it(&operation.obj))
                .filter_map(|operation| match (&operation.key, &operation.action) {
                    (Key::Map(field), OpType::Put(ScalarValue::Str(value))) => {
                        Some((field.as_str(), value.to_string()))
                    }
                    _ => None,
                })
                .collect();
            let fields: Vec<FieldSet> = member_fields(of.name())
                .iter()
                .filter_map(|field| {
                    let (_, value) = written.iter().rfind(|(name, _value)| name == field)?;
                    Some(FieldSet {
                        field,
                        value: value.clone(),
                    })
                })
                .collect();
            if !fields.is_empty() {
                steps.push(MemberChange {
                    actor,
                    at: Instant::from_ms(change.timestamp()),
                    fields,
                });
            }
        }
        let surplus = steps.len().saturating_sub(STEPS_LIMIT);
        steps.drain(..surplus);
        steps
    }
}
