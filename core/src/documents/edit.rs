//! Local changes: an edit says what a field shall read as; only what differs is written.

use std::collections::BTreeSet;

use automerge::transaction::{CommitOptions, Transactable as _, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ReadDoc as _, ScalarValue};

use super::hydrate::{self, material_name};
use super::rebase::rebase;
use super::shape::{
    CONTACT_ALWAYS, CONTACT_FIELDS, FIELD_LIMIT_BYTES, FOLLOW_UP_FIELDS, FOLLOW_UPS, IS_PACKED,
    MAP_LIMIT, MapAt, ShapeError, TEXT_LIMIT_BYTES, below, check_field, member_fields,
    packed_field, shape_of, within,
};
use super::{
    Contact, Document, DocumentError, DocumentKind, FollowUp, PlanDocument, PlanStop, Writer,
};
use crate::domain::ids::CustomerId;
use crate::protocol::push::ChangeBytes;
use crate::snapshots::plan::Material;

/// A text that merges letter by letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextField {
    /// Notes, of a stop or a customer.
    Notes,
    /// The negotiation record of a stop.
    Negotiation,
}

impl TextField {
    /// Its name in the document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Negotiation => "negotiation",
        }
    }
}

/// What shall be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A merging text, as it shall read; the difference is written, so that another's typing elsewhere in it stays.
    Text {
        /// Which.
        field: TextField,
        /// The whole new text.
        value: String,
    },
    /// A merging text as a screen edited it, starting from `base`: only what changed since then is written, so that words
    /// which arrived meanwhile stay.
    TextFrom {
        /// Which.
        field: TextField,
        /// The text that the screen showed.
        base: String,
        /// What it was made into.
        value: String,
    },
    /// A single value. Nothing happens when the field already reads so, even if it is in conflict.
    Field {
        /// Path, as a conflict names it.
        field: String,
        /// The new value.
        value: String,
    },
    /// Whether a material of a stop is packed.
    Packed {
        /// Which.
        material: Material,
        /// Whether it is.
        is_packed: bool,
    },
    /// A contact of a customer, new or changed; writes the fields that differ.
    Contact {
        /// Its key; whoever adds the contact makes up a fresh one.
        key: String,
        /// What it shall say.
        contact: Box<Contact>,
    },
    /// A follow-up of a customer, new or changed; writes the fields that differ.
    FollowUp {
        /// Its key; whoever adds the follow-up makes up a fresh one.
        key: String,
        /// What it shall say.
        follow_up: Box<FollowUp>,
    },
    /// A plan, as it shall read; writes what differs.
    Plan(Box<PlanDocument>),
    /// A single value, to end a conflict: replaces every value, also when one of them is chosen.
    Settle {
        /// Path, as the conflict names it.
        field: String,
        /// The value it shall have.
        value: String,
    },
}

/// One write of an edit, planned before anything is touched.
enum Write {
    Text {
        object: ObjId,
        value: String,
    },
    Put {
        object: ObjId,
        key: String,
        value: ScalarValue,
    },
    PutMap {
        object: ObjId,
        key: String,
        members: Vec<(&'static str, Member)>,
    },
    Delete {
        object: ObjId,
        key: String,
    },
}

/// What a new map holds.
enum Member {
    Value(ScalarValue),
    Set(Vec<&'static str>),
}

impl Write {
    fn put(at: &MapAt<'_>, key: impl Into<String>, value: impl Into<ScalarValue>) -> Self {
        Self::Put {
            object: at.object.clone(),
            key: key.into(),
            value: value.into(),
        }
    }

    fn delete(at: &MapAt<'_>, key: impl Into<String>) -> Self {
        Self::Delete {
            object: at.object.clone(),
            key: key.into(),
        }
    }

