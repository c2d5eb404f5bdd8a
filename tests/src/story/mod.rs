//! The main job told over real processes: the server, two field-app hosts, and people at their desks.

pub mod ceremony;
pub mod customers;
pub mod field;
mod html;
pub mod office;
pub mod phone;
pub mod processes;
pub mod review;
pub mod web;

use std::fmt;

/// A step that did not go as the story says.
#[derive(Debug)]
pub struct Broken(String);

impl Broken {
    /// With the sentence that a person reads.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Broken {}
