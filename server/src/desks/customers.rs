//! A customer at a desk: his contacts and what is still to be done, written into the document that phones hold too.

use countersign_core::documents::{Contact, Document, DocumentKind, Edit, FollowUp};
use countersign_core::domain::calendar::Calendar;
use countersign_core::domain::contacts::{ContactEnd, ContactForm};
use countersign_core::domain::follow_ups::{CalledBack, FollowUpForm, FollowUpState};
use countersign_core::domain::ids::{CustomerId, DocumentId, UserId};
use countersign_core::domain::time::Day;
use countersign_core::journal::Scope;
use countersign_core::read_model::{contacts, customers};
use countersign_core::replica::checked_reason;
use countersign_core::views::{
    AlikeRow, ContactRow, FollowUpRow, alike_rows, contact_rows, follow_up_row,
};
use uuid::Uuid;

use super::{Desk, DeskError};
use crate::auth::policy::Action;
use crate::organisation::Item;

/// What the office knows of a customer beside the figures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerWork {
    /// Contacts that stand for themselves, valid ones first.
    pub contacts: Vec<ContactRow>,
    /// Pairs that may be one person.
    pub alike: Vec<AlikeRow>,
    /// Follow-ups: open ones by day, then closed ones.
    pub follow_ups: Vec<FollowUpRow>,
}

/// The document of a customer has the customer's own UUID.
const fn document_of(customer: CustomerId) -> DocumentId {
    DocumentId(customer.0)
}

impl Desk {
    /// Contacts and follow-ups of a customer.
    pub fn customer_work(&self, customer: CustomerId) -> Result<CustomerWork, DeskError> {
        self.require(Action::ReadReceivables)?;
        let (today, names) = (self.today(), self.names()?);
        let document = document_of(customer);
        let (found, follow_ups) = self.organisation.read(|connection| {
            Ok((
                contacts::of_document(connection, document)?,
                contacts::follow_ups(connection, document)?,
            ))
        })?;
        let contact_name = |key: &str| {
            let contact = found.iter().find(|(known, _contact)| known == key);
            contact.map_or_else(String::new, |(_key, contact)| contact.name.clone())
        };
        Ok(CustomerWork {
            contacts: contact_rows(&found, today),
            alike: alike_rows(&found, today),
            follow_ups: follow_ups
                .iter()
                .filter_map(|(key, it)| {
                    let who: Option<UserId> = it.who.parse().ok();
                    let names = (names.of_optional(who), contact_name(&it.contact));
                    follow_up_row((key, it), today, names)
                })
                .collect(),
        })
    }

    /// A key for a contact or follow-up that a form is about to add.
    pub fn fresh_key(&self) -> Result<Uuid, DeskError> {
        self.fresh_id()
    }

    /// Adds a contact under a key that the form brings, so that sending it twice adds it once.
    pub fn add_contact(
        &self,
        customer: CustomerId,
        key: Uuid,
        form: &ContactForm,
    ) -> Result<(), DeskError> {
        self.require(Action::EditCustomer)?;
        let form = form
            .checked()
            .map_err(|why| DeskError::invalid("contact", said(why)))?;
        let key = key.to_string();
        if self.contact(customer, &key)?.is_some() {
            return Ok(());
        }
        let contact = Box::new(Contact::default().with(&form));
        self.write_customer(customer, Edit::Contact { key, contact })
    }

    /// A contact is not valid any more from a day on; without a reason it is valid again.
    pub fn end_contact(
        &self,
        customer: CustomerId,
        key: &str,
        ended: Option<(ContactEnd, Day)>,
    ) -> Result<(), DeskError> {
        self.require(Action::EditCustomer)?;
        let contact = self.contact(customer, key)?.ok_or(DeskError::NotFound)?;
        let (state, valid_until) = match ended {
            Some((end, day)) => (end.word(), day.to_string()),
            None => ("in_use", String::new()),
        };
        let contact = Box::new(Contact {
            state: state.to_owned(),
            valid_until,
            ..contact
        });
        let key = key.to_owned();
        self.write_customer(customer, Edit::Contact { key, contact })
    }

