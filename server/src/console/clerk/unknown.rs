//! Customers that the file names and nobody knows: taken as new, or said to be one on file.

use std::collections::{BTreeMap, BTreeSet};

use super::held::Returned;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::ledger_import::{KnownCustomer, KnownCustomers, LedgerImport, WrittenCustomer};
use crate::uploads::{Answer, Change, Subject};

/// How many customers on file are offered beside an unknown one.
const OFFERED: usize = 3;

/// A customer that rows write and nobody knows.
pub(super) struct Unknown {
    pub(super) written: WrittenCustomer,
    /// As the first of its rows has it.
    pub(super) as_it_stands: KnownCustomer,
    pub(super) rows: usize,
}

/// One unknown customer with its form.
pub(super) struct UnknownForm {
    pub(super) key: String,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) words: String,
    pub(super) answer: String,
    pub(super) new_code: String,
    pub(super) new_name: String,
    pub(super) on_file: String,
    pub(super) offered: Vec<KnownCustomer>,
    pub(super) fault: Option<String>,
}

/// All of them, by code and name as written.
pub(super) fn all(read: &LedgerImport) -> Vec<Unknown> {
    let mut found: BTreeMap<&WrittenCustomer, Unknown> = BTreeMap::new();
    for (written, as_it_stands) in read.file_rows.iter().filter_map(|row| row.unknown.as_ref()) {
        let unknown = found.entry(written).or_insert_with(|| Unknown {
            written: written.clone(),
            as_it_stands: as_it_stands.clone(),
            rows: 0,
        });
        unknown.rows += 1;
    }
    found.into_values().collect()
}

/// The new customer that an unknown one would be, named by its code where it has no name.
fn as_new(unknown: &Unknown) -> KnownCustomer {
    let KnownCustomer { code, name } = unknown.as_it_stands.clone();
    KnownCustomer {
        name: if name.is_empty() { code.clone() } else { name },
        code,
    }
}

/// Takes every unknown customer as new whose code and name are nobody's yet.
pub(super) fn all_as_new(read: &LedgerImport, known: Vec<KnownCustomer>) -> Vec<Change> {
    let mut known = KnownCustomers::new(known);
    let mut changes = Vec::new();
    for unknown in all(read) {
        let new = as_new(&unknown);
        if new.name.is_empty() || known.has(&new) {
            continue;
        }
        known.add(new.clone());
        changes.push(Change {
            subject: Subject::Customer(unknown.written),
            answer: Some(Answer::NewCustomer(new)),
            reason: String::new(),
        });
    }
    changes
}

/// The unknown customers of a form that came back.
pub(super) fn named(fields: &Fields, read: &LedgerImport) -> Vec<Unknown> {
    let named: BTreeSet<WrittenCustomer> = fields
        .all("customer")
        .map(|key| written(fields, key))
        .collect();
    let mut unknown = all(read);
    unknown.retain(|unknown| named.contains(&unknown.written));
    unknown
}

fn written(fields: &Fields, key: &str) -> WrittenCustomer {
    WrittenCustomer {
        code: fields.exact(&format!("code.{key}")).to_owned(),
        name: fields.exact(&format!("name.{key}")).to_owned(),
    }
}

/// The same customer has the same key in every form.
fn key_of(written: &WrittenCustomer) -> String {
    let parts = [written.code.as_bytes(), b"\0", written.name.as_bytes()];
    countersign_core::domain::ids::Digest::of_parts(&parts).short()
}

impl UnknownForm {
    pub(super) fn of(
        p: &Frame,
        unknown: &Unknown,
        known: &[KnownCustomer],
        returned: Option<&Returned>,
    ) -> Self {
        let key = key_of(&unknown.written);
        let new = as_new(unknown);
        let typed = |name: &str, otherwise: &str| {
            let name = format!("{name}.{key}");
            let fields = returned.map(|returned| &returned.fields);
            match fields.filter(|fields| fields.has(&name)) {
                Some(fields) => fields.exact(&name).to_owned(),
                None => otherwise.to_owned(),
            }
        };
        let stands = &unknown.as_it_stands;
        let title = [stands.name.as_str(), stands.code.as_str()];
        let title: Vec<&str> = title.into_iter().filter(|text| !text.is_empty()).collect();
        Self {
            code: unknown.written.code.clone(),
            name: unknown.written.name.clone(),
            title: if title.is_empty() {
                p.t("import-customer-nameless")
            } else {
                title.join(" · ")
            },
            words: p.count("import-customer-rows", unknown.rows),
            answer: typed("as", ""),
            new_code: typed("new_code", &new.code),
            new_name: typed("new_name", &new.name),
            on_file: typed("on_file", ""),
            offered: near(&stands.name, known),
            fault: returned
                .and_then(|returned| returned.faults.get(&key))
                .map(|fault| p.t(fault)),
            key,
        }
    }
}

/// What a form says about its customers: the changes, and what is wrong with it by customer.
pub(super) fn changes(
    fields: &Fields,
    known: Vec<KnownCustomer>,
) -> (Vec<Change>, BTreeMap<String, &'static str>) {
    let mut known = KnownCustomers::new(known);
    let mut changes = Vec::new();
    let mut faults = BTreeMap::new();
    for key in fields.all("customer") {
        let text = |name: &str| fields.one(&format!("{name}.{key}")).to_owned();
        let answer = match text("as").as_str() {
            "new" => {
                let new = KnownCustomer {
                    code: text("new_code"),
                    name: text("new_name"),
                };
                if new.name.is_empty() {
                    faults.insert(key.to_owned(), "desk-invalid-empty");
                } else if known.has(&new) {
                    faults.insert(key.to_owned(), "desk-invalid-customer-on-file");
                } else {
                    known.add(new.clone());
                }
                Answer::NewCustomer(new)
            }
            "on_file" => {
                let typed = text("on_file");
                let Some(customer) = known.find(&typed, &typed) else {
                    faults.insert(key.to_owned(), "desk-invalid-customer-not-on-file");
                    continue;
                };
                Answer::OnFile(customer.clone())
            }
            _ => continue,
        };
        changes.push(Change {
            subject: Subject::Customer(written(fields, key)),
            answer: Some(answer),
            reason: String::new(),
        });
    }
    (changes, faults)
}

/// Customers on file whose names share most pairs of characters with this one, the nearest first.
fn near(name: &str, known: &[KnownCustomer]) -> Vec<KnownCustomer> {
    let wanted = pairs(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut scored: Vec<(usize, &KnownCustomer)> = known
        .iter()
        .filter_map(|customer| {
            let pairs = pairs(&customer.name);
            let shared = wanted.intersection(&pairs).count() * 200;
            let score = shared.checked_div(wanted.len() + pairs.len())?;
            (score >= 60).then_some((score, customer))
        })
        .collect();
    scored.sort_by_key(|(score, customer)| (std::cmp::Reverse(*score), &customer.code));
    let nearest = scored.into_iter().take(OFFERED);
    nearest.map(|(_, customer)| customer.clone()).collect()
}

fn pairs(text: &str) -> BTreeSet<(char, char)> {
    let signs: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    signs
        .iter()
        .copied()
        .zip(signs.iter().copied().skip(1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(code: &str, name: &str) -> KnownCustomer {
        KnownCustomer {
            code: code.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_misspelt_name_is_offered_the_customer_it_resembles() {
        let known = [
            customer("1", "样例建材有限公司"),
            customer("2", "示范物流集团"),
        ];
        let near = near("样例建村有限公司", &known);
        assert_eq!(near, [customer("1", "样例建材有限公司")]);
    }
}
