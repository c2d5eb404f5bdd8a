//! Full settlements (statement form B): the clerk puts one forward, sales manager, finance and legal decide. One folder, because
//! all four look at the same page.

use askama::Template;
use axum::extract::{Path, Query};
use countersign_core::domain::ids::{CustomerId, SnapshotId};
use countersign_core::domain::interest::LineRate;
use countersign_core::domain::money::{Currency, Money};
use countersign_core::domain::percent::Percent;
use countersign_core::domain::settlement::SettlementLine;
use countersign_core::domain::statement_lint::SettlementApprover;
use countersign_core::read_model::customers;
use countersign_core::read_model::settlements::{
    SettlementDecisionRow, SettlementRow, SettlementState,
};
use countersign_core::snapshots::statement::Statement;
use serde::Deserialize;

use super::layout::caller::{Answer, Caller};
use super::layout::choices::{Choice, choices};
use super::layout::fault::Fault;
use super::layout::fields::Fields;
use super::layout::frame::Frame;
use super::layout::notice::see_other;
use super::manager::decision;
use crate::auth::policy::Action;
use crate::desks::{NewSettlement, SettlementPreview, SettlementRate};

#[derive(Template)]
#[template(path = "settlements/index.html")]
struct Index {
    p: Frame,
    rows: Vec<SettlementRow>,
}

pub(super) async fn index(caller: Caller) -> Answer {
    caller
        .page(|caller| {
            Ok(Index {
                rows: caller.desk().settlements()?,
                p: caller.frame()?,
            })
        })
        .await
}

/// What the form holds, as it was typed.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Typed {
    customer: Option<CustomerId>,
    #[serde(default)]
    basis: String,
    #[serde(default)]
    rate: String,
    #[serde(default)]
    agreed: String,
    #[serde(default)]
    reason: String,
}

impl Typed {
    fn of(fields: &Fields) -> Result<Self, Fault> {
        let one = |name| fields.one(name).to_owned();
        Ok(Self {
            customer: Some(fields.id("customer")?),
            basis: one("basis"),
            rate: one("rate"),
            agreed: one("agreed"),
            reason: one("reason"),
        })
    }

    /// None until a rate was given.
    fn new_settlement(&self) -> Result<Option<NewSettlement>, Fault> {
        let Some(customer) = self.customer else {
            return Err(Fault::NotFound);
        };
        if self.basis.is_empty() {
            return Ok(None);
        }
        let percent = || {
            self.rate
                .trim_end_matches(['%', '％'])
                .trim()
                .parse::<Percent>()
                .map_err(|_no_rate| Fault::Missing("settlement-rate"))
        };
        let rate = match self.basis.as_str() {
            "daily" => SettlementRate::Daily(percent()?),
            "yearly" => SettlementRate::Yearly(percent()?),
            "small-creditor" => SettlementRate::SmallCreditor,
            _ => return Err(Fault::Missing("settlement-basis")),
        };
        let agreed = if self.agreed.is_empty() {
            None
        } else {
            let plain: String = self.agreed.chars().filter(|c| *c != ',').collect();
            let money = Money::parse(Currency::Cny, &plain);
            Some(money.map_err(|_no_amount| Fault::Missing("settlement-agreed"))?)
        };
        Ok(Some(NewSettlement {
            customer,
            rate,
            agreed,
            reason: self.reason.clone(),
        }))
    }
}

#[derive(Template)]
#[template(path = "settlements/new.html")]
struct NewPage {
    p: Frame,
    customer: CustomerId,
    name: String,
    typed: Typed,
    bases: Vec<Choice>,
    preview: Option<SettlementPreview>,
    total: Option<Money>,
    problem: Option<String>,
}

impl NewPage {
    fn rate(&self, line: &SettlementLine) -> String {
        match line.interest.rate {
            LineRate::Day(rate) => self.p.with("settlement-rate-day", "rate", rate),
            LineRate::Year(rate) => self.p.with("settlement-rate-year", "rate", rate),
        }
    }
}

