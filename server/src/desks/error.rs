//! Why a desk said no. The words come from the catalogs, keyed by [`DeskError::key`].

use countersign_core::documents::DocumentError;
use countersign_core::rendition::RenditionError;

use crate::auth::accounts::AccountsError;
use crate::ledger_import::ImportError;
use crate::organisation::{AppendError, ReadError};
use crate::sync::SyncError;
use crate::uploads::UploadError;

/// Why a desk said no, or could not act. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The role does not allow it.
    #[error("this role may not do that")]
    NotAllowed,
    /// Nobody approves what he requested or edited.
    #[error("nobody approves his own request")]
    OwnRequest,
    /// What was decided about is not what is there now: look again.
    #[error("it has changed since it was opened")]
    Stale,
    /// There is no such thing here.
    #[error("not found")]
    NotFound,
    /// A field says something that cannot be.
    #[error("{field}: {key}")]
    Invalid {
        /// The field of the form.
        field: &'static str,
        /// What is wrong with it.
        key: &'static str,
    },
    /// The file as a whole is no ledger; its words are in `import.ftl`.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The journal.
    #[error(transparent)]
    Append(Box<AppendError>),
    /// The read model.
    #[error(transparent)]
    Read(Box<ReadError>),
    /// The admission of what phones bring.
    #[error(transparent)]
    Sync(Box<SyncError>),
    /// A document, or what should be written into it.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The server's own database.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// A paper cannot be drawn as a PDF.
    #[error(transparent)]
    Rendition(#[from] RenditionError),
    /// Bytes that this server wrote and that no longer read back: a damaged disk.
    #[error("stored bytes do not read back")]
    Damaged,
}

impl From<AppendError> for DeskError {
    fn from(error: AppendError) -> Self {
        Self::Append(Box::new(error))
    }
}

impl From<SyncError> for DeskError {
    fn from(error: SyncError) -> Self {
        Self::Sync(Box::new(error))
    }
}

impl From<ReadError> for DeskError {
    fn from(error: ReadError) -> Self {
        Self::Read(Box::new(error))
    }
}

impl From<UploadError> for DeskError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::TooMany => Self::invalid("file", "desk-invalid-too-many-uploads"),
            UploadError::Full => Self::invalid("file", "desk-invalid-uploads-full"),
            UploadError::Gone => Self::invalid("file", "desk-invalid-upload-gone"),
            UploadError::Stale => Self::Stale,
            UploadError::Store(_) | UploadError::Unreadable(_) => {
                Self::Read(Box::new(ReadError::Uploads(error)))
            }
        }
    }
}

impl DeskError {
    pub(crate) const fn invalid(field: &'static str, key: &'static str) -> Self {
        Self::Invalid { field, key }
    }

    /// The key of the sentence in `desks.ftl`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NotAllowed => "desk-error-not-allowed",
            Self::OwnRequest => "desk-error-own-request",
            Self::Stale => "desk-error-stale",
            Self::NotFound => "desk-error-not-found",
            Self::Invalid { key, field: _ } => key,
            Self::Import(error) => error.key(),
            Self::Document(_) => "desk-error-document",
            Self::Rendition(_) => "desk-error-rendition",
            Self::Append(_) | Self::Read(_) | Self::Sync(_) | Self::Accounts(_) | Self::Damaged => {
                "desk-error-storage"
            }
        }
    }
}
