//! Scopes as text columns.

use std::str::FromStr;

use crate::domain::ids::IdError;
use crate::journal::Scope;

/// `office`, `organisation`, `plan:…`, `stop:…`, `customer:…`, `person:…`, `book:…`.
pub(crate) fn text(scope: Scope) -> String {
    match scope {
        Scope::Office => "office".to_owned(),
        Scope::Organisation => "organisation".to_owned(),
        Scope::Plan(plan) => format!("plan:{plan}"),
        Scope::Stop(stop) => format!("stop:{stop}"),
        Scope::Customer(customer) => format!("customer:{customer}"),
        Scope::Person(user) => format!("person:{user}"),
        Scope::Book(book) => format!("book:{book}"),
    }
}

/// Reads [`text`] back.
pub(crate) fn parse(text: &str) -> Result<Scope, IdError> {
    fn id<T: FromStr<Err = IdError>>(text: &str) -> Result<T, IdError> {
        text.parse()
    }
    match text.split_once(':') {
        Some(("plan", plan)) => id(plan).map(Scope::Plan),
        Some(("stop", stop)) => id(stop).map(Scope::Stop),
        Some(("customer", customer)) => id(customer).map(Scope::Customer),
        Some(("person", user)) => id(user).map(Scope::Person),
        Some(("book", book)) => id(book).map(Scope::Book),
        _ if text == "organisation" => Ok(Scope::Organisation),
        _ => Ok(Scope::Office),
    }
}
