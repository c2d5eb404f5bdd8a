//! Whom a rep calls about a stop: the number that is valid today.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::documents::Contact;
use crate::domain::contacts::{CallRule, ContactRole, normalised};
use crate::domain::phone_number::PhoneNumber;
use crate::domain::time::Day;
use crate::views::{ContactRow, NumberRow, contact_rows};

/// A number that may be called today, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CallRow {
    /// Whose it is; may be empty.
    pub name: String,
    /// The number as typed.
    pub text: String,
    /// The address of the call (RFC 3966).
    pub uri: String,
}

/// Whom to call today, given the contact's name and number as on the plan and the customer's contacts as they read now.
///
/// The plan's person, under the number that the contacts have for him now. When they say that he is not to be called, or not
/// any more, another valid contact: who decides before finance, then those without a role, then the others. A third person is
/// never among them, nor a number of somebody who refused. None when nobody is left.
#[must_use]
pub fn call_today(
    (name, phone): (&str, &str),
    contacts: &[(String, Contact)],
    today: Day,
) -> Option<CallRow> {
    let rows = contact_rows(contacts, today);
    let stopped: BTreeSet<String> = rows
        .iter()
        .filter(|row| row.call == CallRule::Stopped)
        .flat_map(lines)
        .collect();
    let planned: Option<PhoneNumber> = phone.parse().ok();
    let line = planned.as_ref().map(PhoneNumber::line);
    let callable = |row: &ContactRow| number_of(row, line.as_deref(), &stopped);
    let with_number: Vec<&ContactRow> = rows
        .iter()
        .filter(|row| line.as_ref().is_some_and(|line| lines(row).contains(line)))
        .collect();
    let named = |row: &&ContactRow| !name.is_empty() && normalised(&row.name) == normalised(name);
    if let Some(found) = with_number.iter().find_map(|row| callable(row)) {
        return Some(found);
    }
    let same_name: Vec<&ContactRow> = rows.iter().filter(named).collect();
    if let Some(found) = same_name.iter().find_map(|row| callable(row)) {
        return Some(found);
    }
    if let (Some(planned), true) = (planned, with_number.is_empty() && same_name.is_empty()) {
        return Some(CallRow {
            name: name.to_owned(),
            text: planned.to_string(),
            uri: planned.uri(),
        });
    }
    let mut others: Vec<&ContactRow> = rows.iter().collect();
    others.sort_by_key(|row| rank(row.role));
    others.into_iter().find_map(callable)
}

/// The number under which a contact may be called: the one with this `line` if he has it.
fn number_of(row: &ContactRow, line: Option<&str>, stopped: &BTreeSet<String>) -> Option<CallRow> {
    if !row.is_valid || row.call != CallRule::Open {
        return None;
    }
    let mut open: Vec<(PhoneNumber, &NumberRow)> = row
        .numbers
        .iter()
        .filter_map(|number| Some((number.text.parse::<PhoneNumber>().ok()?, number)))
        .filter(|(number, _row)| !stopped.contains(&number.line()))
        .collect();
    open.sort_by_key(|(number, _row)| Some(number.line().as_str()) != line);
    open.into_iter().next().map(|(number, shown)| CallRow {
        name: row.name.clone(),
        text: shown.text.clone(),
        uri: number.uri(),
    })
}

/// The lines of a contact and of those that were joined to it.
fn lines(row: &ContactRow) -> BTreeSet<String> {
    let joined = row.joined.iter().flat_map(|joined| &joined.numbers);
    row.numbers
        .iter()
        .chain(joined)
        .filter_map(|number| number.text.parse().ok())
        .map(|number: PhoneNumber| number.line())
        .collect()
}

