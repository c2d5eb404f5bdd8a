//! Documents as plain types.

use std::collections::{BTreeMap, BTreeSet};

use automerge::Automerge;

use super::DocumentKind;
use super::shape::{
    CONTACT_FIELDS, FOLLOW_UP_FIELDS, FOLLOW_UPS, IS_PACKED, MapAt, ShapeError, below,
    packed_field, shape_of,
};
use crate::domain::contacts::{ContactEnd, ContactForm, ContactRole};
use crate::domain::follow_ups::{CalledBack, FollowUpForm, FollowUpState};
use crate::domain::ids::{CustomerId, StopId, UserId};
use crate::snapshots::plan::Material;

/// What a team writes at one stop.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopDocument {
    /// Notes; merges.
    pub notes: String,
    /// Negotiation record; merges.
    pub negotiation: String,
    /// Name of a [`crate::journal::facts::ReasonCode`], or empty.
    pub reason: String,
    /// Whom the team met.
    pub met_person: String,
    /// What the customer proposes.
    pub proposal: String,
    /// What comes next.
    pub next_step: String,
    /// Papers that somebody ticked as taken along.
    pub packed: BTreeSet<Material>,
}

/// What everybody knows of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerDocument {
    /// Notes; merges.
    pub notes: String,
    /// By a key that whoever adds the contact makes up once.
    pub contacts: BTreeMap<String, Contact>,
    /// By a key that whoever adds the follow-up makes up once; empty in a document that has no such map yet.
    pub follow_ups: BTreeMap<String, FollowUp>,
}

/// Whom to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Number.
    pub phone: String,
    /// Job title.
    pub title: String,
    /// Empty or `in_use` while it is valid, else the word of a [`ContactEnd`]; a contact is never removed.
    pub state: String,
    /// A second number.
    pub phone_2: String,
    /// The word of a [`crate::domain::contacts::ContactRole`], or empty.
    pub role: String,
    /// What else to know.
    pub note: String,
    /// The day on which it stopped being valid, or empty.
    pub valid_until: String,
    /// The key of the contact that it was joined to, or empty.
    pub merged_into: String,
    /// Keys of contacts that are other people although they look alike, with spaces between.
    pub apart: String,
}

impl Contact {
    /// The contact with what a checked form says of it.
    #[must_use]
    pub fn with(&self, form: &ContactForm) -> Self {
        Self {
            name: form.name.clone(),
            phone: form.phone.clone(),
            title: form.title.clone(),
            phone_2: form.phone_2.clone(),
            role: form
                .role
                .map(ContactRole::word)
                .unwrap_or_default()
                .to_owned(),
            note: form.note.clone(),
            ..self.clone()
        }
    }

    /// Whether a field says something else than in `other`.
    #[must_use]
    pub fn differs(&self, other: &Self, field: &str) -> bool {
        let value = |it: &Self| {
            super::edit::contact_fields(it)
                .into_iter()
                .find(|(name, _value)| *name == field)
                .map(|(_name, value)| value.to_owned())
        };
        value(self) != value(other)
    }

    /// What he is for the debt, when that was said.
    #[must_use]
    pub fn role(&self) -> Option<ContactRole> {
        ContactRole::from_word(&self.role)
    }

    /// What the rules of conduct need to know of him.
    #[must_use]
    pub fn called(&self) -> CalledBack {
        CalledBack {
            role: self.role(),
            end: self.end(),
        }
    }

    /// Why it ended; none while it is valid.
    #[must_use]
    pub fn end(&self) -> Option<ContactEnd> {
        ContactEnd::from_word(&self.state)
    }

    /// The contact as one text, for a conflict between two whole contacts.
    pub(super) fn in_one_line(&self) -> String {
        [&self.name, &self.phone, &self.title, &self.state]
            .map(String::as_str)
            .join(" · ")
    }
}

