//! What the documents of each kind hold, and how much.

use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc as _, ScalarValue, Value};

use super::DocumentKind;
use crate::domain::contacts::ContactRole;
use crate::domain::follow_ups::{FollowUpKind, FollowUpState, time_of_day};
use crate::domain::ids::UserId;
use crate::domain::time::Day;
use crate::journal::facts::ReasonCode;
use crate::snapshots::plan::Material;

/// Largest merging text, in bytes of UTF-8.
pub const TEXT_LIMIT_BYTES: usize = 64 << 10;
/// Largest single value and largest key, in bytes of UTF-8.
pub const FIELD_LIMIT_BYTES: usize = 4 << 10;
/// Most members of one map: contacts, stops, team, materials.
pub(super) const MAP_LIMIT: usize = 2_000;

/// Why a document does not read as one of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A field that the kind has is absent.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A field that the kind does not have.
    #[error("`{0}` is not a field of this kind of document; update the app")]
    Unknown(String),
    /// A field holds something of another type.
    #[error("`{0}` holds a value of the wrong type")]
    WrongType(String),
    /// A field holds something that it cannot mean.
    #[error("`{0}` holds a value that it cannot have")]
    WrongValue(String),
    /// A text or map is larger than allowed.
    #[error("`{field}` is too large: {size}, at most {limit}")]
    TooLarge {
        /// The field.
        field: String,
        /// Bytes of a text, members of a map.
        size: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Asked as another kind than it is.
    #[error("the document is of kind {0:?}")]
    OtherKind(DocumentKind),
}

/// The root of a kind of document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Merging texts.
    pub(super) texts: &'static [&'static str],
    /// Single values, all texts.
    pub(super) fields: &'static [&'static str],
    /// Single values that a document has once somebody wrote one; empty before.
    pub(super) later: &'static [&'static str],
    /// Maps.
    pub(super) maps: &'static [&'static str],
}

pub(super) const fn shape_of(kind: DocumentKind) -> Shape {
    match kind {
        DocumentKind::Stop => Shape {
            texts: &["notes", "negotiation"],
            fields: &["reason", "met_person", "proposal", "next_step"],
            later: &PACKED,
            maps: &[],
        },
        DocumentKind::Customer => Shape {
            texts: &["notes"],
            fields: &[],
            later: &[],
            maps: &["contacts", FOLLOW_UPS],
        },
        DocumentKind::Plan => Shape {
            texts: &[],
            fields: &["title", "day", "vehicle"],
            later: &[],
            maps: &["team", "stops"],
        },
    }
}

/// Whether each material of a stop is packed: [`IS_PACKED`] or empty. One value each, so that two people who pack different
/// papers write no conflict, and two who pack the same paper agree.
const PACKED: [&str; 5] = [
    "packed_statement",
    "packed_contract",
    "packed_demand_letter",
    "packed_lawyers_letter",
    "packed_visit_receipt",
];

/// What a packed material's field says.
pub(super) const IS_PACKED: &str = "yes";

/// The field that says whether a material is packed.
#[must_use]
pub const fn packed_field(material: Material) -> &'static str {
    let [
        statement,
        contract,
        demand_letter,
        lawyers_letter,
        visit_receipt,
    ] = PACKED;
    match material {
        Material::Statement => statement,
        Material::Contract => contract,
        Material::DemandLetter => demand_letter,
        Material::LawyersLetter => lawyers_letter,
        Material::VisitReceipt => visit_receipt,
    }
}

/// The map of a customer that documents of version 0.1.0 lack; how they get it is told in `grow`.
pub(super) const FOLLOW_UPS: &str = "follow_ups";

/// The single values that a contact always has, and those that it has once somebody wrote one: version 0.1.0 knows the
/// first four only, and goes on reading contacts that say nothing more.
pub(super) const CONTACT_FIELDS: [&str; 10] = [
    "name",
    "phone",
    "title",
    "state",
    "phone_2",
    "role",
    "note",
    "valid_until",
    "merged_into",
    "apart",
];
/// How many of them a contact always has.
pub(super) const CONTACT_ALWAYS: usize = 4;

/// The single values of a follow-up.
pub(super) const FOLLOW_UP_FIELDS: [&str; 9] = [
    "kind", "text", "due", "time", "who", "contact", "state", "reason", "why",
];

/// The single values of a member of a map; none for a map that is a set.
pub(super) const fn member_fields(map: &str) -> &'static [&'static str] {
    match map.as_bytes() {
        b"contacts" => &CONTACT_FIELDS,
        b"follow_ups" => &FOLLOW_UP_FIELDS,
        b"stops" => &["customer", "order"],
        _ => &[],
    }
}

/// Checks a text against a limit.
pub(super) fn within(field: &str, size: usize, limit: usize) -> Result<(), ShapeError> {
    if size > limit {
        Err(ShapeError::TooLarge {
            field: field.to_owned(),
            size,
            limit,
        })
    } else {
        Ok(())
    }
}

/// Checks a value that is about to be written, or was read, at a path.
pub(super) fn check_field(field: &str, value: &str) -> Result<(), ShapeError> {
    within(field, value.len(), FIELD_LIMIT_BYTES)?;
    if !is_of_its_member(field, value) {
        return Err(ShapeError::WrongValue(field.to_owned()));
    }
    let is_reason = || {
        let name = serde_json::Value::String(value.to_owned());
        serde_json::from_value::<ReasonCode>(name).is_ok()
    };
    let is_packed_wrong = PACKED.contains(&field) && !["", IS_PACKED].contains(&value);
    if is_packed_wrong || field == "reason" && !value.is_empty() && !is_reason() {
        return Err(ShapeError::WrongValue(field.to_owned()));
    }
    Ok(())
}

