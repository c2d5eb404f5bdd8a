//! The system from outside.

pub mod story;
