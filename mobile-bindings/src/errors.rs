//! What a caller of the bindings can act on: six kinds, and a key under which the catalogs have the words.

use countersign_core::replica::{ErrorKind, ReplicaError};

/// An error as it leaves the core. `reference` is a stable key for the message catalogs and holds no personal data.
///
/// No field is called `message`: Kotlin's exceptions have one already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum MobileError {
    /// Ask again; nothing was lost.
    #[error("ask again: {reference}")]
    Retry {
        /// Catalog key.
        reference: String,
    },
    /// Enrol this device, or sign in again.
    #[error("sign in: {reference}")]
    SignIn {
        /// Catalog key.
        reference: String,
    },
    /// Something has to arrive first.
    #[error("wait: {reference}")]
    Wait {
        /// Catalog key.
        reference: String,
    },
    /// What was given is wrong.
    #[error("fix this: {reference}")]
    Fix {
        /// Catalog key.
        reference: String,
    },
    /// It does not exist, or no longer.
    #[error("gone: {reference}")]
    Gone {
        /// Catalog key.
        reference: String,
    },
    /// A bug or damage.
    #[error("call support: {reference}")]
    Support {
        /// Catalog key.
        reference: String,
    },
}

impl MobileError {
    /// The error of `kind` with the catalog key `reference`.
    pub(crate) fn new(kind: ErrorKind, reference: &str) -> Self {
        let reference = reference.to_owned();
        match kind {
            ErrorKind::Retry => Self::Retry { reference },
            ErrorKind::SignIn => Self::SignIn { reference },
            ErrorKind::Wait => Self::Wait { reference },
            ErrorKind::Fix => Self::Fix { reference },
            ErrorKind::Gone => Self::Gone { reference },
            ErrorKind::Support => Self::Support { reference },
        }
    }

    /// Kind and catalog key, as the JSON door says them.
    pub(crate) fn parts(&self) -> (ErrorKind, &str) {
        match self {
            Self::Retry { reference } => (ErrorKind::Retry, reference),
            Self::SignIn { reference } => (ErrorKind::SignIn, reference),
            Self::Wait { reference } => (ErrorKind::Wait, reference),
            Self::Fix { reference } => (ErrorKind::Fix, reference),
            Self::Gone { reference } => (ErrorKind::Gone, reference),
            Self::Support { reference } => (ErrorKind::Support, reference),
        }
    }
}

/// Without this an exception in Kotlin, Swift or Python would be a panic here.
impl From<uniffi::UnexpectedUniFFICallbackError> for MobileError {
    fn from(_foreign: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::new(ErrorKind::Support, "device-service")
    }
}

/// The one table from inside to outside.
impl From<ReplicaError> for MobileError {
    fn from(error: ReplicaError) -> Self {
        Self::new(error.kind(), error.reference())
    }
}