/// Whether a value can stand in a field of a contact or follow-up.
fn is_of_its_member(path: &str, value: &str) -> bool {
    let Some((map, rest)) = path.split_once('.') else {
        return true;
    };
    let Some((_key, field)) = rest.rsplit_once('.') else {
        return true;
    };
    match (map, field) {
        ("contacts", "role") => value.is_empty() || ContactRole::from_word(value).is_some(),
        ("contacts", "valid_until") => value.is_empty() || value.parse::<Day>().is_ok(),
        (FOLLOW_UPS, "kind") => FollowUpKind::from_word(value).is_some(),
        (FOLLOW_UPS, "state") => FollowUpState::from_word(value).is_some(),
        (FOLLOW_UPS, "due") => value.parse::<Day>().is_ok(),
        (FOLLOW_UPS, "time") => value.is_empty() || time_of_day(value).is_some(),
        (FOLLOW_UPS, "who") => value.is_empty() || value.parse::<UserId>().is_ok(),
        (_, _) => true,
    }
}

/// The path of `key` below `path`.
pub(super) fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A map of the document and where it lies, for reading.
#[derive(Debug, Clone)]
pub(super) struct MapAt<'a> {
    pub(super) inner: &'a Automerge,
    pub(super) object: ObjId,
    pub(super) path: String,
}

impl<'a> MapAt<'a> {
    pub(super) const fn root(inner: &'a Automerge) -> Self {
        Self {
            inner,
            object: ROOT,
            path: String::new(),
        }
    }

    fn value(&self, key: &str) -> Result<(Value<'a>, ObjId), ShapeError> {
        let path = || below(&self.path, key);
        self.inner
            .get(&self.object, key)
            .map_err(|_not_a_map| ShapeError::WrongType(path()))?
            .ok_or_else(|| ShapeError::Missing(path()))
    }

    pub(super) fn object(&self, key: &str, wanted: ObjType) -> Result<ObjId, ShapeError> {
        match self.value(key)? {
            (Value::Object(found), object) if found == wanted => Ok(object),
            (Value::Object(_) | Value::Scalar(_), _) => {
                Err(ShapeError::WrongType(below(&self.path, key)))
            }
        }
    }

    pub(super) fn map(&self, key: &str) -> Result<Self, ShapeError> {
        Ok(Self {
            inner: self.inner,
            object: self.object(key, ObjType::Map)?,
            path: below(&self.path, key),
        })
    }

    /// A merging text.
    pub(super) fn text(&self, key: &str) -> Result<String, ShapeError> {
        let object = self.object(key, ObjType::Text)?;
        let text = self
            .inner
            .text(object)
            .map_err(|_not_text| ShapeError::WrongType(below(&self.path, key)))?;
        within(key, text.len(), TEXT_LIMIT_BYTES)?;
        Ok(text)
    }

    fn scalar(&self, key: &str) -> Result<ScalarValue, ShapeError> {
        match self.value(key)?.0 {
            Value::Scalar(scalar) => Ok(scalar.into_owned()),
            Value::Object(_) => Err(ShapeError::WrongType(below(&self.path, key))),
        }
    }

    /// A single value that is text.
    pub(super) fn field(&self, key: &str) -> Result<String, ShapeError> {
        let value = self
            .scalar(key)?
            .into_string()
            .map_err(|_other| ShapeError::WrongType(below(&self.path, key)))?;
        check_field(&below(&self.path, key), &value)?;
        Ok(value)
    }

    /// A single value that is text; empty when it was never written.
    pub(super) fn field_or_empty(&self, key: &str) -> Result<String, ShapeError> {
        if self.has(key) {
            self.field(key)
        } else {
            Ok(String::new())
        }
    }

    /// Whether there is anything under `key`.
    pub(super) fn has(&self, key: &str) -> bool {
        matches!(self.inner.get(&self.object, key), Ok(Some(_)))
    }

    /// A single value that is a whole number.
    pub(super) fn number(&self, key: &str) -> Result<i64, ShapeError> {
        if let ScalarValue::Int(number) = self.scalar(key)? {
            Ok(number)
        } else {
            Err(ShapeError::WrongType(below(&self.path, key)))
        }
    }

    /// The mark that a member of a set is there.
    pub(super) fn is_member(&self, key: &str) -> Result<(), ShapeError> {
        if self.scalar(key)? == ScalarValue::Boolean(true) {
            Ok(())
        } else {
            Err(ShapeError::WrongType(below(&self.path, key)))
        }
    }

    /// The keys, ascending.
    pub(super) fn keys(&self) -> Result<Vec<String>, ShapeError> {
        let keys: Vec<String> = self.inner.keys(&self.object).collect();
        within(&self.path, keys.len(), MAP_LIMIT)?;
        for key in &keys {
            within(&self.path, key.len(), FIELD_LIMIT_BYTES)?;
        }
        Ok(keys)
    }

    /// Refuses keys other than `known`.
    pub(super) fn only(&self, known: &[&[&str]]) -> Result<(), ShapeError> {
        self.keys()?.iter().try_for_each(|key| {
            if known.iter().any(|some| some.contains(&key.as_str())) {
                Ok(())
            } else {
                Err(ShapeError::Unknown(below(&self.path, key)))
            }
        })
    }
}
