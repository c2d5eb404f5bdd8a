//! Documents at a desk: read from what is stored, written as a change under the person's own chain.

use countersign_core::documents::{Document, DocumentKind, Edit, Writer};
use countersign_core::domain::ids::{ChainId, DocumentId, EntryId};
use countersign_core::domain::time::Instant;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{ConflictSettled, ConflictValue, Fact};
use countersign_core::protocol::push::Run;
use countersign_core::read_model::documents;
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

    /// Every field with more than one value, of documents of the office and of the field alike.
    pub fn conflicts(&self) -> Result<Vec<ConflictRow>, DeskError> {
        self.require(Action::ReadVisits)?;
        Ok(self.organisation.read(|connection| {
            let mut rows = Vec::new();
            for document in documents::conflicted(connection)? {
                rows.extend(documents::conflicts(connection, document)?);
            }
            Ok(rows)
        })?)
    }

    /// Settles a conflict: the field has `value` from now on, and what it had stays on record with its authors.
    pub fn settle_conflict(
        &self,
        id: DocumentId,
        field: &str,
        value: &str,
    ) -> Result<EntryId, DeskError> {
        self.require(Action::SettleConflict)?;
        let stored = self
            .organisation
            .stored_document(id)?
            .ok_or(DeskError::NotFound)?;
        let rows = self
            .organisation
            .read(|connection| documents::conflicts(connection, id))?;
        let conflict = rows
            .into_iter()
            .find(|row| row.field == field)
            .ok_or(DeskError::invalid("field", "desk-invalid-not-a-conflict"))?;
        let mut document = Document::load(id, stored.kind, &stored.whole.bytes)?;
        let edit = Edit::Settle {
            field: field.to_owned(),
            value: value.to_owned(),
        };
        let change = self.change_of(&mut document, (id, stored.scope), edit)?;
        let fact = Fact::ConflictSettled(ConflictSettled {
            document: id,
            field: conflict.field,
            chosen: value.to_owned(),
            were: conflict
                .values
                .into_iter()
                .map(|were| ConflictValue {
                    value: were.value,
                    author: were.author,
                    at: Instant::from_ms(were.at_ms),
                })
                .collect(),
        });
        let entry = DeskEntry {
            author: self.user,
            scope: stored.scope,
            amends: None,
            fact,
        };
        Ok(self
            .organisation
            .desk_append(entry, change.into_iter().collect())?)
    }
}
