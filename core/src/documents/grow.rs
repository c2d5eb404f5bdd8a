//! How a document of version 0.1.0 gets the map `follow_ups`.
//!
//! Were each phone to make the map when it first needs it, automerge would hold two maps under one name and show one; what is
//! in the other would be gone from every screen. So there is exactly one change that makes it, and nobody has a choice in it:
//! it is written under an actor of its own ([`GROWTH_CHAIN`]), depends on the document's first change alone, and bears the
//! time 0. Whoever computes it from the same document gets the same bytes, so that writing it twice is writing it once.
//!
//! The server writes it, when it starts and before a desk edits the document; phones take it in like any change. The gate
//! lets nobody else make an object in a document's root, and this change only byte for byte. New documents have the map from
//! their first change on.

use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{Automerge, Change, ChangeHash, ObjType, ROOT, ReadDoc as _};

use super::shape::{FOLLOW_UPS, MapAt};
use super::{ActorId, Document, DocumentError, DocumentKind, actor_of};
use crate::domain::ids::{ChainId, DocumentId};
use crate::protocol::push::{ChangeBytes, Run};

/// The chain of no device and no desk, under which documents grow.
pub const GROWTH_CHAIN: ChainId = ChainId::from_bytes(*b"countersign-grow");

impl Document {
    /// Whether follow-ups can be written into it.
    #[must_use]
    pub fn has_follow_ups(&self) -> bool {
        matches!(self.kind, DocumentKind::Customer) && MapAt::root(&self.inner).has(FOLLOW_UPS)
    }

    /// Adds the map that it lacks and gives the run that says so to others; none when it lacks none.
    ///
    /// # Errors
    /// [`DocumentError::Damaged`] when it has no first change.
    pub fn grow(&mut self) -> Result<Option<Run>, DocumentError> {
        if !matches!(self.kind, DocumentKind::Customer) || self.has_follow_ups() {
            return Ok(None);
        }
        let change = growth(&self.inner, self.id)?;
        let bytes = ChangeBytes(change.raw_bytes().to_vec());
        self.inner.apply_changes([change])?;
        Ok(Some(Run {
            document: self.id,
            chain: GROWTH_CHAIN,
            actor_epoch: 0,
            changes: vec![bytes],
        }))
    }
}

/// Under which actor `document` grows.
pub(super) fn growth_actor(document: DocumentId) -> ActorId {
    actor_of(GROWTH_CHAIN, document, 0)
}

/// Whether `inner` has its growth.
pub(super) fn has_grown(inner: &Automerge, growth: ChangeHash) -> bool {
    inner.get_change_by_hash(&growth).is_some()
}

/// The one change that adds what a document of version 0.1.0 lacks.
pub(super) fn growth(inner: &Automerge, document: DocumentId) -> Result<Change, DocumentError> {
    let first = inner
        .get_changes(&[])
        .into_iter()
        .find(|change| change.deps().is_empty())
        .ok_or(DocumentError::Damaged)?;
    let mut base = Automerge::new();
    base.apply_changes([first])?;
    base.set_actor(growth_actor(document).0.into());
    let mut tx = base.transaction();
    tx.put_object(ROOT, FOLLOW_UPS, ObjType::Map)?;
    let (hash, _patches) = tx.commit_with(CommitOptions::default().with_time(0));
    hash.and_then(|hash| base.get_change_by_hash(&hash))
        .ok_or(DocumentError::Damaged)
}
