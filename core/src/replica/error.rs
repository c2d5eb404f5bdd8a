//! What a command or a read can say no with, and the six kinds that a screen acts on.

use std::io;

use serde::Serialize;

use crate::documents::DocumentError;
use crate::journal::seal::SealError;
use crate::read_model::documents::ProjectError;
use crate::rendition::RenditionError;
use crate::store::StoreError;

/// What a screen can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Ask again later; nothing was lost.
    Retry,
    /// Enrol this device, or enrol it again.
    SignIn,
    /// Something is under way.
    Wait,
    /// Change the input.
    Fix,
    /// What it was about is not here any more.
    Gone,
    /// Somebody must look at it.
    Support,
}

/// Finds or says that it is gone.
pub(crate) fn or_not_found<T>(found: Option<T>, noun: &'static str) -> Result<T, ReplicaError> {
    found.ok_or(ReplicaError::NotFound(noun))
}

impl From<StoreError> for ReplicaError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NewerSchema { found, known } => Self::NewerSchema { found, known },
            StoreError::Database(error) => Self::Store(error),
            StoreError::Folder(error) => Self::File(error),
        }
    }
}

impl From<ProjectError> for ReplicaError {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::Document(error) => Self::Document(error),
            ProjectError::Database(error) => Self::Store(error),
        }
    }
}

impl From<SealError> for ReplicaError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Limit(_) | SealError::TooLarge { .. } => Self::Refused("text-too-long"),
            SealError::Signer(_) | SealError::Cose(_) => Self::Key,
        }
    }
}

/// Why a call on the replica was refused or could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    /// The device is not enrolled.
    #[error("this device is not enrolled")]
    NotEnrolled,
    /// The device is enrolled already.
    #[error("this device is already enrolled")]
    AlreadyEnrolled,
    /// The input cannot be taken; the word is a key of the message catalog.
    #[error("the input is refused: {0}")]
    Refused(&'static str),
    /// There is no such object here; the word names the noun.
    #[error("there is no such {0} on this device")]
    NotFound(&'static str),
    /// Another sync is running.
    #[error("a sync is already running")]
    Busy,
    /// The server could not be reached.
    #[error("the server cannot be reached")]
    NoConnection,
    /// The server asks to come back later.
    #[error("the server asks to come back later")]
    ServerBusy,
    /// The server refused the device's proof or code.
    #[error("the server does not accept this device or code")]
    SignIn,
    /// The server's answer is not what the protocol says.
    #[error("the server's answer cannot be understood")]
    BadAnswer,
    /// The store was written by a newer program.
    #[error(
        "the data on this device was written by a newer version ({found}; this one knows {known})"
    )]
    NewerSchema {
        /// Version of the store.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
    /// The store answers with an error.
    #[error("the store of this device cannot be used")]
    Store(#[from] rusqlite::Error),
    /// A file of the store cannot be used.
    #[error("a file of this device's store cannot be used")]
    File(#[from] io::Error),
    /// Stored bytes do not read back: damage or a defect.
    #[error("stored bytes do not read back: {0}")]
    Damaged(&'static str),
    /// A document cannot be read or edited so.
    #[error("the document cannot be read or edited so")]
    Document(#[from] DocumentError),
    /// A paper cannot be drawn as a PDF.
    #[error(transparent)]
    Rendition(#[from] RenditionError),
    /// The device key does not work.
    #[error("the device key cannot be used")]
    Key,
    /// The app is locked: the PIN is asked for.
    #[error("the app is locked")]
    Locked,
    /// Too soon after a wrong PIN.
    #[error("another PIN may be tried later")]
    PinWait,
    /// Too many wrong PINs.
    #[error("the lock is spent; the device is to be enrolled again")]
    LockSpent,
    /// A foreign object cannot be applied; it goes to quarantine and nobody sees this.
    #[error("a foreign object cannot be applied: {0}")]
    Unfit(&'static str),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

impl ReplicaError {
    /// What a screen can do about it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::NotEnrolled | Self::SignIn | Self::Locked | Self::LockSpent => ErrorKind::SignIn,
            Self::AlreadyEnrolled | Self::Refused(_) => ErrorKind::Fix,
            Self::NotFound(_) => ErrorKind::Gone,
            Self::Busy | Self::PinWait => ErrorKind::Wait,
            Self::NoConnection | Self::ServerBusy => ErrorKind::Retry,
            Self::BadAnswer
            | Self::NewerSchema { .. }
            | Self::Store(_)
            | Self::File(_)
            | Self::Damaged(_)
            | Self::Document(_)
            | Self::Rendition(_)
            | Self::Key
            | Self::Unfit(_)
            | Self::Random => ErrorKind::Support,
        }
    }

    /// The stable key of the words in the message catalogs.
    #[must_use]
    pub const fn reference(&self) -> &'static str {
        match self {
            Self::NotEnrolled => "not-enrolled",
            Self::AlreadyEnrolled => "already-enrolled",
            Self::Refused(key) => key,
            Self::NotFound(noun) => noun,
            Self::Busy => "sync-running",
            Self::NoConnection => "no-connection",
            Self::ServerBusy => "server-busy",
            Self::SignIn => "device-refused",
            Self::BadAnswer => "bad-answer",
            Self::NewerSchema { .. } => "newer-schema",
            Self::Store(_) => "store-unusable",
            Self::File(_) => "file-unusable",
            Self::Damaged(_) => "store-damaged",
            Self::Document(_) => "document-unusable",
            Self::Rendition(RenditionError::Typeface(_)) => "typeface-unusable",
            Self::Rendition(_) => "paper-undrawable",
            Self::Unfit(reason) => reason,
            Self::Key => "device-key-unusable",
            Self::Locked => "locked",
            Self::PinWait => "pin-wait",
            Self::LockSpent => "lock-spent",
            Self::Random => "no-random-bytes",
        }
    }
}
