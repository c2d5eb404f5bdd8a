use std::collections::BTreeSet;

use super::*;
use crate::domain::ids::{ChainId, CustomerId, DocumentId, StopId, UserId};
use crate::domain::time::Instant;
use crate::protocol::push::{ChangeBytes, Run};
use crate::snapshots::plan::Material;

const DOCUMENT: DocumentId = DocumentId::from_bytes([5; 16]);

fn writer(number: u8) -> Writer {
    Writer {
        chain: ChainId::from_bytes([number; 16]),
        epoch: 0,
        at: Instant::from_ms(1_782_835_200_000 + i64::from(number) * 60_000),
    }
}

fn field(field: &str, value: &str) -> Edit {
    Edit::Field {
        field: field.to_owned(),
        value: value.to_owned(),
    }
}

fn settle(field: &str, value: &str) -> Edit {
    Edit::Settle {
        field: field.to_owned(),
        value: value.to_owned(),
    }
}

fn text(field: TextField, value: &str) -> Edit {
    Edit::Text {
        field,
        value: value.to_owned(),
    }
}

/// `by` edits `document` and everybody in `others` takes it in.
fn shared(document: &mut Document, by: u8, edit: Edit, others: &mut [&mut Document]) {
    let change = document.edit(&writer(by), edit).unwrap().unwrap();
    for other in others {
        take_in(other, by, &change);
    }
}

fn take_in(document: &mut Document, by: u8, change: &ChangeBytes) {
    document
        .admit(&Run {
            document: DOCUMENT,
            chain: writer(by).chain,
            actor_epoch: 0,
            changes: vec![change.clone()],
        })
        .unwrap();
}

/// Two phones that write at the same time, `one` as 1 and `two` as 2, and then exchange.
fn at_the_same_time(document: &Document, one: Edit, two: Edit) -> (Document, Document) {
    let (mut first, mut second) = (document.clone(), document.clone());
    let by_one = first.edit(&writer(1), one).unwrap().unwrap();
    let by_two = second.edit(&writer(2), two).unwrap().unwrap();
    take_in(&mut first, 2, &by_two);
    take_in(&mut second, 1, &by_one);
    assert_eq!(first.heads_digest(), second.heads_digest());
    assert_eq!(first.conflicts(), second.conflicts());
    (first, second)
}

fn stop() -> Document {
    Document::create_stop(DOCUMENT, &writer(0)).unwrap()
}

#[test]
fn actors_do_not_run_together() {
    let chain = ChainId::from_bytes([1; 16]);
    let actor = actor_of(chain, DOCUMENT, 0);
    assert_ne!(actor, actor_of(chain, DOCUMENT, 1));
    assert_ne!(actor, actor_of(ChainId::from_bytes([2; 16]), DOCUMENT, 0));
    assert_ne!(actor, actor_of(chain, DocumentId::from_bytes([6; 16]), 0));
    // A stored fixture: the rule may never change.
    assert_eq!(actor.to_string(), ACTOR);
}

const ACTOR: &str = "5ec843357afb9e6393d9891d9c64d8fa";

#[test]
fn two_people_type_into_one_text() {
    let mut document = stop();
    shared(
        &mut document,
        0,
        text(TextField::Notes, "财务王姐说月底付。"),
        &mut [],
    );
    let (one, _two) = at_the_same_time(
        &document,
        text(TextField::Notes, "到场三人。财务王姐说月底付。"),
        text(TextField::Notes, "财务王姐说月底付。已拍照。"),
    );
    let notes = one.stop().unwrap().notes;
    assert_eq!(notes, "到场三人。财务王姐说月底付。已拍照。");
    assert_eq!(one.conflicts(), []);
}

