//! Documents: small automerge documents that merge. The only module that names automerge.
//!
//! A document is read whole into a plain type ([`StopDocument`], [`CustomerDocument`], [`PlanDocument`]) and changed through
//! an [`Edit`] that writes only what differs, so that two people's work on different fields, or on different places of one
//! text, merges without a conflict. Two values for one scalar are a conflict: both stay, [`Document::conflicts`] lists them,
//! and writing the field anew settles it.
//!
//! All objects of a document are made by its first change. Were each phone to make `notes` for itself, automerge would hold
//! two texts of that name and show one. A map that a later version added comes into an older document by one change that
//! reads the same whoever writes it (`grow`).
//!
//! Changes of others come in through [`Document::admit`] alone; why is told in `gate`.

mod actor;
mod conflicts;
mod document;
mod edit;
mod gate;
mod grow;
mod history;
mod hydrate;
mod rebase;
mod rewrite;
mod shape;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

pub use actor::{ActorId, Writer, actor_of};
pub use conflicts::{FieldConflict, FieldValue};
pub use document::{DOCUMENT_LIMIT_BYTES, Document, DocumentError};
pub use edit::{Edit, TextField};
pub use gate::{
    Admission, CHANGE_LIMIT_BYTES, GateReject, RUN_LIMIT_BYTES, RUN_LIMIT_CHANGES, Rule,
};
pub use grow::GROWTH_CHAIN;
pub use history::{FieldSet, MemberChange, MemberOf};
pub use hydrate::{Contact, CustomerDocument, FollowUp, PlanDocument, PlanStop, StopDocument};
pub use shape::{FIELD_LIMIT_BYTES, ShapeError, TEXT_LIMIT_BYTES, packed_field};

/// The kinds of document.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum DocumentKind {
    /// What a team writes at one stop.
    #[n(0)]
    Stop,
    /// What everybody knows of a customer: contacts, notes.
    #[n(1)]
    Customer,
    /// A visit plan while it is drafted.
    #[n(2)]
    Plan,
}

#[cfg(test)]
mod tests;
