//! What an approval sets free: documents to write into, statements to show, the plan, and who may hold them.
//!
//! A stop keeps its id over approvals, so what was written there stays. Grants and revocations are the difference between
//! what the version in force gave and what the new one gives; nobody loses a customer whom another approved plan of his
//! still needs.

use std::collections::BTreeSet;

use countersign_core::documents::DocumentKind;
use countersign_core::domain::ids::{CustomerId, DocumentId, PlanId, SnapshotId, StopId, UserId};
use countersign_core::domain::time::Day;
use countersign_core::journal::Scope;
use countersign_core::read_model::plans::{self, DraftStopRow};
use countersign_core::read_model::{customers, entries, ledgers};
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::ledger::LedgerCustomer;
use countersign_core::snapshots::plan::{ApprovedPlan, PlannedStop};
use countersign_core::snapshots::statement::{Statement, StatementLine, StatementOf};

use super::PlanView;
use crate::desks::{Desk, DeskError};
use crate::organisation::{Item, ReadError};

/// An approval's consequences while they are collected.
pub(super) struct Release<'a> {
    desk: &'a Desk,
    view: &'a PlanView,
    items: Vec<Item>,
}

impl<'a> Release<'a> {
    /// Nothing collected yet.
    pub(super) const fn of(desk: &'a Desk, view: &'a PlanView) -> Self {
        Self {
            desk,
            view,
            items: Vec::new(),
        }
    }

    /// Everything that is appended with the approval.
    pub(super) fn into_items(mut self) -> Result<Vec<Item>, DeskError> {
        let plan = self.view.row.plan;
        let stops = self
            .view
            .stops
            .iter()
            .map(|row| self.planned_stop(row))
            .collect::<Result<Vec<_>, _>>()?;
        let approved = ApprovedPlan {
            version: 1,
            organisation: self.desk.organisation.id(),
            plan,
            title: self.view.row.title.clone(),
            day: self.day()?,
            heads: self.view.row.heads,
            approved_by: self.desk.user,
            team: self.view.team.clone(),
            vehicle: self.view.row.vehicle.clone(),
            stops,
            approved_after: self
                .desk
                .organisation
                .journal()
                .head()
                .map_err(ReadError::from)?,
        };
        self.snapshot(Scope::Plan(plan), &Snapshot::Plan(Box::new(approved)))?;
        self.change_holders()?;
        Ok(self.items)
    }

    fn day(&self) -> Result<Day, DeskError> {
        self.view
            .row
            .day
            .parse()
            .map_err(|_not_a_day| DeskError::invalid("plan", "desk-plan-day"))
    }

    fn planned_stop(&mut self, row: &DraftStopRow) -> Result<PlannedStop, DeskError> {
        let customer = self
            .desk
            .organisation
            .read(|connection| customers::customer(connection, row.customer))?
            .ok_or(DeskError::NotFound)?;
        let document = DocumentId(row.stop.0);
        let customer_document = DocumentId(row.customer.0);
        self.document(document, DocumentKind::Stop, Scope::Stop(row.stop))?;
        self.document(
            customer_document,
            DocumentKind::Customer,
            Scope::Customer(row.customer),
        )?;
        let statement = self.statement(&customer)?;
        Ok(PlannedStop {
            stop: row.stop,
            document,
            customer: row.customer,
            customer_document,
            code: customer.code,
            name: customer.name,
            address: customer.address,
            site: customer.site,
            contact: customer.contact,
            phone: customer.phone,
            statement,
            materials: row.materials.clone(),
        })
    }

    fn document(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        scope: Scope,
    ) -> Result<(), DeskError> {
        let organisation = &self.desk.organisation;
        if organisation.document_heads(id)?.is_none() {
            let item = organisation.new_document(self.desk.user, id, kind, scope)?;
            self.items.push(item);
        }
        Ok(())
    }

    fn statement(&mut self, customer: &LedgerCustomer) -> Result<SnapshotId, DeskError> {
        let statement = self.desk.statement_of(customer, self.day()?)?;
        self.snapshot(
            Scope::Customer(customer.id),
            &Snapshot::Statement(Box::new(statement)),
        )
    }

