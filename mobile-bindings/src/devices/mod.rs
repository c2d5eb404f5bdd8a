//! What the platform does for the core: sign, wrap keys, tell the time, find the position, take a photo, carry HTTP, confirm
//! the owner, hear about changes.
//!
//! Every method returns at once and returns `Result`. What takes time gets a reply object instead of a return value, and a
//! reply object that is dropped means "no answer", so a forgetful shell cannot hang the core. Kotlin drops an object only when
//! it is collected: there, always answer.

mod replies;
mod told;
mod wire;

use std::fmt;
use std::sync::Arc;

use countersign_core::domain::position::{Crs, FixSource, RawFix};
use countersign_core::domain::time::{ClockReading, Instant};
use countersign_core::journal::facts::MissingFix;
use serde::{Deserialize, Serialize};

pub use self::replies::{CancelToken, ConfirmReply, FixReply, HttpReply, PhotoReply, held_replies};
pub(crate) use self::replies::{confirmation, photo, position};
pub(crate) use self::told::{Steady, Told, Unsent, lock};
pub(crate) use self::wire::Wire;
pub use self::wire::{HttpAnswer, HttpCall, HttpHeader};
use crate::errors::MobileError;

uniffi::custom_type!(Instant, i64, {
    remote,
    lower: |instant| instant.ms(),
    try_lift: |ms| Ok(Instant::from_ms(ms)),
});

/// Coordinate reference system of a point.
#[uniffi::remote(Enum)]
pub enum Crs {
    Wgs84,
    Gcj02,
    Bd09,
}

/// Measured by a receiver, or set by a mock provider.
#[uniffi::remote(Enum)]
pub enum FixSource {
    Measured,
    Mocked,
}

/// Why there is no position.
#[uniffi::remote(Enum)]
pub enum MissingFix {
    Denied,
    TimedOut,
    Unavailable,
}

/// A fix as the platform gave it: degrees in 1e-7, accuracy in millimetres, age in milliseconds.
#[uniffi::remote(Record)]
pub struct RawFix {
    pub lat_e7: i32,
    pub lon_e7: i32,
    pub crs: Crs,
    pub accuracy_mm: u32,
    pub age_ms: u32,
    pub provider: String,
    pub source: FixSource,
}

/// What the clocks said together; `monotonic_ms` includes sleep.
#[uniffi::remote(Record)]
pub struct ClockReading {
    pub wall: Instant,
    pub monotonic_ms: u64,
    pub boot: String,
}

/// The clocks of the phone.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// Reads all of them together.
    fn read(&self) -> Result<ClockReading, MobileError>;
}

/// Signs with a P-256 key that never leaves its place.
#[uniffi::export(foreign)]
pub trait DeviceSigner: Send + Sync {
    /// SEC 1 uncompressed point, 65 bytes.
    fn public_key(&self) -> Result<Vec<u8>, MobileError>;

    /// ES256 over SHA-256 of `bytes`: raw r‖s, 64 bytes, low-S.
    fn sign(&self, bytes: Vec<u8>) -> Result<Vec<u8>, MobileError>;
}

/// The platform's key store. Wraps the file of a software key, where the platform has no [`DeviceSigner`].
#[uniffi::export(foreign)]
pub trait KeyVault: Send + Sync {
    /// Encrypts a secret under a key that never leaves the key store.
    fn wrap(&self, plain: Vec<u8>) -> Result<Vec<u8>, MobileError>;

    /// The secret again; an error when the key store's own key is gone.
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, MobileError>;
}

/// Finds the position.
#[uniffi::export(foreign)]
pub trait Locator: Send + Sync {
    /// Begins to look; the answer goes to `reply` within `timeout_ms`.
    fn request(&self, timeout_ms: u32, reply: Arc<FixReply>) -> Result<(), MobileError>;
}

/// Carries HTTP over the platform's own stack, so that its proxies and certificates apply.
#[uniffi::export(foreign)]
pub trait HttpClient: Send + Sync {
    /// Begins to send; the answer goes to `reply`.
    fn send(&self, request: HttpCall, reply: Arc<HttpReply>) -> Result<(), MobileError>;
}