pub(super) async fn new(caller: Caller, Query(typed): Query<Typed>) -> Answer {
    caller.needs(Action::DraftSettlement)?;
    caller.page(move |caller| new_page(caller, typed)).await
}

/// The form with what was typed, the computation when there is a rate, and what is wrong with it.
fn new_page(caller: &Caller, typed: Typed) -> Result<NewPage, Fault> {
    let p = caller.frame()?;
    let customer = typed.customer.ok_or(Fault::NotFound)?;
    let found = caller
        .read(|connection| customers::customer(connection, customer))?
        .ok_or(Fault::NotFound)?;
    let looked = typed.new_settlement().and_then(|new| {
        new.map(|new| Ok(caller.desk().preview_settlement(&new)?))
            .transpose()
    });
    let (preview, problem) = match looked {
        Ok(preview) => (preview, None),
        Err(fault @ (Fault::Missing(_) | Fault::Rule(..))) => (None, Some(fault.advice(&p))),
        Err(fault) => return Err(fault),
    };
    let bases = choices(
        ["daily", "yearly", "small-creditor"],
        |basis| {
            let words = p.t(&format!("settlement-basis-{basis}"));
            ((*basis).to_owned(), words)
        },
        |basis| *basis == typed.basis,
    );
    Ok(NewPage {
        total: preview
            .as_ref()
            .and_then(|preview| preview.statement.confirmed_total().ok()),
        customer,
        name: found.name,
        typed,
        bases,
        preview,
        problem,
        p,
    })
}

pub(super) async fn draft(caller: Caller, fields: Fields) -> Answer {
    caller.needs(Action::DraftSettlement)?;
    let typed = Typed::of(&fields)?;
    let statement = caller
        .run(move |caller| {
            let new = typed
                .new_settlement()?
                .ok_or(Fault::Missing("settlement-basis"))?;
            Ok(caller.desk().draft_settlement(&new)?)
        })
        .await?;
    Ok(see_other(
        &format!("/settlements/{statement}"),
        "done-settlement-drafted",
    ))
}

/// One of the three who decide.
struct Seat {
    approver: SettlementApprover,
    made: Option<SettlementDecisionRow>,
}

#[derive(Template)]
#[template(path = "settlements/settlement.html")]
struct SettlementPage {
    p: Frame,
    row: SettlementRow,
    statement: Statement,
    total: Option<Money>,
    given_up: Option<Money>,
    seats: Vec<Seat>,
    may_decide_as: Option<SettlementApprover>,
    is_own: bool,
    may_draft_again: bool,
}

pub(super) async fn settlement(caller: Caller, Path(statement): Path<SnapshotId>) -> Answer {
    caller
        .page(move |caller| {
            let view = caller.desk().settlement(statement)?;
            let row = view.row;
            let given_up = row.computed.minus(row.interest).ok();
            Ok(SettlementPage {
                total: view.statement.confirmed_total().ok(),
                given_up: given_up.filter(Money::is_positive),
                seats: SettlementApprover::ALL
                    .into_iter()
                    .map(|approver| Seat {
                        made: row
                            .decisions
                            .iter()
                            .find(|made| made.approver == approver)
                            .cloned(),
                        approver,
                    })
                    .collect(),
                may_decide_as: view.may_decide_as,
                is_own: view.is_own && row.state == SettlementState::Waiting,
                may_draft_again: matches!(
                    row.state,
                    SettlementState::SentBack | SettlementState::Stale
                ) && caller.may(Action::DraftSettlement),
                statement: view.statement,
                row,
                p: caller.frame()?,
            })
        })
        .await
}

pub(super) async fn decide(
    caller: Caller,
    Path(statement): Path<SnapshotId>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::DecideSettlement)?;
    let pinned = fields.id("pinned")?;
    let (decision, key) = decision(&fields, "done-settlement-decided")?;
    caller
        .run(move |caller| {
            Ok(caller
                .desk()
                .decide_settlement(statement, pinned, decision)?)
        })
        .await?;
    Ok(see_other(&format!("/settlements/{statement}"), key))
}
