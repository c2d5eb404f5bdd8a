//! The journal: append-only entries in one hash chain per device or desk, sealed under a key, verified by anybody.
//!
//! The bytes received are the evidence: they are stored as they came and never re-encoded; what does not re-encode to
//! itself is refused.

pub mod entry;
pub mod facts;
pub mod seal;

pub use entry::{Entry, Scope, SeenServer};