/// Told which kinds of row changed.
#[uniffi::export(foreign)]
pub trait Observer: Send + Sync {
    /// Called from any thread; must not call back into the replica before it returns.
    fn changed(&self, kinds: Vec<String>) -> Result<(), MobileError>;
}

/// A photo in a file of the app's own, not yet attached to anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Photo {
    /// Absolute; the file belongs to the core from now on.
    pub path: String,
    /// Such as `image/jpeg`.
    pub media_type: String,
}

/// Why there is no photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum MissingPhoto {
    /// The user does not allow the camera.
    Denied,
    /// The user went back without a photo.
    Cancelled,
    /// There is no camera, or it broke.
    Unavailable,
}

/// Takes photos.
#[uniffi::export(foreign)]
pub trait Camera: Send + Sync {
    /// Opens the camera; the answer goes to `reply`, minutes later perhaps.
    fn capture(&self, reply: Arc<PhotoReply>) -> Result<(), MobileError>;
}

/// The words of a prompt, from the page's catalog: shells have none of their own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, uniffi::Record)]
pub struct ConfirmPrompt {
    /// What is confirmed.
    pub title: String,
    /// The way back.
    pub cancel: String,
}

/// What the owner's finger or face said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// It is the owner: a key that only he unlocks was used.
    Confirmed,
    /// The user went back.
    Cancelled,
    /// Too many wrong tries.
    LockedOut,
    /// None is set up, or it changed since.
    Unavailable,
}

/// Asks whether the phone's owner holds it.
#[uniffi::export(foreign)]
pub trait Biometric: Send + Sync {
    /// Shows the prompt; the answer goes to `reply`. A callback that unlocks no key is no confirmation.
    fn confirm(&self, prompt: ConfirmPrompt, reply: Arc<ConfirmReply>) -> Result<(), MobileError>;
}

/// Whether the screen may be seen by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// No screenshot, no recording, nothing in the list of recent apps. How a shell begins.
    Secure,
    /// As any other app.
    Open,
}

/// Keeps the screen from being captured.
#[uniffi::export(foreign)]
pub trait SecureScreen: Send + Sync {
    /// From now on.
    fn protect(&self, protection: Protection) -> Result<(), MobileError>;
}

/// Runs [`crate::Replica::sync`] when the app may be closed.
#[uniffi::export(foreign)]
pub trait SyncScheduler: Send + Sync {
    /// Something waits to be sent: one run, once there is a network. Asked again and again; one run answers all.
    fn request(&self) -> Result<(), MobileError>;
}

/// What a phone gives to the core.
#[derive(Clone, uniffi::Record)]
pub struct Platform {
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// The position.
    pub locator: Arc<dyn Locator>,
    /// The way to the server.
    pub http: Arc<dyn HttpClient>,
    /// The device key; without one a software key is kept in the replica's folder.
    #[uniffi(default = None)]
    pub signer: Option<Arc<dyn DeviceSigner>>,
    /// Wraps the software key.
    #[uniffi(default = None)]
    pub vault: Option<Arc<dyn KeyVault>>,
    /// Photos; without one the pages use the file chooser.
    #[uniffi(default = None)]
    pub camera: Option<Arc<dyn Camera>>,
    /// The owner's finger or face.
    #[uniffi(default = None)]
    pub biometric: Option<Arc<dyn Biometric>>,
    /// Protection of the screen.
    #[uniffi(default = None)]
    pub screen: Option<Arc<dyn SecureScreen>>,
    /// Sync in the background.
    #[uniffi(default = None)]
    pub scheduler: Option<Arc<dyn SyncScheduler>>,
}

impl Platform {
    /// What nothing works without, and nothing else.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        locator: Arc<dyn Locator>,
        http: Arc<dyn HttpClient>,
    ) -> Self {
        Self {
            clock,
            locator,
            http,
            signer: None,
            vault: None,
            camera: None,
            biometric: None,
            screen: None,
            scheduler: None,
        }
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("has_signer", &self.signer.is_some())
            .finish_non_exhaustive()
    }
}
