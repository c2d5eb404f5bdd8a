//! Documents: small automerge documents that merge. The only module that names automerge.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

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