const fn rank(role: Option<ContactRole>) -> u8 {
    match role {
        Some(ContactRole::Decides) => 0,
        Some(ContactRole::Finance) => 1,
        None => 2,
        Some(ContactRole::MailRoom) => 3,
        Some(ContactRole::Guarantor) => 4,
        Some(ContactRole::ThirdPerson) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANNED: (&str, &str) = ("赵六", "14200000001");

    fn contact(name: &str, phone: &str, change: impl FnOnce(&mut Contact)) -> (String, Contact) {
        let mut contact = Contact {
            name: name.to_owned(),
            phone: phone.to_owned(),
            ..Contact::default()
        };
        change(&mut contact);
        (format!("{name}-{phone}"), contact)
    }

    fn ended(name: &str, phone: &str, state: &str) -> (String, Contact) {
        contact(name, phone, |it| {
            state.clone_into(&mut it.state);
            "2026-07-14".clone_into(&mut it.valid_until);
        })
    }

    fn role(name: &str, phone: &str, role: ContactRole) -> (String, Contact) {
        contact(name, phone, |it| role.word().clone_into(&mut it.role))
    }

    fn called(contacts: &[(String, Contact)]) -> Option<(String, String)> {
        let call = call_today(PLANNED, contacts, "2026-07-15".parse().unwrap())?;
        Some((call.name, call.uri))
    }

    fn says(name: &str, line: &str) -> (String, String) {
        (name.to_owned(), format!("tel:{line}"))
    }

    #[test]
    fn nobody_wrote_a_contact_and_the_plan_counts() {
        assert_eq!(called(&[]), Some(says("赵六", "14200000001")));
        let day = "2026-07-15".parse().unwrap();
        assert_eq!(call_today(("赵六", "问前台"), &[], day), None);
        assert_eq!(call_today(("", ""), &[], day), None);
        let full_width = call_today(("", "１４２-0000-0001"), &[], day).unwrap();
        assert_eq!(full_width.uri, "tel:14200000001");
    }

    #[test]
    fn a_corrected_number_comes_before_the_plans() {
        let contacts = [contact("赵 六", "14200000002", |_| {})];
        assert_eq!(called(&contacts), Some(says("赵 六", "14200000002")));
        let second = [contact("王某", "14200000002", |it| {
            "+86 142 0000 0001".clone_into(&mut it.phone_2);
        })];
        assert_eq!(called(&second), Some(says("王某", "+8614200000001")));
    }

    #[test]
    fn who_left_is_not_called_and_who_decides_comes_first() {
        for state in ["left_firm", "wrong_number", "refuses"] {
            let gone = ended("赵六", "14200000001", state);
            assert_eq!(called(std::slice::from_ref(&gone)), None, "{state}");
            let contacts = [
                gone,
                role("保某", "14200000003", ContactRole::Guarantor),
                role("财某", "14200000004", ContactRole::Finance),
                role("总某", "14200000005", ContactRole::Decides),
            ];
            assert_eq!(
                called(&contacts),
                Some(says("总某", "14200000005")),
                "{state}"
            );
        }
    }

    #[test]
    fn a_number_may_pass_to_a_successor_but_not_from_somebody_who_refused() {
        let successor = || contact("孙某", "14200000001", |_| {});
        let left = [ended("赵六", "14200000001", "left_firm"), successor()];
        assert_eq!(called(&left), Some(says("孙某", "14200000001")));
        let refused = [ended("赵六", "14200000001", "refuses"), successor()];
        assert_eq!(called(&refused), None);
    }

    #[test]
    fn a_third_person_is_never_offered() {
        let contacts = [role("邻居", "14200000001", ContactRole::ThirdPerson)];
        assert_eq!(called(&contacts), None);
    }

    #[test]
    fn a_joined_contacts_number_leads_to_the_one_it_was_joined_to() {
        let contacts = [
            contact("赵六", "14200000009", |_| {}),
            contact("小赵", "14200000001", |it| {
                "赵六-14200000009".clone_into(&mut it.merged_into);
            }),
        ];
        assert_eq!(called(&contacts), Some(says("赵六", "14200000009")));
    }
}
