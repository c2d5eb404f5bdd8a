//! The lock: a PIN before anything of a customer is shown or signed.
//!
//! What the PIN guards is in `docs/adr/0011-lock.md`. In short: the app's door in every case; the device key too where the
//! platform does not keep it, so that a phone whose app was started anew can sign and send nothing before the PIN. Wrong PINs
//! cost a growing wait, counted before each try and measured by the monotonic clock alone; the tenth destroys the wrap.

mod params;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::domain::pin::Pin;
use crate::domain::time::ClockReading;
use crate::journal::signer::{DeviceSigner, SignerError};
use crate::replica::devices::Kind;
pub use crate::replica::lock::params::{InUse, LockChosen, PinChange, PinSet, PinText, PinTry};
use crate::replica::{KeyHome, Replica, ReplicaError};
use crate::store::lock::LockRow;
use crate::store::pin_wrap::{PinWrap, WrapError};
use crate::store::{key_file, lock};
use crate::views::{LockState, LockView, OwnerUnlock};

/// Wrong PINs, the last of which destroys the wrap.
const TRIES: u8 = 10;
const MINUTE_MS: u64 = 60_000;
const AUTO_LOCK_MINUTES: [u8; 3] = [1, 5, 15];
const USUAL_MINUTES: u8 = 5;
/// While a customer reads or writes, the app locks itself only after this long without a touch.
const CEREMONY_MS: u64 = 30 * MINUTE_MS;

/// Whether the app is open. In memory alone: an app that starts anew is locked.
#[derive(Debug)]
pub(super) struct Guard {
    /// None: there is no lock.
    minutes: Option<u8>,
    is_open: bool,
    /// The device key can sign: it is the platform's, or the PIN was typed since the start.
    has_key: bool,
    /// When the screen was last touched.
    used: ClockReading,
    holder: Holder,
}

/// Who holds the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Owner,
    /// Reading or writing in a ceremony.
    Customer,
}

/// What opened the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenedBy {
    Pin,
    Owner,
}

impl Guard {
    pub(super) fn at_start(lock: Option<&LockRow>, key: KeyHome, now: ClockReading) -> Self {
        Self {
            minutes: lock.map(|lock| lock.auto_lock_minutes),
            is_open: lock.is_none(),
            has_key: lock.is_none() || key == KeyHome::Platform,
            used: now,
            holder: Holder::Owner,
        }
    }

    fn idle_limit_ms(&self) -> u64 {
        let minutes = u64::from(self.minutes.unwrap_or(USUAL_MINUTES));
        let ordinary = minutes * MINUTE_MS;
        match self.holder {
            Holder::Owner => ordinary,
            Holder::Customer => ordinary.max(CEREMONY_MS),
        }
    }

    fn idle_left_ms(&self, now: &ClockReading) -> u64 {
        if self.minutes.is_none() || !self.is_open {
            return 0;
        }
        self.idle_limit_ms()
            .saturating_sub(elapsed_ms((&self.used.boot, self.used.monotonic_ms), now))
    }

    /// Locks an app that nobody touched for too long; says whether it did.
    fn expire(&mut self, now: &ClockReading) -> bool {
        let is_due = self.minutes.is_some() && self.is_open && self.idle_left_ms(now) == 0;
        if is_due {
            self.is_open = false;
        }
        is_due
    }
}

/// A device key that only the PIN opens. It can be named, and signs nothing.
#[derive(Debug)]
struct Closed(Vec<u8>);

impl DeviceSigner for Closed {
    fn public_key(&self) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.clone())
    }

    fn sign(&self, _bytes: &[u8]) -> Result<[u8; 64], SignerError> {
        Err(SignerError::KeyStore("locked".to_owned()))
    }
}

