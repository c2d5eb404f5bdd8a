//! Contacts, follow-ups and the list of what there is to do, on two phones.

use super::*;
use crate::domain::conduct_guard::GuardReason;
use crate::domain::contacts::{Alike, CallRule, ContactRole};
use crate::domain::follow_ups::{DueWhen, FollowUpForm, FollowUpKind, FollowUpState};
use crate::domain::money::{Currency, Money};
use crate::domain::time::Instant;
use crate::journal::facts::ReasonCode;
use crate::papers::PaperDraft;
use crate::replica::fake::{CUSTOMER, CUSTOMER_DOCUMENT, FakeServer, MORNING, Phone, STOP, id};
use crate::replica::{
    ConflictSettle, DraftKeep, FollowUpAdd, FollowUpCheck, FollowUpClosed, FollowUpEdit,
    FollowUpsOf, Page, PromiseRecord, RefusalRecord,
};
use crate::views::{Conduct, FollowUpsView, ToDoKind};

fn synced(server: &FakeServer, seed: u8) -> Phone {
    let phone = Phone::enrolled(seed, server);
    phone.sync(server).unwrap();
    phone
}

fn form(name: &str, phone: &str) -> ContactForm {
    ContactForm {
        name: name.to_owned(),
        phone: phone.to_owned(),
        ..ContactForm::default()
    }
}

fn add(phone: &Phone, key: u128, contact: ContactForm) {
    let add = ContactAdd {
        customer: CUSTOMER,
        key: id(key),
        contact,
    };
    phone.add_contact(&add).unwrap();
}

fn of(key: u128) -> OfMember {
    OfMember {
        customer: CUSTOMER,
        key: id(key).to_string(),
    }
}

fn pair(key: u128, into: u128) -> ContactPair {
    ContactPair {
        customer: CUSTOMER,
        key: id(key).to_string(),
        into: id(into).to_string(),
    }
}

fn list(phone: &Phone) -> ContactsView {
    phone.contacts(OfCustomer { customer: CUSTOMER }).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn callback(text: &str, due: &str) -> FollowUpForm {
    FollowUpForm {
        kind: FollowUpKind::Callback,
        text: text.to_owned(),
        due: day(due),
        time: "10:00".to_owned(),
        who: None,
        contact: String::new(),
        why: String::new(),
    }
}

fn plan(phone: &Phone, key: u128, follow_up: FollowUpForm) -> Result<(), ReplicaError> {
    phone.add_follow_up(&FollowUpAdd {
        customer: CUSTOMER,
        key: id(key),
        follow_up,
    })
}

fn planned(phone: &Phone) -> FollowUpsView {
    let of = FollowUpsOf {
        customer: CUSTOMER,
        offset: 0,
        limit: 50,
    };
    phone.follow_ups(of).unwrap()
}

fn refused(result: Result<(), ReplicaError>) -> &'static str {
    result.unwrap_err().reference()
}

#[test]
fn two_phones_add_one_person_and_nobody_joins_them_but_a_person() {
    let server = FakeServer::new();
    let (one, two) = (synced(&server, 1), synced(&server, 2));
    add(&one, 1, form("王 某", "１４２－００００－０００１"));
    add(&two, 2, form("王会计", "+86 14200000001"));
    assert_eq!(list(&one).proposals.len(), 0);
    for phone in [&one, &two, &one] {
        phone.sync(&server).unwrap();
    }
    let seen = list(&one);
    assert_eq!(seen.rows.len(), 2);
    assert_eq!(seen.proposals.len(), 1);
    assert_eq!(seen.proposals[0].why, Alike::Number);

    one.join_contacts(&pair(2, 1)).unwrap();
    let seen = list(&one);
    assert_eq!((seen.rows.len(), seen.proposals.len()), (1, 0));
    assert_eq!(seen.rows[0].joined[0].name, "王会计");
    assert_eq!(refused(one.join_contacts(&pair(1, 2))), "contact-itself");
    assert_eq!(refused(one.join_contacts(&pair(1, 9))), "contact");
    one.sync(&server).unwrap();
    two.sync(&server).unwrap();
    assert_eq!(list(&two).rows.len(), 1);
    let history = two.contact_history(&of(1)).unwrap();
    let authors: Vec<_> = history.iter().map(|row| row.key == of(1).key).collect();
    assert_eq!(authors.iter().filter(|is_own| **is_own).count(), 1);
    assert_eq!(history.len(), 3, "both additions and the join: {history:?}");

    two.part_contact(&of(2)).unwrap();
    let seen = list(&two);
    assert_eq!((seen.rows.len(), seen.proposals.len()), (2, 1));
    two.hold_contacts_apart(&pair(2, 1)).unwrap();
    assert_eq!(list(&two).proposals, []);
    for phone in [&two, &one] {
        phone.sync(&server).unwrap();
    }
    assert_eq!(list(&one).proposals, []);
    assert_eq!(server.customer().contacts.len(), 2);
}

