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
fn a_contact_is_changed_field_by_field() {
    let mut document = Document::create_customer(DOCUMENT, &writer(0)).unwrap();
    let contact = Contact {
        name: "王某".to_owned(),
        phone: "13800000000".to_owned(),
        title: "财务".to_owned(),
        state: "in_use".to_owned(),
    };
    let write = |contact: &Contact| Edit::Contact {
        key: "a1".to_owned(),
        contact: contact.clone(),
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
        contact: Contact {
            name: name.to_owned(),
            ..Contact::default()
        },
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
