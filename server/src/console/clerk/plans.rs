//! Visit plans: written from an approved list, changed, put forward.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query};
use countersign_core::domain::ids::{CustomerId, Digest, PlanId, StopId, UserId, VisitListId};
use countersign_core::read_model::plans::{DraftStopRow, PlanActKind, PlanRow, PlanState};
use countersign_core::read_model::visit_lists::{self, ListState, ListedCustomer};
use countersign_core::snapshots::plan::Material;
use serde::Deserialize;

use crate::auth::policy::{Action, any_may};
use crate::console::layout::caller::{Answer, Caller};
use crate::console::layout::choices::{Choice, choices};
use crate::console::layout::fault::Fault;
use crate::console::layout::fields::Fields;
use crate::console::layout::frame::Frame;
use crate::console::layout::notice::see_other;
use crate::desks::{NewPlan, PlanEdit, PlanProblem, PlanView, VisitListView};

const MATERIALS: [Material; 5] = [
    Material::Statement,
    Material::Contract,
    Material::DemandLetter,
    Material::LawyersLetter,
    Material::VisitReceipt,
];

#[derive(Template)]
#[template(path = "plans/index.html")]
struct Index {
    p: Frame,
    plans: Vec<PlanRow>,
    may_draft: bool,
}

#[derive(Template)]
#[template(path = "plans/new.html")]
struct NewPage {
    p: Frame,
    lists: Vec<Choice>,
    list: Option<VisitListView>,
    rows: Vec<ListedCustomer>,
    people: Vec<Choice>,
}

#[expect(
    clippy::struct_field_names,
    reason = "the id is named as in the domain"
)]
struct Stop {
    stop: StopId,
    customer: CustomerId,
    code: String,
    name: String,
    materials: Vec<Choice>,
    words: String,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each opens one part of the page"
)]
#[derive(Template)]
#[template(path = "plans/plan.html")]
struct PlanPage {
    p: Frame,
    row: PlanRow,
    stops: Vec<Stop>,
    team: Vec<UserId>,
    people: Vec<Choice>,
    addable: Vec<Choice>,
    problems: Vec<String>,
    sent_back: Option<String>,
    is_stale: bool,
    is_approved: bool,
    may_edit: bool,
    may_submit: bool,
    may_decide: bool,
    is_own: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::console) struct Asked {
    list: Option<VisitListId>,
}

pub(in crate::console) async fn index(caller: Caller) -> Answer {
    caller
        .page(|caller| {
            Ok(Index {
                plans: caller.desk().plans()?,
                may_draft: caller.may(Action::DraftPlan),
                p: caller.frame()?,
            })
        })
        .await
}

pub(in crate::console) async fn new(caller: Caller, Query(asked): Query<Asked>) -> Answer {
    caller.needs(Action::DraftPlan)?;
    caller
        .page(move |caller| new_page(caller, asked.list))
        .await
}

fn new_page(caller: &Caller, asked: Option<VisitListId>) -> Result<NewPage, Fault> {
    let lists: Vec<_> = caller
        .desk()
        .visit_lists()?
        .into_iter()
        .filter(|list| list.state == ListState::Approved)
        .collect();
    let chosen = asked.or_else(|| lists.first().map(|list| list.list));
    let list = chosen
        .map(|list| caller.desk().visit_list(list))
        .transpose()?;
    let rows = list
        .iter()
        .flat_map(|view| view.rows.iter().filter(|row| row.struck_reason.is_none()));
    Ok(NewPage {
        rows: rows.cloned().collect(),
        lists: choices(
            lists,
            |list| (list.list.to_string(), list.title.clone()),
            |list| Some(list.list) == chosen,
        ),
        list,
        people: people(caller, &[])?,
        p: caller.frame()?,
    })
}

/// Everybody who may go on visits.
fn people(caller: &Caller, team: &[UserId]) -> Result<Vec<Choice>, Fault> {
    let p = caller.frame()?;
    let policy = caller
        .who
        .organisation
        .policy()
        .map_err(|unreadable| Fault::broken(&unreadable))?;
    let goes = policy
        .people
        .into_iter()
        .filter(|person| any_may(&person.roles, Action::RecordVisit));
    Ok(choices(
        goes,
        |person| {
            (
                person.user.to_string(),
                format!("{} ({})", person.name, p.words("role", &person.roles)),
            )
        },
        |person| team.contains(&person.user),
    ))
}

