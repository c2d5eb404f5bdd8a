//! The platform's services as the core wants them.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::domain::time::ClockReading;
use countersign_core::journal::signer::{self as signing, SignerError};
use countersign_core::replica::{self as core, VaultClosed};
use zeroize::Zeroizing;

use crate::devices::{Clock, DeviceSigner, KeyVault, Observer};
use crate::errors::MobileError;

/// The platform's clocks as the core wants them: always an answer. A clock that fails repeats what it said last.
pub(crate) struct Steady {
    clock: Arc<dyn Clock>,
    last: Mutex<ClockReading>,
}

impl Steady {
    /// Reads once, so that a clock that never works is found out when the replica is opened.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Result<Self, MobileError> {
        let last = Mutex::new(clock.read()?);
        Ok(Self { clock, last })
    }
}

impl fmt::Debug for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steady").finish_non_exhaustive()
    }
}

impl countersign_core::domain::time::Clock for Steady {
    fn read(&self) -> ClockReading {
        let now = self.clock.read();
        let mut last = lock(&self.last);
        if let Ok(now) = now {
            *last = now;
        }
        last.clone()
    }
}

/// A foreign signer, vault or observer as the core's own trait.
pub(crate) struct Told<T: ?Sized>(Arc<T>);

impl Told<dyn DeviceSigner> {
    pub(crate) fn signer(signer: Arc<dyn DeviceSigner>) -> Arc<dyn signing::DeviceSigner> {
        Arc::new(Self(signer))
    }
}

impl Told<dyn KeyVault> {
    pub(crate) fn vault(vault: Arc<dyn KeyVault>) -> Arc<dyn core::KeyVault> {
        Arc::new(Self(vault))
    }
}

impl Told<dyn Observer> {
    pub(crate) fn observer(observer: Arc<dyn Observer>) -> Arc<dyn core::Observer> {
        Arc::new(Self(observer))
    }
}

impl<T: ?Sized> fmt::Debug for Told<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

impl signing::DeviceSigner for Told<dyn DeviceSigner> {
    fn public_key(&self) -> Result<Vec<u8>, SignerError> {
        self.0.public_key().map_err(|error| refused(&error))
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignerError> {
        let signature = self
            .0
            .sign(bytes.to_vec())
            .map_err(|error| refused(&error))?;
        signature
            .try_into()
            .map_err(|_other_length| SignerError::KeyStore("signature-length".to_owned()))
    }
}

impl core::KeyVault for Told<dyn KeyVault> {
    fn wrap(&self, plain: &[u8]) -> Result<Vec<u8>, VaultClosed> {
        self.0.wrap(plain.to_vec()).map_err(|_refused| VaultClosed)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultClosed> {
        self.0
            .unwrap(wrapped.to_vec())
            .map(Zeroizing::new)
            .map_err(|_refused| VaultClosed)
    }
}

fn refused(error: &MobileError) -> SignerError {
    SignerError::KeyStore(error.parts().1.to_owned())
}

impl core::Observer for Told<dyn Observer> {
    fn changed(&self, kinds: &[core::Kind]) {
        let words = kinds
            .iter()
            .filter_map(|kind| serde_json::to_value(kind).ok()?.as_str().map(str::to_owned))
            .collect();
        // A shell that cannot listen reads again when it draws; the commit stands either way.
        drop(self.0.changed(words));
    }
}

/// Notes that a commit may have left something to send.
#[derive(Debug, Default)]
pub(crate) struct Unsent(AtomicBool);

impl Unsent {
    /// Whether one did, since this was last asked.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

impl core::Observer for Unsent {
    fn changed(&self, kinds: &[core::Kind]) {
        if kinds.contains(&core::Kind::Sync) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
