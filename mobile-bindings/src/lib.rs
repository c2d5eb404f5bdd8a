//! Placeholder.
uniffi::setup_scaffolding!();
