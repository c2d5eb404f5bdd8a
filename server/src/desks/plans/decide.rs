//! The director's decision about a plan.

use countersign_core::domain::ids::{Digest, EntryId, PlanId};
use countersign_core::journal::facts::{Decided, Decision, Fact};
use countersign_core::read_model::plans::{PlanActKind, PlanState};

use super::PlanView;
use crate::auth::policy::Action;
use crate::desks::visit_lists::checked_decision;
use crate::desks::{Desk, DeskError, Request};

impl Desk {
    /// Approves a plan that was put forward, or sends it back. `heads` is what was looked at. Never somebody who edited or
    /// submitted it.
    ///
    /// An approval brings the stops, statements and the plan itself to the team's phones, in one append.
    pub fn decide_plan(
        &self,
        plan: PlanId,
        heads: Digest,
        decision: Decision,
    ) -> Result<EntryId, DeskError> {
        self.require(Action::DecidePlan)?;
        let view = self.plan(plan)?;
        let submission = view
            .row
            .acts
            .iter()
            .rfind(|act| act.kind == PlanActKind::Submitted)
            .ok_or(DeskError::Stale)?;
        self.judge(&Request {
            requester: submission.by,
            editors: &view.editors,
            content: view.row.heads,
            decided: heads,
        })?;
        if view.row.state != PlanState::Submitted {
            return Err(DeskError::Stale);
        }
        let decision = checked_decision(decision)?;
        let also = match &decision {
            Decision::Approved => self.release(&view)?,
            Decision::SentBack(_) => Vec::new(),
        };
        let mut entry = self.office_entry(Fact::PlanDecided(Decided {
            about: plan,
            pinned: heads,
            decision,
        }));
        entry.amends = Some(submission.entry);
        Ok(self.organisation.desk_append(entry, also)?)
    }

    fn release(&self, view: &PlanView) -> Result<Vec<crate::organisation::Item>, DeskError> {
        if let Some(problem) = view.problems.first() {
            return Err(DeskError::invalid("plan", problem.key()));
        }
        super::release::Release::of(self, view).into_items()
    }
}
