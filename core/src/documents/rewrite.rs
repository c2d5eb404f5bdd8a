//! Writing anew what stands under numbers that another device used too.
//!
//! Two copies of one phone write under the same actor, and automerge knows an actor's number once. Whoever comes second to
//! the server cannot have its changes admitted. What they say is not lost: both sides share the changes from before the
//! copying, and what one side says beyond them is written again, on top of just those, under an actor of its own. So it
//! merges as if two phones had written it from the start: words of both stay, two values of one field are a conflict.

use std::collections::BTreeSet;

use automerge::{Automerge, ChangeHash};

use super::{ActorId, Document, DocumentError, DocumentKind, Edit, TextField, Writer};
use crate::protocol::push::ChangeBytes;
use crate::snapshots::plan::Material;

impl Document {
    /// Whether it has changes under one of `actors` that `other` has not.
    #[must_use]
    pub fn has_more_under(&self, other: &Self, actors: &BTreeSet<ActorId>) -> bool {
        let known = other.hashes();
        self.inner.get_changes_meta(&[]).iter().any(|change| {
            let actor = change.actor.to_bytes().try_into().ok().map(ActorId);
            actor.is_some_and(|actor| actors.contains(&actor)) && !known.contains(&change.hash)
        })
    }

    /// What it says beyond the changes that it shares with `theirs`, as changes by `writer` that depend on shared ones
    /// only; empty when it says nothing else. `writer` must be new to both documents, or have the same changes in both.
    ///
    /// # Errors
    /// [`DocumentError`] when the two do not come from one first change.
    pub fn rewritten(
        &self,
        theirs: &Self,
        writer: &Writer,
    ) -> Result<Vec<ChangeBytes>, DocumentError> {
        let known = theirs.hashes();
        let shared = self
            .inner
            .get_changes(&[])
            .into_iter()
            .filter(|change| known.contains(&change.hash()));
        let mut inner = Automerge::new();
        inner.apply_changes(shared)?;
        let mut base = Self {
            id: self.id,
            kind: self.kind,
            inner,
        };
        // `theirs` has the map too, whoever it came from: see `Document::grow`.
        if self.has_follow_ups() {
            base.grow()?;
        }
        let edits = match self.kind {
            DocumentKind::Stop => base.stop_edits(self)?,
            DocumentKind::Customer => base.customer_edits(self)?,
            DocumentKind::Plan => vec![Edit::Plan(Box::new(self.plan()?))],
        };
        let mut changes = Vec::new();
        for edit in edits {
            changes.extend(base.edit(writer, edit)?);
        }
        Ok(changes)
    }

    fn hashes(&self) -> BTreeSet<ChangeHash> {
        let changes = self.inner.get_changes_meta(&[]);
        changes.iter().map(|change| change.hash).collect()
    }

    fn stop_edits(&self, wanted: &Self) -> Result<Vec<Edit>, DocumentError> {
        let (now, wanted) = (self.stop()?, wanted.stop()?);
        let fields = [
            ("reason", now.reason, wanted.reason),
            ("met_person", now.met_person, wanted.met_person),
            ("proposal", now.proposal, wanted.proposal),
            ("next_step", now.next_step, wanted.next_step),
        ];
        let fields = fields
            .into_iter()
            .filter(|(_field, now, wanted)| now != wanted)
            .map(|(field, _now, value)| Edit::Field {
                field: field.to_owned(),
                value,
            });
        let packed = Material::ALL
            .into_iter()
            .filter(|material| now.packed.contains(material) != wanted.packed.contains(material))
            .map(|material| Edit::Packed {
                material,
                is_packed: wanted.packed.contains(&material),
            });
        Ok([
            text(TextField::Notes, wanted.notes),
            text(TextField::Negotiation, wanted.negotiation),
        ]
        .into_iter()
        .chain(fields)
        .chain(packed)
        .collect())
    }

    fn customer_edits(&self, wanted: &Self) -> Result<Vec<Edit>, DocumentError> {
        let (now, wanted) = (self.customer()?, wanted.customer()?);
        let mut edits = vec![text(TextField::Notes, wanted.notes)];
        for (key, contact) in wanted.contacts {
            if now.contacts.get(&key) != Some(&contact) {
                let contact = Box::new(contact);
                edits.push(Edit::Contact { key, contact });
            }
        }
        for (key, follow_up) in wanted.follow_ups {
            if now.follow_ups.get(&key) != Some(&follow_up) {
                let follow_up = Box::new(follow_up);
                edits.push(Edit::FollowUp { key, follow_up });
            }
        }
        Ok(edits)
    }
}

