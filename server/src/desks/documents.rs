//! Documents at a desk: read from what is stored, written as a change under the person's own chain.

use countersign_core::documents::{Document, DocumentKind, Edit, Writer};
use countersign_core::domain::ids::{ChainId, Digest, DocumentId};
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{ConflictSettled, ConflictValue, Fact};
use countersign_core::protocol::push::Run;
use countersign_core::views::ConflictRow;

use super::{Desk, DeskError};
use crate::auth::policy::Action;
use crate::organisation::documents::DESK_EPOCH;
use crate::organisation::{DeskEntry, Item};

impl Desk {
    pub(super) fn writer(&self) -> Writer {
        Writer {
            chain: ChainId::from(self.user),
            epoch: DESK_EPOCH,
            at: self.now(),
        }
    }

    pub(super) fn document(
        &self,
        id: DocumentId,
        kind: DocumentKind,
    ) -> Result<Document, DeskError> {
        let stored = self
            .organisation
            .stored_document(id)?
            .filter(|stored| stored.kind == kind)
            .ok_or(DeskError::NotFound)?;
        Ok(Document::load(id, kind, &stored.whole.bytes)?)
    }

    /// The change that makes the document read so; none when it does already.
    pub(super) fn change_of(
        &self,
        document: &mut Document,
        (id, scope): (DocumentId, Scope),
        edit: Edit,
    ) -> Result<Option<Item>, DeskError> {
        let writer = self.writer();
        let change = document.edit(&writer, edit)?;
        Ok(change.map(|change| {
            let run = Run {
                document: id,
                chain: writer.chain,
                actor_epoch: writer.epoch,
                changes: vec![change],
            };
            Item::Run { scope, run }
        }))
    }

    /// Settles a conflict as it was looked at: the field has `value` from now on, and who wrote what stays on record.
    pub fn settle_conflict(
        &self,
        scope: Scope,
        conflict: &ConflictRow,
        value: &str,
    ) -> Result<Digest, DeskError> {
        self.require(Action::SettleConflict)?;
        let mut document = self.document(conflict.document, conflict.document_kind)?;
        let is_there = document
            .conflicts()
            .iter()
            .any(|there| there.field == conflict.field);
        if !is_there {
            return Err(DeskError::invalid("field", "desk-invalid-not-a-conflict"));
        }
        let edit = Edit::Settle {
            field: conflict.field.clone(),
            value: value.to_owned(),
        };
        let change = self.change_of(&mut document, (conflict.document, scope), edit)?;
        let fact = Fact::ConflictSettled(ConflictSettled {
            document: conflict.document,
            field: conflict.field.clone(),
            chosen: value.to_owned(),
            were: conflict
                .values
                .iter()
                .map(|were| ConflictValue {
                    value: were.value.clone(),
                    author: were.author,
                    at: countersign_core::domain::time::Instant::from_ms(were.at_ms),
                })
                .collect(),
        });
        let entry = DeskEntry {
            author: self.user,
            scope,
            amends: None,
            fact,
        };
        self.organisation
            .desk_append(entry, change.into_iter().collect())?;
        Ok(document.heads_digest())
    }
}
