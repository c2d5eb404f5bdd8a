//! Visit plans (上门催收工作方案): written by the clerk as a document that merges, put forward, decided by the director.
//!
//! An approval is pinned to the document's heads. A later edit makes it visibly stale; what was approved stays in force on
//! the phones until the change is approved too.

mod decide;
mod draft;
mod release;

use std::collections::BTreeSet;

use countersign_core::documents::{DocumentKind, Edit, PlanDocument};
use countersign_core::domain::ids::{
    CustomerId, Digest, EntryId, PlanId, StopId, UserId, VisitListId,
};
use countersign_core::domain::time::Day;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{Fact, PlanSubmitted};
use countersign_core::read_model::plans::{
    self, ApprovedPlanRow, DraftStopRow, PlanRow, PlanState,
};
use countersign_core::read_model::visit_lists::ListState;
use countersign_core::read_model::{ledgers, visit_lists};
use countersign_core::snapshots::plan::Material;
use countersign_core::snapshots::policy::{Policy, Role};

use draft::document_of;
use rust_decimal::Decimal;

use super::{Desk, DeskError};
use crate::auth::policy::{Action, any_may};

/// The most stops on one plan.
const STOP_LIMIT: usize = 200;
/// The most people on one team.
const TEAM_LIMIT: usize = 20;

/// A plan to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlan {
    /// The approved list it starts from.
    pub list: VisitListId,
    /// Title, at most 200 bytes.
    pub title: String,
    /// Day of the visits.
    pub day: Day,
    /// Vehicle; may be empty.
    pub vehicle: String,
    /// Which customers of the list, in visiting order.
    pub customers: Vec<CustomerId>,
    /// Who goes.
    pub team: BTreeSet<UserId>,
}

/// One change of a plan's draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanEdit {
    /// Title, at most 200 bytes.
    Title(String),
    /// Day of the visits.
    Day(Day),
    /// Vehicle, at most 200 bytes; may be empty.
    Vehicle(String),
    /// A stop at the end; the customer must be on an approved list.
    AddStop(CustomerId),
    /// Takes a stop off.
    RemoveStop(StopId),
    /// All stops in visiting order.
    Reorder(Vec<StopId>),
    /// Somebody goes along.
    AddToTeam(UserId),
    /// Somebody stays.
    RemoveFromTeam(UserId),
    /// Papers to take along at a stop.
    Materials(StopId, BTreeSet<Material>),
}

/// What keeps a plan from being put forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanProblem {
    /// The day is missing or in the past.
    Day,
    /// Nobody on the team is a rep.
    NoRep,
    /// Somebody on the team has no account or no role for visits.
    NotForVisits(UserId),
    /// There is no stop.
    NoStops,
    /// No approved list names the customer.
    NotOnApprovedList(CustomerId),
    /// The signed ledger has no open receivable of the customer, so there is no statement to show.
    NoStatement(CustomerId),
    /// The customer is on the plan twice.
    CustomerTwice(CustomerId),
}

impl PlanProblem {
    /// The key of the sentence in `desks.ftl`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Day => "desk-plan-day",
            Self::NoRep => "desk-plan-no-rep",
            Self::NotForVisits(_) => "desk-plan-not-for-visits",
            Self::NoStops => "desk-plan-no-stops",
            Self::NotOnApprovedList(_) => "desk-plan-not-on-approved-list",
            Self::NoStatement(_) => "desk-plan-no-statement",
            Self::CustomerTwice(_) => "desk-plan-customer-twice",
        }
    }
}

/// A plan with everything a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    /// The draft and where it stands.
    pub row: PlanRow,
    /// The draft's stops in visiting order.
    pub stops: Vec<DraftStopRow>,
    /// Who goes by the draft.
    pub team: Vec<UserId>,
    /// Everybody who changed the draft; they may not approve it.
    pub editors: Vec<UserId>,
    /// The version in force on the phones, when there is one.
    pub approved: Option<ApprovedPlanRow>,
    /// What keeps it from being put forward; empty when nothing does.
    pub problems: Vec<PlanProblem>,
}

impl Desk {
    /// All plans, latest day first.
    pub fn plans(&self) -> Result<Vec<PlanRow>, DeskError> {
        self.require(Action::ReadPlans)?;
        Ok(self.organisation.read(plans::all)?)
    }

    /// One plan.
    pub fn plan(&self, plan: PlanId) -> Result<PlanView, DeskError> {
        self.require(Action::ReadPlans)?;
        let mut view = self
            .organisation
            .read(|connection| {
                let Some(row) = plans::plan(connection, plan)? else {
                    return Ok(None);
                };
                Ok(Some(PlanView {
                    row,
                    stops: plans::draft_stops(connection, plan)?,
                    team: plans::team(connection, plan)?,
                    editors: Vec::new(),
                    approved: plans::approved(connection, plan)?,
                    problems: Vec::new(),
                }))
            })?
            .ok_or(DeskError::NotFound)?;
        view.editors = self.editors_of(plan)?;
        view.problems = self.plan_problems(&view)?;
        Ok(view)
    }

