//! The first page: what waits for the one who has signed in.

use askama::Template;
use countersign_core::domain::money::Money;
use countersign_core::read_model::ledgers::LedgerRow;
use countersign_core::read_model::plans::PlanState;
use countersign_core::read_model::settlements::SettlementState;
use countersign_core::read_model::visit_lists::ListState;

use super::finance::cash::sum;
use super::layout::caller::{Answer, Caller};
use super::layout::fault::Fault;
use super::layout::frame::Frame;
use crate::auth::policy::Action;
use crate::desks::ToReview;

/// How many visits the page lists; the tile counts all.
const VISITS: u32 = 50;

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
    visits: Option<Visits>,
    ledger: Option<LedgerRow>,
    cash: Option<Cash>,
    is_office: bool,
    is_field: bool,
}

/// Visits that wait for a review, the oldest first.
struct Visits {
    rows: Vec<ToReview>,
    all: usize,
}

impl Visits {
    /// How many are not listed.
    fn more(&self) -> usize {
        self.all.saturating_sub(self.rows.len())
    }
}

/// Cash that is in somebody's hand.
struct Cash {
    amount: Money,
    people: usize,
    late: usize,
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
            let visits = visits_to_review(caller)?;
            Ok(Home {
                waiting: waiting(caller, visits.as_ref())?,
                visits,
                ledger: ledgers.into_iter().next(),
                cash: open_cash(caller)?,
                is_office,
                is_field: caller.may(Action::RecordVisit),
                p: caller.frame()?,
            })
        })
        .await
}

fn visits_to_review(caller: &Caller) -> Result<Option<Visits>, Fault> {
    if !caller.may(Action::ReviewVisit) {
        return Ok(None);
    }
    let (rows, all) = caller.desk().visits_to_review(VISITS)?;
    Ok(Some(Visits {
        rows,
        all: usize::try_from(all).unwrap_or(usize::MAX),
    }))
}

fn open_cash(caller: &Caller) -> Result<Option<Cash>, Fault> {
    if !caller.may(Action::ReadCash) {
        return Ok(None);
    }
    let open = caller.desk().open_cash()?;
    let late = open.iter().filter(|row| row.is_late).count();
    Ok(sum(&open)?.map(|amount| Cash {
        amount,
        people: open.len(),
        late,
    }))
}

/// Hand-ins that this person may count, and variances of others that he may confirm.
fn cash_to_count(caller: &Caller) -> Result<usize, Fault> {
    let may_count = caller.may(Action::CountCash);
    let may_confirm = caller.may(Action::ConfirmVariance);
    let (rows, _all) = caller.desk().hand_ins((0, 500))?;
    let waits = rows
        .iter()
        .filter(|row| !row.is_confirmed() && row.made_by != caller.who.user);
    Ok(waits
        .filter(|row| match &row.count {
            None => may_count,
            Some(count) => may_confirm && count.counted_by != caller.who.user,
        })
        .count())
}

#[expect(clippy::too_many_lines, reason = "one tile after the other")]
fn waiting(caller: &Caller, visits: Option<&Visits>) -> Result<Vec<Tile>, Fault> {
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
    if caller.may(Action::DecideSettlement) {
        let count = desk.settlements_to_decide()?;
        tile("/settlements", "home-settlements-to-decide", count);
    }
    if caller.may(Action::DraftSettlement) {
        let count = desk
            .settlements()?
            .iter()
            .filter(|row| row.state == SettlementState::SentBack)
            .count();
        tile("/settlements", "home-settlements-sent-back", count);
    }
    if let Some(visits) = visits {
        let path = if visits.rows.is_empty() {
            "/visits"
        } else {
            "#to-review"
        };
        tile(path, "home-visits-to-review", visits.all);
    }
    if caller.may(Action::DecideHeld) {
        let (_rows, total) = desk.held((0, 0))?;
        tile(
            "/held",
            "home-held",
            usize::try_from(total).unwrap_or(usize::MAX),
        );
    }
    if caller.may(Action::CountCash) || caller.may(Action::ConfirmVariance) {
        let count = cash_to_count(caller)?;
        tile("/cash", "home-cash-to-count", count);
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
