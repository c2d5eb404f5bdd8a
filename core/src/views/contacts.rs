//! Contacts of a customer, which two may be one, and what is still to be done for the customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::documents::{Contact, FollowUp};
use crate::domain::conduct_guard::GuardReason;
use crate::domain::contacts::{
    Alike, CallRule, Compared, ContactEnd, ContactRole, alike, call_rule, joined,
};
use crate::domain::follow_ups::{DueWhen, FollowUpKind, FollowUpState, due_when};
use crate::domain::ids::{CustomerId, DocumentId, UserId};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::time::Day;
use crate::views::{ConflictRow, DraftRow, TeamMember};

/// Most contacts of one customer that are compared with each other.
const COMPARED_LIMIT: usize = 300;
/// Most pairs that are proposed at a time.
const PROPOSED_LIMIT: usize = 20;

/// The contacts of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ContactsView {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name; empty when it is not known here.
    pub customer_name: String,
    /// The customer's document; none until it has arrived, and then nothing can be written.
    pub document: Option<DocumentId>,
    /// The contacts that stand for themselves: valid ones first, by name.
    pub rows: Vec<ContactRow>,
    /// Pairs that may be one person, at most 20.
    pub proposals: Vec<AlikeRow>,
    /// Fields of contacts and follow-ups with more than one value.
    pub conflicts: Vec<ConflictRow>,
    /// The names of all contacts by key, also of joined ones, for conflicts and histories that name one.
    #[cfg_attr(test, ts(type = "Record<string, string>"))]
    pub names: BTreeMap<String, String>,
    /// Forms of contacts and follow-ups that are not finished.
    pub drafts: Vec<DraftRow>,
    /// Whom the office's customer list names; none when nobody is named there or he is among the contacts.
    pub listed: Option<ListedContactRow>,
    /// Today's legal day.
    pub day: Day,
}

/// Whom the office's customer list names for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ListedContactRow {
    /// Name; may be empty.
    pub name: String,
    /// The number.
    pub number: Option<NumberRow>,
}

/// A contact of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ContactRow {
    /// Its key in the customer's document.
    pub key: String,
    /// Name.
    pub name: String,
    /// Job title; may be empty.
    pub title: String,
    /// What he is for the debt, when that was said.
    pub role: Option<ContactRole>,
    /// What else to know; may be empty.
    pub note: String,
    /// Up to two numbers.
    pub numbers: Vec<NumberRow>,
    /// Why it ended or will end; none while nothing was said.
    pub end: Option<ContactEnd>,
    /// The day on which it stops being valid.
    pub valid_until: Option<Day>,
    /// It can still be used today.
    pub is_valid: bool,
    /// Whether and how he may be called.
    pub call: CallRule,
    /// Contacts that were joined to this one, by name.
    pub joined: Vec<JoinedRow>,
}

/// A number of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NumberRow {
    /// As typed.
    pub text: String,
    /// The address of a call (RFC 3966); none for a text that is no number, from a time when nobody checked.
    pub uri: Option<String>,
}

/// A contact that was joined to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct JoinedRow {
    /// Its key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Job title; may be empty.
    pub title: String,
    /// Up to two numbers.
    pub numbers: Vec<NumberRow>,
}

/// Two contacts that may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AlikeRow {
    /// One.
    pub first: String,
    /// The other.
    pub second: String,
    /// Why they may be one.
    pub why: Alike,
}

/// What one change wrote into a contact or follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct MemberChangeRow {
    /// The contact that it was written into: itself or one that was joined to it.
    pub key: String,
    /// Who wrote it; empty when that is not known here.
    pub author_name: String,
    /// When, by the writer's wall clock.
    pub at_ms: i64,
    /// Field and value, in the order of a form.
    pub fields: Vec<(String, String)>,
}

/// What is still to be done for a customer, and what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpsView {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name; empty when it is not known here.
    pub customer_name: String,
    /// Whether one can be added: the customer's document is here and has room for it.
    pub is_ready: bool,
    /// Open ones by day and time, then closed ones, the latest day first; one page.
    pub rows: Vec<FollowUpRow>,
    /// All of them, on all pages.
    pub total: u64,
    /// Today's legal day.
    pub day: Day,
    /// Everybody who can do one, by name; this device's user first.
    pub people: Vec<TeamMember>,
}