    fn apply(self, tx: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        match self {
            Self::Text { object, value } => tx.update_text(&object, value),
            Self::Put { object, key, value } => tx.put(object, key, value),
            Self::Delete { object, key } => tx.delete(object, key),
            Self::PutMap {
                object,
                key,
                members,
            } => {
                let map = tx.put_object(object, key, ObjType::Map)?;
                for (name, member) in members {
                    match member {
                        Member::Value(value) => tx.put(&map, name, value)?,
                        Member::Set(names) => {
                            let set = tx.put_object(&map, name, ObjType::Map)?;
                            for name in names {
                                tx.put(&set, name, true)?;
                            }
                        }
                    }
                }
                Ok(())
            }
        }
    }
}

/// The path of a single value, taken apart.
enum Path<'p> {
    Root(&'p str),
    Member {
        map: &'p str,
        key: &'p str,
        field: &'p str,
    },
    Whole {
        map: &'p str,
        key: &'p str,
    },
}

fn path(field: &str) -> Path<'_> {
    match field.split_once('.') {
        None => Path::Root(field),
        Some((map, rest)) => match rest.rsplit_once('.') {
            None => Path::Whole { map, key: rest },
            Some((key, field)) => Path::Member { map, key, field },
        },
    }
}

impl Document {
    /// Writes `edit` as a change by `writer` and gives its bytes; `None` when the document already reads so.
    ///
    /// # Errors
    /// [`DocumentError::Shape`] for a value that the field cannot have or that is too long, [`DocumentError::UnknownField`];
    /// the document is unchanged then.
    pub fn edit(
        &mut self,
        writer: &Writer,
        edit: Edit,
    ) -> Result<Option<ChangeBytes>, DocumentError> {
        let writes = self.planned(edit)?;
        if writes.is_empty() {
            return Ok(None);
        }
        self.inner.set_actor(writer.actor(self.id).0.into());
        // An error drops the transaction, which rolls it back.
        let mut tx = self.inner.transaction();
        for write in writes {
            write.apply(&mut tx)?;
        }
        let (hash, _patches) = tx.commit_with(CommitOptions::default().with_time(writer.at.ms()));
        Ok(hash
            .and_then(|hash| self.inner.get_change_by_hash(&hash))
            .map(|change| ChangeBytes(change.raw_bytes().to_vec())))
    }

    fn planned(&self, edit: Edit) -> Result<Vec<Write>, DocumentError> {
        match edit {
            Edit::Text { field, value } => self.text(field, value),
            Edit::TextFrom { field, base, value } => {
                let now = MapAt::root(&self.inner).text(field.name())?;
                self.text(field, rebase(&base, &value, &now))
            }
            Edit::Field { field, value } => self.field(&field, &value),
            Edit::Packed {
                material,
                is_packed,
            } => self.field(
                packed_field(material),
                if is_packed { IS_PACKED } else { "" },
            ),
            Edit::Settle { field, value } => match path(&field) {
                Path::Whole { map, key } => self.settle_member(map, key, &value),
                Path::Root(_) | Path::Member { .. } => {
                    let (at, key, scalar) = self.single(&field, &value)?;
                    let mut writes = vec![Write::put(&at, key, scalar)];
                    if at.inner.get_all(&at.object, key)?.len() > 1 {
                        // Without this automerge would only take the other values away when the one that shows is
                        // chosen, and a choice made elsewhere at the same time would win unseen.
                        writes.insert(0, Write::delete(&at, key));
                    }
                    Ok(writes)
                }
            },
            Edit::Contact { key, contact } => {
                self.member("contacts", &key, &contact_fields(&contact))
            }
            Edit::FollowUp { key, follow_up } => {
                self.member(FOLLOW_UPS, &key, &follow_up_fields(&follow_up))
            }
            Edit::Plan(wanted) => self.reconcile_plan(&wanted),
        }
    }

    fn text(&self, field: TextField, value: String) -> Result<Vec<Write>, DocumentError> {
        let name = field.name();
        if !shape_of(self.kind).texts.contains(&name) {
            return Err(DocumentError::UnknownField(name.to_owned()));
        }
        within(name, value.len(), TEXT_LIMIT_BYTES)?;
        let root = MapAt::root(&self.inner);
        if root.text(name)? == value {
            return Ok(Vec::new());
        }
        let object = root.object(name, ObjType::Text)?;
        Ok(vec![Write::Text { object, value }])
    }

    fn field(&self, field: &str, value: &str) -> Result<Vec<Write>, DocumentError> {
        let (at, key, scalar) = self.single(field, value)?;
        let now = at.inner.get(&at.object, key)?;
        let reads_so = match &now {
            Some((now, _id)) => now.as_scalar() == Some(&scalar),
            // What was never written reads as empty.
            None => value.is_empty(),
        };
        if reads_so {
            Ok(Vec::new())
        } else {
            Ok(vec![Write::put(&at, key, scalar)])
        }
    }

