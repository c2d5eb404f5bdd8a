//! The director's decision about a plan.

use axum::extract::Path;
use countersign_core::domain::ids::{Digest, PlanId};

use super::layout::caller::{Answer, Caller};
use super::layout::fields::Fields;
use super::layout::notice::see_other;
use super::manager::decision;

pub(super) async fn decide_plan(
    caller: Caller,
    Path(plan): Path<PlanId>,
    fields: Fields,
) -> Answer {
    let heads: Digest = fields.id("heads")?;
    let (decision, key) = decision(&fields, "done-plan-approved")?;
    caller
        .run(move |caller| Ok(caller.desk().decide_plan(plan, heads, decision)?))
        .await?;
    Ok(see_other(&format!("/plans/{plan}"), key))
}