pub(in crate::console) async fn create(caller: Caller, fields: Fields) -> Answer {
    let new = NewPlan {
        list: fields.id("list")?,
        title: fields.text("title", "plan-title")?,
        day: fields.day("day", "plan-day")?,
        vehicle: fields.one("vehicle").to_owned(),
        customers: ids(fields.all("customer"))?,
        team: ids(fields.all("team"))?.into_iter().collect(),
    };
    let plan = caller
        .run(move |caller| Ok(caller.desk().create_plan(&new)?))
        .await?;
    Ok(see_other(&format!("/plans/{plan}"), "done-plan-created"))
}

fn ids<'t, Id: std::str::FromStr>(texts: impl Iterator<Item = &'t str>) -> Result<Vec<Id>, Fault> {
    texts
        .map(|text| text.parse().map_err(|_no_id| Fault::NotFound))
        .collect()
}

pub(in crate::console) async fn plan(caller: Caller, Path(plan): Path<PlanId>) -> Answer {
    caller.page(move |caller| plan_page(caller, plan)).await
}

fn plan_page(caller: &Caller, plan: PlanId) -> Result<PlanPage, Fault> {
    let p = caller.frame()?;
    let view = caller.desk().plan(plan)?;
    let PlanView {
        row,
        stops,
        team,
        editors,
        approved,
        problems,
    } = view;
    let may_edit = caller.may(Action::DraftPlan);
    let submitter = row
        .acts
        .iter()
        .rfind(|act| act.kind == PlanActKind::Submitted)
        .map(|act| act.by);
    let waits = row.state == PlanState::Submitted && caller.may(Action::DecidePlan);
    let is_own = submitter == Some(caller.who.user) || editors.contains(&caller.who.user);
    let is_open = matches!(
        row.state,
        PlanState::Draft | PlanState::Stale | PlanState::SentBack
    );
    let last = row.acts.last().filter(|_| row.state == PlanState::SentBack);
    Ok(PlanPage {
        people: people(caller, &team)?,
        addable: if may_edit {
            addable(caller, &stops)?
        } else {
            Vec::new()
        },
        sent_back: last.map(|act| act.reason.clone()),
        is_stale: row.state == PlanState::Stale
            || (approved.is_some() && row.state != PlanState::Approved),
        is_approved: row.state == PlanState::Approved,
        may_submit: may_edit && is_open && problems.is_empty(),
        may_decide: waits && !is_own,
        is_own: waits && is_own,
        problems: problems
            .iter()
            .map(|problem| sentence(&p, *problem, &stops))
            .collect(),
        stops: stops.into_iter().map(|stop| stop_row(&p, stop)).collect(),
        may_edit,
        team,
        row,
        p,
    })
}

fn stop_row(p: &Frame, stop: DraftStopRow) -> Stop {
    let words = |material: &Material| (word(*material), p.word("material", material));
    Stop {
        stop: stop.stop,
        customer: stop.customer,
        code: stop.code,
        name: stop.name,
        words: p.words("material", &stop.materials),
        materials: choices(MATERIALS, words, |material| {
            stop.materials.contains(material)
        }),
    }
}

fn sentence(p: &Frame, problem: PlanProblem, stops: &[DraftStopRow]) -> String {
    let named = |customer: CustomerId| {
        let stop = stops.iter().find(|stop| stop.customer == customer);
        stop.map(|stop| stop.name.clone()).unwrap_or_default()
    };
    let subject = match problem {
        PlanProblem::Day | PlanProblem::NoRep | PlanProblem::NoStops => return p.t(problem.key()),
        PlanProblem::NotForVisits(user) => p.name(&user),
        PlanProblem::NotOnApprovedList(customer)
        | PlanProblem::NoStatement(customer)
        | PlanProblem::CustomerTwice(customer) => named(customer),
    };
    p.both(
        "plan-problem-about",
        ("subject", subject),
        ("problem", p.t(problem.key())),
    )
}

