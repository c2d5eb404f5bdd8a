//! The core as the phone's shells and the web UI call it; decides nothing.
//!
//! Two doors: the shells use the typed API ([`Replica`] and the device services), the web UI uses
//! [`Replica::dispatch`], a JSON envelope in and one out. Every method is one call into the core.

#[cfg(panic = "abort")]
compile_error!("panics are caught at this border: build with panic = \"unwind\"");

mod devices;
mod dispatch;
mod errors;
mod photos;
mod replica;

pub use countersign_core::domain::position::{Crs, FixSource, RawFix};
pub use countersign_core::domain::time::{ClockReading, Instant};
pub use countersign_core::journal::facts::MissingFix;
pub use devices::{
    Biometric, Camera, CancelToken, Clock, ConfirmPrompt, ConfirmReply, Confirmation, DeviceSigner,
    FixReply, HttpAnswer, HttpCall, HttpClient, HttpHeader, HttpReply, KeyVault, Locator,
    MissingPhoto, Observer, Photo, PhotoReply, Platform, Protection, SecureScreen, SyncScheduler,
    held_replies,
};
pub use errors::MobileError;
pub use replica::{DeviceState, Replica, SyncEnd, export_unsent, refusal};

uniffi::setup_scaffolding!();
