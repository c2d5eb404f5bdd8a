//! Evidence bundles: the panel on the pages of a signed paper, a stop and a customer, and the files behind it.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use countersign_core::domain::ids::{CustomerId, EntryId, StopId};
use countersign_core::evidence::About;

use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller, private};

/// What the panel shows to whoever may export.
pub(in crate::console) struct EvidencePanel {
    /// Where the form is sent.
    pub(in crate::console) action: String,
    /// Of the server's key, in groups of four digits.
    pub(in crate::console) fingerprint: String,
}

/// The panel on the page at `path`; none for whoever may not export.
pub(in crate::console) fn panel(caller: &Caller, path: &str) -> Option<EvidencePanel> {
    caller.may(Action::ExportEvidence).then(|| EvidencePanel {
        action: format!("{path}/evidence"),
        fingerprint: grouped(&caller.desk().fingerprint().to_string()),
    })
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

pub(in crate::console) async fn paper(caller: Caller, Path(entry): Path<EntryId>) -> Answer {
    file(caller, About::Entry(entry)).await
}

pub(in crate::console) async fn stop(caller: Caller, Path(stop): Path<StopId>) -> Answer {
    file(caller, About::Stop(stop)).await
}

pub(in crate::console) async fn customer(
    caller: Caller,
    Path(customer): Path<CustomerId>,
) -> Answer {
    file(caller, About::Customer(customer)).await
}

/// Without a font the papers are in the bundle all the same, only not as PDF.
async fn file(caller: Caller, about: About) -> Answer {
    let file = caller
        .run(move |caller| {
            caller.needs(Action::ExportEvidence)?;
            let typeface = caller.app.typeface();
            Ok(caller.desk().export_evidence(about, typeface.as_ref())?)
        })
        .await?;
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((private(), headers, file.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_in_groups() {
        assert_eq!(grouped("a9f1bfa01c"), "a9f1 bfa0 1c");
    }
}