    /// Adds a follow-up under a key that the form brings, so that sending it twice adds it once.
    pub fn add_follow_up(
        &self,
        customer: CustomerId,
        key: Uuid,
        form: &FollowUpForm,
    ) -> Result<(), DeskError> {
        self.require(Action::EditCustomer)?;
        let key = key.to_string();
        if self.follow_up(customer, &key)?.is_some() {
            return Ok(());
        }
        let called = match self.contact(customer, &form.contact)? {
            Some(contact) => contact.called(),
            None if form.contact.is_empty() => CalledBack::default(),
            None => return Err(DeskError::NotFound),
        };
        let form = form
            .checked((self.today(), None), called, &Calendar::published())
            .map_err(|why| DeskError::invalid("follow-up", said(why)))?;
        let follow_up = Box::new(FollowUp::default().with(&form));
        self.write_customer(customer, Edit::FollowUp { key, follow_up })
    }

    /// A follow-up is done, or dropped with a reason.
    pub fn close_follow_up(
        &self,
        customer: CustomerId,
        key: &str,
        (state, reason): (FollowUpState, &str),
    ) -> Result<(), DeskError> {
        self.require(Action::EditCustomer)?;
        let reason = checked_reason(state, reason)
            .map_err(|why| DeskError::invalid("follow-up", said(why)))?;
        let now = self.follow_up(customer, key)?.ok_or(DeskError::NotFound)?;
        let follow_up = Box::new(FollowUp {
            state: state.word().to_owned(),
            reason,
            ..now
        });
        let key = key.to_owned();
        self.write_customer(customer, Edit::FollowUp { key, follow_up })
    }

    fn contact(&self, customer: CustomerId, key: &str) -> Result<Option<Contact>, DeskError> {
        let document = document_of(customer);
        Ok(self
            .organisation
            .read(|connection| contacts::contact(connection, document, key))?)
    }

    fn follow_up(&self, customer: CustomerId, key: &str) -> Result<Option<FollowUp>, DeskError> {
        let document = document_of(customer);
        Ok(self
            .organisation
            .read(|connection| contacts::follow_up(connection, document, key))?)
    }

    /// Writes into a customer's document under the person's own chain: into a new one when no plan has made it yet, into one
    /// of an earlier version after it has grown.
    fn write_customer(&self, customer: CustomerId, edit: Edit) -> Result<(), DeskError> {
        let id = document_of(customer);
        let place = (id, Scope::Customer(customer));
        let items = match self.organisation.stored_document(id)? {
            None => {
                self.organisation
                    .read(|connection| customers::customer(connection, customer))?
                    .ok_or(DeskError::NotFound)?;
                let kind = (id, DocumentKind::Customer);
                vec![self.organisation.written_document(
                    self.user,
                    kind,
                    Scope::Customer(customer),
                    vec![edit],
                )?]
            }
            Some(stored) => {
                let mut document = Document::load(id, stored.kind, &stored.whole.bytes)?;
                let grown = document.grow()?.map(|run| Item::Run {
                    scope: stored.scope,
                    run,
                });
                let change = self.change_of(&mut document, place, edit)?;
                grown.into_iter().chain(change).collect()
            }
        };
        if !items.is_empty() {
            self.organisation.append(items)?;
        }
        Ok(())
    }
}

/// The office's sentence for what a form of contacts or follow-ups was refused for.
fn said(why: &'static str) -> &'static str {
    match why {
        "contact-name-missing" => "desk-contact-name-missing",
        "phone-letters" => "desk-phone-letters",
        "phone-length" => "desk-phone-length",
        "phone-mobile-length" => "desk-phone-mobile-length",
        "phone-one-digit" => "desk-phone-one-digit",
        "day-in-the-past" => "desk-invalid-day-in-past",
        "time-unusable" => "desk-follow-up-time",
        "follow-up-text-missing" => "desk-follow-up-text-missing",
        "follow-up-reason-missing" => "desk-follow-up-reason-missing",
        "callback-hours-blocked" => "desk-callback-hours-blocked",
        "callback-refuses" => "desk-callback-refuses",
        "callback-reason-missing" => "desk-callback-reason-missing",
        _too_long => "desk-invalid-too-long",
    }
}