/// One follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpRow {
    /// Its key in the customer's document.
    pub key: String,
    /// What is to be done.
    pub kind: FollowUpKind,
    /// What exactly; may be empty.
    pub text: String,
    /// Until which day.
    pub due: Day,
    /// At which time; may be empty.
    pub time: String,
    /// Where its day lies as seen from today.
    pub when: DueWhen,
    /// Who does it, when that was said.
    pub who: Option<UserId>,
    /// His name; empty when nobody is named or the name is not known here.
    pub who_name: String,
    /// The key of the contact that it is about; may be empty.
    pub contact: String,
    /// The contact's name; empty when none is named.
    pub contact_name: String,
    /// How far it is.
    pub state: FollowUpState,
    /// How it went, or why it was dropped; may be empty.
    pub reason: String,
    /// What was said where the rules of conduct ask why; may be empty.
    pub why: String,
}

/// Whether a follow-up can be planned so, by the rules of conduct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ConductRow {
    /// `allowed`, `ask_reason` or `blocked`.
    pub verdict: Conduct,
    /// Why it is not simply allowed.
    #[cfg_attr(
        test,
        ts(
            type = "\"stop_flag\" | \"customer_reachable\" | \"hours\" | \"rest_day\" | \"daily_count\" | null"
        )
    )]
    pub reason: Option<GuardReason>,
}

/// The answer of the rules of conduct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Conduct {
    /// It may be.
    Allowed,
    /// It may be once a reason is given.
    AskReason,
    /// It may not be.
    Blocked,
}

/// The contacts that stand for themselves, valid ones first; `contacts` come by name.
#[must_use]
pub fn contact_rows(contacts: &[(String, Contact)], today: Day) -> Vec<ContactRow> {
    let roots = roots(contacts);
    let mut rows: Vec<ContactRow> = contacts
        .iter()
        .filter(|(key, _contact)| !roots.contains_key(key.as_str()))
        .map(|(key, contact)| contact_row(key, contact, today))
        .collect();
    for (key, contact) in contacts {
        let Some(root) = roots.get(key.as_str()) else {
            continue;
        };
        if let Some(row) = rows.iter_mut().find(|row| row.key == *root) {
            row.joined.push(JoinedRow {
                key: key.clone(),
                name: contact.name.clone(),
                title: contact.title.clone(),
                numbers: numbers(contact),
            });
        }
    }
    rows.sort_by_key(|row| !row.is_valid);
    rows
}

/// Whom the customer list names with `name` and `phone`, unless a contact has that number, or that name where the list has no number.
/// An ended or joined contact counts too: whoever must not be called does not come back as a name on a list.
#[must_use]
pub fn listed_row(
    name: &str,
    phone: &str,
    contacts: &[(String, Contact)],
) -> Option<ListedContactRow> {
    let (name, phone) = (name.trim(), phone.trim());
    let is_recorded = contacts.iter().any(|(_key, contact)| {
        if phone.is_empty() {
            contact.name.trim() == name
        } else {
            [&contact.phone, &contact.phone_2]
                .into_iter()
                .any(|recorded| is_one_number(recorded, phone))
        }
    });
    let is_named = !(name.is_empty() && phone.is_empty());
    (is_named && !is_recorded).then(|| ListedContactRow {
        name: name.to_owned(),
        number: number(phone),
    })
}

/// Pairs of valid contacts that stand for themselves and may be one person.
#[must_use]
pub fn alike_rows(contacts: &[(String, Contact)], today: Day) -> Vec<AlikeRow> {
    let roots = roots(contacts);
    let compared: Vec<Compared<'_>> = contacts
        .iter()
        .filter(|(key, contact)| {
            !roots.contains_key(key.as_str()) && contact_row(key, contact, today).is_valid
        })
        .take(COMPARED_LIMIT)
        .map(|(key, contact)| Compared {
            key,
            name: &contact.name,
            title: &contact.title,
            phones: [&contact.phone, &contact.phone_2],
            apart: &contact.apart,
        })
        .collect();
    alike(&compared)
        .into_iter()
        .take(PROPOSED_LIMIT)
        .map(|(first, second, why)| AlikeRow {
            first: first.to_owned(),
            second: second.to_owned(),
            why,
        })
        .collect()
}

/// The contact that each joined one was joined to in the end, by key.
#[must_use]
pub fn roots(contacts: &[(String, Contact)]) -> BTreeMap<&str, &str> {
    joined(
        contacts
            .iter()
            .map(|(key, contact)| (key.as_str(), contact.merged_into.as_str())),
    )
}

fn contact_row(key: &str, contact: &Contact, today: Day) -> ContactRow {
    let end = contact.end();
    let valid_until: Option<Day> = contact.valid_until.parse().ok();
    let is_over = end == Some(ContactEnd::Refuses) || valid_until.is_none_or(|day| day <= today);
    ContactRow {
        key: key.to_owned(),
        name: contact.name.clone(),
        title: contact.title.clone(),
        role: contact.role(),
        note: contact.note.clone(),
        numbers: numbers(contact),
        end,
        valid_until,
        is_valid: end.is_none() || !is_over,
        call: call_rule(contact.role(), end),
        joined: Vec::new(),
    }
}

