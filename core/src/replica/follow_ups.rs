//! Follow-ups of a customer: what is still to be done, by when and by whom. They merge with the customer's document.

use rusqlite::Connection;
use serde::Deserialize;
use uuid::Uuid;

use crate::documents::{Edit, FollowUp, MemberOf};
use crate::domain::calendar::Calendar;
use crate::domain::conduct_guard::GuardVerdict;
use crate::domain::follow_ups::{CalledBack, FollowUpForm, FollowUpState};
use crate::domain::ids::{CustomerId, DocumentId, UserId};
use crate::domain::time::Day;
use crate::read_model::{contacts, people};
use crate::replica::commit::Commit;
use crate::replica::contacts::{OfMember, customer_document, customer_name, history};
use crate::replica::error::or_not_found;
use crate::replica::{OfDraft, Replica, ReplicaError};
use crate::store;
use crate::views::{
    Conduct, ConductRow, DraftForm, FollowUpRow, FollowUpsView, MemberChangeRow, TeamMember,
    follow_up_row,
};

const PAGE_LIMIT: usize = 100;

/// `follow_up.read`: one page of a customer's follow-ups.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpsOf {
    /// The customer.
    pub customer: CustomerId,
    /// How many to skip.
    #[serde(default)]
    pub offset: u32,
    /// How many to return, at most 100.
    pub limit: u32,
}

/// `follow_up.add`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpAdd {
    /// The customer.
    pub customer: CustomerId,
    /// The follow-up's key, made by the screen before its first attempt.
    #[cfg_attr(test, ts(type = "string"))]
    pub key: Uuid,
    /// What it says.
    pub follow_up: FollowUpForm,
}

/// `follow_up.edit`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpEdit {
    /// The customer.
    pub customer: CustomerId,
    /// The follow-up's key.
    pub key: String,
    /// What it shall say.
    pub follow_up: FollowUpForm,
}

/// `follow_up.check`: whether a follow-up can be planned so.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpCheck {
    /// The customer.
    pub customer: CustomerId,
    /// What it says.
    pub follow_up: FollowUpForm,
}

/// `follow_up.close`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FollowUpClosed {
    /// The customer.
    pub customer: CustomerId,
    /// The follow-up's key.
    pub key: String,
    /// Done or dropped.
    pub state: FollowUpState,
    /// How it went, or why it is dropped; what is dropped needs one. At most 4 KiB.
    #[serde(default)]
    pub reason: String,
}

impl Replica {
    /// `follow_up.read`.
    pub fn follow_ups(&self, of: FollowUpsOf) -> Result<FollowUpsView, ReplicaError> {
        let day = Day::legal(self.devices.clock.read().wall);
        self.read(|connection| {
            let me = Self::me(connection)?;
            let document = store::documents::of_customer(connection, of.customer)?;
            let found = match document {
                Some(document) => rows(connection, document, day)?,
                None => Vec::new(),
            };
            let is_ready = match document {
                Some(document) => contacts::has_follow_ups(connection, document)?,
                None => false,
            };
            let limit = usize::try_from(of.limit)
                .unwrap_or(PAGE_LIMIT)
                .min(PAGE_LIMIT);
            Ok(FollowUpsView {
                customer: of.customer,
                customer_name: customer_name(connection, of.customer)?,
                is_ready,
                total: u64::try_from(found.len()).unwrap_or(u64::MAX),
                rows: found
                    .into_iter()
                    .skip(usize::try_from(of.offset).unwrap_or(usize::MAX))
                    .take(limit)
                    .collect(),
                day,
                people: everybody(connection, me.user)?,
            })
        })
    }

    /// `follow_up.check`: what the rules of conduct say to a callback, before it is recorded.
    ///
    /// # Errors
    /// `customer` is gone when his document is not here.
    pub fn check_follow_up(&self, check: &FollowUpCheck) -> Result<ConductRow, ReplicaError> {
        self.read(|connection| {
            let document = customer_document(connection, check.customer)?;
            let called = called(connection, document, &check.follow_up.contact)?;
            let verdict = check.follow_up.verdict(called, &Calendar::published());
            let (verdict, reason) = match verdict {
                GuardVerdict::Allowed => (Conduct::Allowed, None),
                GuardVerdict::AskReason(why) => (Conduct::AskReason, Some(why)),
                GuardVerdict::Blocked(why) => (Conduct::Blocked, Some(why)),
            };
            Ok(ConductRow { verdict, reason })
        })
    }

    /// `follow_up.add`: the same key again changes nothing.
    ///
    /// # Errors
    /// Those of [`FollowUpForm::checked`]; `follow-ups-not-ready` while the customer's document has no room for it;
    /// `customer` is gone when the document is not here.
    pub fn add_follow_up(&self, add: &FollowUpAdd) -> Result<(), ReplicaError> {
        self.commit("add_follow_up", |commit| {
            let document = commit.follow_up_document(add.customer)?;
            let key = add.key.to_string();
            let of = OfDraft::of_customer(add.customer, DraftForm::FollowUp, "");
            if contacts::follow_up(commit.tx, document, &key)?.is_some() {
                return commit.drop_draft(of);
            }
            let form = commit.checked_follow_up(document, &add.follow_up, None)?;
            commit.drop_draft(of)?;
            let follow_up = Box::new(FollowUp::default().with(&form));
            commit.edit(document, Edit::FollowUp { key, follow_up })
        })
    }

