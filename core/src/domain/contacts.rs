//! Contacts of a customer: what somebody is for the debt, why a contact ended, and which two may be one person.
//!
//! Two contacts that may be one are proposed, never joined here: who knows them decides. A contact that was joined to
//! another stays with its own history and points at the other; taking the pointer away undoes it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::phone_number::PhoneNumber;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$member:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$member])* $variant,)+
        }

        impl $name {
            /// Every one, in the order in which a form offers them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in documents, tables and JSON.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads the word back; none for another text.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a contact is for the debt.
    ContactRole {
        /// Decides on paying: owner, legal representative, manager.
        Decides = "decides",
        /// Finance: pays, reconciles, keeps the seal.
        Finance = "finance",
        /// The mail room: takes letters in.
        MailRoom = "mail_room",
        /// A guarantor: owes himself when the customer does not pay.
        Guarantor = "guarantor",
        /// A third person (第三人): owes nothing and learns nothing of the debt.
        ThirdPerson = "third_person",
    }
}

words! {
    /// Why a contact is not valid any more.
    ContactEnd {
        /// He left the firm.
        LeftFirm = "left_firm",
        /// The number is not his.
        WrongNumber = "wrong_number",
        /// He asked not to be contacted again.
        Refuses = "refuses",
        /// Another reason, told in the contact's note.
        Other = "other",
    }
}

/// Whether and how a contact may be called (催收行为), as reported of GB/T 45251—2025: contact persons only when the customer
/// cannot be reached, and not again after they refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum CallRule {
    /// He may be called within the hours.
    Open,
    /// Only while the customer himself cannot be reached; the debt stays undisclosed.
    OnlyWhenUnreachable,
    /// Not at all: he refused.
    Stopped,
}

/// How a contact of this role and end may be called.
#[must_use]
pub fn call_rule(role: Option<ContactRole>, end: Option<ContactEnd>) -> CallRule {
    match (role, end) {
        (_, Some(ContactEnd::Refuses)) => CallRule::Stopped,
        (Some(ContactRole::ThirdPerson), _) => CallRule::OnlyWhenUnreachable,
        _ => CallRule::Open,
    }
}

/// Longest name, title or note of a contact, in bytes of UTF-8.
const WORDS_LIMIT_BYTES: usize = 1 << 10;

/// What a form says of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ContactForm {
    /// Name; must say something.
    pub name: String,
    /// Number; may be empty.
    #[serde(default)]
    pub phone: String,
    /// A second number; may be empty.
    #[serde(default)]
    pub phone_2: String,
    /// Job title; may be empty.
    #[serde(default)]
    pub title: String,
    /// What he is for the debt.
    #[serde(default)]
    pub role: Option<ContactRole>,
    /// What else to know; may be empty.
    #[serde(default)]
    pub note: String,
}

impl ContactForm {
    /// The same with texts trimmed and numbers in half-width digits.
    ///
    /// # Errors
    /// The key of a sentence: `contact-name-missing`, `text-too-long`, or that of a [`PhoneNumber`].
    pub fn checked(&self) -> Result<Self, &'static str> {
        let words = |text: &str| match text.trim() {
            long if long.len() > WORDS_LIMIT_BYTES => Err("text-too-long"),
            fits => Ok(fits.to_owned()),
        };
        let number = |text: &str| match text.trim() {
            "" => Ok(String::new()),
            typed => match typed.parse::<PhoneNumber>() {
                Ok(number) => Ok(number.to_string()),
                Err(error) => Err(error.reference()),
            },
        };
        if self.name.trim().is_empty() {
            return Err("contact-name-missing");
        }
        Ok(Self {
            name: words(&self.name)?,
            phone: number(&self.phone)?,
            phone_2: number(&self.phone_2)?,
            title: words(&self.title)?,
            role: self.role,
            note: words(&self.note)?,
        })
    }
}

/// Why two contacts may be one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Alike {
    /// They have a number in common.
    Number,
    /// Name and title read the same.
    NameAndTitle,
}

/// What of a contact is compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its numbers as typed; empty ones count for nothing.
    pub phones: [&'a str; 2],
    /// Keys of contacts of which somebody said that they are other people.
    pub apart: &'a str,
}

/// Pairs that may be one person, by key; a pair that somebody held apart is not among them. Quadratic in the contacts of one
/// customer, so callers bound their number.
#[must_use]
pub fn alike<'a>(contacts: &[Compared<'a>]) -> Vec<(&'a str, &'a str, Alike)> {
    let prints: Vec<(BTreeSet<String>, String)> = contacts
        .iter()
        .map(|contact| (lines(contact), print(contact)))
        .collect();
    let mut found = Vec::new();
    for (index, (one, (numbers, name))) in contacts.iter().zip(&prints).enumerate() {
        let later = contacts.iter().zip(&prints).skip(index + 1);
        for (other, (other_numbers, other_name)) in later {
            if holds_apart(one, other.key) || holds_apart(other, one.key) {
                continue;
            }
            if !numbers.is_disjoint(other_numbers) {
                found.push((one.key, other.key, Alike::Number));
            } else if !name.is_empty() && name == other_name {
                found.push((one.key, other.key, Alike::NameAndTitle));
            }
        }
    }
    found
}

