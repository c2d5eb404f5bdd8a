//! The server as a whole: accounts, organisations, settings, clock.

use std::sync::Arc;

use countersign_core::domain::ids::OrganisationId;
use countersign_core::domain::time::Clock;

use crate::auth::accounts::Accounts;
use crate::config::Settings;
use crate::organisation::Organisation;

/// Why the data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {}

/// Everything that a request needs; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {}

impl App {
    /// Opens the data folder, making it when it is not there.
    pub fn open(_settings: Settings, _clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        unimplemented!()
    }
    /// Every URL.
    pub fn router(&self) -> axum::Router {
        crate::router::router(self.clone())
    }
    /// One organisation.
    pub fn organisation(&self, _id: OrganisationId) -> Option<Arc<Organisation>> {
        unimplemented!()
    }
    /// All organisations, by id.
    pub fn organisations(&self) -> Vec<Arc<Organisation>> {
        unimplemented!()
    }
    /// The server's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        unimplemented!()
    }
    /// People, devices, sessions.
    pub fn accounts(&self) -> &Arc<Accounts> {
        unimplemented!()
    }
    /// The settings.
    pub fn settings(&self) -> &Settings {
        unimplemented!()
    }
}
