//! Everything a Countersign device knows: domain, documents, journal, papers, snapshots, views, store, replica and sync.

#[cfg(panic = "abort")]
compile_error!(
    "the admission gate and uniffi catch panics at their borders: build with panic = \"unwind\""
);

pub mod documents;
pub mod domain;
pub mod evidence;
pub mod journal;
pub mod papers;
pub mod protocol;
pub mod read_model;
pub mod rendition;
pub mod replica;
pub mod snapshots;
mod store;
pub mod views;