fn holds_apart(contact: &Compared<'_>, key: &str) -> bool {
    contact.apart.split(' ').any(|apart| apart == key)
}

fn lines(contact: &Compared<'_>) -> BTreeSet<String> {
    let numbers = contact.phones.iter().filter_map(|text| text.parse().ok());
    numbers.map(|number: PhoneNumber| number.line()).collect()
}

fn print(contact: &Compared<'_>) -> String {
    let name = normalised(contact.name);
    if name.is_empty() {
        name
    } else {
        format!("{name} {}", normalised(contact.title))
    }
}

/// A name without spaces and dots between its parts, full-width letters made half-width, in lower case.
#[must_use]
pub fn normalised(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '·' | '•' | '．' | '.' | '-'))
        .map(|c| match u32::from(c) {
            code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The contact that each one was joined to in the end, by key; those that stand for themselves are not in it. Two that were
/// joined to each other at the same time are one: the first by key stands. A pointer to nothing counts for nothing.
#[must_use]
pub fn joined<'a>(
    contacts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<&'a str, &'a str> {
    let pointers: BTreeMap<&str, &str> = contacts.into_iter().collect();
    let next = |key: &str| {
        let to = pointers.get(key).copied()?;
        pointers.contains_key(to).then_some(to)
    };
    let mut found = BTreeMap::new();
    for key in pointers.keys().copied() {
        let mut path = vec![key];
        let mut at = key;
        let root = loop {
            match next(at) {
                None => break at,
                Some(to) => {
                    if let Some(start) = path.iter().position(|seen| *seen == to) {
                        break path.iter().skip(start).min().copied().unwrap_or(at);
                    }
                    path.push(to);
                    at = to;
                }
            }
        };
        if root != key {
            found.insert(key, root);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contact<'a>(key: &'a str, name: &'a str, title: &'a str, phone: &'a str) -> Compared<'a> {
        Compared {
            key,
            name,
            title,
            phones: [phone, ""],
            apart: "",
        }
    }

    #[test]
    fn one_number_or_one_name_with_its_title_is_proposed_once() {
        let contacts = [
            contact("a", "王 某", "财务", "142-0000-0001"),
            contact("b", "王会计", "", "+86 14200000001"),
            contact("c", "王某", "财务", "0512-63510000"),
            contact("d", "李某", "财务", ""),
            contact("e", "", "财务", ""),
            contact("f", "", "财务", ""),
        ];
        assert_eq!(
            alike(&contacts),
            [("a", "b", Alike::Number), ("a", "c", Alike::NameAndTitle)]
        );
    }

    #[test]
    fn those_that_somebody_held_apart_are_not_proposed_again() {
        let mut contacts = [
            contact("a", "王某", "", "0512-63510000"),
            contact("b", "李某", "", "0512-63510000"),
        ];
        assert_eq!(alike(&contacts).len(), 1);
        contacts[1].apart = "x a";
        assert_eq!(alike(&contacts), []);
    }

    #[test]
    fn a_chain_of_joins_ends_at_who_stands_and_a_ring_at_its_first() {
        let joined = joined([
            ("a", ""),
            ("b", "a"),
            ("c", "b"),
            ("d", "e"),
            ("e", "d"),
            ("f", "e"),
            ("g", "nobody"),
            ("h", "h"),
        ]);
        let expected = [("b", "a"), ("c", "a"), ("e", "d"), ("f", "d")];
        assert_eq!(joined, expected.into());
    }

    #[test]
    fn who_refuses_is_not_called_whatever_he_is() {
        for role in ContactRole::ALL {
            assert_eq!(
                call_rule(Some(*role), Some(ContactEnd::Refuses)),
                CallRule::Stopped
            );
        }
        let third = Some(ContactRole::ThirdPerson);
        assert_eq!(call_rule(third, None), CallRule::OnlyWhenUnreachable);
        assert_eq!(call_rule(None, None), CallRule::Open);
    }

    proptest! {
        #[test]
        fn whoever_others_were_joined_to_stands(pointers in proptest::collection::btree_map("[a-f]", "[a-g]?", 0..7)) {
            let joined = joined(pointers.iter().map(|(key, to)| (key.as_str(), to.as_str())));
            for root in joined.values() {
                prop_assert!(!joined.contains_key(root), "{joined:?}");
            }
        }
    }
}