    /// Where a single value lies, its last key, and the value as its type.
    fn single<'d, 'f>(
        &'d self,
        field: &'f str,
        value: &str,
    ) -> Result<(MapAt<'d>, &'f str, ScalarValue), DocumentError> {
        let unknown = || DocumentError::UnknownField(field.chars().take(200).collect());
        let wrong = || ShapeError::WrongValue(field.to_owned());
        check_field(field, value)?;
        let root = MapAt::root(&self.inner);
        let shape = shape_of(self.kind);
        match path(field) {
            Path::Root(name) if shape.fields.contains(&name) || shape.later.contains(&name) => {
                Ok((root, name, value.into()))
            }
            Path::Member { map, key, field } if shape.maps.contains(&map) => {
                let scalar = match (map, field) {
                    ("contacts" | FOLLOW_UPS, name) if member_fields(map).contains(&name) => {
                        value.into()
                    }
                    ("stops", "order") => value.parse::<i64>().map_err(|_nan| wrong())?.into(),
                    ("stops", "customer") => {
                        let id: CustomerId = value.parse().map_err(|_not_an_id| wrong())?;
                        id.to_string().into()
                    }
                    (_, _) => return Err(unknown()),
                };
                let at = root.map(map)?.map(key).map_err(|_absent| unknown())?;
                Ok((at, field, scalar))
            }
            Path::Root(_) | Path::Member { .. } | Path::Whole { .. } => Err(unknown()),
        }
    }