/// The signer of a phone that was locked when its app started.
pub(super) fn closed_signer(
    folder: &Path,
    lock: &LockRow,
) -> Result<Arc<dyn DeviceSigner>, ReplicaError> {
    key_file::remove_unlocked(folder).map_err(|_unusable| ReplicaError::Key)?;
    Ok(Arc::new(Closed(lock.public_key.clone())))
}

/// How much has passed since `then`, at least. A start of the phone between the two begins anew: how long it was off is known
/// to the wall clock alone, and that can be set.
fn elapsed_ms((boot, monotonic_ms): (&str, u64), now: &ClockReading) -> u64 {
    if now.boot == boot {
        now.monotonic_ms.saturating_sub(monotonic_ms)
    } else {
        now.monotonic_ms
    }
}

/// How long the next try waits after so many wrong ones.
const fn delay_ms(failures: u8) -> u64 {
    const SECOND_MS: u64 = 1_000;
    const HOUR_MS: u64 = 60 * MINUTE_MS;
    match failures {
        0..=2 => 0,
        3 => 30 * SECOND_MS,
        4 => MINUTE_MS,
        5 => 5 * MINUTE_MS,
        6 => 15 * MINUTE_MS,
        7 => HOUR_MS,
        8 => 3 * HOUR_MS,
        _ => 8 * HOUR_MS,
    }
}

fn wait_ms(lock: &LockRow, now: &ClockReading) -> u64 {
    match &lock.failed {
        Some((boot, monotonic_ms)) => {
            delay_ms(lock.failures).saturating_sub(elapsed_ms((boot, *monotonic_ms), now))
        }
        None => 0,
    }
}

impl Replica {
    /// `lock.read`. Locks the app when nobody touched it for too long.
    pub fn lock(&self) -> Result<LockView, ReplicaError> {
        self.lock_if_idle();
        let now = self.devices.clock.read();
        let row = self.read(|connection| Ok(lock::read(connection)?))?;
        let guard = self.guard();
        let Some(row) = row else {
            return Ok(LockView {
                state: LockState::Off,
                tries_left: TRIES,
                wait_ms: 0,
                auto_lock_minutes: USUAL_MINUTES,
                idle_ms: 0,
                owner: OwnerUnlock::Off,
                sync_waits: false,
            });
        };
        let state = match (row.is_spent, guard.is_open) {
            (true, _) => LockState::Spent,
            (false, true) => LockState::Open,
            (false, false) => LockState::Closed,
        };
        let owner = match (row.owner_unlocks && !row.is_spent, guard.has_key) {
            (false, _) => OwnerUnlock::Off,
            (true, true) => OwnerUnlock::Ready,
            (true, false) => OwnerUnlock::AfterPin,
        };
        Ok(LockView {
            state,
            tries_left: TRIES.saturating_sub(row.failures),
            wait_ms: wait_ms(&row, &now),
            auto_lock_minutes: row.auto_lock_minutes,
            idle_ms: guard.idle_left_ms(&now),
            owner,
            sync_waits: !guard.has_key,
        })
    }

    /// `lock.set`: turns the lock on, for this device and its user.
    ///
    /// # Errors
    /// `lock-is-on`; `pin-too-short`, `pin-too-long`, `pin-trivial`, `pin-date`; [`ReplicaError::NotEnrolled`].
    pub fn set_pin(&self, set: &PinSet) -> Result<LockView, ReplicaError> {
        let pin = chosen(set.pin.as_str())?;
        let trying = self.trying();
        if self
            .read(|connection| Ok(lock::read(connection)?))?
            .is_some()
        {
            return Err(ReplicaError::Refused("lock-is-on"));
        }
        self.read(Self::me)?;
        let secret = self.secret_to_wrap()?;
        let public_key = self.signer().public_key();
        let row = LockRow {
            public_key: public_key.map_err(|_refused| ReplicaError::Key)?,
            auto_lock_minutes: USUAL_MINUTES,
            owner_unlocks: false,
            failures: 0,
            failed: None,
            is_spent: false,
        };
        // In this order a power cut leaves the key where it was, or under the PIN, or both.
        self.wrap_with(&pin, &secret)?;
        self.commit("set_pin", |commit| {
            lock::put(commit.tx, &row)?;
            commit.changed(&[Kind::Lock]);
            Ok(())
        })?;
        if self.devices.key != KeyHome::Platform {
            key_file::remove_unlocked(&self.folder).map_err(|_unusable| ReplicaError::Key)?;
        }
        let now = self.devices.clock.read();
        *self.guard() = Guard {
            minutes: Some(USUAL_MINUTES),
            is_open: true,
            has_key: true,
            used: now,
            holder: Holder::Owner,
        };
        drop(trying);
        self.lock()
    }

