//! A customer of the rep's own who is on no plan.

use serde_json::{Value, json};

use super::Broken;
use super::phone::Phone;

/// Finds an own customer without a stop by code and by the name's first characters, and reads the card.
///
/// # Errors
/// [`Broken`] when the phone holds no customer book, does not find him, or lets something be written.
pub fn found_without_a_stop(phone: &mut Phone) -> Result<String, Broken> {
    let today = phone.call("today.read", json!({}))?;
    let visited: Vec<&str> = rows(&today, "stops")
        .iter()
        .map(|stop| text(stop, "customer"))
        .collect();
    let list = phone.call("customer.list", json!({ "sort": "code" }))?;
    let own = rows(&list, "rows")
        .iter()
        .find(|row| {
            row.get("is_own") == Some(&json!(true)) && !visited.contains(&text(row, "customer"))
        })
        .ok_or_else(|| Broken::new(format!("no own customer without a stop: {list}")))?;
    let customer = text(own, "customer");
    for field in ["code", "name"] {
        let typed = text(own, field);
        let found = phone.call("customer.search", json!({ "query": typed }))?;
        let first = rows(&found, "rows").first();
        if first.map(|row| text(row, "customer")) != Some(customer) {
            return Err(Broken::new(format!(
                "`{typed}` does not find {own}: {found}"
            )));
        }
    }
    let card = phone.call("customer.read", json!({ "customer": customer }))?;
    let is_held = |path| card.pointer(path).is_some_and(|value| !value.is_null());
    if is_held("/row/balance") && !is_held("/document") {
        Ok(text(own, "name").to_owned())
    } else {
        Err(Broken::new(format!(
            "a card that says too much or too little: {card}"
        )))
    }
}

/// A phone without a book knows whom its plan names, and nobody else.
///
/// # Errors
/// [`Broken`] when it knows more or fewer.
pub fn knows_only_the_plan(phone: &mut Phone, stops: usize) -> Result<(), Broken> {
    let list = phone.call("customer.list", json!({}))?;
    let has_book = list.get("book").is_some_and(|book| !book.is_null());
    if !has_book && list.get("total") == Some(&json!(stops)) {
        Ok(())
    } else {
        Err(Broken::new(format!(
            "not the {stops} customers of the plan: {list}"
        )))
    }
}

fn rows<'a>(view: &'a Value, name: &str) -> &'a [Value] {
    view.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}
