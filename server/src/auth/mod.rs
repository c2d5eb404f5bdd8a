//! Who is calling: people with a browser session, and enrolled devices.

pub mod accounts;
mod delays;
pub mod devices;
pub mod policy;
pub(crate) mod secret;

use std::sync::Arc;

use countersign_core::domain::ids::UserId;
use countersign_core::snapshots::policy::Role;

use crate::organisation::Organisation;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// 简体中文, the default.
    ZhCn,
    /// English.
    En,
}

/// A person with a session. As an extractor it sends whoever has none to `/sign-in`.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// The name as shown.
    pub name: String,
    /// Roles, ascending.
    pub roles: Vec<Role>,
    /// Where.
    pub organisation: Arc<Organisation>,
    /// The language of the pages.
    pub language: Language,
}

impl axum::extract::FromRequestParts<crate::app::App> for SignedIn {
    type Rejection = axum::response::Response;

    async fn from_request_parts(
        _parts: &mut axum::http::request::Parts,
        _state: &crate::app::App,
    ) -> Result<Self, Self::Rejection> {
        unimplemented!()
    }
}