#[test]
fn one_field_that_two_phones_changed_is_settled_and_who_chose_is_on_record() {
    let server = FakeServer::new();
    let (one, two) = (synced(&server, 1), synced(&server, 2));
    add(&one, 1, form("王某", "14200000001"));
    for phone in [&one, &two] {
        phone.sync(&server).unwrap();
    }
    let titled = |title: &str| ContactEdit {
        customer: CUSTOMER,
        key: of(1).key,
        contact: ContactForm {
            title: title.to_owned(),
            ..form("王某", "14200000001")
        },
    };
    one.edit_contact(&titled("会计")).unwrap();
    two.edit_contact(&titled("出纳")).unwrap();
    for phone in [&one, &two, &one] {
        phone.sync(&server).unwrap();
    }
    let conflicts = list(&one).conflicts;
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].field, format!("contacts.{}.title", of(1).key));
    assert_eq!(conflicts[0].values.len(), 2);
    assert_eq!(
        refused(one.edit_contact(&titled("财务经理"))),
        "field-in-conflict"
    );
    // What is not in conflict can still be written.
    one.end_contact(&ContactEnded {
        customer: CUSTOMER,
        key: of(1).key,
        end: ContactEnd::WrongNumber,
        valid_until: day("2026-07-14"),
    })
    .unwrap();
    one.settle_conflict(&ConflictSettle {
        document: CUSTOMER_DOCUMENT,
        field: conflicts[0].field.clone(),
        value: "会计".to_owned(),
    })
    .unwrap();
    one.sync(&server).unwrap();
    two.sync(&server).unwrap();
    let seen = list(&two);
    assert_eq!(seen.conflicts, []);
    assert_eq!(seen.rows[0].title, "会计");
    assert_eq!(seen.rows[0].end, Some(ContactEnd::WrongNumber));
    assert!(!seen.rows[0].is_valid);
    two.restore_contact(&of(1)).unwrap();
    assert!(list(&two).rows[0].is_valid);
}

#[test]
fn what_is_no_contact_is_refused_and_adding_twice_is_adding_once() {
    let server = FakeServer::new();
    let phone = synced(&server, 1);
    let try_to = |contact: ContactForm| {
        refused(phone.add_contact(&ContactAdd {
            customer: CUSTOMER,
            key: id(1),
            contact,
        }))
    };
    assert_eq!(try_to(form(" ", "14200000001")), "contact-name-missing");
    assert_eq!(try_to(form("王某", "问前台")), "phone-letters");
    assert_eq!(try_to(form(&"长".repeat(400), "")), "text-too-long");
    assert_eq!(list(&phone).rows, []);
    add(&phone, 1, form("王某", ""));
    let corrected = ContactEdit {
        customer: CUSTOMER,
        key: of(1).key,
        contact: form("王某某", ""),
    };
    phone.edit_contact(&corrected).unwrap();
    // The screen was killed before the answer and tries again: what was corrected meanwhile stays.
    add(&phone, 1, form("王某", ""));
    assert_eq!(list(&phone).rows[0].name, "王某某");
    let elsewhere = ContactAdd {
        customer: CustomerId(id(0xff)),
        key: id(3),
        contact: form("王某", ""),
    };
    assert_eq!(refused(phone.add_contact(&elsewhere)), "customer");
    assert_eq!(refused(phone.restore_contact(&of(9))), "contact");
}

#[test]
fn a_half_typed_contact_survives_a_kill_until_it_is_recorded() {
    let server = FakeServer::new();
    let mut phone = synced(&server, 1);
    let of_form = OfDraft::of_customer(CUSTOMER, DraftForm::Contact, "");
    phone
        .keep_draft(&DraftKeep {
            of: of_form,
            content: r#"{"name":"王"}"#.to_owned(),
        })
        .unwrap();
    phone.restart();
    assert_eq!(list(&phone).drafts.len(), 1);
    assert!(phone.draft(&of_form).unwrap().is_some());
    add(&phone, 1, form("王某", ""));
    assert_eq!(phone.draft(&of_form).unwrap(), None);
    let elsewhere = OfDraft::of_customer(CustomerId(id(0xff)), DraftForm::Contact, "");
    let keep = DraftKeep {
        of: elsewhere,
        content: "{}".to_owned(),
    };
    assert_eq!(refused(phone.keep_draft(&keep)), "customer");
}

