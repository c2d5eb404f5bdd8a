//! The system from outside.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "the harness may unwrap: what it cannot do fails the story"
)]

#[expect(
    clippy::indexing_slicing,
    reason = "damage is done at places that were just counted"
)]
pub mod hostile;
pub mod story;
pub mod torture;
pub mod vectors;
pub mod world;
