//! The sales manager's desk: visit lists to decide, visits to review, signed papers to verify.

mod attendance;
mod completeness;
mod disputes;
pub(super) mod evidence;
pub(super) mod parts;
pub(super) mod said;
pub(super) mod signed;
pub(super) mod visits;

use axum::extract::Path;
use countersign_core::domain::ids::{Digest, VisitListId};
use countersign_core::journal::facts::{Decision, StruckRow};

use super::layout::caller::{Answer, Caller};
use super::layout::fault::Fault;
use super::layout::fields::Fields;
use super::layout::notice::see_other;

/// Approved, or sent back with the reason that the form must then have; and the notice to show.
pub(super) fn decision(
    fields: &Fields,
    approved: &'static str,
) -> Result<(Decision, &'static str), Fault> {
    if fields.one("decision") == "approve" {
        return Ok((Decision::Approved, approved));
    }
    let reason = fields.text("reason", "send-back-reason")?;
    Ok((Decision::SentBack(reason), "done-sent-back"))
}

pub(super) async fn decide_list(
    caller: Caller,
    Path(list): Path<VisitListId>,
    fields: Fields,
) -> Answer {
    let pinned: Digest = fields.id("pinned")?;
    let (decision, key) = decision(&fields, "done-list-approved")?;
    let struck = match decision {
        Decision::Approved => struck(&fields)?,
        Decision::SentBack(_) => Vec::new(),
    };
    caller
        .run(move |caller| {
            Ok(caller
                .desk()
                .decide_visit_list(list, pinned, decision, struck)?)
        })
        .await?;
    Ok(see_other(&format!("/visit-lists/{list}"), key))
}

/// A customer is struck where a reason was written beside it.
fn struck(fields: &Fields) -> Result<Vec<StruckRow>, Fault> {
    fields
        .starting("strike.")
        .filter(|(_, reason)| !reason.is_empty())
        .map(|(customer, reason)| {
            let customer = customer.parse().map_err(|_no_id| Fault::NotFound)?;
            Ok(StruckRow {
                customer,
                reason: reason.to_owned(),
            })
        })
        .collect()
}
