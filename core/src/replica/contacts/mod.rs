//! Contacts of a customer: added, changed, ended, joined to another and taken apart again. All of it is in the customer's
//! document and merges; nothing is ever removed from it.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, named_params};
use serde::Deserialize;
use uuid::Uuid;

use crate::documents::{Contact, Document, Edit, MemberOf};
use crate::domain::contacts::{ContactEnd, ContactForm};
use crate::domain::ids::{CustomerId, DocumentId};
use crate::domain::time::Day;
use crate::read_model::columns::text;
use crate::read_model::documents::ActorNames;
use crate::read_model::{contacts, customer_books, documents, people};
use crate::replica::commit::Commit;
use crate::replica::error::or_not_found;
use crate::replica::{DraftPlace, OfCustomer, OfDraft, Replica, ReplicaError};
use crate::store;
use crate::store::drafts;
use crate::views::{
    ContactsView, DraftForm, MemberChangeRow, alike_rows, contact_rows, listed_row, roots,
};

/// `contact.restore`, `contact.part`, `contact.history`, `follow_up.reopen`, `follow_up.history`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfMember {
    /// The customer.
    pub customer: CustomerId,
    /// The key of the contact or follow-up.
    pub key: String,
}

/// `contact.add`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ContactAdd {
    /// The customer.
    pub customer: CustomerId,
    /// The contact's key, made by the screen before its first attempt.
    #[cfg_attr(test, ts(type = "string"))]
    pub key: Uuid,
    /// What it says.
    pub contact: ContactForm,
}

/// `contact.edit`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ContactEdit {
    /// The customer.
    pub customer: CustomerId,
    /// The contact's key.
    pub key: String,
    /// What it shall say.
    pub contact: ContactForm,
}

/// `contact.end`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ContactEnded {
    /// The customer.
    pub customer: CustomerId,
    /// The contact's key.
    pub key: String,
    /// Why.
    pub end: ContactEnd,
    /// The day on which it stops being valid.
    pub valid_until: Day,
}

/// `contact.join`, `contact.hold_apart`: two contacts.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ContactPair {
    /// The customer.
    pub customer: CustomerId,
    /// The one that is joined to the other.
    pub key: String,
    /// The one that stays for both.
    pub into: String,
}

impl Replica {
    /// `contact.list`: empty, and without a document, for a customer whose document is not here.
    pub fn contacts(&self, of: OfCustomer) -> Result<ContactsView, ReplicaError> {
        let day = Day::legal(self.devices.clock.read().wall);
        self.read(|connection| {
            Self::me(connection)?;
            let document = store::documents::of_customer(connection, of.customer)?;
            let (found, conflicts) = match document {
                None => (Vec::new(), Vec::new()),
                Some(document) => (
                    contacts::of_document(connection, document)?,
                    documents::conflicts(connection, document)?,
                ),
            };
            let place = DraftPlace::Customer {
                customer: of.customer,
            };
            let known = customer_books::customer(connection, of.customer)?;
            let listed = known
                .as_ref()
                .and_then(|known| listed_row(&known.contact, &known.phone, &found));
            Ok(ContactsView {
                customer: of.customer,
                customer_name: known.map(|known| known.name).unwrap_or_default(),
                listed,
                document,
                rows: contact_rows(&found, day),
                proposals: alike_rows(&found, day),
                conflicts,
                names: names(found),
                drafts: drafts::at(connection, place)?,
                day,
            })
        })
    }

    /// `contact.add`: the same key again changes nothing.
    ///
    /// # Errors
    /// `contact-name-missing`, `phone-…`, `text-too-long`; `customer` is gone when his document is not here.
    pub fn add_contact(&self, add: &ContactAdd) -> Result<(), ReplicaError> {
        let form = add.contact.checked().map_err(ReplicaError::Refused)?;
        self.commit("add_contact", |commit| {
            let document = commit.customer_document(add.customer)?;
            commit.drop_draft(OfDraft::of_customer(add.customer, DraftForm::Contact, ""))?;
            let key = add.key.to_string();
            if contacts::contact(commit.tx, document, &key)?.is_some() {
                return Ok(());
            }
            let contact = Box::new(Contact::default().with(&form));
            commit.edit(document, Edit::Contact { key, contact })
        })
    }