#[test]
fn a_conflict_lists_both_values_until_somebody_settles_it() {
    let (mut one, mut two) = at_the_same_time(
        &stop(),
        field("proposal", "分三期"),
        field("proposal", "月底全付"),
    );
    let conflicts = one.conflicts();
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    assert_eq!(conflict.field, "proposal");
    assert_eq!(conflict.values[0].value, one.stop().unwrap().proposal);
    let mut listed: Vec<_> = conflict
        .values
        .iter()
        .map(|it| (it.value.as_str(), it.actor, it.at))
        .collect();
    listed.sort_unstable();
    let mut expected = vec![
        ("分三期", writer(1).actor(DOCUMENT), writer(1).at),
        ("月底全付", writer(2).actor(DOCUMENT), writer(2).at),
    ];
    expected.sort_unstable();
    assert_eq!(listed, expected);

    // Saving the form as it shows settles nothing; choosing the value that shows does.
    let shown = one.stop().unwrap().proposal;
    assert_eq!(
        one.edit(&writer(1), field("proposal", &shown)).unwrap(),
        None
    );
    shared(&mut one, 1, settle("proposal", &shown), &mut [&mut two]);
    assert_eq!(one.conflicts(), []);
    assert_eq!(two.conflicts(), []);
    assert_eq!(two.stop().unwrap().proposal, shown);
    assert_eq!(
        one.edit(&writer(1), settle("proposal", &shown)).unwrap(),
        None
    );
}

#[test]
fn two_choices_at_the_same_time_are_a_conflict_again() {
    let (one, two) = at_the_same_time(
        &stop(),
        field("proposal", "分三期"),
        field("proposal", "月底全付"),
    );
    assert_eq!(one.heads_digest(), two.heads_digest());
    let (again, _two) = at_the_same_time(
        &one,
        settle("proposal", "分三期"),
        settle("proposal", "月底全付"),
    );
    assert_eq!(again.conflicts().len(), 1);
}

#[test]
fn equal_values_and_different_fields_are_no_conflict() {
    let (one, _two) = at_the_same_time(&stop(), field("reason", "delay"), field("reason", "delay"));
    assert_eq!(one.conflicts(), []);
    let (one, _two) = at_the_same_time(
        &stop(),
        field("met_person", "王某"),
        field("next_step", "周五再访"),
    );
    assert_eq!(one.conflicts(), []);
    let read = one.stop().unwrap();
    assert_eq!(
        (read.met_person.as_str(), read.next_step.as_str()),
        ("王某", "周五再访")
    );
}

#[test]
fn two_people_pack_and_only_a_paper_packed_and_taken_out_at_once_is_a_conflict() {
    let mut document = stop();
    let pack = |material, is_packed| Edit::Packed {
        material,
        is_packed,
    };
    let (both, _) = at_the_same_time(
        &document,
        pack(Material::Contract, true),
        pack(Material::DemandLetter, true),
    );
    let packed = BTreeSet::from([Material::Contract, Material::DemandLetter]);
    assert_eq!(both.stop().unwrap().packed, packed);
    let (same, _) = at_the_same_time(
        &document,
        pack(Material::Contract, true),
        pack(Material::Contract, true),
    );
    assert_eq!(same.conflicts(), []);
    // What was never packed is not unpacked.
    let nothing = document.edit(&writer(1), pack(Material::Contract, false));
    assert_eq!(nothing.unwrap(), None);
    shared(&mut document, 1, pack(Material::Contract, true), &mut []);
    let mut first = document.clone();
    shared(&mut first, 1, pack(Material::Contract, false), &mut []);
    let (again, _) = at_the_same_time(
        &first,
        pack(Material::Contract, true),
        field("packed_contract", "yes"),
    );
    assert_eq!(again.conflicts(), []);
    let wrong = document.edit(&writer(1), field("packed_contract", "perhaps"));
    assert!(matches!(
        wrong,
        Err(DocumentError::Shape(ShapeError::WrongValue(_)))
    ));
    let loaded = Document::load(DOCUMENT, DocumentKind::Stop, &document.save()).unwrap();
    assert_eq!(loaded.stop().unwrap(), document.stop().unwrap());
}

#[test]
fn a_contact_is_changed_field_by_field() {
    let mut document = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    let contact = Contact {
        name: "王某".to_owned(),
        phone: "13800000000".to_owned(),
        title: "财务".to_owned(),
        state: "in_use".to_owned(),
        ..Contact::default()
    };
    let write = |contact: &Contact| Edit::Contact {
        key: "a1".to_owned(),
        contact: Box::new(contact.clone()),
    };
    shared(&mut document, 0, write(&contact), &mut []);
    assert_eq!(document.edit(&writer(0), write(&contact)).unwrap(), None);
    let (mut renamed, mut moved) = (contact.clone(), contact);
    "王某某".clone_into(&mut renamed.name);
    "13900000000".clone_into(&mut moved.phone);
    let (one, _two) = at_the_same_time(&document, write(&renamed), write(&moved));
    let read = &one.customer().unwrap().contacts["a1"];
    assert_eq!((&read.name, &read.phone), (&renamed.name, &moved.phone));
    assert_eq!(one.conflicts(), []);

    let (mut one, _two) = at_the_same_time(
        &document,
        field("contacts.a1.phone", "1"),
        field("contacts.a1.phone", "2"),
    );
    assert_eq!(one.conflicts()[0].field, "contacts.a1.phone");
    one.edit(&writer(1), settle("contacts.a1.phone", "2"))
        .unwrap();
    assert_eq!(one.conflicts(), []);
}