#[test]
fn until_the_office_makes_room_a_follow_up_is_refused_in_words_and_nothing_is_lost() {
    let server = FakeServer::with_old_customer();
    let (one, two) = (synced(&server, 1), synced(&server, 2));
    assert!(!planned(&one).is_ready);
    let error = plan(&one, 1, callback("问付款日", "2026-07-15"));
    assert_eq!(refused(error), "follow-ups-not-ready");
    add(&one, 7, form("赵六", ""));
    server.grow_customer();
    one.sync(&server).unwrap();
    two.sync(&server).unwrap();
    assert!(planned(&one).is_ready);
    plan(&one, 1, callback("问付款日", "2026-07-15")).unwrap();
    plan(&two, 2, callback("催第二期", "2026-07-16")).unwrap();
    for phone in [&one, &two, &one] {
        phone.sync(&server).unwrap();
    }
    let texts: Vec<_> = planned(&one).rows.into_iter().map(|row| row.text).collect();
    assert_eq!(texts, ["问付款日", "催第二期"]);
    assert_eq!(one.sync_status().unwrap().quarantined, 0);
    let customer = server.customer();
    assert_eq!(customer.follow_ups.len(), 2);
    assert_eq!(
        customer.contacts.len(),
        2,
        "the old contact and the new one"
    );
}

#[test]
fn a_callback_is_planned_moved_closed_and_reopened() {
    let server = FakeServer::new();
    let phone = synced(&server, 1);
    add(&phone, 1, form("王某", "14200000001"));
    let mut form = callback("问付款日", "2026-07-15");
    form.contact = of(1).key;
    plan(&phone, 5, form.clone()).unwrap();
    plan(&phone, 5, callback("再来一次", "2026-07-16")).unwrap();
    let rows = planned(&phone).rows;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].contact_name.as_str(), rows[0].when),
        ("王某", DueWhen::ThisWeek)
    );
    form.due = day("2026-07-13");
    let edit = |follow_up: &FollowUpForm| FollowUpEdit {
        customer: CUSTOMER,
        key: of(5).key,
        follow_up: follow_up.clone(),
    };
    assert_eq!(
        refused(phone.edit_follow_up(&edit(&form))),
        "day-in-the-past"
    );
    form.due = day("2026-07-17");
    phone.edit_follow_up(&edit(&form)).unwrap();
    let close = |state: FollowUpState, reason: &str| FollowUpClosed {
        customer: CUSTOMER,
        key: of(5).key,
        state,
        reason: reason.to_owned(),
    };
    let dropped = phone.close_follow_up(&close(FollowUpState::Dropped, " "));
    assert_eq!(refused(dropped), "follow-up-reason-missing");
    phone
        .close_follow_up(&close(FollowUpState::Done, "答应周五付款"))
        .unwrap();
    assert_eq!(planned(&phone).rows[0].state, FollowUpState::Done);
    assert_eq!(phone.to_do(Page::default()).unwrap().total, 0);
    phone.reopen_follow_up(&of(5)).unwrap();
    assert_eq!(phone.to_do(Page::default()).unwrap().total, 1);
    let history = phone.follow_up_history(&of(5)).unwrap();
    assert_eq!(history.len(), 4);
    assert_eq!(
        history[0].fields,
        [
            ("state".to_owned(), "open".to_owned()),
            ("reason".to_owned(), String::new())
        ]
    );
}