    /// A member of a customer's map as it shall read: made with the fields that say something, or changed where it differs.
    fn member(
        &self,
        map: &str,
        key: &str,
        fields: &[(&'static str, &str)],
    ) -> Result<Vec<Write>, DocumentError> {
        self.as_kind(DocumentKind::Customer)?;
        within(map, key.len(), FIELD_LIMIT_BYTES)?;
        if key.is_empty() || key.contains('.') {
            return Err(ShapeError::WrongValue(below(map, key)).into());
        }
        for (field, value) in fields {
            check_field(&below(&below(map, key), field), value)?;
        }
        let members = MapAt::root(&self.inner).map(map)?;
        if self.inner.get_all(&members.object, key)?.len() != 1 {
            within(map, members.keys()?.len() + 1, MAP_LIMIT)?;
            return Ok(vec![new_member(&members, key, fields)]);
        }
        let at = members.map(key)?;
        let mut writes = Vec::new();
        for (field, value) in fields {
            if at.field_or_empty(field)? != *value {
                writes.push(Write::put(&at, *field, *value));
            }
        }
        Ok(writes)
    }

    fn settle_member(
        &self,
        map: &str,
        key: &str,
        value: &str,
    ) -> Result<Vec<Write>, DocumentError> {
        let unknown = || DocumentError::UnknownField(below(map, key));
        if !["contacts", FOLLOW_UPS].contains(&map) || self.kind != DocumentKind::Customer {
            return Err(unknown());
        }
        let members = MapAt::root(&self.inner).map(map)?;
        for (_value, object) in self.inner.get_all(&members.object, key)? {
            let at = MapAt {
                inner: &self.inner,
                object,
                path: below(map, key),
            };
            if map == FOLLOW_UPS {
                let follow_up = hydrate::follow_up(&at)?;
                if follow_up.in_one_line() == value {
                    let fields = follow_up_fields(&follow_up);
                    return Ok(vec![new_member(&members, key, &fields)]);
                }
            } else {
                let contact = hydrate::contact(&at)?;
                if contact.in_one_line() == value {
                    let fields = contact_fields(&contact);
                    return Ok(vec![new_member(&members, key, &fields)]);
                }
            }
        }
        Err(ShapeError::WrongValue(below(map, key)).into())
    }

    fn reconcile_plan(&self, wanted: &PlanDocument) -> Result<Vec<Write>, DocumentError> {
        let now = self.plan()?;
        let root = MapAt::root(&self.inner);
        let mut writes = Vec::new();
        for (field, wanted, now) in [
            ("title", &wanted.title, &now.title),
            ("day", &wanted.day, &now.day),
            ("vehicle", &wanted.vehicle, &now.vehicle),
        ] {
            check_field(field, wanted)?;
            if wanted != now {
                writes.push(Write::put(&root, field, wanted.as_str()));
            }
        }
        within("team", wanted.team.len(), MAP_LIMIT)?;
        within("stops", wanted.stops.len(), MAP_LIMIT)?;
        let names = |team: &BTreeSet<_>| team.iter().map(ToString::to_string).collect();
        reconcile_set(
            &mut writes,
            &root.map("team")?,
            &names(&wanted.team),
            &names(&now.team),
        );
        let stops = root.map("stops")?;
        for (id, stop) in &wanted.stops {
            match now.stops.get(id) {
                Some(now) => {
                    reconcile_stop(&mut writes, &stops.map(&id.to_string())?, stop, now)?;
                }
                None => writes.push(new_stop(&stops, &id.to_string(), stop)),
            }
        }
        for gone in now.stops.keys().filter(|id| !wanted.stops.contains_key(id)) {
            writes.push(Write::delete(&stops, gone.to_string()));
        }
        Ok(writes)
    }
}

pub(super) const fn contact_fields(
    contact: &Contact,
) -> [(&'static str, &str); CONTACT_FIELDS.len()] {
    [
        ("name", contact.name.as_str()),
        ("phone", contact.phone.as_str()),
        ("title", contact.title.as_str()),
        ("state", contact.state.as_str()),
        ("phone_2", contact.phone_2.as_str()),
        ("role", contact.role.as_str()),
        ("note", contact.note.as_str()),
        ("valid_until", contact.valid_until.as_str()),
        ("merged_into", contact.merged_into.as_str()),
        ("apart", contact.apart.as_str()),
    ]
}

pub(super) const fn follow_up_fields(
    it: &FollowUp,
) -> [(&'static str, &str); FOLLOW_UP_FIELDS.len()] {
    [
        ("kind", it.kind.as_str()),
        ("text", it.text.as_str()),
        ("due", it.due.as_str()),
        ("time", it.time.as_str()),
        ("who", it.who.as_str()),
        ("contact", it.contact.as_str()),
        ("state", it.state.as_str()),
        ("reason", it.reason.as_str()),
        ("why", it.why.as_str()),
    ]
}

fn new_member(members: &MapAt<'_>, key: &str, fields: &[(&'static str, &str)]) -> Write {
    let always: &[&str] = if members.path == FOLLOW_UPS {
        &FOLLOW_UP_FIELDS
    } else {
        CONTACT_FIELDS.split_at(CONTACT_ALWAYS).0
    };
    Write::PutMap {
        object: members.object.clone(),
        key: key.to_owned(),
        members: fields
            .iter()
            .filter(|(field, value)| !value.is_empty() || always.contains(field))
            .map(|(field, value)| (*field, Member::Value((*value).into())))
            .collect(),
    }
}

fn new_stop(stops: &MapAt<'_>, key: &str, stop: &PlanStop) -> Write {
    Write::PutMap {
        object: stops.object.clone(),
        key: key.to_owned(),
        members: vec![
            ("customer", Member::Value(stop.customer.to_string().into())),
            ("order", Member::Value(stop.order.into())),
            (
                "materials",
                Member::Set(stop.materials.iter().copied().map(material_name).collect()),
            ),
        ],
    }
}

fn reconcile_stop(
    writes: &mut Vec<Write>,
    at: &MapAt<'_>,
    wanted: &PlanStop,
    now: &PlanStop,
) -> Result<(), ShapeError> {
    if wanted.customer != now.customer {
        writes.push(Write::put(at, "customer", wanted.customer.to_string()));
    }
    if wanted.order != now.order {
        writes.push(Write::put(at, "order", wanted.order));
    }
    let names = |stop: &PlanStop| {
        let names = stop.materials.iter().copied();
        names.map(material_name).map(str::to_owned).collect()
    };
    reconcile_set(writes, &at.map("materials")?, &names(wanted), &names(now));
    Ok(())
}

fn reconcile_set(
    writes: &mut Vec<Write>,
    at: &MapAt<'_>,
    wanted: &BTreeSet<String>,
    now: &BTreeSet<String>,
) {
    writes.extend(wanted.difference(now).map(|key| Write::put(at, key, true)));
    writes.extend(now.difference(wanted).map(|key| Write::delete(at, key)));
}