const fn text(field: TextField, value: String) -> Edit {
    Edit::Text { field, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{Contact, actor_of};
    use crate::domain::ids::{ChainId, DocumentId};
    use crate::domain::time::Instant;
    use crate::protocol::push::Run;

    const DOCUMENT: DocumentId = DocumentId::from_bytes([7; 16]);
    const DESK: ChainId = ChainId::from_bytes([1; 16]);
    const PHONE: ChainId = ChainId::from_bytes([2; 16]);

    fn writer(chain: ChainId, epoch: u32) -> Writer {
        Writer {
            chain,
            epoch,
            at: Instant::from_ms(1_000),
        }
    }

    fn field(field: &str, value: &str) -> Edit {
        Edit::Field {
            field: field.to_owned(),
            value: value.to_owned(),
        }
    }

    fn write(document: &mut Document, edit: Edit) {
        document.edit(&writer(PHONE, 0), edit).unwrap();
    }

    /// `theirs` with what `mine` says beyond it.
    fn recovered(mine: &Document, theirs: &Document) -> Document {
        let mut whole = theirs.clone();
        let changes = mine.rewritten(theirs, &writer(PHONE, 1)).unwrap();
        let run = Run {
            document: DOCUMENT,
            chain: PHONE,
            actor_epoch: 1,
            changes,
        };
        if !run.changes.is_empty() {
            whole.admit(&run).unwrap();
        }
        whole
    }

    #[test]
    fn words_of_both_copies_are_there_once() {
        let mut mine = Document::create_stop(DOCUMENT, &writer(DESK, 0)).unwrap();
        write(&mut mine, text(TextField::Notes, "共同。".to_owned()));
        let mut theirs = mine.clone();
        write(
            &mut theirs,
            text(TextField::Notes, "共同。他写的。".to_owned()),
        );
        write(
            &mut mine,
            text(TextField::Notes, "共同。我写的。".to_owned()),
        );
        write(&mut mine, field("met_person", "王经理"));
        write(
            &mut mine,
            Edit::Packed {
                material: Material::Contract,
                is_packed: true,
            },
        );
        let whole = recovered(&mine, &theirs).stop().unwrap();
        for words in ["共同。", "他写的。", "我写的。"] {
            assert_eq!(whole.notes.matches(words).count(), 1, "{}", whole.notes);
        }
        assert_eq!(whole.met_person, "王经理");
        assert_eq!(whole.packed, BTreeSet::from([Material::Contract]));
    }

    #[test]
    fn a_field_that_both_copies_set_is_a_conflict() {
        let mut mine = Document::create_stop(DOCUMENT, &writer(DESK, 0)).unwrap();
        let mut theirs = mine.clone();
        write(&mut theirs, field("proposal", "分期"));
        write(&mut mine, field("proposal", "全额"));
        let conflicts = recovered(&mine, &theirs).conflicts();
        assert_eq!(conflicts.len(), 1);
        assert_eq!(conflicts[0].values.len(), 2);
    }

    #[test]
    fn a_contact_that_one_copy_added_is_added() {
        let mut mine = Document::create_customer(DOCUMENT, &writer(DESK, 0)).unwrap();
        let mut theirs = mine.clone();
        write(&mut theirs, text(TextField::Notes, "常去".to_owned()));
        let contact = Box::new(Contact {
            name: "赵六".to_owned(),
            ..Contact::default()
        });
        let key = "k1".to_owned();
        write(&mut mine, Edit::Contact { key, contact });
        let whole = recovered(&mine, &theirs).customer().unwrap();
        assert_eq!(whole.notes, "常去");
        assert_eq!(whole.contacts["k1"].name, "赵六");
    }

    #[test]
    fn nothing_is_written_when_both_say_the_same() {
        let mut mine = Document::create_stop(DOCUMENT, &writer(DESK, 0)).unwrap();
        write(&mut mine, field("proposal", "分期"));
        let changes = mine.rewritten(&mine, &writer(PHONE, 1)).unwrap();
        assert_eq!(changes, []);
    }

    #[test]
    fn only_changes_of_the_named_actors_count_as_more() {
        let theirs = Document::create_stop(DOCUMENT, &writer(DESK, 0)).unwrap();
        let mut mine = theirs.clone();
        write(&mut mine, field("proposal", "分期"));
        let own = BTreeSet::from([actor_of(PHONE, DOCUMENT, 0)]);
        let other = BTreeSet::from([actor_of(PHONE, DOCUMENT, 1)]);
        assert!(mine.has_more_under(&theirs, &own));
        assert!(!mine.has_more_under(&theirs, &other));
        assert!(!theirs.has_more_under(&mine, &own));
    }
}