#[test]
fn the_rules_of_conduct_are_asked_before_and_hold_when_it_is_recorded() {
    let server = FakeServer::new();
    let phone = synced(&server, 1);
    let third = ContactForm {
        role: Some(ContactRole::ThirdPerson),
        ..form("邻居", "14200000002")
    };
    add(&phone, 1, third);
    assert_eq!(list(&phone).rows[0].call, CallRule::OnlyWhenUnreachable);
    let mut form = callback("请转告回电", "2026-07-15");
    form.contact = of(1).key;
    let check = |form: &FollowUpForm| {
        let asked = FollowUpCheck {
            customer: CUSTOMER,
            follow_up: form.clone(),
        };
        let row = phone.check_follow_up(&asked).unwrap();
        (row.verdict, row.reason)
    };
    let reachable = Some(GuardReason::CustomerReachable);
    assert_eq!(check(&form), (Conduct::AskReason, reachable));
    let unsaid = plan(&phone, 5, form.clone());
    assert_eq!(refused(unsaid), "callback-reason-missing");
    "客户三次无人接听".clone_into(&mut form.why);
    assert_eq!(check(&form), (Conduct::Allowed, None));
    plan(&phone, 5, form.clone()).unwrap();
    "23:00".clone_into(&mut form.time);
    assert_eq!(check(&form), (Conduct::Blocked, Some(GuardReason::Hours)));
    assert_eq!(
        refused(plan(&phone, 6, form.clone())),
        "callback-hours-blocked"
    );
    phone
        .end_contact(&ContactEnded {
            customer: CUSTOMER,
            key: of(1).key,
            end: ContactEnd::Refuses,
            valid_until: day("2026-07-14"),
        })
        .unwrap();
    assert_eq!(list(&phone).rows[0].call, CallRule::Stopped);
    assert_eq!(refused(plan(&phone, 6, form)), "callback-refuses");
}

#[test]
fn one_list_has_everything_that_is_to_be_done_late_first() {
    let server = FakeServer::new();
    let phone = synced(&server, 1);
    plan(&phone, 1, callback("问付款日", "2026-07-14")).unwrap();
    plan(&phone, 2, callback("下周再问", "2026-07-20")).unwrap();
    let elsewhere = FollowUpForm {
        who: Some(crate::domain::ids::UserId(id(0x99))),
        ..callback("经理来办", "2026-07-14")
    };
    plan(&phone, 3, elsewhere).unwrap();
    let promise = PromiseRecord {
        stop: STOP,
        amount: Money::parse(Currency::Cny, "50000").unwrap(),
        due: day("2026-07-19"),
        signer: None,
    };
    let promised = phone.promise(&promise).unwrap().entry;
    let refusal = RefusalRecord {
        stop: STOP,
        person: "张敏".to_owned(),
        reason: ReasonCode::NoFunds,
        words: String::new(),
        paper: PaperDraft::Statement,
        members: Vec::new(),
        label: None,
        post_by: Some(day("2026-07-15")),
    };
    let refusal = phone.refuse(&refusal).unwrap().entry;
    phone.sync(&server).unwrap();
    let sent_back = server.send_back(promised, Instant::from_ms(MORNING));
    phone.sync(&server).unwrap();
    phone.clock.advance(24 * 3_600_000);

    let list = phone.to_do(Page::default()).unwrap();
    let shown: Vec<_> = list.rows.iter().map(|row| (row.kind, row.when)).collect();
    let expected = [
        (ToDoKind::Callback, DueWhen::Late),
        (ToDoKind::Posting, DueWhen::Today),
        (ToDoKind::Promise, DueWhen::ThisWeek),
        (ToDoKind::Callback, DueWhen::Later),
        (ToDoKind::SendBack, DueWhen::Later),
    ];
    assert_eq!(shown, expected);
    assert_eq!(list.rows[1].id, refusal.to_string());
    assert_eq!(list.rows[4].id, sent_back.to_string());
    assert_eq!(list.rows[1].stop, Some(STOP));
    assert_eq!(list.rows[2].amount, Some(promise.amount));
    let names: Vec<_> = list
        .rows
        .iter()
        .map(|row| row.customer_name.as_str())
        .collect();
    assert!(names.iter().all(|name| !name.is_empty()), "{names:?}");
    let counts = list.counts;
    assert_eq!(
        (counts.late, counts.today, counts.this_week, counts.later),
        (1, 1, 1, 2)
    );
    assert_eq!(phone.today(Page::default()).unwrap().to_do, counts);
    let second = Page {
        offset: 1,
        limit: 2,
    };
    assert_eq!(phone.to_do(second).unwrap().rows, list.rows[1..3]);
}

#[test]
fn whom_the_customer_list_names_is_shown_until_he_is_a_contact() {
    let server = FakeServer::new();
    let phone = synced(&server, 1);
    let listed = list(&phone).listed.unwrap();
    let number = listed.number.clone().unwrap();
    assert!(number.uri.is_some(), "{number:?}");
    add(&phone, 1, form(&listed.name, &number.text));
    assert_eq!(list(&phone).listed, None);
    let end = ContactEnded {
        customer: CUSTOMER,
        key: id(1).to_string(),
        end: ContactEnd::Refuses,
        valid_until: day("2026-07-01"),
    };
    phone.end_contact(&end).unwrap();
    assert_eq!(list(&phone).listed, None, "an ended contact stays ended");
}