    /// `lock.open`: the PIN, as typed.
    ///
    /// # Errors
    /// `pin-wrong`; [`ReplicaError::PinWait`] too soon after a wrong one; [`ReplicaError::LockSpent`] with the tenth wrong one, and from
    /// then on.
    pub fn unlock(&self, attempt: &PinTry) -> Result<LockView, ReplicaError> {
        let trying = self.trying();
        if self
            .read(|connection| Ok(lock::read(connection)?))?
            .is_some()
        {
            let secret = self.try_pin(&Pin::typed(attempt.pin.as_str()))?;
            if self.devices.key != KeyHome::Platform {
                let signer = key_file::signer(&secret).map_err(|_unusable| ReplicaError::Key)?;
                self.use_signer(Arc::new(signer));
            }
            self.open_door(OpenedBy::Pin);
        }
        drop(trying);
        self.lock()
    }

    /// `lock.confirm`: the platform knew its owner by finger or face. Whoever calls this has asked the platform itself.
    ///
    /// # Errors
    /// `pin-first` unless that was chosen, and the PIN was typed since the app started where only it opens the device key;
    /// [`ReplicaError::LockSpent`].
    pub fn unlock_for_owner(&self) -> Result<LockView, ReplicaError> {
        match self.lock()? {
            LockView {
                state: LockState::Spent,
                ..
            } => Err(ReplicaError::LockSpent),
            LockView {
                owner: OwnerUnlock::Ready,
                ..
            } => {
                self.open_door(OpenedBy::Owner);
                self.lock()
            }
            _ => Err(ReplicaError::Refused("pin-first")),
        }
    }

    /// `lock.change`: another PIN. A wrong old one counts as any wrong PIN.
    ///
    /// # Errors
    /// As [`Replica::unlock`] for the old one and [`Replica::set_pin`] for the new one; `lock-is-off`; [`ReplicaError::Locked`].
    pub fn change_pin(&self, change: &PinChange) -> Result<LockView, ReplicaError> {
        self.must_be_open()?;
        let new = chosen(change.new.as_str())?;
        let trying = self.trying();
        if self
            .read(|connection| Ok(lock::read(connection)?))?
            .is_none()
        {
            return Err(ReplicaError::Refused("lock-is-off"));
        }
        let secret = self.try_pin(&Pin::typed(change.old.as_str()))?;
        self.wrap_with(&new, &secret)?;
        drop(trying);
        self.tell(&[Kind::Lock]);
        self.lock()
    }

    /// `lock.close`: locks at once.
    ///
    /// # Errors
    /// `lock-is-off`.
    pub fn lock_now(&self) -> Result<LockView, ReplicaError> {
        {
            let mut guard = self.guard();
            if guard.minutes.is_none() {
                return Err(ReplicaError::Refused("lock-is-off"));
            }
            guard.is_open = false;
        }
        self.tell(&[Kind::Lock]);
        self.lock()
    }

