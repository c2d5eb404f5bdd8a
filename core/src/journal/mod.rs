//! The journal: append-only entries in one hash chain per device or desk, sealed under a key, verified by anybody.
//!
//! The bytes received are the evidence: they are stored as they came and never re-encoded; what does not re-encode to
//! itself is refused.

pub mod chain;
pub mod decisions;
pub mod entry;
pub mod facts;
pub mod limits;
pub mod seal;
pub mod signer;

pub use chain::{ChainError, ChainHead};
pub use entry::{Entry, Scope, SeenServer};
pub use facts::Fact;
pub use seal::{OpenError, SealError, SealedEntry, SealedSnapshot};
pub use signer::{DeviceSigner, SignerError, SoftwareSigner, VerifyError, verify_raw};