    /// `contact.edit`.
    ///
    /// # Errors
    /// As for adding; `contact` is gone; `field-in-conflict` until the conflict is settled.
    pub fn edit_contact(&self, edit: &ContactEdit) -> Result<(), ReplicaError> {
        let form = edit.contact.checked().map_err(ReplicaError::Refused)?;
        self.commit("edit_contact", |commit| {
            let of = OfDraft::of_customer(edit.customer, DraftForm::Contact, &edit.key);
            commit.drop_draft(of)?;
            commit.change_contact((edit.customer, &edit.key), |contact| contact.with(&form))
        })
    }

    /// `contact.end`: not valid any more, from a day on and why.
    ///
    /// # Errors
    /// `contact` is gone; `field-in-conflict` until the conflict is settled.
    pub fn end_contact(&self, ended: &ContactEnded) -> Result<(), ReplicaError> {
        self.commit("end_contact", |commit| {
            let of = OfDraft::of_customer(ended.customer, DraftForm::ContactEnd, &ended.key);
            commit.drop_draft(of)?;
            commit.change_contact((ended.customer, &ended.key), |contact| Contact {
                state: ended.end.word().to_owned(),
                valid_until: ended.valid_until.to_string(),
                ..contact.clone()
            })
        })
    }

    /// `contact.restore`: valid again.
    ///
    /// # Errors
    /// As for ending.
    pub fn restore_contact(&self, of: &OfMember) -> Result<(), ReplicaError> {
        self.commit("restore_contact", |commit| {
            commit.change_contact((of.customer, &of.key), |contact| Contact {
                state: "in_use".to_owned(),
                valid_until: String::new(),
                ..contact.clone()
            })
        })
    }

    /// `contact.join`: two contacts are one person. Both keep what they say and their history.
    ///
    /// # Errors
    /// `contact-itself`; `contact` is gone; `field-in-conflict` until the conflict is settled.
    pub fn join_contacts(&self, pair: &ContactPair) -> Result<(), ReplicaError> {
        self.commit("join_contacts", |commit| {
            let document = commit.customer_document(pair.customer)?;
            let found = contacts::of_document(commit.tx, document)?;
            let into = joinable(&found, pair).map_err(ReplicaError::Refused)?;
            or_not_found(found.iter().find(|(key, _)| *key == into), "contact")?;
            commit.change_contact((pair.customer, &pair.key), |contact| Contact {
                merged_into: into.clone(),
                ..contact.clone()
            })
        })
    }

    /// `contact.part`: a contact that was joined to another stands for itself again.
    ///
    /// # Errors
    /// `contact` is gone; `field-in-conflict` until the conflict is settled.
    pub fn part_contact(&self, of: &OfMember) -> Result<(), ReplicaError> {
        self.commit("part_contact", |commit| {
            commit.change_contact((of.customer, &of.key), |contact| Contact {
                merged_into: String::new(),
                ..contact.clone()
            })
        })
    }

    /// `contact.hold_apart`: two contacts are two people although they look alike; they are not proposed again.
    ///
    /// # Errors
    /// As for joining.
    pub fn hold_contacts_apart(&self, pair: &ContactPair) -> Result<(), ReplicaError> {
        if pair.key == pair.into {
            return Err(ReplicaError::Refused("contact-itself"));
        }
        self.commit("hold_contacts_apart", |commit| {
            commit.change_contact((pair.customer, &pair.key), |contact| {
                held_apart(contact, &pair.into)
            })
        })
    }

    /// `contact.history`: who wrote what into a contact and into those that were joined to it, newest first.
    ///
    /// # Errors
    /// `customer` or `contact` is gone.
    pub fn contact_history(&self, of: &OfMember) -> Result<Vec<MemberChangeRow>, ReplicaError> {
        self.read(|connection| {
            let id = customer_document(connection, of.customer)?;
            let found = contacts::of_document(connection, id)?;
            or_not_found(found.iter().find(|(key, _)| *key == of.key), "contact")?;
            let roots = roots(&found);
            let mut keys = vec![of.key.as_str()];
            keys.extend(
                roots
                    .iter()
                    .filter(|(_key, root)| **root == of.key)
                    .map(|(key, _root)| *key),
            );
            history(connection, id, MemberOf::Contacts, &keys)
        })
    }
}

