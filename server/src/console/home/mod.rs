//! The first page: what waits for the one who has signed in.

use askama::Template;
use countersign_core::read_model::ledgers::LedgerRow;
use countersign_core::read_model::plans::PlanState;
use countersign_core::read_model::visit_lists::ListState;

use super::layout::caller::{Answer, Caller};
use super::layout::fault::Fault;
use super::layout::frame::Frame;
use crate::auth::policy::Action;
use crate::desks::ReviewState;

#[derive(Debug)]
struct Tile {
    path: &'static str,
    key: &'static str,
    count: usize,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    p: Frame,
    waiting: Vec<Tile>,
    ledger: Option<LedgerRow>,
    is_office: bool,
    is_field: bool,
}

pub(super) async fn page(caller: Caller) -> Answer {
    caller
        .page(|caller| {
            let is_office = caller.may(Action::ReadReceivables);
            let ledgers = if is_office {
                caller.desk().ledgers()?
            } else {
                Vec::new()
            };
            Ok(Home {
                waiting: waiting(caller)?,
                ledger: ledgers.into_iter().next(),
                is_office,
                is_field: caller.may(Action::RecordVisit),
                p: caller.frame()?,
            })
        })
        .await
}

fn waiting(caller: &Caller) -> Result<Vec<Tile>, Fault> {
    let mut tiles = Vec::new();
    let mut tile = |path, key, count| tiles.push(Tile { path, key, count });
    let desk = caller.desk();
    if caller.may(Action::SignLedger) {
        let count = desk
            .ledger_drafts()?
            .iter()
            .filter(|draft| !draft.is_signed)
            .count();
        tile("/ledgers", "home-ledgers-to-sign", count);
    }
    if caller.may(Action::DecideVisitList) {
        let count = desk
            .visit_lists()?
            .iter()
            .filter(|list| list.state == ListState::Proposed)
            .count();
        tile("/visit-lists", "home-lists-to-decide", count);
    }
    if caller.may(Action::ProposeVisitList) {
        let count = desk
            .visit_lists()?
            .iter()
            .filter(|list| list.state == ListState::SentBack)
            .count();
        tile("/visit-lists", "home-lists-sent-back", count);
    }
    if caller.may(Action::DraftPlan) {
        let waits = |state| {
            matches!(
                state,
                PlanState::Draft | PlanState::SentBack | PlanState::Stale
            )
        };
        let count = desk
            .plans()?
            .iter()
            .filter(|plan| waits(plan.state))
            .count();
        tile("/plans", "home-plans-to-submit", count);
    }
    if caller.may(Action::DecidePlan) {
        let count = desk
            .plans()?
            .iter()
            .filter(|plan| plan.state == PlanState::Submitted)
            .count();
        tile("/plans", "home-plans-to-decide", count);
    }
    if caller.may(Action::ReviewVisit) {
        let waits = |state| matches!(state, ReviewState::Waiting | ReviewState::Answered);
        let count = desk
            .day_visits(caller.today())?
            .iter()
            .filter(|visit| waits(visit.state))
            .count();
        tile("/visits", "home-visits-to-review", count);
    }
    if caller.may(Action::ReadDevices) {
        let count = desk
            .devices()?
            .iter()
            .filter(|device| device.revoked_at.is_none())
            .count();
        tile("/devices", "home-devices", count);
    }
    Ok(tiles)
}