/// What is still to be done for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FollowUp {
    /// The word of a [`crate::domain::follow_ups::FollowUpKind`].
    pub kind: String,
    /// What exactly; may be empty.
    pub text: String,
    /// Until which day.
    pub due: String,
    /// At which time of that day, `HH:MM`, or empty.
    pub time: String,
    /// Which user does it, or empty.
    pub who: String,
    /// The key of the contact that it is about, or empty.
    pub contact: String,
    /// The word of a [`crate::domain::follow_ups::FollowUpState`].
    pub state: String,
    /// How it went, or why it was dropped; may be empty.
    pub reason: String,
    /// What was said where the rules of conduct ask why; may be empty.
    pub why: String,
}

impl FollowUp {
    /// The follow-up with what a checked form says of it; open when it is new.
    #[must_use]
    pub fn with(&self, form: &FollowUpForm) -> Self {
        Self {
            kind: form.kind.word().to_owned(),
            text: form.text.clone(),
            due: form.due.to_string(),
            time: form.time.clone(),
            who: form.who.map(|user| user.to_string()).unwrap_or_default(),
            contact: form.contact.clone(),
            why: form.why.clone(),
            state: match FollowUpState::from_word(&self.state) {
                None => FollowUpState::Open.word().to_owned(),
                Some(state) => state.word().to_owned(),
            },
            reason: self.reason.clone(),
        }
    }

    /// Whether a field says something else than in `other`.
    #[must_use]
    pub fn differs(&self, other: &Self, field: &str) -> bool {
        let value = |it: &Self| {
            super::edit::follow_up_fields(it)
                .into_iter()
                .find(|(name, _value)| *name == field)
                .map(|(_name, value)| value.to_owned())
        };
        value(self) != value(other)
    }

    /// The follow-up as one text, for a conflict between two whole ones.
    pub(super) fn in_one_line(&self) -> String {
        [&self.text, &self.due, &self.time, &self.state]
            .map(String::as_str)
            .join(" · ")
    }
}

/// A visit plan while it is drafted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanDocument {
    /// Title.
    pub title: String,
    /// Day as typed; may be empty.
    pub day: String,
    /// Number plate or description; may be empty.
    pub vehicle: String,
    /// Who goes.
    pub team: BTreeSet<UserId>,
    /// The stops.
    pub stops: BTreeMap<StopId, PlanStop>,
}

/// One stop of a drafted plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStop {
    /// The customer.
    pub customer: CustomerId,
    /// Orders the stops; equal ones by id.
    pub order: i64,
    /// Papers to take along.
    pub materials: BTreeSet<Material>,
}

/// Checks that a document reads as one of `kind`, down to the last field.
pub(super) fn check(inner: &Automerge, kind: DocumentKind) -> Result<(), ShapeError> {
    let shape = shape_of(kind);
    MapAt::root(inner).only(&[shape.texts, shape.fields, shape.later, shape.maps])?;
    match kind {
        DocumentKind::Stop => stop(inner).map(drop),
        DocumentKind::Customer => customer(inner).map(drop),
        DocumentKind::Plan => plan(inner).map(drop),
    }
}

pub(super) fn stop(inner: &Automerge) -> Result<StopDocument, ShapeError> {
    let root = MapAt::root(inner);
    Ok(StopDocument {
        notes: root.text("notes")?,
        negotiation: root.text("negotiation")?,
        reason: root.field("reason")?,
        met_person: root.field("met_person")?,
        proposal: root.field("proposal")?,
        next_step: root.field("next_step")?,
        packed: packed(&root)?,
    })
}

fn packed(root: &MapAt<'_>) -> Result<BTreeSet<Material>, ShapeError> {
    let mut packed = BTreeSet::new();
    for material in Material::ALL {
        if root.field_or_empty(packed_field(material))? == IS_PACKED {
            packed.insert(material);
        }
    }
    Ok(packed)
}

