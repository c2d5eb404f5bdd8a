//! What the platform gives to the replica: clock, key, randomness; and whom the replica tells of changes.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::domain::time::Clock;
use crate::journal::signer::DeviceSigner;
pub use crate::store::key_file::{KeyVault, VaultClosed};

/// Random bytes of cryptographic quality. Core draws none itself; tests give known ones.
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom>;
}

/// The system gives no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoRandom;

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandom> {
        getrandom::fill(bytes).map_err(|_unavailable| NoRandom)
    }
}

/// The platform's services.
#[derive(Debug, Clone)]
pub struct Devices {
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// The platform's key; none takes or makes the software key in the replica's folder (`device.key`, 0600).
    pub signer: Option<Arc<dyn DeviceSigner>>,
    /// Wraps the software key's file (`device.key.wrapped`); not asked when there is a signer.
    pub vault: Option<Arc<dyn KeyVault>>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// What changed, for screens that show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Enrolment, user, session.
    Device,
    /// Plans.
    Plans,
    /// Stops: anything on a stop's row or screen.
    Stops,
    /// Statements.
    Statements,
    /// Signings and strokes.
    Signings,
    /// Conflicts.
    Conflicts,
    /// Cash.
    Cash,
    /// Whom this phone knows.
    Customers,
    /// Anything on the sync screen.
    Sync,
    /// The lock was opened or closed.
    Lock,
}

/// Is told after each commit which kinds changed. Called on the thread of the command, without locks held.
pub trait Observer: Send + Sync {
    /// At least one kind, ascending, each once.
    fn changed(&self, kinds: &[Kind]);
}