impl Commit<'_> {
    /// The document of a customer that this device holds.
    pub(crate) fn customer_document(
        &self,
        customer: CustomerId,
    ) -> Result<DocumentId, ReplicaError> {
        customer_document(self.tx, customer)
    }

    /// Refuses to write over a field whose conflict nobody has settled.
    pub(crate) fn no_conflict_in(
        &self,
        document: DocumentId,
        (map, key): (&str, &str),
        differs: impl Fn(&str) -> bool,
    ) -> Result<(), ReplicaError> {
        let member = format!("{map}.{key}");
        let conflicts = documents::conflicts(self.tx, document)?;
        let is_hit = conflicts.iter().any(|row| {
            row.field == member
                || row
                    .field
                    .strip_prefix(&member)
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(&differs)
        });
        if is_hit {
            Err(ReplicaError::Refused("field-in-conflict"))
        } else {
            Ok(())
        }
    }

    fn change_contact(
        &mut self,
        (customer, key): (CustomerId, &str),
        change: impl FnOnce(&Contact) -> Contact,
    ) -> Result<(), ReplicaError> {
        let document = self.customer_document(customer)?;
        let now = or_not_found(contacts::contact(self.tx, document, key)?, "contact")?;
        let contact = change(&now);
        self.no_conflict_in(document, ("contacts", key), |field| {
            contact.differs(&now, field)
        })?;
        let key = key.to_owned();
        let contact = Box::new(contact);
        self.edit(document, Edit::Contact { key, contact })
    }
}

/// To which contact a join leads: to the one that stands for `into`, so that no ring is made here.
fn joinable(found: &[(String, Contact)], pair: &ContactPair) -> Result<String, &'static str> {
    let roots = roots(found);
    let into = roots.get(pair.into.as_str()).copied().unwrap_or(&pair.into);
    if into == pair.key {
        return Err("contact-itself");
    }
    Ok(into.to_owned())
}

fn held_apart(contact: &Contact, from: &str) -> Contact {
    let mut apart: Vec<&str> = contact
        .apart
        .split(' ')
        .filter(|key| !key.is_empty())
        .collect();
    if !apart.contains(&from) {
        apart.push(from);
    }
    Contact {
        apart: apart.join(" "),
        ..contact.clone()
    }
}

fn names(found: Vec<(String, Contact)>) -> BTreeMap<String, String> {
    found
        .into_iter()
        .map(|(key, contact)| (key, contact.name))
        .collect()
}

pub(crate) fn customer_document(
    connection: &Connection,
    customer: CustomerId,
) -> Result<DocumentId, ReplicaError> {
    or_not_found(
        store::documents::of_customer(connection, customer)?,
        "customer",
    )
}

/// The history of members of a customer's document, newest first.
pub(crate) fn history(
    connection: &Connection,
    id: DocumentId,
    of: MemberOf,
    keys: &[&str],
) -> Result<Vec<MemberChangeRow>, ReplicaError> {
    let row = or_not_found(store::documents::row(connection, id)?, "customer")?;
    let document = Document::load(id, row.kind, &row.content)?;
    let actors: ActorNames = store::documents::actors(connection, id)?;
    let mut rows = Vec::new();
    for key in keys {
        for change in document.history(of, key) {
            rows.push(MemberChangeRow {
                key: (*key).to_owned(),
                author_name: match actors.get(&change.actor) {
                    Some(user) => people::name(connection, *user)?,
                    None => String::new(),
                },
                at_ms: change.at.ms(),
                fields: change
                    .fields
                    .into_iter()
                    .map(|set| (set.field.to_owned(), set.value))
                    .collect(),
            });
        }
    }
    rows.reverse();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at_ms));
    Ok(rows)
}

/// The name of a customer whom this phone knows; empty for another.
pub(crate) fn customer_name(
    connection: &Connection,
    customer: CustomerId,
) -> rusqlite::Result<String> {
    let name: Option<String> = connection
        .prepare_cached(
            "select name from known_customers where customer = :customer order by is_own desc limit 1",
        )?
        .query_row(named_params! { ":customer": text(&customer) }, |row| row.get(0))
        .optional()?;
    Ok(name.unwrap_or_default())
}

#[cfg(test)]
mod tests;
