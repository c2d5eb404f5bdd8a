//! Why a device's request was not done, and how that is said: a status, a stable code, words.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::domain::time::Instant;
use countersign_core::journal::VerifyError;
use countersign_core::protocol::ErrorBody;

use crate::auth::accounts::AccountsError;
use crate::blobs::BlobError;
use crate::journal::JournalError;
use crate::organisation::{AppendError, ReadError};

/// Why a device's request was not done.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The body or address is not as it must be.
    #[error("{0}")]
    BadRequest(&'static str),
    /// The body is not of the expected form.
    #[error("the body is not of the expected form; update the app")]
    Form(#[from] minicbor::decode::Error),
    /// A proof of possession does not stand.
    #[error("the proof of possession does not verify")]
    BadProof(#[from] VerifyError),
    /// The one-time code is wrong, used or too old.
    #[error("the code is wrong, used, or older than ten minutes; ask for a new one")]
    BadCode,
    /// The key is enrolled already.
    #[error("this key is enrolled already; make a new one")]
    KeyTaken,
    /// No session, or one that has ended.
    #[error("open a session first")]
    NoSession,
    /// The device was revoked; it can only push, and that is held.
    #[error("this device was revoked; it can still push, and that is kept")]
    Revoked,
    /// Nothing there, or not for this device.
    #[error("there is no such thing in this device's scope")]
    NotFound,
    /// Larger than allowed.
    #[error("the body is larger than allowed")]
    TooLarge,
    /// The attachment's bytes are not what its name says.
    #[error("the attachment's bytes do not hash to its name; send it again")]
    WrongDigest,
    /// The device's share of the space is used up.
    #[error(
        "this device's share of the space for attachments is used up; keep it and offer it again later"
    )]
    NoRoom,
    /// The device was revoked, and nothing that it pushed names the attachment.
    #[error("this device was revoked; only attachments that its entries name are kept")]
    NotNamed,
    /// Too many failures; ask again after this instant.
    #[error("too many failed attempts; wait")]
    Wait(Instant, Instant),
    /// Others write the same thing; ask again.
    #[error("the server is busy; send the same again")]
    Busy,
    /// A fault of the server.
    #[error("the server has a fault; nothing was lost, send the same again")]
    Fault(#[source] Box<Fault>),
}

/// A fault of the server, for its log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Accounts.
    #[error(transparent)]
    Accounts(AccountsError),
    /// The journal.
    #[error(transparent)]
    Journal(JournalError),
    /// Appending.
    #[error(transparent)]
    Append(AppendError),
    /// Reading.
    #[error(transparent)]
    Read(ReadError),
    /// Attachments.
    #[error(transparent)]
    Blob(BlobError),
    /// The task that did the work has ended.
    #[error("the work was cut off")]
    CutOff,
    /// Compression.
    #[error(transparent)]
    Compression(std::io::Error),
}

impl From<Fault> for SyncError {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl From<AccountsError> for SyncError {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::BadCode => Self::BadCode,
            AccountsError::KeyTaken => Self::KeyTaken,
            AccountsError::TokenUsed => {
                Self::BadRequest("the token was used for an earlier session; make a new one")
            }
            AccountsError::UnknownDevice => Self::NoSession,
            other @ (AccountsError::Newer(_)
            | AccountsError::UnknownOrganisation(_)
            | AccountsError::UnknownUser(_)
            | AccountsError::LoginTaken(_)
            | AccountsError::BadLogin
            | AccountsError::BadName
            | AccountsError::ShortPassword
            | AccountsError::NoRole
            | AccountsError::UnknownRole
            | AccountsError::Secret(_)
            | AccountsError::Sqlite(_)) => Fault::Accounts(other).into(),
        }
    }
}

impl From<JournalError> for SyncError {
    fn from(error: JournalError) -> Self {
        Fault::Journal(error).into()
    }
}

impl From<AppendError> for SyncError {
    fn from(error: AppendError) -> Self {
        Fault::Append(error).into()
    }
}

impl From<ReadError> for SyncError {
    fn from(error: ReadError) -> Self {
        Fault::Read(error).into()
    }
}

impl From<BlobError> for SyncError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::TooLarge => Self::TooLarge,
            BlobError::WrongChunk { .. } => {
                Self::BadRequest("the chunk has the wrong size or place")
            }
            BlobError::WrongDigest => Self::WrongDigest,
            other @ (BlobError::Store(_) | BlobError::Folder(_)) => Fault::Blob(other).into(),
        }
    }
}

impl SyncError {
    /// Status and stable code.
    #[must_use]
    pub const fn outside(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadRequest(_) | Self::Form(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            Self::BadProof(_) => (StatusCode::FORBIDDEN, "bad_proof"),
            Self::BadCode => (StatusCode::FORBIDDEN, "bad_code"),
            Self::KeyTaken => (StatusCode::CONFLICT, "key_taken"),
            Self::NoSession => (StatusCode::UNAUTHORIZED, "no_session"),
            Self::Revoked => (StatusCode::FORBIDDEN, "revoked"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::WrongDigest => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_digest"),
            Self::NoRoom => (StatusCode::INSUFFICIENT_STORAGE, "no_room"),
            Self::NotNamed => (StatusCode::CONFLICT, "not_named"),
            Self::Wait(..) => (StatusCode::TOO_MANY_REQUESTS, "wait"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, "fault"),
        }
    }

    /// Seconds until the device may ask again, when that is known.
    fn retry_after_s(&self) -> Option<i64> {
        match self {
            Self::Wait(until, now) => Some((until.ms() - now.ms()).max(0) / 1000 + 1),
            Self::Busy => Some(1),
            Self::BadRequest(_)
            | Self::Form(_)
            | Self::BadProof(_)
            | Self::BadCode
            | Self::KeyTaken
            | Self::NoSession
            | Self::Revoked
            | Self::NotFound
            | Self::TooLarge
            | Self::WrongDigest
            | Self::NoRoom
            | Self::NotNamed
            | Self::Fault(_) => None,
        }
    }
}

impl IntoResponse for SyncError {
    fn into_response(self) -> Response {
        let (status, code) = self.outside();
        if let Self::Fault(fault) = &self {
            tracing::error!(error = %fault, "a sync request met a fault");
        }
        let body = ErrorBody {
            code: code.to_owned(),
            words: self.to_string(),
        };
        let body = minicbor::to_vec(&body).expect("writing CBOR into a vector has no failing sink");
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/cbor")], body).into_response();
        if let Some(seconds) = self.retry_after_s() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
