//! The server's hands on documents: load, admit, save. All foreign changes pass the gate of core.

use countersign_core::documents::DocumentKind;
use countersign_core::domain::ids::{Digest, DocumentId, UserId};
use countersign_core::protocol::HeldCode;
use countersign_core::protocol::push::Run;
use rusqlite::Transaction;

use super::{AppendError, Organisation, ReadError};
use crate::journal::StoredDocument;

/// Desk users write under one actor per document for ever.
pub const DESK_EPOCH: u32 = 1;

/// A loaded document.
#[derive(Debug)]
pub(crate) struct OpenDocument {}

fn absent() -> AppendError {
    AppendError::Refused(
        HeldCode::Malformed,
        "documents cannot be read yet".to_owned(),
    )
}

impl OpenDocument {
    pub(crate) fn load(
        _id: DocumentId,
        _kind: DocumentKind,
        _bytes: &[u8],
    ) -> Result<Self, AppendError> {
        Err(absent())
    }

    pub(crate) fn admit(&mut self, _run: &Run) -> Result<usize, AppendError> {
        Err(absent())
    }

    pub(crate) fn save(&mut self) -> Vec<u8> {
        Vec::new()
    }

    pub(crate) fn heads(&mut self) -> Digest {
        Digest::default()
    }
}

pub(crate) struct Draft {}

impl Draft {
    pub(crate) fn new(_organisation: &Organisation, _author: UserId) -> Self {
        Self {}
    }

    pub(crate) fn create(
        &self,
        _id: DocumentId,
        _kind: DocumentKind,
    ) -> Result<Vec<u8>, AppendError> {
        Err(absent())
    }
}

pub(super) fn project(
    _tx: &Transaction<'_>,
    _id: DocumentId,
    _stored: &StoredDocument,
) -> Result<(), ReadError> {
    Ok(())
}