#[test]
fn two_contacts_under_one_key_are_shown_and_settled() {
    let document = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    let write = |name: &str| Edit::Contact {
        key: "a1".to_owned(),
        contact: Box::new(Contact {
            name: name.to_owned(),
            ..Contact::default()
        }),
    };
    let (mut one, _two) = at_the_same_time(&document, write("王某"), write("李某"));
    let conflict = one.conflicts().remove(0);
    assert_eq!(conflict.field, "contacts.a1");
    let hidden = conflict.values[1].value.clone();
    one.edit(&writer(1), settle("contacts.a1", &hidden))
        .unwrap();
    assert_eq!(one.conflicts(), []);
    assert!(hidden.starts_with(&one.customer().unwrap().contacts["a1"].name));
}

#[test]
fn a_plan_is_reconciled_and_merges() {
    let mut document = Document::create_plan(DOCUMENT, &writer(0)).unwrap();
    let [first, second] = [1, 2].map(|n| StopId::from_bytes([n; 16]));
    let stop = |order| PlanStop {
        customer: CustomerId::from_bytes([7; 16]),
        order,
        materials: [Material::Statement, Material::VisitReceipt].into(),
    };
    let plan = PlanDocument {
        title: "城东片区".to_owned(),
        day: "2026-07-15".to_owned(),
        vehicle: String::new(),
        team: [UserId::from_bytes([1; 16])].into(),
        stops: [(first, stop(1)), (second, stop(2))].into(),
    };
    let write = |plan: &PlanDocument| Edit::Plan(Box::new(plan.clone()));
    shared(&mut document, 0, write(&plan), &mut []);
    assert_eq!(document.plan().unwrap(), plan);
    assert_eq!(document.edit(&writer(0), write(&plan)).unwrap(), None);

    let (mut fewer, mut more) = (plan.clone(), plan);
    fewer.stops.remove(&first);
    more.team.insert(UserId::from_bytes([2; 16]));
    let second_stop = more.stops.get_mut(&second).unwrap();
    second_stop.materials = [Material::Statement, Material::LawyersLetter].into();
    second_stop.order = 5;
    let (one, _two) = at_the_same_time(&document, write(&fewer), write(&more));
    let mut expected = more;
    expected.stops.remove(&first);
    assert_eq!(one.plan().unwrap(), expected);
    assert_eq!(one.conflicts(), []);
    let again = Document::load(DOCUMENT, DocumentKind::Plan, &one.save()).unwrap();
    assert_eq!(again.plan().unwrap(), expected);
    assert_eq!(again.actors().len(), 3);
}

#[test]
fn a_value_that_cannot_be_is_refused_and_nothing_written() {
    let mut document = stop();
    let before = document.save();
    let refused = |document: &mut Document, edit| document.edit(&writer(1), edit).unwrap_err();
    for edit in [
        field("reason", "because"),
        field("proposal", &"长".repeat(2_000)),
        text(TextField::Notes, &"长".repeat(30_000)),
        Edit::Plan(Box::default()),
    ] {
        assert!(matches!(
            refused(&mut document, edit),
            DocumentError::Shape(_)
        ));
    }
    for name in ["amount", "notes", "contacts.a.phone", "a.b.c.d", ""] {
        assert!(matches!(
            refused(&mut document, field(name, "1")),
            DocumentError::UnknownField(_)
        ));
    }
    assert_eq!(document.save(), before);
}

