//! The office's use-cases, without HTTP: one [`Desk`] is one person at work in one organisation.
//!
//! Every act checks the policy table, then that nobody decides on what he requested or edited himself, then that the
//! decision names the hash of what is there now. What was decided is appended as one entry on the person's desk chain,
//! together with everything that follows from it.

mod cash;
mod customers;
mod devices;
mod documents;
mod error;
mod evidence;
mod held;
mod ids;
mod ledgers;
mod parts;
mod plans;
mod reviews;
mod settlements;
#[cfg(test)]
mod tests;
mod visit_lists;

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_core::domain::approval::{ApprovalRequest, ApprovalVerdict, judge_approval};
use countersign_core::domain::ids::{Digest, EntryId, UserId};
use countersign_core::domain::time::{Day, Instant};
use countersign_core::journal::Scope;
use countersign_core::journal::facts::Fact;
use countersign_core::snapshots::policy::{Policy, Role};
use uuid::Uuid;

pub use cash::{HandInView, NewCount, SerialBlockView};
pub use customers::CustomerWork;
pub use error::DeskError;
pub use evidence::EvidenceFile;
pub use held::{HeldChoice, HeldObject, HeldView};
pub use ledgers::{
    BookHolder, Difference, DifferenceRow, Kept, KeptDraft, LedgerDifferences, LedgerFile,
    SalespersonRow, UploadView,
};
pub use parts::PartFile;
pub use plans::{NewPlan, PlanEdit, PlanProblem, PlanView};
pub use reviews::{
    NewSentBack, ReviewState, StopReport, ToReview, VerificationLine, VerificationReport,
    VerificationStep, VisitRow,
};
pub use settlements::{NewSettlement, SettlementPreview, SettlementRate, SettlementView};
pub use visit_lists::{Candidate, NewVisitList, ProposedRow, VisitListView};

use crate::auth::accounts::AccountsError;
use crate::auth::policy::{Action, any_may};
use crate::auth::{SignedIn, secret};
use crate::organisation::{DeskEntry, Item, Organisation};

/// One person at work in one organisation. All methods block on the disk.
#[derive(Debug, Clone)]
pub struct Desk {
    organisation: Arc<Organisation>,
    user: UserId,
    roles: Vec<Role>,
}

impl From<&SignedIn> for Desk {
    fn from(signed_in: &SignedIn) -> Self {
        Self::new(
            Arc::clone(&signed_in.organisation),
            signed_in.user,
            signed_in.roles.clone(),
        )
    }
}

/// Who decides about whose content.
struct Request<'a> {
    requester: UserId,
    editors: &'a [UserId],
    content: Digest,
    decided: Digest,
}

impl Desk {
    /// The desk of a user with these roles.
    #[must_use]
    pub const fn new(organisation: Arc<Organisation>, user: UserId, roles: Vec<Role>) -> Self {
        Self {
            organisation,
            user,
            roles,
        }
    }

    /// The server's wall clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.organisation.clock().read().wall
    }

    /// A UUID of version 7 for something new.
    fn fresh_id(&self) -> Result<Uuid, DeskError> {
        let random = self.organisation.accounts().random();
        Ok(secret::fresh_uuid(random, self.now()).map_err(AccountsError::from)?)
    }

    /// The calendar day in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Day {
        Day::legal(self.now())
    }

    /// Whether the roles allow the action; pages hide what is not allowed.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        any_may(&self.roles, action)
    }

    /// Names of everybody with an account.
    pub fn names(&self) -> Result<Names, DeskError> {
        Ok(Names::from(&self.organisation.policy()?))
    }

    fn require(&self, action: Action) -> Result<(), DeskError> {
        if self.may(action) {
            Ok(())
        } else {
            Err(DeskError::NotAllowed)
        }
    }

    fn judge(&self, request: &Request<'_>) -> Result<(), DeskError> {
        match judge_approval(&ApprovalRequest {
            requester: request.requester,
            editors: request.editors,
            approver: self.user,
            delegation: None,
            on: self.today(),
            content: request.content,
            decided: request.decided,
        }) {
            ApprovalVerdict::Approved { .. } => Ok(()),
            ApprovalVerdict::Refused(_) => Err(DeskError::OwnRequest),
            ApprovalVerdict::Stale => Err(DeskError::Stale),
        }
    }

    /// Puts a fact on record that the person's phones learn of, whatever else they hold.
    fn tell(
        &self,
        user: UserId,
        amends: Option<EntryId>,
        fact: Fact,
    ) -> Result<EntryId, DeskError> {
        let scope = Scope::Person(user);
        self.put_on_record(scope, amends, fact, vec![Item::Grant { user, scope }])
    }

    fn put_on_record(
        &self,
        scope: Scope,
        amends: Option<EntryId>,
        fact: Fact,
        also: Vec<Item>,
    ) -> Result<EntryId, DeskError> {
        let entry = DeskEntry {
            author: self.user,
            scope,
            amends,
            fact,
        };
        Ok(self.organisation.desk_append(entry, also)?)
    }

    fn office_entry(&self, fact: Fact) -> DeskEntry {
        DeskEntry {
            author: self.user,
            scope: Scope::Office,
            amends: None,
            fact,
        }
    }
}

/// Names of people by user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(BTreeMap<UserId, String>);

impl Names {
    /// The name; the id's first eight digits for somebody who has no account any more.
    #[must_use]
    pub fn of(&self, user: UserId) -> String {
        self.0
            .get(&user)
            .cloned()
            .unwrap_or_else(|| user.to_string().chars().take(8).collect())
    }

    /// The name, or nothing when there is no user.
    #[must_use]
    pub fn of_optional(&self, user: Option<UserId>) -> String {
        user.map(|user| self.of(user)).unwrap_or_default()
    }
}

impl From<&Policy> for Names {
    fn from(policy: &Policy) -> Self {
        Self(
            policy
                .people
                .iter()
                .map(|person| (person.user, person.name.clone()))
                .collect(),
        )
    }
}

/// Trims a text and holds it to `limit` bytes.
fn checked_text(
    text: &str,
    limit: usize,
    field: &'static str,
    need: Need,
) -> Result<String, DeskError> {
    let text = text.trim();
    if text.is_empty() && need == Need::Required {
        return Err(DeskError::invalid(field, "desk-invalid-empty"));
    }
    if text.len() > limit {
        return Err(DeskError::invalid(field, "desk-invalid-too-long"));
    }
    Ok(text.to_owned())
}

/// Whether a text may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}
