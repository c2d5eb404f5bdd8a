//! The manager's part in the evening.

use super::Broken;
use super::field::FirstStop;
use super::office::{at_desk, borrowed};

/// Why the manager sends the first stop back.
pub const REASON: &str = "请补充财务经理的授权证明";

/// The manager finds the visit of the day and opens the signed statement exactly as it was shown, with the signature.
///
/// # Errors
/// [`Broken`] when a page lacks something.
pub fn open_signed(server: &str, first: &FirstStop) -> Result<(), Broken> {
    let mut manager = at_desk(server, "manager")?;
    manager
        .open("/visits")?
        .must_say(&format!("/visits/{}", first.stop))?;
    manager
        .open(&format!("/visits/{}", first.stop))?
        .must_say("客户认可欠款")?;
    let paper = format!("/entries/{}", first.signed);
    manager
        .open(&format!("{paper}/signed"))?
        .must_say("样例李某")?
        .must_say("signature.svg")?;
    let image = manager.open(&format!("{paper}/signature.svg"))?;
    if image.status == 200 && image.text.contains("<svg") {
        Ok(())
    } else {
        Err(Broken::new(format!(
            "the drawn signature is not there: {}",
            image.status
        )))
    }
}

/// One click verifies it, line by line.
///
/// # Errors
/// [`Broken`] when a line does not hold.
pub fn verify(server: &str, first: &FirstStop) -> Result<usize, Broken> {
    let mut manager = at_desk(server, "manager")?;
    let page = manager
        .submit(&format!("/entries/{}/verify", first.signed), &[])?
        .must_say("class=\"verdict\"")?;
    let lines = page.between("<ul class=\"verdict\">", "</ul>")?;
    let count = lines.matches("<li>").count();
    let holding = lines.matches("tag good").count();
    if count >= 8 && holding == count {
        Ok(count)
    } else {
        Err(Broken::new(format!(
            "{holding} of {count} lines hold: {lines}"
        )))
    }
}

/// The manager sends the signed paper back with field, reason and deadline.
///
/// # Errors
/// [`Broken`] when the form is refused.
pub fn send_back(server: &str, first: &FirstStop) -> Result<(), Broken> {
    let mut manager = at_desk(server, "manager")?;
    let path = format!("/visits/{}/send-back", first.stop);
    let fields = [
        ("about", first.signed.as_str()),
        ("field", "授权证明"),
        ("reason", REASON),
        ("deadline", "2099-12-31"),
    ];
    manager.submit(&path, &fields)?.must_say(REASON).map(drop)
}

/// The amendment is linked, the original is still there; the manager accepts.
///
/// # Errors
/// [`Broken`] when the amendment is not shown or the acceptance is refused.
pub fn accept(server: &str, first: &FirstStop) -> Result<(), Broken> {
    let mut manager = at_desk(server, "manager")?;
    let path = format!("/visits/{}", first.stop);
    let page = manager
        .open(&path)?
        .must_say("授权书照片已补")?
        .must_say(&format!("/entries/{}/signed", first.signed))?;
    let mut fields: Vec<(String, String)> = page
        .inputs("entry")
        .into_iter()
        .map(|hash| ("entry".to_owned(), hash))
        .collect();
    fields.push(("remark".to_owned(), "已核对".to_owned()));
    let accepted = manager.submit(&format!("{path}/accept"), &borrowed(&fields))?;
    if accepted.status == 200 {
        Ok(())
    } else {
        Err(Broken::new(format!(
            "the visit was not accepted: {}",
            accepted.status
        )))
    }
}
