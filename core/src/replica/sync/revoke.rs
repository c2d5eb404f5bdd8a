//! Dropping what this device may no longer hold, never before its own work on it was sent.

use rusqlite::named_params;

use crate::domain::ids::{DocumentId, SnapshotId};
use crate::journal::Scope;
use crate::read_model::{self, columns, customer_books, stops};
use crate::replica::commit::Commit;
use crate::replica::devices::Kind;
use crate::replica::{DraftPlace, Replica, ReplicaError};
use crate::store::{captures, documents, drafts, outbox, revocations, scopes, signings};

impl Replica {
    /// Tries again what waited for unsent work.
    pub(super) fn retry_revocations(&self) -> Result<(), ReplicaError> {
        if !self.read(|connection| Ok(revocations::any(connection)?))? {
            return Ok(());
        }
        self.commit("retry_revocations", |commit| {
            for scope in revocations::all(commit.tx)? {
                if !commit.has_unsent_in(scope)? {
                    commit.drop_scope(scope)?;
                    revocations::delete(commit.tx, scope)?;
                }
            }
            Ok(())
        })
    }
}

impl Commit<'_> {
    /// The scope itself and, for a plan, its stops and the customers that no other plan here visits.
    fn covered(&self, scope: Scope) -> Result<Vec<Scope>, ReplicaError> {
        let Scope::Plan(plan) = scope else {
            return Ok(vec![scope]);
        };
        let mut covered = vec![scope];
        for parts in stops::parts_of_plan(self.tx, plan)? {
            covered.push(Scope::Stop(parts.stop));
            if !stops::is_visited_elsewhere(self.tx, parts.customer, plan)? {
                covered.push(Scope::Customer(parts.customer));
            }
        }
        covered.sort_unstable();
        covered.dedup();
        Ok(covered)
    }

    pub(super) fn has_unsent_in(&self, scope: Scope) -> Result<bool, ReplicaError> {
        for covered in self.covered(scope)? {
            if outbox::has_unsent(self.tx, covered)?
                || signings::is_being_written(self.tx, covered)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn drop_scope(&mut self, scope: Scope) -> Result<(), ReplicaError> {
        for covered in self.covered(scope)? {
            self.drop_objects(covered)?;
            if let Scope::Book(book) = covered {
                customer_books::forget_book(self.tx, book)?;
                self.changed(&[Kind::Customers]);
            }
            if let Scope::Stop(stop) = covered {
                customer_books::forget_stop(self.tx, stop)?;
                read_model::entries::forget_stop(self.tx, stop)?;
                stops::forget_stop(self.tx, stop)?;
                captures::forget_stop(self.tx, stop)?;
                drafts::forget(self.tx, DraftPlace::Stop { stop })?;
            }
            if let Scope::Customer(customer) = covered {
                drafts::forget(self.tx, DraftPlace::Customer { customer })?;
            }
        }
        if let Scope::Plan(plan) = scope {
            customer_books::forget_plan(self.tx, plan)?;
            stops::forget_plan(self.tx, plan)?;
        }
        self.changed(&[Kind::Plans, Kind::Stops, Kind::Statements, Kind::Conflicts]);
        Ok(())
    }

    fn drop_objects(&mut self, scope: Scope) -> Result<(), ReplicaError> {
        let scope = scopes::text(scope);
        let held: Vec<DocumentId> = self
            .tx
            .prepare("select document from documents where scope = :scope")?
            .query_map(named_params! { ":scope": scope }, |row| {
                columns::parsed(row, "document")
            })?
            .collect::<rusqlite::Result<_>>()?;
        for document in held {
            self.drop_document(document)?;
        }
        let snapshots: Vec<SnapshotId> = self
            .tx
            .prepare("select snapshot from sealed_snapshots where scope = :scope")?
            .query_map(named_params! { ":scope": scope }, |row| {
                columns::parsed(row, "snapshot")
            })?
            .collect::<rusqlite::Result<_>>()?;
        for snapshot in snapshots {
            customer_books::forget_statement(self.tx, snapshot)?;
        }
        for statement in [
            "delete from statements where statement in (select snapshot from sealed_snapshots where scope = :scope)",
            "delete from sealed_snapshots where scope = :scope",
            "delete from sealed_entries where scope = :scope",
        ] {
            self.tx
                .execute(statement, named_params! { ":scope": scope })?;
        }
        Ok(())
    }

    pub(super) fn drop_document(&mut self, document: DocumentId) -> Result<(), ReplicaError> {
        documents::delete(self.tx, document)?;
        read_model::documents::forget(self.tx, document)?;
        Ok(())
    }
}