    /// `lock.keep`: how the lock behaves.
    ///
    /// # Errors
    /// `auto-lock-unusable` unless 1, 5 or 15 minutes; `lock-is-off`; [`ReplicaError::Locked`].
    pub fn keep_lock(&self, chosen: LockChosen) -> Result<LockView, ReplicaError> {
        self.must_be_open()?;
        if !AUTO_LOCK_MINUTES.contains(&chosen.auto_lock_minutes) {
            return Err(ReplicaError::Refused("auto-lock-unusable"));
        }
        self.commit("keep_lock", |commit| {
            let row = lock::read(commit.tx)?.ok_or(ReplicaError::Refused("lock-is-off"))?;
            let row = LockRow {
                auto_lock_minutes: chosen.auto_lock_minutes,
                owner_unlocks: chosen.owner_unlocks,
                ..row
            };
            lock::keep(commit.tx, &row)?;
            commit.changed(&[Kind::Lock]);
            Ok(())
        })?;
        self.guard().minutes = Some(chosen.auto_lock_minutes);
        self.lock()
    }

    /// `lock.used`: somebody touched the screen; the time until the app locks itself begins anew.
    ///
    /// # Errors
    /// [`ReplicaError::Locked`].
    pub fn used(&self, how: InUse) -> Result<LockView, ReplicaError> {
        self.must_be_open()?;
        let now = self.devices.clock.read();
        {
            let mut guard = self.guard();
            guard.used = now;
            guard.holder = if how.in_ceremony {
                Holder::Customer
            } else {
                Holder::Owner
            };
        }
        self.lock()
    }

    /// The app went into the background: from now on nobody holds a pen.
    pub fn left(&self) {
        let now = self.devices.clock.read();
        let mut guard = self.guard();
        if !guard.expire(&now) {
            guard.used = now;
            guard.holder = Holder::Owner;
        }
    }

    /// The app came back: locked, when it was away for too long.
    pub fn returned(&self) {
        self.lock_if_idle();
    }

    /// The door of every call that shows or changes something of a customer.
    ///
    /// # Errors
    /// [`ReplicaError::Locked`].
    pub fn must_be_open(&self) -> Result<(), ReplicaError> {
        self.lock_if_idle();
        self.must_not_be_locked()
    }

    /// Without a look at the clock: for work that passed the door.
    pub(super) fn must_not_be_locked(&self) -> Result<(), ReplicaError> {
        let guard = self.guard();
        if guard.minutes.is_none() || guard.is_open {
            Ok(())
        } else {
            Err(ReplicaError::Locked)
        }
    }

    pub(super) fn must_have_its_key(&self) -> Result<(), ReplicaError> {
        if self.has_its_key() {
            Ok(())
        } else {
            Err(ReplicaError::Locked)
        }
    }

    pub(super) fn has_its_key(&self) -> bool {
        self.guard().has_key
    }

    pub(super) fn is_lock_spent(&self) -> Result<bool, ReplicaError> {
        let row = self.read(|connection| Ok(lock::read(connection)?))?;
        Ok(row.is_some_and(|row| row.is_spent))
    }

    /// An enrolment turned the lock off; what it wrapped is of no use any more.
    pub(super) fn lock_is_off(&self) -> Result<(), ReplicaError> {
        let now = self.devices.clock.read();
        *self.guard() = Guard::at_start(None, self.devices.key, now);
        key_file::destroy_lock(&self.folder).map_err(|_unusable| ReplicaError::Key)
    }