    fn snapshot(&mut self, scope: Scope, snapshot: &Snapshot) -> Result<SnapshotId, DeskError> {
        let organisation = &self.desk.organisation;
        let sealed = organisation.seal_snapshot(snapshot)?;
        let id = sealed.id();
        if organisation.snapshot(id)?.is_none() {
            self.items.push(Item::Snapshot { scope, sealed });
        }
        Ok(id)
    }

    fn change_holders(&mut self) -> Result<(), DeskError> {
        let plan = self.view.row.plan;
        let before = self.held_before()?;
        let team = self.view.team.iter().copied();
        let stops: Vec<(StopId, CustomerId)> = self
            .view
            .stops
            .iter()
            .map(|row| (row.stop, row.customer))
            .collect();
        let after = held(plan, team, &stops);
        for (user, scope) in after.difference(&before) {
            self.items.push(Item::Grant {
                user: *user,
                scope: *scope,
            });
        }
        for (user, scope) in before.difference(&after) {
            if !self.is_held_elsewhere(*user, *scope)? {
                self.items.push(Item::Revoke {
                    user: *user,
                    scope: *scope,
                });
            }
        }
        Ok(())
    }

    fn held_before(&self) -> Result<BTreeSet<(UserId, Scope)>, DeskError> {
        let plan = self.view.row.plan;
        let (team, stops) = self.desk.organisation.read(|connection| {
            Ok((
                plans::approved_team(connection, plan)?,
                plans::approved_stops(connection, plan)?,
            ))
        })?;
        let stops: Vec<(StopId, CustomerId)> =
            stops.iter().map(|row| (row.stop, row.customer)).collect();
        Ok(held(plan, team, &stops))
    }

    fn is_held_elsewhere(&self, user: UserId, scope: Scope) -> Result<bool, DeskError> {
        let Scope::Customer(customer) = scope else {
            return Ok(false);
        };
        let plan = self.view.row.plan;
        let holders = self
            .desk
            .organisation
            .read(|connection| plans::holders_of_customer(connection, customer, plan))?;
        Ok(holders.contains(&user))
    }
}

fn held(
    plan: PlanId,
    team: impl IntoIterator<Item = UserId>,
    stops: &[(StopId, CustomerId)],
) -> BTreeSet<(UserId, Scope)> {
    let mut held = BTreeSet::new();
    for user in team {
        held.insert((user, Scope::Plan(plan)));
        for (stop, customer) in stops {
            held.insert((user, Scope::Stop(*stop)));
            held.insert((user, Scope::Customer(*customer)));
        }
    }
    held
}

impl Desk {
    /// The statement of a customer from the ledger in force, as it is to be signed on a day.
    fn statement_of(
        &self,
        customer: &LedgerCustomer,
        signing_day: Day,
    ) -> Result<Statement, DeskError> {
        self.with_statement_of(customer, signing_day, |of| {
            of.form_a()
                .map_err(|_nothing_to_sign| DeskError::invalid("plan", "desk-plan-no-statement"))
        })
    }

    /// What a customer's statements are made from: the ledger in force, as it is to be signed on a day.
    pub(in crate::desks) fn with_statement_of<R>(
        &self,
        customer: &LedgerCustomer,
        signing_day: Day,
        make: impl FnOnce(&StatementOf<'_>) -> Result<R, DeskError>,
    ) -> Result<R, DeskError> {
        let (ledger, receivables, restarts) = self.organisation.read(|connection| {
            Ok((
                ledgers::in_force(connection)?,
                ledgers::receivables_of(connection, customer.id)?,
                entries::restarts(connection, customer.id)?,
            ))
        })?;
        let ledger = ledger.ok_or(DeskError::invalid("plan", "desk-invalid-no-ledger"))?;
        let lines: Vec<StatementLine> = receivables
            .into_iter()
            .map(|row| StatementLine {
                document: row.document,
                invoiced: row.invoiced,
                due: row.due,
                amount: row.amount,
                received: row.received,
                outstanding: row.outstanding,
            })
            .collect();
        let policy = self.organisation.policy()?;
        make(&StatementOf {
            organisation: self.organisation.id(),
            organisation_name: &policy.organisation_name,
            customer,
            ledger: ledger.ledger,
            cut_off: ledger.cut_off,
            receivables: &lines,
            signing_day,
            restarts: &restarts,
        })
    }
}
