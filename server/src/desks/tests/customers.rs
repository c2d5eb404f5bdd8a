use countersign_core::documents::{Document, DocumentKind};
use countersign_core::domain::contacts::{ContactEnd, ContactForm};
use countersign_core::domain::follow_ups::{FollowUpForm, FollowUpKind, FollowUpState};
use countersign_core::domain::ids::{CustomerId, DocumentId};
use countersign_core::journal::Scope;
use countersign_core::snapshots::policy::Role;

use super::{Office, day, invalid, user_of};
use crate::desks::{Desk, DeskError};
use crate::organisation::Item;

/// A customer's document as version 0.1.0 wrote it, with one contact.
const OLD: &[u8] = include_bytes!("../../../../tests/fixtures/v0.1.0/customer.automerge");

fn office() -> (Office, CustomerId) {
    let office = Office::new();
    office.signed_ledger(&[("K001", "A-1", "2026-05-31", "1000.00")]);
    let (customer, _name) = office
        .organisation
        .read(|connection| {
            connection.query_row("select customer, name from customers", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
        })
        .unwrap();
    (office, customer.parse().unwrap())
}

fn with_old_document(office: &Office, desk: &Desk, customer: CustomerId) {
    let item = Item::NewDocument {
        id: DocumentId(customer.0),
        kind: DocumentKind::Customer,
        scope: Scope::Customer(customer),
        bytes: OLD.to_vec(),
        author: user_of(desk),
    };
    office.organisation.append(vec![item]).unwrap();
}

fn callback(time: &str) -> FollowUpForm {
    FollowUpForm {
        kind: FollowUpKind::Callback,
        text: "问付款日".to_owned(),
        due: day("2026-07-02"),
        time: time.to_owned(),
        who: None,
        contact: String::new(),
        why: String::new(),
    }
}

fn named(name: &str) -> ContactForm {
    ContactForm {
        name: name.to_owned(),
        phone: "０５１２－６３５１００００".to_owned(),
        ..ContactForm::default()
    }
}

#[test]
fn a_clerk_adds_a_contact_and_a_follow_up_before_any_plan_visits_the_customer() {
    let (office, customer) = office();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let key = clerk.fresh_key().unwrap();
    clerk.add_contact(customer, key, &named("王会计")).unwrap();
    clerk.add_contact(customer, key, &named("王会计")).unwrap();
    let first = clerk.fresh_key().unwrap();
    clerk
        .add_follow_up(customer, first, &callback("09:00"))
        .unwrap();
    clerk
        .add_follow_up(customer, first, &callback("09:00"))
        .unwrap();
    let work = clerk.customer_work(customer).unwrap();
    assert_eq!(work.contacts.len(), 1);
    assert_eq!(work.contacts[0].numbers[0].text, "0512-63510000");
    assert_eq!(work.follow_ups.len(), 1);

    let contact = work.contacts[0].key.clone();
    let left = Some((ContactEnd::LeftFirm, day("2026-07-01")));
    clerk.end_contact(customer, &contact, left).unwrap();
    assert!(!clerk.customer_work(customer).unwrap().contacts[0].is_valid);
    clerk.end_contact(customer, &contact, None).unwrap();
    assert!(clerk.customer_work(customer).unwrap().contacts[0].is_valid);

    let follow_up = work.follow_ups[0].key.clone();
    let dropped = (FollowUpState::Dropped, " ");
    assert_eq!(
        invalid(clerk.close_follow_up(customer, &follow_up, dropped)),
        "desk-follow-up-reason-missing"
    );
    let done = (FollowUpState::Done, "周五付");
    clerk.close_follow_up(customer, &follow_up, done).unwrap();
    let work = clerk.customer_work(customer).unwrap();
    assert_eq!(work.follow_ups[0].state, FollowUpState::Done);
}

#[test]
fn what_cannot_be_is_said_and_who_may_not_is_refused() {
    let (office, customer) = office();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    let add = |form: &ContactForm| clerk.add_contact(customer, clerk.fresh_key().unwrap(), form);
    assert_eq!(invalid(add(&named(" "))), "desk-contact-name-missing");
    let lettered = ContactForm {
        phone: "问前台".to_owned(),
        ..named("王某")
    };
    assert_eq!(invalid(add(&lettered)), "desk-phone-letters");
    let plan =
        |form: &FollowUpForm| clerk.add_follow_up(customer, clerk.fresh_key().unwrap(), form);
    assert_eq!(
        invalid(plan(&callback("20:00"))),
        "desk-callback-reason-missing"
    );
    let finance = office.somebody("finance", &[Role::Finance]);
    let refused = finance.add_contact(customer, finance.fresh_key().unwrap(), &named("王某"));
    assert!(matches!(refused, Err(DeskError::NotAllowed)));
    let nobody = CustomerId::from_bytes([9; 16]);
    let refused = clerk.add_contact(nobody, clerk.fresh_key().unwrap(), &named("王某"));
    assert!(matches!(refused, Err(DeskError::NotFound)));
}

#[test]
fn documents_of_an_earlier_version_grow_when_the_server_starts_once() {
    let (office, customer) = office();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    with_old_document(&office, &clerk, customer);
    let lacking = office.organisation.not_grown().unwrap();
    assert_eq!(lacking, [DocumentId(customer.0)]);
    assert_eq!(office.organisation.grow(&lacking).unwrap(), 1);
    assert_eq!(office.organisation.grow(&lacking).unwrap(), 0);
    assert_eq!(office.organisation.not_grown().unwrap(), []);
    clerk
        .add_follow_up(customer, clerk.fresh_key().unwrap(), &callback("09:00"))
        .unwrap();
    let work = clerk.customer_work(customer).unwrap();
    assert_eq!((work.contacts.len(), work.follow_ups.len()), (1, 1));
    let (before, after) = office.organisation.rebuild().unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_desk_that_writes_into_an_old_document_grows_it_first() {
    let (office, customer) = office();
    let clerk = office.somebody("clerk", &[Role::Clerk]);
    with_old_document(&office, &clerk, customer);
    clerk
        .add_follow_up(customer, clerk.fresh_key().unwrap(), &callback("09:00"))
        .unwrap();
    assert_eq!(clerk.customer_work(customer).unwrap().follow_ups.len(), 1);
    let stored = office
        .organisation
        .stored_document(DocumentId(customer.0))
        .unwrap()
        .unwrap();
    let loaded = Document::load(
        DocumentId(customer.0),
        DocumentKind::Customer,
        &stored.whole.bytes,
    )
    .unwrap();
    assert!(loaded.has_follow_ups());
    assert_eq!(office.organisation.not_grown().unwrap(), []);
}
