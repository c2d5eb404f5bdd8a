//! The server's own database: organisations, people, devices, sessions, one-time codes.

use countersign_core::domain::ids::{ChainId, DeviceId, OrganisationId, UserId};
use countersign_core::domain::time::Instant;
use countersign_core::snapshots::policy::Role;

/// Why accounts could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Login and password do not belong together.
    #[error("login and password do not belong together")]
    Wrong,
    /// Too many failures; ask again after this instant.
    #[error("too many failed attempts; wait")]
    Wait(Instant),
    /// The database.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: UserId,
    /// Where.
    pub organisation: OrganisationId,
    /// What is typed to sign in; unique on the server.
    pub login: String,
    /// The name as shown.
    pub name: String,
    /// Roles, ascending.
    pub roles: Vec<Role>,
}

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The phone; its chain has the same UUID.
    pub id: DeviceId,
    /// Where.
    pub organisation: OrganisationId,
    /// Whose.
    pub user: UserId,
    /// SEC 1 uncompressed, 65 bytes.
    pub public_key: Vec<u8>,
    /// How the user named it.
    pub name: String,
    /// Numbers its actors.
    pub actor_epoch: u32,
    /// When it was bound.
    pub enrolled: Instant,
    /// When it was unbound.
    pub revoked: Option<Instant>,
    /// When it last pushed or pulled.
    pub seen: Option<Instant>,
}

/// A new account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Where.
    pub organisation: OrganisationId,
    /// What is typed to sign in.
    pub login: String,
    /// The name as shown.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// At least 10 characters.
    pub password: String,
}

/// A session that was just opened.
#[derive(Debug, Clone)]
pub struct WebSession {
    /// The cookie's value.
    pub token: String,
    /// When it ends.
    pub expires: Instant,
}

/// The server's own database.
#[derive(Debug)]
pub struct Accounts {}

impl Accounts {
    /// Everybody in the organisation, by login.
    pub fn people(&self, _organisation: OrganisationId) -> Result<Vec<Account>, AccountsError> {
        unimplemented!()
    }
    /// One person.
    pub fn account(&self, _user: UserId) -> Result<Option<Account>, AccountsError> {
        unimplemented!()
    }
    /// Checks login and password, slowed down after failures, and opens a session.
    pub fn sign_in(
        &self,
        _login: &str,
        _password: &str,
        _now: Instant,
    ) -> Result<WebSession, SignInError> {
        unimplemented!()
    }
    /// Ends the session.
    pub fn sign_out(&self, _token: &str) -> Result<(), AccountsError> {
        unimplemented!()
    }
    /// All devices, newest first.
    pub fn devices(&self, _organisation: OrganisationId) -> Result<Vec<Device>, AccountsError> {
        unimplemented!()
    }
    /// A one-time code for the user's next phone: 26 Crockford base-32 digits, ten minutes, single use.
    pub fn issue_enrolment_code(
        &self,
        _user: UserId,
        _now: Instant,
    ) -> Result<EnrolmentCode, AccountsError> {
        unimplemented!()
    }
    /// Marks the device revoked; its sessions end at once.
    pub fn revoke_device(&self, _device: DeviceId, _now: Instant) -> Result<Device, AccountsError> {
        unimplemented!()
    }
    /// The device behind a chain.
    pub fn device_of_chain(&self, _chain: ChainId) -> Result<Option<Device>, AccountsError> {
        unimplemented!()
    }
}

/// A one-time code. Shown once; only its hash is stored.
#[derive(Debug, Clone)]
pub struct EnrolmentCode {
    /// 26 digits, in groups of five with hyphens.
    pub code: String,
    /// Until when.
    pub expires: Instant,
}
