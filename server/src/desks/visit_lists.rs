//! 《定期上门催收客户名单》: screened by the clerk, decided by the sales manager.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::domain::calendar::Calendar;
use countersign_core::domain::ids::{CustomerId, Digest, EntryId, VisitListId};
use countersign_core::domain::limitation::{LimitationBasis, limitation};
use countersign_core::domain::money::Money;
use countersign_core::domain::time::Day;
use countersign_core::domain::visit_priority::{
    PriorityPolicy, RankedVisit, VisitCandidate, nearest_days_left, visit_priority,
};
use countersign_core::journal::facts::{
    Decision, Fact, StruckRow, VisitListDecided, VisitListProposed, VisitListRow,
};
use countersign_core::read_model::customers::{
    self, OverduePage, OverdueQuery, OverdueRow, OverdueSort,
};
use countersign_core::read_model::ledgers;
use countersign_core::read_model::visit_lists::{self, ListState, ListedCustomer, VisitListHead};
use rusqlite::Connection;

use super::{Desk, DeskError, Need, Request, checked_text};
use crate::auth::policy::Action;
use crate::organisation::DeskEntry;

/// The most customers on one list.
const LIST_LIMIT: usize = 2000;

/// A customer that might go on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is overdue.
    pub row: OverdueRow,
    /// Why it stands where it does, and the days left on its nearest limitation clock.
    pub rank: RankedVisit<CustomerId>,
    /// It is on a list that waits or was approved already.
    pub is_listed: bool,
}

/// A list to be proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVisitList {
    /// A list that was sent back and is proposed again; none for a new one.
    pub again: Option<VisitListId>,
    /// Title, at most 200 bytes.
    pub title: String,
    /// The customers, ranked.
    pub rows: Vec<ProposedRow>,
}

/// One customer of a list to be proposed; the figures come from the ledger in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedRow {
    /// The customer.
    pub customer: CustomerId,
    /// Why it is on the list, at most 1 KiB.
    pub reason: String,
}

/// A list with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitListView {
    /// The list and where it stands.
    pub head: VisitListHead,
    /// Its customers by rank, struck ones included.
    pub rows: Vec<ListedCustomer>,
}

impl Desk {
    /// Overdue customers of the ledger in force; none before finance signed one.
    pub fn overdue_customers(&self, query: &OverdueQuery) -> Result<OverduePage, DeskError> {
        self.require(Action::ReadReceivables)?;
        Ok(self
            .organisation
            .read(|connection| customers::overdue(connection, query))?)
    }

    /// Overdue customers in the order of [`visit_priority`] as of today.
    ///
    /// Limitation is counted from due days alone: what restarted a clock only gives more time. No trip cost is recorded, so
    /// every trip counts as the cheapest.
    pub fn candidates(&self, limit: usize) -> Result<Vec<Candidate>, DeskError> {
        self.require(Action::ReadReceivables)?;
        let (mut overdue, listed, due_days) = self.organisation.read(|connection| {
            Ok((
                self.all_overdue(connection)?,
                visit_lists::listed_customers(connection)?,
                customers::unsettled_due_days(connection)?,
            ))
        })?;
        let ranked = self.ranked(&overdue, &due_days)?;
        Ok(ranked
            .into_iter()
            .take(limit)
            .filter_map(|rank| {
                Some(Candidate {
                    is_listed: listed.contains(&rank.id),
                    row: overdue.remove(&rank.id)?,
                    rank,
                })
            })
            .collect())
    }

    fn all_overdue(
        &self,
        connection: &Connection,
    ) -> rusqlite::Result<BTreeMap<CustomerId, OverdueRow>> {
        let mut query = OverdueQuery {
            as_of: self.today(),
            search: String::new(),
            sort: OverdueSort::Code,
            offset: 0,
            limit: customers::PAGE_LIMIT,
        };
        let mut all = BTreeMap::new();
        loop {
            let page = customers::overdue(connection, &query)?;
            if page.rows.is_empty() {
                return Ok(all);
            }
            all.extend(page.rows.into_iter().map(|row| (row.customer, row)));
            query.offset = query.offset.saturating_add(customers::PAGE_LIMIT);
        }
    }

    fn ranked(
        &self,
        overdue: &BTreeMap<CustomerId, OverdueRow>,
        due_days: &BTreeMap<CustomerId, Vec<Day>>,
    ) -> Result<Vec<RankedVisit<CustomerId>>, DeskError> {
        let calendar = Calendar::published();
        let today = self.today();
        let days_left = |due: &Day| {
            let basis = LimitationBasis::AgreedDueDay(*due);
            limitation(&basis, &[], today, &calendar).days_left
        };
        let candidates: Vec<VisitCandidate<CustomerId>> = overdue
            .values()
            .filter_map(|row| {
                let clocks = due_days.get(&row.customer)?.iter().map(days_left);
                Some(VisitCandidate {
                    id: row.customer,
                    outstanding: row.outstanding,
                    days_left: nearest_days_left(clocks)?,
                    trip_cost: Money::zero(row.outstanding.currency()),
                })
            })
            .collect();
        visit_priority(&candidates, &PriorityPolicy::default())
            .map_err(|_amounts| DeskError::invalid("rows", "desk-invalid-amounts"))
    }

    /// All visit lists, newest first.
    pub fn visit_lists(&self) -> Result<Vec<VisitListHead>, DeskError> {
        self.require(Action::ReadReceivables)?;
        Ok(self.organisation.read(visit_lists::all)?)
    }