fn numbers(contact: &Contact) -> Vec<NumberRow> {
    [&contact.phone, &contact.phone_2]
        .into_iter()
        .filter_map(|text| number(text))
        .collect()
}

fn number(text: &str) -> Option<NumberRow> {
    (!text.is_empty()).then(|| NumberRow {
        text: text.to_owned(),
        uri: text.parse().ok().map(|number: PhoneNumber| number.uri()),
    })
}

fn is_one_number(one: &str, other: &str) -> bool {
    match (one.parse::<PhoneNumber>(), other.parse::<PhoneNumber>()) {
        (Ok(one), Ok(other)) => one.line() == other.line(),
        _ => one == other,
    }
}

/// A follow-up as a row, with the names that are not in it; none for one that does not read as one.
#[must_use]
pub fn follow_up_row(
    (key, it): (&str, &FollowUp),
    today: Day,
    names: (String, String),
) -> Option<FollowUpRow> {
    let due: Day = it.due.parse().ok()?;
    let (who_name, contact_name) = names;
    Some(FollowUpRow {
        key: key.to_owned(),
        kind: FollowUpKind::from_word(&it.kind)?,
        text: it.text.clone(),
        due,
        time: it.time.clone(),
        when: due_when(due, today),
        who: it.who.parse().ok(),
        who_name,
        contact: it.contact.clone(),
        contact_name,
        state: FollowUpState::from_word(&it.state)?,
        reason: it.reason.clone(),
        why: it.why.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(key: &str, change: impl FnOnce(&mut Contact)) -> (String, Contact) {
        let mut contact = Contact {
            name: key.to_owned(),
            phone: "14200000001".to_owned(),
            ..Contact::default()
        };
        change(&mut contact);
        (key.to_owned(), contact)
    }

    #[test]
    fn the_customer_lists_name_shows_until_somebody_recorded_him() {
        let listed = listed_row("王会计", "010-6200 0001", &[]).unwrap();
        assert_eq!(listed.name, "王会计");
        assert_eq!(listed.number.unwrap().uri.unwrap(), "tel:01062000001");
        let ended = [contact("a", |it| {
            "01062000001".clone_into(&mut it.phone_2);
            "refuses".clone_into(&mut it.state);
        })];
        assert_eq!(listed_row("王会计", "010-6200 0001", &ended), None);
        assert!(listed_row("王会计", "010-6200 0002", &ended).is_some());
        let same_name = [contact("a", |it| "王会计".clone_into(&mut it.name))];
        assert_eq!(listed_row("王会计", " ", &same_name), None);
        assert_eq!(listed_row(" ", "", &[]), None);
    }

    #[test]
    fn a_joined_contact_shows_under_the_one_it_was_joined_to() {
        let today: Day = "2026-07-15".parse().unwrap();
        let contacts = [
            contact("a", |_| {}),
            contact("b", |it| "a".clone_into(&mut it.merged_into)),
            contact("c", |it| "b".clone_into(&mut it.merged_into)),
        ];
        let rows = contact_rows(&contacts, today);
        assert_eq!(rows.len(), 1);
        let joined: Vec<_> = rows[0].joined.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(joined, ["b", "c"]);
        assert_eq!(alike_rows(&contacts, today), []);
    }

    #[test]
    fn who_left_is_valid_until_the_day_that_was_said_and_comes_last() {
        let today: Day = "2026-07-15".parse().unwrap();
        let ended = |key: &str, state: &str, day: &str| {
            contact(key, |it| {
                state.clone_into(&mut it.state);
                day.clone_into(&mut it.valid_until);
            })
        };
        let contacts = [
            ended("gone", "left_firm", "2026-07-15"),
            ended("going", "left_firm", "2026-07-31"),
            ended("refuses", "refuses", "2026-07-31"),
            ended("undated", "wrong_number", ""),
            ended("used", "in_use", ""),
        ];
        let rows = contact_rows(&contacts, today);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| (row.key.as_str(), row.is_valid))
            .collect();
        let expected = [
            ("going", true),
            ("used", true),
            ("gone", false),
            ("refuses", false),
            ("undated", false),
        ];
        assert_eq!(shown, expected);
        assert_eq!(rows[3].call, CallRule::Stopped);
        // Only those that are in use are proposed as one.
        assert_eq!(alike_rows(&contacts, today).len(), 1);
    }
}