    /// Writes a plan from an approved list. It is a draft: no phone learns of it.
    pub fn create_plan(&self, new: &NewPlan) -> Result<PlanId, DeskError> {
        self.require(Action::DraftPlan)?;
        let list = self.visit_list(new.list)?;
        if list.head.state != ListState::Approved {
            return Err(DeskError::invalid("list", "desk-invalid-list-not-approved"));
        }
        let is_listed = |customer: &CustomerId| {
            list.rows
                .iter()
                .any(|row| row.customer == *customer && row.struck_reason.is_none())
        };
        if !new.customers.iter().all(is_listed) {
            return Err(DeskError::invalid("customers", "desk-invalid-not-on-list"));
        }
        let mut edits = vec![
            PlanEdit::Title(new.title.clone()),
            PlanEdit::Day(new.day),
            PlanEdit::Vehicle(new.vehicle.clone()),
        ];
        edits.extend(new.team.iter().copied().map(PlanEdit::AddToTeam));
        edits.extend(new.customers.iter().copied().map(PlanEdit::AddStop));
        let mut draft = PlanDocument::default();
        self.change(&mut draft, &edits)?;
        let plan = PlanId(self.fresh_id()?);
        let item = self.organisation.written_document(
            self.user,
            (document_of(plan), DocumentKind::Plan),
            Scope::Office,
            vec![Edit::Plan(Box::new(draft))],
        )?;
        self.organisation.append(vec![item])?;
        Ok(plan)
    }

    /// Changes a plan's draft; all edits or none. Gives the digest of the heads afterwards. An approval becomes stale.
    pub fn edit_plan(&self, plan: PlanId, edits: &[PlanEdit]) -> Result<Digest, DeskError> {
        self.require(Action::DraftPlan)?;
        let mut document = self.plan_document(plan)?;
        let mut draft = document.plan()?;
        self.change(&mut draft, edits)?;
        let at = (document_of(plan), Scope::Office);
        let change = self.change_of(&mut document, at, Edit::Plan(Box::new(draft)))?;
        if let Some(change) = change {
            self.organisation.append(vec![change])?;
        }
        Ok(document.heads_digest())
    }

    /// Puts the draft forward as it was looked at: `heads` must be its heads now.
    pub fn submit_plan(&self, plan: PlanId, heads: Digest) -> Result<EntryId, DeskError> {
        self.require(Action::DraftPlan)?;
        let view = self.plan(plan)?;
        if view.row.heads != heads {
            return Err(DeskError::Stale);
        }
        match view.row.state {
            PlanState::Draft | PlanState::Stale | PlanState::SentBack => {}
            PlanState::Submitted | PlanState::Approved => return Err(DeskError::Stale),
        }
        if let Some(problem) = view.problems.first() {
            return Err(DeskError::invalid("plan", problem.key()));
        }
        let fact = Fact::PlanSubmitted(PlanSubmitted { plan, heads });
        Ok(self
            .organisation
            .desk_append(self.office_entry(fact), Vec::new())?)
    }

    fn plan_problems(&self, view: &PlanView) -> Result<Vec<PlanProblem>, DeskError> {
        let mut problems = Vec::new();
        if !matches!(view.row.day.parse::<Day>(), Ok(day) if day >= self.today()) {
            problems.push(PlanProblem::Day);
        }
        let policy = self.organisation.policy()?;
        let has_rep = view
            .team
            .iter()
            .any(|user| roles_of(&policy, *user).contains(&Role::Rep));
        if !has_rep {
            problems.push(PlanProblem::NoRep);
        }
        problems.extend(
            view.team
                .iter()
                .filter(|user| !goes_on_visits(&policy, **user))
                .map(|user| PlanProblem::NotForVisits(*user)),
        );
        if view.stops.is_empty() {
            problems.push(PlanProblem::NoStops);
        }
        let mut seen = BTreeSet::new();
        for stop in &view.stops {
            if !seen.insert(stop.customer) {
                problems.push(PlanProblem::CustomerTwice(stop.customer));
            }
            let (is_approved, lines) = self.organisation.read(|connection| {
                Ok((
                    visit_lists::is_approved(connection, stop.customer)?,
                    ledgers::receivables_of(connection, stop.customer)?,
                ))
            })?;
            if !is_approved {
                problems.push(PlanProblem::NotOnApprovedList(stop.customer));
            }
            let outstanding: Decimal = lines.iter().map(|line| line.outstanding.amount()).sum();
            if outstanding <= Decimal::ZERO {
                problems.push(PlanProblem::NoStatement(stop.customer));
            }
        }
        Ok(problems)
    }
}

fn roles_of(policy: &Policy, user: UserId) -> &[Role] {
    policy
        .people
        .iter()
        .find(|person| person.user == user)
        .map_or(&[], |person| &person.roles)
}

fn goes_on_visits(policy: &Policy, user: UserId) -> bool {
    any_may(roles_of(policy, user), Action::RecordVisit)
}