    /// `follow_up.edit`.
    ///
    /// # Errors
    /// As for adding; `follow-up` is gone; `field-in-conflict` until the conflict is settled.
    pub fn edit_follow_up(&self, edit: &FollowUpEdit) -> Result<(), ReplicaError> {
        self.commit("edit_follow_up", |commit| {
            let document = commit.follow_up_document(edit.customer)?;
            let now = contacts::follow_up(commit.tx, document, &edit.key)?;
            let now = or_not_found(now, "follow-up")?;
            let before = now.due.parse().ok();
            let form = commit.checked_follow_up(document, &edit.follow_up, before)?;
            let of = OfDraft::of_customer(edit.customer, DraftForm::FollowUp, &edit.key);
            commit.drop_draft(of)?;
            commit.change_follow_up((edit.customer, &edit.key), |now| now.with(&form))
        })
    }

    /// `follow_up.close`: done, or dropped with a reason.
    ///
    /// # Errors
    /// `follow-up-reason-missing`, `text-too-long`; `follow-up` is gone; `field-in-conflict` until the conflict is settled.
    pub fn close_follow_up(&self, closed: &FollowUpClosed) -> Result<(), ReplicaError> {
        let reason = checked_reason(closed.state, &closed.reason).map_err(ReplicaError::Refused)?;
        self.commit("close_follow_up", |commit| {
            let of = OfDraft::of_customer(closed.customer, DraftForm::FollowUpClose, &closed.key);
            commit.drop_draft(of)?;
            commit.change_follow_up((closed.customer, &closed.key), |now| FollowUp {
                state: closed.state.word().to_owned(),
                reason: reason.clone(),
                ..now.clone()
            })
        })
    }

    /// `follow_up.reopen`: it is to be done after all.
    ///
    /// # Errors
    /// As for closing.
    pub fn reopen_follow_up(&self, of: &OfMember) -> Result<(), ReplicaError> {
        self.commit("reopen_follow_up", |commit| {
            commit.change_follow_up((of.customer, &of.key), |now| FollowUp {
                state: FollowUpState::Open.word().to_owned(),
                reason: String::new(),
                ..now.clone()
            })
        })
    }

    /// `follow_up.history`: who wrote what into a follow-up, newest first.
    ///
    /// # Errors
    /// `customer` is gone.
    pub fn follow_up_history(&self, of: &OfMember) -> Result<Vec<MemberChangeRow>, ReplicaError> {
        self.read(|connection| {
            let document = customer_document(connection, of.customer)?;
            history(
                connection,
                document,
                MemberOf::FollowUps,
                &[of.key.as_str()],
            )
        })
    }
}

/// The reason with which a follow-up is closed.
///
/// # Errors
/// The key of a sentence: `follow-up-reason-missing`, `text-too-long`.
pub fn checked_reason(state: FollowUpState, reason: &str) -> Result<String, &'static str> {
    let reason = reason.trim();
    if state == FollowUpState::Dropped && reason.is_empty() {
        return Err("follow-up-reason-missing");
    }
    if reason.len() > 4 << 10 {
        return Err("text-too-long");
    }
    Ok(reason.to_owned())
}

impl Commit<'_> {
    /// A customer's document into which a follow-up can be written.
    fn follow_up_document(&self, customer: CustomerId) -> Result<DocumentId, ReplicaError> {
        let document = self.customer_document(customer)?;
        if contacts::has_follow_ups(self.tx, document)? {
            Ok(document)
        } else {
            Err(ReplicaError::Refused("follow-ups-not-ready"))
        }
    }

    fn checked_follow_up(
        &self,
        document: DocumentId,
        form: &FollowUpForm,
        before: Option<Day>,
    ) -> Result<FollowUpForm, ReplicaError> {
        let called = called(self.tx, document, &form.contact)?;
        let today = Day::legal(self.now());
        form.checked((today, before), called, &Calendar::published())
            .map_err(ReplicaError::Refused)
    }

    fn change_follow_up(
        &mut self,
        (customer, key): (CustomerId, &str),
        change: impl FnOnce(&FollowUp) -> FollowUp,
    ) -> Result<(), ReplicaError> {
        let document = self.follow_up_document(customer)?;
        let now = or_not_found(contacts::follow_up(self.tx, document, key)?, "follow-up")?;
        let follow_up = change(&now);
        self.no_conflict_in(document, ("follow_ups", key), |field| {
            follow_up.differs(&now, field)
        })?;
        let key = key.to_owned();
        let follow_up = Box::new(follow_up);
        self.edit(document, Edit::FollowUp { key, follow_up })
    }
}

/// What the rules of conduct need to know of a contact.
fn called(
    connection: &Connection,
    document: DocumentId,
    contact: &str,
) -> Result<CalledBack, ReplicaError> {
    if contact.is_empty() {
        return Ok(CalledBack::default());
    }
    let contact = or_not_found(contacts::contact(connection, document, contact)?, "contact")?;
    Ok(contact.called())
}

fn rows(
    connection: &Connection,
    document: DocumentId,
    day: Day,
) -> Result<Vec<FollowUpRow>, ReplicaError> {
    let mut rows = Vec::new();
    for (key, it) in contacts::follow_ups(connection, document)? {
        let who_name = match it.who.parse::<UserId>() {
            Ok(user) => people::name(connection, user)?,
            Err(_nobody) => String::new(),
        };
        let contact = contacts::contact(connection, document, &it.contact)?;
        let names = (who_name, contact.map(|it| it.name).unwrap_or_default());
        rows.extend(follow_up_row((&key, &it), day, names));
    }
    Ok(rows)
}

/// Everybody by name, this device's user first.
fn everybody(connection: &Connection, me: UserId) -> Result<Vec<TeamMember>, ReplicaError> {
    let mut people: Vec<TeamMember> = people::all(connection)?
        .into_iter()
        .map(|(user, name)| TeamMember { user, name })
        .collect();
    people.sort_by_key(|member| member.user != me);
    Ok(people)
}