pub(super) fn customer(inner: &Automerge) -> Result<CustomerDocument, ShapeError> {
    let root = MapAt::root(inner);
    Ok(CustomerDocument {
        notes: root.text("notes")?,
        contacts: each(&root.map("contacts")?, contact)?,
        follow_ups: if root.has(FOLLOW_UPS) {
            each(&root.map(FOLLOW_UPS)?, follow_up)?
        } else {
            BTreeMap::new()
        },
    })
}

fn each<T>(
    at: &MapAt<'_>,
    read: impl Fn(&MapAt<'_>) -> Result<T, ShapeError>,
) -> Result<BTreeMap<String, T>, ShapeError> {
    at.keys()?
        .into_iter()
        .map(|key| {
            let member = read(&at.map(&key)?)?;
            Ok((key, member))
        })
        .collect()
}

pub(super) fn contact(at: &MapAt<'_>) -> Result<Contact, ShapeError> {
    at.only(&[&CONTACT_FIELDS])?;
    Ok(Contact {
        name: at.field("name")?,
        phone: at.field("phone")?,
        title: at.field("title")?,
        state: at.field("state")?,
        phone_2: at.field_or_empty("phone_2")?,
        role: at.field_or_empty("role")?,
        note: at.field_or_empty("note")?,
        valid_until: at.field_or_empty("valid_until")?,
        merged_into: at.field_or_empty("merged_into")?,
        apart: at.field_or_empty("apart")?,
    })
}

pub(super) fn follow_up(at: &MapAt<'_>) -> Result<FollowUp, ShapeError> {
    at.only(&[&FOLLOW_UP_FIELDS])?;
    Ok(FollowUp {
        kind: at.field("kind")?,
        text: at.field("text")?,
        due: at.field("due")?,
        time: at.field("time")?,
        who: at.field("who")?,
        contact: at.field("contact")?,
        state: at.field("state")?,
        reason: at.field("reason")?,
        why: at.field("why")?,
    })
}

pub(super) fn plan(inner: &Automerge) -> Result<PlanDocument, ShapeError> {
    let root = MapAt::root(inner);
    let stops = root.map("stops")?;
    Ok(PlanDocument {
        title: root.field("title")?,
        day: root.field("day")?,
        vehicle: root.field("vehicle")?,
        team: members(&root.map("team")?, |key| key.parse().ok())?,
        stops: stops
            .keys()?
            .into_iter()
            .map(|key| {
                let wrong = || ShapeError::WrongValue(below(&stops.path, &key));
                let id: StopId = key.parse().map_err(|_not_an_id| wrong())?;
                Ok((id, plan_stop(&stops.map(&key)?)?))
            })
            .collect::<Result<_, ShapeError>>()?,
    })
}

fn plan_stop(at: &MapAt<'_>) -> Result<PlanStop, ShapeError> {
    at.only(&[&["customer", "order", "materials"]])?;
    let wrong = |_not_an_id| ShapeError::WrongValue(below(&at.path, "customer"));
    Ok(PlanStop {
        customer: at.field("customer")?.parse().map_err(wrong)?,
        order: at.number("order")?,
        materials: members(&at.map("materials")?, material)?,
    })
}

fn members<T: Ord>(
    at: &MapAt<'_>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<BTreeSet<T>, ShapeError> {
    at.keys()?
        .iter()
        .map(|key| {
            at.is_member(key)?;
            read(key).ok_or_else(|| ShapeError::WrongValue(below(&at.path, key)))
        })
        .collect()
}

/// The stable name of a material, as a key.
pub(super) const fn material_name(material: Material) -> &'static str {
    match material {
        Material::Statement => "statement",
        Material::Contract => "contract",
        Material::DemandLetter => "demand_letter",
        Material::LawyersLetter => "lawyers_letter",
        Material::VisitReceipt => "visit_receipt",
    }
}

fn material(name: &str) -> Option<Material> {
    Material::ALL
        .into_iter()
        .find(|material| material_name(*material) == name)
}
