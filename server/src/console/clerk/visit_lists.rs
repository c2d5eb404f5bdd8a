//! 《定期上门催收客户名单》: all lists, one list, and proposing one.

use askama::Template;
use axum::extract::{Path, Query};
use countersign_core::domain::ids::{CustomerId, VisitListId};
use countersign_core::domain::money::Money;
use countersign_core::domain::time::Instant;
use countersign_core::domain::visit_priority::RankedVisit;
use countersign_core::read_model::visit_lists::{ListState, ListedCustomer, VisitListHead};
use serde::Deserialize;

use super::customers::bucket;
use crate::auth::policy::Action;
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::desks::{Candidate, NewVisitList, ProposedRow, VisitListView};

/// Overdue customers to choose from.
const CANDIDATES: usize = 300;

#[derive(Template)]
#[template(path = "visit-lists/index.html")]
struct Index {
    p: Frame,
    lists: Vec<VisitListHead>,
    may_propose: bool,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each opens one part of the page"
)]
#[derive(Template)]
#[template(path = "visit-lists/list.html")]
struct ListPage {
    p: Frame,
    row: VisitListHead,
    rows: Vec<ListedCustomer>,
    decided_at: String,
    has_struck: bool,
    may_decide: bool,
    is_own: bool,
    may_propose_again: bool,
    may_plan: bool,
}

struct CandidateRow {
    customer: CustomerId,
    code: String,
    name: String,
    grade: String,
    days_past_due: i64,
    bucket: &'static str,
    overdue: Money,
    reason: String,
    rank: RankedVisit<CustomerId>,
    /// How the rank comes about.
    rank_reason: String,
    is_ticked: bool,
    is_listed: bool,
}

#[derive(Template)]
#[template(path = "visit-lists/new.html")]
struct NewPage {
    p: Frame,
    again: Option<VisitListHead>,
    title: String,
    candidates: Vec<CandidateRow>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    again: Option<VisitListId>,
}

pub(in crate::console) async fn index(caller: Caller) -> Answer {
    caller
        .page(|caller| {
            Ok(Index {
                lists: caller.desk().visit_lists()?,
                may_propose: caller.may(Action::ProposeVisitList),
                p: caller.frame()?,
            })
        })
        .await
}

pub(in crate::console) async fn list(caller: Caller, Path(list): Path<VisitListId>) -> Answer {
    caller.page(move |caller| list_page(caller, list)).await
}

fn list_page(caller: &Caller, list: VisitListId) -> Result<ListPage, Fault> {
    let VisitListView { head, rows } = caller.desk().visit_list(list)?;
    let waits = head.state == ListState::Proposed && caller.may(Action::DecideVisitList);
    let is_own = head.proposed_by == caller.who.user;
    Ok(ListPage {
        decided_at: head.decided_at.map(Instant::shanghai).unwrap_or_default(),
        has_struck: rows.iter().any(|row| row.struck_reason.is_some()),
        may_decide: waits && !is_own,
        is_own: waits && is_own,
        may_propose_again: head.state == ListState::SentBack
            && caller.may(Action::ProposeVisitList),
        may_plan: head.state == ListState::Approved && caller.may(Action::DraftPlan),
        row: head,
        rows,
        p: caller.frame()?,
    })
}

pub(in crate::console) async fn new(caller: Caller, Query(asked): Query<Asked>) -> Answer {
    caller.needs(Action::ProposeVisitList)?;
    caller
        .page(move |caller| new_page(caller, asked.again))
        .await
}

fn new_page(caller: &Caller, again: Option<VisitListId>) -> Result<NewPage, Fault> {
    let p = caller.frame()?;
    let before = again
        .map(|list| caller.desk().visit_list(list))
        .transpose()?;
    let candidates = caller.desk().candidates(CANDIDATES)?;
    let candidates = candidates
        .into_iter()
        .map(|found| candidate(&p, found, before.as_ref()))
        .collect();
    let again = before.map(|view| view.head);
    Ok(NewPage {
        title: again.as_ref().map_or_else(
            || p.with("list-title-proposal", "day", p.today),
            |head| head.title.clone(),
        ),
        candidates,
        again,
        p,
    })
}

fn candidate(p: &Frame, found: Candidate, before: Option<&VisitListView>) -> CandidateRow {
    let earlier = before.and_then(|view| {
        view.rows
            .iter()
            .find(|listed| listed.customer == found.row.customer)
    });
    let reason = earlier.map_or_else(
        || reason_proposal(p, &found),
        |listed| listed.reason.clone(),
    );
    let Candidate {
        row,
        rank,
        is_listed,
    } = found;
    CandidateRow {
        customer: row.customer,
        code: row.code,
        name: row.name,
        grade: row.grade,
        days_past_due: row.days_past_due,
        bucket: bucket(row.days_past_due),
        overdue: row.overdue,
        reason,
        rank_reason: p.with_all(
            "list-rank-reason",
            &[
                ("weight", rank.weight.to_string()),
                ("outstanding", p.cash(&rank.outstanding)),
                ("trip", p.cash(&rank.trip_cost)),
                ("score", p.number(rank.score)),
            ],
        ),
        rank,
        is_ticked: earlier.is_some(),
        is_listed: is_listed && earlier.is_none(),
    }
}

fn reason_proposal(p: &Frame, found: &Candidate) -> String {
    let key = if found.rank.is_expired {
        "list-reason-proposal-past"
    } else {
        "list-reason-proposal"
    };
    p.with_all(
        key,
        &[
            ("days", p.number(found.row.days_past_due)),
            ("overdue", p.cash(&found.row.overdue)),
            ("left", p.number(found.rank.days_left.unsigned_abs())),
        ],
    )
}

pub(in crate::console) async fn propose(caller: Caller, fields: Fields) -> Answer {
    let new = proposal(&fields)?;
    let list = caller
        .run(move |caller| Ok(caller.desk().propose_visit_list(&new)?))
        .await?;
    Ok(see_other(
        &format!("/visit-lists/{list}"),
        "done-list-proposed",
    ))
}

fn proposal(fields: &Fields) -> Result<NewVisitList, Fault> {
    let rows: Result<Vec<ProposedRow>, Fault> = fields
        .all("customer")
        .map(|customer| {
            Ok(ProposedRow {
                customer: customer.parse().map_err(|_no_id| Fault::NotFound)?,
                reason: fields.one(&format!("reason.{customer}")).to_owned(),
            })
        })
        .collect();
    Ok(NewVisitList {
        again: fields
            .has("again")
            .then(|| fields.id("again"))
            .transpose()?,
        title: fields.text("title", "list-name")?,
        rows: rows?,
    })
}
