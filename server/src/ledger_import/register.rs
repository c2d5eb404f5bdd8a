//! Customers on file, and finding the one a row means.

use std::collections::BTreeMap;

use super::cell::{Cell, identifier, squeeze};
use super::options::KnownCustomer;

/// Customers by code and by folded name.
#[derive(Debug, Default)]
pub(crate) struct Register {
    customers: Vec<KnownCustomer>,
    by_code: BTreeMap<String, usize>,
    /// None where two customers have the same name: then a name alone says nothing.
    by_name: BTreeMap<String, Option<usize>>,
}

impl Register {
    pub(crate) fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// Adds a customer; the same code twice is the same customer.
    pub(crate) fn add(&mut self, customer: KnownCustomer) {
        let code = squeeze(&customer.code);
        let name = squeeze(&customer.name);
        if !code.is_empty() && self.by_code.contains_key(&code) {
            return;
        }
        let index = self.customers.len();
        if !name.is_empty() {
            let same = |known: &KnownCustomer| known.code.is_empty() && code.is_empty();
            let known = self.by_name.get(&name).copied().flatten();
            if known
                .and_then(|index| self.customers.get(index))
                .is_some_and(same)
            {
                return;
            }
            self.by_name
                .entry(name)
                .and_modify(|known| *known = None)
                .or_insert(Some(index));
        }
        if !code.is_empty() {
            self.by_code.insert(code, index);
        }
        self.customers.push(customer);
    }

    /// The customer of a row: by code, else by name.
    pub(crate) fn find(
        &self,
        code: Option<&Cell>,
        name: Option<&Cell>,
    ) -> Option<(usize, &KnownCustomer)> {
        let by_code = code.and_then(|cell| self.by_code.get(&identifier(cell)).copied());
        let by_name = || {
            let name = squeeze(&name?.to_string());
            self.by_name.get(&name).copied().flatten()
        };
        let index = by_code.or_else(by_name)?;
        self.customers.get(index).map(|customer| (index, customer))
    }
}