    /// Counts the try, then tries: a process that is killed in between gave none away. The caller holds `trying`.
    fn try_pin(&self, pin: &Pin) -> Result<Zeroizing<[u8; 32]>, ReplicaError> {
        let row = self
            .read(|connection| Ok(lock::read(connection)?))?
            .ok_or(ReplicaError::Refused("lock-is-off"))?;
        if row.is_spent {
            return Err(ReplicaError::LockSpent);
        }
        let now = self.devices.clock.read();
        if wait_ms(&row, &now) > 0 {
            return Err(ReplicaError::PinWait);
        }
        // A key store that does not open costs no try.
        let vault = self.devices.vault.as_deref();
        let wrap = key_file::lock(&self.folder, vault).map_err(|_unusable| ReplicaError::Key)?;
        let Some(wrap) = wrap else {
            return self.spend();
        };
        let wrap = PinWrap::from_bytes(&wrap).map_err(|_damaged| ReplicaError::Damaged("lock"))?;
        self.commit("count_try", |commit| Ok(lock::count(commit.tx, &now)?))?;
        match wrap.open(pin) {
            Ok(secret) => {
                self.commit("right_pin", |commit| Ok(lock::forgive(commit.tx)?))?;
                Ok(secret)
            }
            Err(WrapError::Damaged) => Err(ReplicaError::Damaged("lock")),
            Err(WrapError::WrongPin) if row.failures + 1 >= TRIES => self.spend(),
            Err(WrapError::WrongPin) => {
                self.tell(&[Kind::Lock]);
                Err(ReplicaError::Refused("pin-wrong"))
            }
        }
    }

    /// The wrap is destroyed first: a power cut in between leaves a lock without one, which is as spent.
    fn spend<T>(&self) -> Result<T, ReplicaError> {
        key_file::destroy_lock(&self.folder).map_err(|_unusable| ReplicaError::Key)?;
        self.commit("spend_lock", |commit| {
            lock::spend(commit.tx)?;
            commit.changed(&[Kind::Lock]);
            Ok(())
        })?;
        self.guard().is_open = false;
        tracing::warn!("too many wrong PINs: the device is to be enrolled again");
        Err(ReplicaError::LockSpent)
    }

    /// The device key where it is a file, else random bytes that only say whether the PIN was right.
    fn secret_to_wrap(&self) -> Result<Zeroizing<[u8; 32]>, ReplicaError> {
        if self.devices.key == KeyHome::Platform {
            let mut secret = Zeroizing::new([0; 32]);
            self.fill(secret.as_mut())?;
            return Ok(secret);
        }
        key_file::secret(&self.folder, self.devices.vault.as_deref())
            .map_err(|_unusable| ReplicaError::Key)
    }

    /// Stores `secret` under `pin`, after a look at whether it comes back.
    fn wrap_with(&self, pin: &Pin, secret: &[u8; 32]) -> Result<(), ReplicaError> {
        let mut salt = [0; 16];
        let mut nonce = [0; 12];
        self.fill(&mut salt)?;
        self.fill(&mut nonce)?;
        let unusable = |_unusable: WrapError| ReplicaError::Key;
        let wrap = PinWrap::seal(pin, secret, (salt, nonce)).map_err(unusable)?;
        let bytes = wrap.to_bytes().map_err(unusable)?;
        let again = PinWrap::from_bytes(&bytes).and_then(|wrap| wrap.open(pin));
        if *again.map_err(unusable)? != *secret {
            return Err(ReplicaError::Key);
        }
        let vault = self.devices.vault.as_deref();
        key_file::put_lock(&self.folder, vault, &bytes).map_err(|_unusable| ReplicaError::Key)
    }

    fn open_door(&self, by: OpenedBy) {
        let now = self.devices.clock.read();
        {
            let mut guard = self.guard();
            guard.is_open = true;
            guard.has_key |= by == OpenedBy::Pin;
            guard.used = now;
            guard.holder = Holder::Owner;
        }
        // What could not be sent before the PIN is asked for again.
        self.tell(&[Kind::Sync, Kind::Lock]);
    }

    fn lock_if_idle(&self) {
        let now = self.devices.clock.read();
        if self.guard().expire(&now) {
            self.tell(&[Kind::Lock]);
        }
    }

    fn guard(&self) -> MutexGuard<'_, Guard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trying(&self) -> MutexGuard<'_, ()> {
        self.trying.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn chosen(text: &str) -> Result<Pin, ReplicaError> {
    Pin::chosen(text).map_err(|refused| ReplicaError::Refused(refused.key()))
}
