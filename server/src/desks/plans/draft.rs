//! The draft of a plan while it is changed: edits on a value, then one reconciliation with the document.

use std::collections::BTreeSet;

use countersign_core::documents::{Document, DocumentKind, PlanDocument, PlanStop, actor_of};
use countersign_core::domain::ids::{ChainId, CustomerId, DocumentId, PlanId, StopId, UserId};
use countersign_core::read_model::visit_lists;
use countersign_core::snapshots::plan::Material;

use super::{PlanEdit, STOP_LIMIT, TEAM_LIMIT, goes_on_visits};
use crate::desks::{Desk, DeskError, Need, checked_text};
use crate::organisation::documents::DESK_EPOCH;

/// Papers that go along unless the clerk changes it.
const USUAL_MATERIALS: [Material; 2] = [Material::Statement, Material::VisitReceipt];

/// The document of a plan has the plan's own UUID.
pub(super) const fn document_of(plan: PlanId) -> DocumentId {
    DocumentId(plan.0)
}

impl Desk {
    pub(super) fn change(
        &self,
        draft: &mut PlanDocument,
        edits: &[PlanEdit],
    ) -> Result<(), DeskError> {
        edits
            .iter()
            .try_for_each(|edit| self.change_once(draft, edit))
    }

    fn change_once(&self, draft: &mut PlanDocument, edit: &PlanEdit) -> Result<(), DeskError> {
        match edit {
            PlanEdit::Title(title) => {
                draft.title = checked_text(title, 200, "title", Need::Required)?;
            }
            PlanEdit::Day(day) => draft.day = day.to_string(),
            PlanEdit::Vehicle(vehicle) => {
                draft.vehicle = checked_text(vehicle, 200, "vehicle", Need::Optional)?;
            }
            PlanEdit::AddStop(customer) => self.add_stop(draft, *customer)?,
            PlanEdit::RemoveStop(stop) => {
                draft.stops.remove(stop).ok_or(DeskError::NotFound)?;
            }
            PlanEdit::Reorder(order) => reorder(draft, order)?,
            PlanEdit::AddToTeam(user) => self.add_to_team(draft, *user)?,
            PlanEdit::RemoveFromTeam(user) => {
                draft.team.remove(user);
            }
            PlanEdit::Materials(stop, materials) => {
                let stop = draft.stops.get_mut(stop).ok_or(DeskError::NotFound)?;
                stop.materials.clone_from(materials);
            }
        }
        Ok(())
    }

    fn add_stop(&self, draft: &mut PlanDocument, customer: CustomerId) -> Result<(), DeskError> {
        if draft.stops.len() >= STOP_LIMIT {
            return Err(DeskError::invalid("stops", "desk-invalid-many-stops"));
        }
        if draft.stops.values().any(|stop| stop.customer == customer) {
            return Err(DeskError::invalid("stops", "desk-plan-customer-twice"));
        }
        let is_approved = self
            .organisation
            .read(|connection| visit_lists::is_approved(connection, customer))?;
        if !is_approved {
            return Err(DeskError::invalid(
                "stops",
                "desk-plan-not-on-approved-list",
            ));
        }
        let last = draft.stops.values().map(|stop| stop.order).max();
        let stop = PlanStop {
            customer,
            order: last.unwrap_or(0).saturating_add(1),
            materials: USUAL_MATERIALS.into_iter().collect(),
        };
        draft.stops.insert(StopId(self.fresh_id()?), stop);
        Ok(())
    }

    fn add_to_team(&self, draft: &mut PlanDocument, user: UserId) -> Result<(), DeskError> {
        if !goes_on_visits(&self.organisation.policy()?, user) {
            return Err(DeskError::invalid("team", "desk-plan-not-for-visits"));
        }
        draft.team.insert(user);
        if draft.team.len() > TEAM_LIMIT {
            return Err(DeskError::invalid("team", "desk-invalid-large-team"));
        }
        Ok(())
    }

    pub(super) fn plan_document(&self, plan: PlanId) -> Result<Document, DeskError> {
        self.document(document_of(plan), DocumentKind::Plan)
    }

    /// Everybody with an account who changed the document at least once. Only desks hold a plan's document.
    pub(super) fn editors_of(&self, plan: PlanId) -> Result<Vec<UserId>, DeskError> {
        let actors = self.plan_document(plan)?.actors();
        let wrote = |user: &UserId| {
            actors.contains(&actor_of(
                ChainId::from(*user),
                document_of(plan),
                DESK_EPOCH,
            ))
        };
        let policy = self.organisation.policy()?;
        Ok(policy
            .people
            .iter()
            .map(|person| person.user)
            .filter(wrote)
            .collect())
    }
}

/// Every stop once, none more: somebody else may have added one meanwhile.
fn reorder(draft: &mut PlanDocument, order: &[StopId]) -> Result<(), DeskError> {
    let named: BTreeSet<&StopId> = order.iter().collect();
    if named.len() != order.len() || !named.iter().copied().eq(draft.stops.keys()) {
        return Err(DeskError::Stale);
    }
    for (position, stop) in (1_i64..).zip(order) {
        if let Some(stop) = draft.stops.get_mut(stop) {
            stop.order = position;
        }
    }
    Ok(())
}