    /// One visit list.
    pub fn visit_list(&self, list: VisitListId) -> Result<VisitListView, DeskError> {
        self.require(Action::ReadReceivables)?;
        let (head, rows) = self.organisation.read(|connection| {
            Ok((
                visit_lists::head(connection, list)?,
                visit_lists::rows(connection, list)?,
            ))
        })?;
        Ok(VisitListView {
            head: head.ok_or(DeskError::NotFound)?,
            rows,
        })
    }

    /// Proposes a list, or proposes again one that was sent back. Amounts are those at the ledger's cut-off.
    pub fn propose_visit_list(&self, new: &NewVisitList) -> Result<VisitListId, DeskError> {
        self.require(Action::ProposeVisitList)?;
        let title = checked_text(&new.title, 200, "title", Need::Required)?;
        let ledger = self
            .organisation
            .read(ledgers::in_force)?
            .ok_or(DeskError::invalid("rows", "desk-invalid-no-ledger"))?;
        let amends = new
            .again
            .map(|list| self.proposal_to_replace(list))
            .transpose()?;
        let rows = self.proposed_rows(&new.rows, ledger.cut_off)?;
        let list = match new.again {
            Some(list) => list,
            None => VisitListId(self.fresh_id()?),
        };
        let fact = Fact::VisitListProposed(VisitListProposed {
            list,
            title,
            ledger: ledger.ledger,
            rows,
        });
        let entry = DeskEntry {
            amends,
            ..self.office_entry(fact)
        };
        self.organisation.desk_append(entry, Vec::new())?;
        Ok(list)
    }

    fn proposal_to_replace(&self, list: VisitListId) -> Result<EntryId, DeskError> {
        let head = self
            .organisation
            .read(|connection| visit_lists::head(connection, list))?
            .ok_or(DeskError::NotFound)?;
        match head.state {
            ListState::Proposed | ListState::SentBack => Ok(head.entry),
            ListState::Approved => Err(DeskError::Stale),
        }
    }

    fn proposed_rows(
        &self,
        rows: &[ProposedRow],
        cut_off: Day,
    ) -> Result<Vec<VisitListRow>, DeskError> {
        if rows.is_empty() {
            return Err(DeskError::invalid("rows", "desk-invalid-empty-list"));
        }
        if rows.len() > LIST_LIMIT {
            return Err(DeskError::invalid("rows", "desk-invalid-long-list"));
        }
        let mut seen = BTreeSet::new();
        rows.iter()
            .map(|row| {
                if !seen.insert(row.customer) {
                    return Err(DeskError::invalid("rows", "desk-invalid-customer-twice"));
                }
                let overdue = self
                    .organisation
                    .read(|connection| customers::overdue_of(connection, row.customer, cut_off))?
                    .ok_or(DeskError::invalid("rows", "desk-invalid-not-overdue"))?;
                Ok(VisitListRow {
                    customer: row.customer,
                    overdue: overdue.overdue,
                    days_past_due: overdue.days_past_due,
                    reason: checked_text(&row.reason, 1024, "reason", Need::Required)?,
                })
            })
            .collect()
    }

    /// Approves a list, rows struck with a reason apart, or sends it back. `pinned` is the hash of the proposal that was
    /// looked at. Never the proposer.
    pub fn decide_visit_list(
        &self,
        list: VisitListId,
        pinned: Digest,
        decision: Decision,
        struck: Vec<StruckRow>,
    ) -> Result<EntryId, DeskError> {
        self.require(Action::DecideVisitList)?;
        let VisitListView { head, rows } = self.visit_list(list)?;
        self.judge(&Request {
            requester: head.proposed_by,
            editors: &[],
            content: head.entry_hash,
            decided: pinned,
        })?;
        if head.state != ListState::Proposed {
            return Err(DeskError::Stale);
        }
        let decision = checked_decision(decision)?;
        let struck = checked_struck(&decision, struck, &rows)?;
        let fact = Fact::VisitListDecided(VisitListDecided {
            list,
            pinned,
            decision,
            struck,
        });
        let entry = DeskEntry {
            amends: Some(head.entry),
            ..self.office_entry(fact)
        };
        Ok(self.organisation.desk_append(entry, Vec::new())?)
    }
}

/// Who sends something back says why.
pub(super) fn checked_decision(decision: Decision) -> Result<Decision, DeskError> {
    match decision {
        Decision::Approved => Ok(Decision::Approved),
        Decision::SentBack(reason) => {
            checked_text(&reason, 4096, "reason", Need::Required).map(Decision::SentBack)
        }
    }
}

fn checked_struck(
    decision: &Decision,
    struck: Vec<StruckRow>,
    rows: &[ListedCustomer],
) -> Result<Vec<StruckRow>, DeskError> {
    if matches!(decision, Decision::SentBack(_)) {
        return Ok(Vec::new());
    }
    let mut off = BTreeSet::new();
    let struck: Vec<StruckRow> = struck
        .into_iter()
        .map(|row| {
            if !rows.iter().any(|listed| listed.customer == row.customer) {
                return Err(DeskError::invalid("struck", "desk-invalid-not-on-list"));
            }
            off.insert(row.customer);
            Ok(StruckRow {
                customer: row.customer,
                reason: checked_text(&row.reason, 1024, "struck", Need::Required)?,
            })
        })
        .collect::<Result<_, _>>()?;
    if off.len() == rows.len() {
        return Err(DeskError::invalid("struck", "desk-invalid-all-struck"));
    }
    Ok(struck)
}
