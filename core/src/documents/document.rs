//! One document: made, loaded, saved, read.

use std::collections::BTreeSet;
use std::fmt;
use std::panic::catch_unwind;

use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{Automerge, AutomergeError, ObjType, ROOT};

use super::shape::{ShapeError, shape_of};
use super::{ActorId, CustomerDocument, DocumentKind, PlanDocument, StopDocument, Writer, hydrate};
use crate::domain::ids::{Digest, DocumentId};
use crate::protocol::push::ChangeBytes;

/// Largest saved document that is loaded.
pub const DOCUMENT_LIMIT_BYTES: usize = 4 << 20;

/// Why a document cannot be loaded, read or edited.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Larger than allowed.
    #[error("the document has {size_bytes} bytes; at most {DOCUMENT_LIMIT_BYTES} are allowed")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
    },
    /// The bytes are no saved document.
    #[error("the bytes are no saved document")]
    Damaged,
    /// It does not read as a document of its kind, or an edit would make it so.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The kind of document has no such field.
    #[error("a document of this kind has no field `{0}`")]
    UnknownField(String),
    /// automerge refused a local change.
    #[error("the change cannot be written")]
    Automerge(#[from] AutomergeError),
}

/// One document of a kind.
#[derive(Clone)]
pub struct Document {
    pub(super) id: DocumentId,
    pub(super) kind: DocumentKind,
    pub(super) inner: Automerge,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Document {
    /// A new, empty document. Its one change, by `writer`, makes every object that the kind has.
    ///
    /// # Errors
    /// [`DocumentError::Automerge`], which a new document does not meet.
    pub fn create(
        kind: DocumentKind,
        id: DocumentId,
        writer: &Writer,
    ) -> Result<Self, DocumentError> {
        let shape = shape_of(kind);
        let mut inner = Automerge::new();
        inner.set_actor(writer.actor(id).0.into());
        let mut tx = inner.transaction();
        for text in shape.texts {
            tx.put_object(ROOT, *text, ObjType::Text)?;
        }
        for field in shape.fields {
            tx.put(ROOT, *field, "")?;
        }
        for map in shape.maps {
            tx.put_object(ROOT, *map, ObjType::Map)?;
        }
        tx.commit_with(CommitOptions::default().with_time(writer.at.ms()));
        Ok(Self { id, kind, inner })
    }

    /// As [`Document::create`], for a stop.
    ///
    /// # Errors
    /// As there.
    pub fn create_stop(id: DocumentId, writer: &Writer) -> Result<Self, DocumentError> {
        Self::create(DocumentKind::Stop, id, writer)
    }

    /// As [`Document::create`], for a customer.
    ///
    /// # Errors
    /// As there.
    pub fn create_customer(id: DocumentId, writer: &Writer) -> Result<Self, DocumentError> {
        Self::create(DocumentKind::Customer, id, writer)
    }

    /// As [`Document::create`], for a plan; its content is a first edit.
    ///
    /// # Errors
    /// As there.
    pub fn create_plan(id: DocumentId, writer: &Writer) -> Result<Self, DocumentError> {
        Self::create(DocumentKind::Plan, id, writer)
    }

    /// Loads what [`Document::save`] gave. The bytes come from this device's own store or under the server's signature;
    /// for bytes of another device there is [`Document::admit`].
    ///
    /// # Errors
    /// [`DocumentError::TooLarge`], [`DocumentError::Damaged`], [`DocumentError::Shape`].
    pub fn load(id: DocumentId, kind: DocumentKind, bytes: &[u8]) -> Result<Self, DocumentError> {
        if bytes.len() > DOCUMENT_LIMIT_BYTES {
            return Err(DocumentError::TooLarge {
                size_bytes: bytes.len(),
            });
        }
        let inner = catch_unwind(|| {
            let inner = Automerge::load(bytes).map_err(|_source| DocumentError::Damaged)?;
            hydrate::check(&inner, kind)?;
            Ok::<_, DocumentError>(inner)
        })
        .map_err(|_panic| DocumentError::Damaged)??;
        Ok(Self { id, kind, inner })
    }

    /// The document as bytes: a cache of its changes, compact.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.inner.save()
    }

    /// Which document.
    #[must_use]
    pub const fn id(&self) -> DocumentId {
        self.id
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Names the document's content: the digest over its heads, ascending. Equal on every device that holds the same
    /// changes, in whatever order they came.
    #[must_use]
    pub fn heads_digest(&self) -> Digest {
        let heads = self.inner.get_heads();
        let parts: Vec<&[u8]> = heads.iter().map(|head| head.0.as_slice()).collect();
        Digest::of_parts(&parts)
    }

    /// What it says, as a stop.
    ///
    /// # Errors
    /// [`DocumentError::Shape`] when it is of another kind.
    pub fn stop(&self) -> Result<StopDocument, DocumentError> {
        self.as_kind(DocumentKind::Stop)?;
        Ok(hydrate::stop(&self.inner)?)
    }

    /// What it says, as a customer.
    ///
    /// # Errors
    /// [`DocumentError::Shape`] when it is of another kind.
    pub fn customer(&self) -> Result<CustomerDocument, DocumentError> {
        self.as_kind(DocumentKind::Customer)?;
        Ok(hydrate::customer(&self.inner)?)
    }

    /// What it says, as a plan.
    ///
    /// # Errors
    /// [`DocumentError::Shape`] when it is of another kind.
    pub fn plan(&self) -> Result<PlanDocument, DocumentError> {
        self.as_kind(DocumentKind::Plan)?;
        Ok(hydrate::plan(&self.inner)?)
    }

    /// Every change with its actor and number, each after those that it depends on.
    #[must_use]
    pub fn all_changes(&self) -> Vec<(ActorId, u64, ChangeBytes)> {
        self.inner
            .get_changes(&[])
            .iter()
            .filter_map(|change| {
                Some((
                    known_actor(change.actor_id())?,
                    change.seq(),
                    ChangeBytes(change.raw_bytes().to_vec()),
                ))
            })
            .collect()
    }

    /// Everybody who ever changed it.
    #[must_use]
    pub fn actors(&self) -> BTreeSet<ActorId> {
        self.inner
            .get_changes_meta(&[])
            .iter()
            .filter_map(|change| known_actor(&change.actor))
            .collect()
    }

    /// The number of the last change under `actor`; 0 when there is none.
    #[must_use]
    pub fn last_seq(&self, actor: ActorId) -> u64 {
        self.inner
            .get_changes_meta(&[])
            .iter()
            .filter(|change| change.actor.to_bytes() == actor.0)
            .map(|change| change.seq)
            .max()
            .unwrap_or(0)
    }

    pub(super) const fn as_kind(&self, wanted: DocumentKind) -> Result<(), ShapeError> {
        match (self.kind, wanted) {
            (DocumentKind::Stop, DocumentKind::Stop)
            | (DocumentKind::Customer, DocumentKind::Customer)
            | (DocumentKind::Plan, DocumentKind::Plan) => Ok(()),
            (kind, _) => Err(ShapeError::OtherKind(kind)),
        }
    }
}

/// An actor of the length that all have here; the gate and the makers of documents let no other in.
pub(super) fn known_actor(actor: &automerge::ActorId) -> Option<ActorId> {
    actor.to_bytes().try_into().ok().map(ActorId)
}