#[test]
fn damaged_documents_and_other_kinds_do_not_load() {
    let mut document = stop();
    shared(&mut document, 1, field("proposal", "分三期"), &mut []);
    let bytes = document.save();
    let load = |bytes: &[u8]| Document::load(DOCUMENT, DocumentKind::Stop, bytes);
    assert_eq!(
        load(&bytes).unwrap().stop().unwrap(),
        document.stop().unwrap()
    );
    for length in 0..bytes.len() {
        assert!(load(&bytes[..length]).is_err(), "{length}");
    }
    let as_plan = Document::load(DOCUMENT, DocumentKind::Plan, &bytes);
    assert!(matches!(as_plan, Err(DocumentError::Shape(_))));
    let large = vec![0; DOCUMENT_LIMIT_BYTES + 1];
    assert!(matches!(load(&large), Err(DocumentError::TooLarge { .. })));
}

#[test]
fn every_change_is_given_in_an_order_that_can_be_taken_in() {
    let document = stop();
    let (one, _two) = at_the_same_time(
        &document,
        field("reason", "delay"),
        field("reason", "quality"),
    );
    let mut again = document;
    let changes = one.all_changes();
    assert_eq!(changes.len(), 3);
    for (actor, seq, change) in &changes[1..] {
        let by = if *actor == writer(1).actor(DOCUMENT) {
            1
        } else {
            2
        };
        assert_eq!((*seq, one.last_seq(*actor)), (1, 1));
        take_in(&mut again, by, change);
    }
    assert_eq!(again.heads_digest(), one.heads_digest());
}

/// A customer's document as version 0.1.0 wrote it: one contact, written by 1.
const OLD_CUSTOMER: &[u8] = include_bytes!("../../../tests/fixtures/v0.1.0/customer.automerge");

fn old_customer() -> Document {
    Document::load(DOCUMENT, DocumentKind::Customer, OLD_CUSTOMER).unwrap()
}

fn follow_up(text: &str) -> FollowUp {
    FollowUp {
        kind: "callback".to_owned(),
        text: text.to_owned(),
        due: "2026-07-20".to_owned(),
        state: "open".to_owned(),
        ..FollowUp::default()
    }
}

fn add(key: &str, text: &str) -> Edit {
    Edit::FollowUp {
        key: key.to_owned(),
        follow_up: Box::new(follow_up(text)),
    }
}

#[test]
fn a_document_of_an_earlier_version_grows_to_the_same_bytes_wherever_it_grows() {
    let old = old_customer();
    assert_eq!(old.customer().unwrap().contacts["a1"].name, "王某");
    assert_eq!(old.customer().unwrap().follow_ups.len(), 0);
    assert!(!old.has_follow_ups());
    let (mut here, mut there) = (old.clone(), old.clone());
    // What somebody wrote meanwhile changes nothing about the growth.
    there
        .edit(&writer(2), text(TextField::Notes, "常去"))
        .unwrap();
    let run = here.grow().unwrap().unwrap();
    assert_eq!(there.grow().unwrap().unwrap(), run);
    assert_eq!(here.grow().unwrap(), None);
    assert_eq!(here.admit(&run).unwrap().already, 1);
    let mut third = old;
    assert_eq!(third.admit(&run).unwrap().applied, 1);
    assert_eq!(third.heads_digest(), here.heads_digest());

    // Two phones that add at once keep both, because there is one map only.
    let (one, _two) = at_the_same_time(&third, add("f1", "回电"), add("f2", "寄对账单"));
    assert_eq!(one.customer().unwrap().follow_ups.len(), 2);
    assert_eq!(one.conflicts(), []);
    let again = Document::load(DOCUMENT, DocumentKind::Customer, &one.save()).unwrap();
    assert_eq!(again.customer().unwrap(), one.customer().unwrap());
}

#[test]
fn until_it_has_grown_a_follow_up_cannot_be_written() {
    let mut old = old_customer();
    let before = old.save();
    let error = old.edit(&writer(1), add("f1", "回电")).unwrap_err();
    assert!(matches!(
        error,
        DocumentError::Shape(ShapeError::Missing(_))
    ));
    assert_eq!(old.save(), before);
}

#[test]
fn new_documents_and_other_kinds_have_nothing_to_grow() {
    let mut customer = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    assert!(customer.has_follow_ups());
    assert_eq!(customer.grow().unwrap(), None);
    assert_eq!(stop().grow().unwrap(), None);
}

