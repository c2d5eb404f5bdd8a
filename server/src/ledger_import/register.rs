//! Customers on file, and finding the one a row means.

use std::collections::BTreeMap;

use super::cell::{Cell, identifier, squeeze};
use super::options::{KnownCustomer, WrittenCustomer};

/// Customers by code and by folded name.
#[derive(Debug, Default)]
pub(crate) struct Register {
    customers: Vec<KnownCustomer>,
    by_code: BTreeMap<String, usize>,
    /// None where two customers have the same name: then a name alone says nothing.
    by_name: BTreeMap<String, Option<usize>>,
    /// What the clerk said about customers that neither code nor name finds.
    meant: BTreeMap<WrittenCustomer, KnownCustomer>,
}

/// How a row writes its customer.
pub(crate) fn written(code: Option<&Cell>, name: Option<&Cell>) -> WrittenCustomer {
    WrittenCustomer {
        code: code.map(identifier).unwrap_or_default(),
        name: name
            .map(|cell| squeeze(&cell.to_string()))
            .unwrap_or_default(),
    }
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

    /// Rows that write `written` mean `customer`, which counts as on file from now on.
    pub(crate) fn mean(&mut self, written: WrittenCustomer, customer: KnownCustomer) {
        self.add(customer.clone());
        self.meant.insert(written, customer);
    }

    /// The customer of a row: by code, else by name, else as the clerk said.
    pub(crate) fn find(&self, code: Option<&Cell>, name: Option<&Cell>) -> Option<&KnownCustomer> {
        let by_code = code.and_then(|cell| self.by_code.get(&identifier(cell)).copied());
        let by_name = || {
            let name = squeeze(&name?.to_string());
            self.by_name.get(&name).copied().flatten()
        };
        match by_code.or_else(by_name) {
            Some(index) => self.customers.get(index),
            None => self.meant.get(&written(code, name)),
        }
    }
}

/// Customers on file, to be found by what a person types.
#[derive(Debug, Default)]
pub struct KnownCustomers(Register);

impl KnownCustomers {
    /// These customers.
    pub fn new(customers: impl IntoIterator<Item = KnownCustomer>) -> Self {
        let mut register = Register::default();
        for customer in customers {
            register.add(customer);
        }
        Self(register)
    }

    /// Adds one.
    pub fn add(&mut self, customer: KnownCustomer) {
        self.0.add(customer);
    }

    /// The customer with this code, else with this name; none when neither finds exactly one.
    #[must_use]
    pub fn find(&self, code: &str, name: &str) -> Option<&KnownCustomer> {
        let cell = |text: &str| Cell::text(text);
        self.0.find(cell(code).as_ref(), cell(name).as_ref())
    }

    /// Whether the code, or the name, is somebody's already.
    #[must_use]
    pub fn has(&self, customer: &KnownCustomer) -> bool {
        self.0.by_code.contains_key(&squeeze(&customer.code))
            || self.0.by_name.contains_key(&squeeze(&customer.name))
    }
}