/// Customers on approved lists that are not on the plan yet.
fn addable(caller: &Caller, stops: &[DraftStopRow]) -> Result<Vec<Choice>, Fault> {
    let approved = caller.read(visit_lists::approved_customers)?;
    let free = approved
        .into_iter()
        .filter(|row| stops.iter().all(|stop| stop.customer != row.customer));
    Ok(choices(
        free,
        |row| {
            (
                row.customer.to_string(),
                format!("{} {}", row.name, row.code),
            )
        },
        |_| false,
    ))
}

fn word(material: Material) -> String {
    match material {
        Material::Statement => "statement",
        Material::Contract => "contract",
        Material::DemandLetter => "demand_letter",
        Material::LawyersLetter => "lawyers_letter",
        Material::VisitReceipt => "visit_receipt",
    }
    .to_owned()
}

pub(in crate::console) async fn edit(
    caller: Caller,
    Path(plan): Path<PlanId>,
    fields: Fields,
) -> Answer {
    caller.needs(Action::DraftPlan)?;
    caller
        .run(move |caller| {
            let view = caller.desk().plan(plan)?;
            if fields.id::<Digest>("heads")? != view.row.heads {
                return Err(Fault::Stale);
            }
            let edits = edits(&fields, &view)?;
            if !edits.is_empty() {
                caller.desk().edit_plan(plan, &edits)?;
            }
            Ok(())
        })
        .await?;
    Ok(see_other(&format!("/plans/{plan}"), "done-plan-saved"))
}

/// Only what the form changed becomes an edit, so that saving without a change leaves an approval as it is.
fn edits(fields: &Fields, view: &PlanView) -> Result<Vec<PlanEdit>, Fault> {
    let mut edits = Vec::new();
    let title = fields.text("title", "plan-title")?;
    let day = fields.day("day", "plan-day")?;
    let vehicle = fields.one("vehicle");
    if title != view.row.title {
        edits.push(PlanEdit::Title(title));
    }
    if day.to_string() != view.row.day {
        edits.push(PlanEdit::Day(day));
    }
    if vehicle != view.row.vehicle {
        edits.push(PlanEdit::Vehicle(vehicle.to_owned()));
    }
    let team: BTreeSet<UserId> = ids(fields.all("team"))?.into_iter().collect();
    let before: BTreeSet<UserId> = view.team.iter().copied().collect();
    edits.extend(team.difference(&before).copied().map(PlanEdit::AddToTeam));
    edits.extend(
        before
            .difference(&team)
            .copied()
            .map(PlanEdit::RemoveFromTeam),
    );
    edits.extend(stop_edits(fields, view)?);
    if !fields.one("add").is_empty() {
        edits.push(PlanEdit::AddStop(fields.id("add")?));
    }
    Ok(edits)
}

fn stop_edits(fields: &Fields, view: &PlanView) -> Result<Vec<PlanEdit>, Fault> {
    let mut edits = Vec::new();
    let removed: BTreeSet<StopId> = ids(fields.all("remove"))?.into_iter().collect();
    edits.extend(removed.iter().copied().map(PlanEdit::RemoveStop));
    let kept: Vec<&DraftStopRow> = view
        .stops
        .iter()
        .filter(|stop| !removed.contains(&stop.stop))
        .collect();
    for stop in &kept {
        let name = format!("material.{}", stop.stop);
        let ticked: Vec<&str> = fields.all(&name).collect();
        let chosen: BTreeSet<Material> = MATERIALS
            .into_iter()
            .filter(|material| ticked.contains(&word(*material).as_str()))
            .collect();
        if chosen != stop.materials.iter().copied().collect() {
            edits.push(PlanEdit::Materials(stop.stop, chosen));
        }
    }
    let before: Vec<StopId> = kept.iter().map(|stop| stop.stop).collect();
    let mut order = before.clone();
    order.sort_by_key(|stop| {
        fields
            .one(&format!("order.{stop}"))
            .parse::<u32>()
            .unwrap_or(u32::MAX)
    });
    if order != before {
        edits.push(PlanEdit::Reorder(order));
    }
    Ok(edits)
}

pub(in crate::console) async fn submit(
    caller: Caller,
    Path(plan): Path<PlanId>,
    fields: Fields,
) -> Answer {
    let heads: Digest = fields.id("heads")?;
    caller
        .run(move |caller| Ok(caller.desk().submit_plan(plan, heads)?))
        .await?;
    Ok(see_other(&format!("/plans/{plan}"), "done-plan-submitted"))
}
