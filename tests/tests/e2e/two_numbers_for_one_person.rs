//! Two offline phones note the same person: the office gets one proposal and no automatic join. A callback that was planned
//! without a network reaches the office, and what the office plans reaches the phones.

use countersign_core::domain::contacts::ContactForm;
use countersign_core::domain::follow_ups::{FollowUpForm, FollowUpKind, FollowUpState};
use countersign_core::domain::ids::CustomerId;
use countersign_core::replica::{
    ContactAdd, ContactPair, FollowUpAdd, FollowUpsOf, OfCustomer, OfMember, Page,
};
use countersign_core::views::{ContactsView, ToDoKind};
use countersign_tests::world::{Fault, Office, Phone, World};
use uuid::Uuid;

fn two_phones(world: &World) -> (Office, Phone, Phone, CustomerId) {
    let office = Office::open(world);
    office.sign_ledger(1);
    office.approve_plan(&[&office.rep, &office.technician]);
    let first = world.phone_of(&office.rep, &office.admin);
    let second = world.phone_of(&office.technician, &office.admin);
    first.sync_to_rest();
    second.sync_to_rest();
    let customer = first.stop(first.stop_at("001")).row.customer;
    (office, first, second, customer)
}

fn meet(phone: &Phone, customer: CustomerId, key: u128, name: &str, number: &str) -> String {
    let key = Uuid::from_u128(key);
    let add = ContactAdd {
        customer,
        key,
        contact: ContactForm {
            name: name.to_owned(),
            phone: number.to_owned(),
            ..ContactForm::default()
        },
    };
    phone.replica.add_contact(&add).unwrap();
    key.to_string()
}

fn contacts(phone: &Phone, customer: CustomerId) -> ContactsView {
    phone.replica.contacts(OfCustomer { customer }).unwrap()
}

fn callback(text: &str, due: &str) -> FollowUpForm {
    FollowUpForm {
        kind: FollowUpKind::Callback,
        text: text.to_owned(),
        due: due.parse().unwrap(),
        time: "10:00".to_owned(),
        who: None,
        contact: String::new(),
        why: String::new(),
    }
}

#[test]
fn one_person_on_two_phones_is_proposed_once_and_joined_by_a_person() {
    let world = World::new();
    let (office, first, second, customer) = two_phones(&world);
    first.network.set(Fault::Down);
    second.network.set(Fault::Down);
    let kept = meet(&first, customer, 1, "王会计", "１４２－００００－０００１");
    let joined = meet(&second, customer, 2, "王丽", "+86 142 0000 0001");
    first.network.set(Fault::None);
    second.network.set(Fault::None);
    for phone in [&first, &second, &first] {
        phone.sync_to_rest();
    }
    for phone in [&first, &second] {
        let seen = contacts(phone, customer);
        assert_eq!((seen.rows.len(), seen.proposals.len()), (2, 1));
    }
    let work = office.clerk.customer_work(customer).unwrap();
    assert_eq!((work.contacts.len(), work.alike.len()), (2, 1));

    let pair = ContactPair {
        customer,
        key: joined.clone(),
        into: kept.clone(),
    };
    first.replica.join_contacts(&pair).unwrap();
    first.sync_to_rest();
    second.sync_to_rest();
    let seen = contacts(&second, customer);
    assert_eq!((seen.rows.len(), seen.proposals.len()), (1, 0));
    let of = |key: &str| OfMember {
        customer,
        key: key.to_owned(),
    };
    let history = second.replica.contact_history(&of(&kept)).unwrap();
    let authors: Vec<_> = history.iter().map(|row| row.author_name.as_str()).collect();
    assert!(
        authors.contains(&"样例业务员") && authors.contains(&"样例技术员"),
        "{authors:?}"
    );

    second.replica.part_contact(&of(&joined)).unwrap();
    second.sync_to_rest();
    first.sync_to_rest();
    let names: Vec<_> = contacts(&first, customer)
        .rows
        .into_iter()
        .map(|row| row.name)
        .collect();
    assert_eq!(names.len(), 2);
    assert_eq!(
        office.clerk.customer_work(customer).unwrap().contacts.len(),
        2
    );
    world.assert_agree(&[&first, &second]);
}

#[test]
fn a_callback_planned_offline_reaches_the_office_and_the_offices_reaches_the_phones() {
    let world = World::new();
    let (office, first, second, customer) = two_phones(&world);
    let day = office.clerk.today().plus_days(1).to_string();
    first.network.set(Fault::Down);
    let add = FollowUpAdd {
        customer,
        key: Uuid::from_u128(1),
        follow_up: callback("问清付款日期", &day),
    };
    // Twice, as after an answer that was lost. A rest day asks for a reason.
    let add = match first.replica.add_follow_up(&add) {
        Ok(()) => add,
        Err(refused) => {
            assert_eq!(refused.reference(), "callback-reason-missing");
            let mut reasoned = add;
            "客户约定".clone_into(&mut reasoned.follow_up.why);
            first.replica.add_follow_up(&reasoned).unwrap();
            reasoned
        }
    };
    first.replica.add_follow_up(&add).unwrap();
    let planned = first.replica.to_do(Page::default()).unwrap();
    assert_eq!(planned.rows[0].kind, ToDoKind::Callback);
    let first = first.killed_and_restarted();
    first.network.set(Fault::None);
    first.sync_to_rest();
    let work = office.clerk.customer_work(customer).unwrap();
    assert_eq!(work.follow_ups.len(), 1);
    assert_eq!(work.follow_ups[0].text, "问清付款日期");

    let letter = FollowUpForm {
        kind: FollowUpKind::PostLetter,
        ..callback("催款函已备好，到前台取", &day)
    };
    let key = office.clerk.fresh_key().unwrap();
    office.clerk.add_follow_up(customer, key, &letter).unwrap();
    let done = (FollowUpState::Done, "答应周五付款");
    let first_key = Uuid::from_u128(1).to_string();
    office
        .clerk
        .close_follow_up(customer, &first_key, done)
        .unwrap();
    first.sync_to_rest();
    second.sync_to_rest();
    let of = FollowUpsOf {
        customer,
        offset: 0,
        limit: 50,
    };
    for phone in [&first, &second] {
        let rows = phone.replica.follow_ups(of).unwrap().rows;
        let shown: Vec<_> = rows
            .iter()
            .map(|row| (row.kind, row.state, row.reason.as_str()))
            .collect();
        let expected = [
            (FollowUpKind::PostLetter, FollowUpState::Open, ""),
            (FollowUpKind::Callback, FollowUpState::Done, "答应周五付款"),
        ];
        assert_eq!(shown, expected);
    }
    world.assert_agree(&[&first, &second]);
}
