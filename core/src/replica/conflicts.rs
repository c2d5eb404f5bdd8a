//! Settling a conflict: an edit that supersedes all values, and an entry that says who chose what.

use crate::documents::Edit;
use crate::domain::time::Instant;
use crate::journal::Scope;
use crate::journal::facts::{ConflictSettled, ConflictValue, Fact};
use crate::read_model::{documents, stops};
use crate::replica::commit::About;
use crate::replica::error::or_not_found;
use crate::replica::{ConflictSettle, Recorded, Replica, ReplicaError};
use crate::store;

impl Replica {
    /// `conflict.settle`.
    ///
    /// # Errors
    /// `conflict` is gone when the field has one value only, such as after somebody else settled it.
    pub fn settle_conflict(&self, settle: &ConflictSettle) -> Result<Recorded, ReplicaError> {
        self.commit("settle_conflict", |commit| {
            let conflict = documents::conflicts(commit.tx, settle.document)?
                .into_iter()
                .find(|row| row.field == settle.field);
            let conflict = or_not_found(conflict, "conflict")?;
            // A customer's document has no stop of its own, and at times none here at all.
            let scope = match stops::of_document(commit.tx, settle.document)? {
                Some(stop) => Scope::Stop(stop),
                None => {
                    or_not_found(
                        store::documents::row(commit.tx, settle.document)?,
                        "document",
                    )?
                    .scope
                }
            };
            commit.edit(
                settle.document,
                Edit::Settle {
                    field: settle.field.clone(),
                    value: settle.value.clone(),
                },
            )?;
            let fact = Fact::ConflictSettled(ConflictSettled {
                document: settle.document,
                field: settle.field.clone(),
                chosen: settle.value.clone(),
                were: conflict
                    .values
                    .into_iter()
                    .map(|value| ConflictValue {
                        value: value.value,
                        author: value.author,
                        at: Instant::from_ms(value.at_ms),
                    })
                    .collect(),
            });
            let about = About {
                scope,
                amends: None,
            };
            Ok(Recorded {
                entry: commit.append(about, fact)?,
            })
        })
    }
}