#[test]
fn a_contact_says_more_without_losing_what_it_said() {
    let mut old = old_customer();
    let mut contact = old.customer().unwrap().contacts["a1"].clone();
    "finance".clone_into(&mut contact.role);
    "0512-63510000".clone_into(&mut contact.phone_2);
    let write = |contact: &Contact| Edit::Contact {
        key: "a1".to_owned(),
        contact: Box::new(contact.clone()),
    };
    old.edit(&writer(1), write(&contact)).unwrap().unwrap();
    assert_eq!(old.customer().unwrap().contacts["a1"], contact);
    assert_eq!(old.edit(&writer(1), write(&contact)).unwrap(), None);
    let (mut decides, mut left) = (contact.clone(), contact);
    "decides".clone_into(&mut decides.role);
    "mail_room".clone_into(&mut left.role);
    let (mut one, _two) = at_the_same_time(&old, write(&decides), write(&left));
    assert_eq!(one.conflicts()[0].field, "contacts.a1.role");
    one.edit(&writer(1), settle("contacts.a1.role", "decides"))
        .unwrap();
    assert_eq!(one.conflicts(), []);
}

#[test]
fn joining_keeps_both_and_is_undone() {
    let mut document = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    let contact = |name: &str| Contact {
        name: name.to_owned(),
        phone: "14200000001".to_owned(),
        ..Contact::default()
    };
    for (key, name) in [("a1", "王某"), ("a2", "王会计")] {
        let edit = Edit::Contact {
            key: key.to_owned(),
            contact: Box::new(contact(name)),
        };
        shared(&mut document, 0, edit, &mut []);
    }
    let join = |to: &str| field("contacts.a2.merged_into", to);
    let (mut one, mut two) =
        at_the_same_time(&document, join("a1"), field("contacts.a2.title", "会计"));
    let read = one.customer().unwrap();
    assert_eq!(read.contacts["a2"].merged_into, "a1");
    assert_eq!(
        (
            read.contacts["a2"].name.as_str(),
            read.contacts["a2"].title.as_str()
        ),
        ("王会计", "会计")
    );
    shared(&mut one, 1, join(""), &mut [&mut two]);
    assert_eq!(two.customer().unwrap().contacts["a2"].merged_into, "");
    let history = two.history(MemberOf::Contacts, "a2");
    let steps: Vec<_> = history
        .iter()
        .map(|step| {
            let fields = step
                .fields
                .iter()
                .map(|set| (set.field, set.value.as_str()));
            (step.actor, fields.collect::<Vec<_>>())
        })
        .collect();
    let actor = |number| writer(number).actor(DOCUMENT);
    assert_eq!(steps[0].0, actor(0));
    assert_eq!(
        steps[0].1[..2],
        [("name", "王会计"), ("phone", "14200000001")]
    );
    assert!(steps.contains(&(actor(2), vec![("title", "会计")])));
    assert_eq!(steps.last(), Some(&(actor(1), vec![("merged_into", "")])));
    assert_eq!(two.history(MemberOf::Contacts, "a9"), []);
    assert_eq!(two.history(MemberOf::FollowUps, "a2"), []);
}

#[test]
fn a_follow_up_closed_and_moved_at_once_is_both_and_two_days_are_a_conflict() {
    let mut document = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    shared(&mut document, 0, add("f1", "回电"), &mut []);
    let (one, _two) = at_the_same_time(
        &document,
        field("follow_ups.f1.state", "done"),
        field("follow_ups.f1.due", "2026-07-21"),
    );
    let read = one.customer().unwrap().follow_ups["f1"].clone();
    assert_eq!(
        (read.state.as_str(), read.due.as_str()),
        ("done", "2026-07-21")
    );
    let (one, _two) = at_the_same_time(
        &document,
        field("follow_ups.f1.due", "2026-07-22"),
        field("follow_ups.f1.due", "2026-07-23"),
    );
    assert_eq!(one.conflicts()[0].field, "follow_ups.f1.due");
}

#[test]
fn a_follow_up_has_a_kind_a_day_and_a_state_that_there_are() {
    let mut document = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    shared(&mut document, 0, add("f1", "回电"), &mut []);
    for (path, value) in [
        ("follow_ups.f1.due", ""),
        ("follow_ups.f1.due", "明天"),
        ("follow_ups.f1.time", "9点"),
        ("follow_ups.f1.kind", "dance"),
        ("follow_ups.f1.state", ""),
        ("follow_ups.f1.who", "李伟"),
    ] {
        let error = document.edit(&writer(1), field(path, value)).unwrap_err();
        assert!(matches!(error, DocumentError::Shape(_)), "{path} {value}");
    }
}
