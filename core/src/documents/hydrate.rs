//! Documents as plain types.

use std::collections::{BTreeMap, BTreeSet};

use automerge::Automerge;

use super::DocumentKind;
use super::shape::{CONTACT_FIELDS, MapAt, ShapeError, below, shape_of};
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
}

/// What everybody knows of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerDocument {
    /// Notes; merges.
    pub notes: String,
    /// By a key that whoever adds the contact makes up once.
    pub contacts: BTreeMap<String, Contact>,
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
    /// Whether the number is in use, as the app writes it; a contact is never removed.
    pub state: String,
}

impl Contact {
    /// The contact as one text, for a conflict between two whole contacts.
    pub(super) fn in_one_line(&self) -> String {
        [&self.name, &self.phone, &self.title, &self.state]
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
    MapAt::root(inner).only(&[shape.texts, shape.fields, shape.maps])?;
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
    })
}

pub(super) fn customer(inner: &Automerge) -> Result<CustomerDocument, ShapeError> {
    let root = MapAt::root(inner);
    let contacts = root.map("contacts")?;
    Ok(CustomerDocument {
        notes: root.text("notes")?,
        contacts: contacts
            .keys()?
            .into_iter()
            .map(|key| Ok((key.clone(), contact(&contacts.map(&key)?)?)))
            .collect::<Result<_, ShapeError>>()?,
    })
}

pub(super) fn contact(at: &MapAt<'_>) -> Result<Contact, ShapeError> {
    at.only(&[&CONTACT_FIELDS])?;
    Ok(Contact {
        name: at.field("name")?,
        phone: at.field("phone")?,
        title: at.field("title")?,
        state: at.field("state")?,
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
    [
        Material::Statement,
        Material::Contract,
        Material::DemandLetter,
        Material::LawyersLetter,
        Material::VisitReceipt,
    ]
    .into_iter()
    .find(|material| material_name(*material) == name)
}
