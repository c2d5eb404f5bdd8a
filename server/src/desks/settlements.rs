//! Full settlements (statement form B): put forward by the clerk, approved by sales manager, finance and legal, then issued to
//! the teams that hold the customer.
//!
//! What is approved is the statement itself, byte for byte: its digest is its name, and after the third approval exactly these
//! bytes are sealed as the snapshot. Finance signing another ledger makes it stale.

use countersign_core::domain::ids::{CustomerId, Digest, EntryId, SnapshotId};
use countersign_core::domain::interest::{InterestError, RateBasis, SmeRate};
use countersign_core::domain::money::Money;
use countersign_core::domain::percent::Percent;
use countersign_core::domain::settlement::{
    SettledReceivable, SettlementInterest, settlement_interest,
};
use countersign_core::domain::statement_lint::SettlementApprover;
use countersign_core::journal::Scope;
use countersign_core::journal::facts::{Decision, Fact, SettlementDecided, SettlementDrafted};
use countersign_core::read_model::settlements::{self, SettlementRow, SettlementState};
use countersign_core::read_model::{customers, ledgers};
use countersign_core::snapshots::Snapshot;
use countersign_core::snapshots::policy::Role;
use countersign_core::snapshots::statement::{Statement, StatementError};

use rust_decimal::Decimal;

use super::visit_lists::checked_decision;
use super::{Desk, DeskError, Need, Request, checked_text};
use crate::auth::policy::Action;
use crate::organisation::{DeskEntry, Item};

/// The rate that the contract, or the law, sets for late payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettlementRate {
    /// Agreed, percent a day.
    Daily(Percent),
    /// Agreed, percent a year.
    Yearly(Percent),
    /// Small or medium creditor without an agreed rate: 0.05 % a day (SME Payment Regulation (2025) art. 17).
    SmallCreditor,
}

impl SettlementRate {
    /// A rate beyond these is a slip of the decimal point.
    fn check(self) -> Result<(), DeskError> {
        let (rate, most) = match self {
            Self::Daily(percent) => (percent.value(), Decimal::ONE),
            Self::Yearly(percent) => (percent.value(), Decimal::ONE_HUNDRED),
            Self::SmallCreditor => return Ok(()),
        };
        if rate > Decimal::ZERO && rate <= most {
            Ok(())
        } else {
            Err(DeskError::invalid("rate", "desk-invalid-settlement-rate"))
        }
    }
}

impl From<SettlementRate> for RateBasis {
    fn from(rate: SettlementRate) -> Self {
        match rate {
            SettlementRate::Daily(percent) => Self::AgreedDaily(percent),
            SettlementRate::Yearly(percent) => Self::AgreedAnnual(percent),
            SettlementRate::SmallCreditor => Self::Sme(SmeRate::NotAgreed),
        }
    }
}

/// A settlement to be put forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSettlement {
    /// With whom.
    pub customer: CustomerId,
    /// The rate of the contract.
    pub rate: SettlementRate,
    /// The interest that was agreed on, at most what is computed; none for all of it.
    pub agreed: Option<Money>,
    /// Why, at most 4 KiB.
    pub reason: String,
}

/// What a settlement would say, before it is put forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementPreview {
    /// The interest line by line.
    pub computed: SettlementInterest,
    /// The statement.
    pub statement: Statement,
}

/// A settlement with its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementView {
    /// Where it stands.
    pub row: SettlementRow,
    /// What is to be signed.
    pub statement: Statement,
    /// As whom this person may decide now; none when he may not, or has.
    pub may_decide_as: Option<SettlementApprover>,
    /// He put it forward himself.
    pub is_own: bool,
}

const fn role_of(approver: SettlementApprover) -> Role {
    match approver {
        SettlementApprover::SalesManager => Role::SalesManager,
        SettlementApprover::Finance => Role::Finance,
        SettlementApprover::Legal => Role::Legal,
    }
}

impl Desk {
    /// All settlements, newest first.
    pub fn settlements(&self) -> Result<Vec<SettlementRow>, DeskError> {
        self.require(Action::ReadReceivables)?;
        Ok(self.organisation.read(|connection| {
            let in_force = ledgers::in_force(connection)?.map(|row| row.ledger);
            settlements::all(connection, in_force)
        })?)
    }

    /// Those that wait for this person.
    pub fn settlements_to_decide(&self) -> Result<usize, DeskError> {
        let rows = self.settlements()?;
        Ok(rows
            .iter()
            .filter(|row| self.may_decide_settlement(row).is_some())
            .count())
    }

    /// One settlement.
    pub fn settlement(&self, statement: SnapshotId) -> Result<SettlementView, DeskError> {
        self.require(Action::ReadReceivables)?;
        let (row, content) = self.organisation.read(|connection| {
            let in_force = ledgers::in_force(connection)?.map(|row| row.ledger);
            Ok((
                settlements::row(connection, statement, in_force)?,
                settlements::statement(connection, statement)?,
            ))
        })?;
        let row = row.ok_or(DeskError::NotFound)?;
        Ok(SettlementView {
            may_decide_as: self.may_decide_settlement(&row),
            is_own: row.drafted_by == self.user,
            statement: content.ok_or(DeskError::Damaged)?,
            row,
        })
    }

    fn may_decide_settlement(&self, row: &SettlementRow) -> Option<SettlementApprover> {
        let has_decided = row
            .decisions
            .iter()
            .any(|made| made.decided_by == self.user);
        if row.state != SettlementState::Waiting || row.drafted_by == self.user || has_decided {
            return None;
        }
        SettlementApprover::ALL.into_iter().find(|approver| {
            let is_open = row.decisions.iter().all(|made| made.approver != *approver);
            is_open && self.roles.contains(&role_of(*approver))
        })
    }

    /// What a settlement would say today.
    pub fn preview_settlement(&self, new: &NewSettlement) -> Result<SettlementPreview, DeskError> {
        self.require(Action::DraftSettlement)?;
        new.rate.check()?;
        let customer = self
            .organisation
            .read(|connection| customers::customer(connection, new.customer))?
            .ok_or(DeskError::NotFound)?;
        self.with_statement_of(&customer, self.today(), |of| {
            let receivables: Vec<SettledReceivable<'_>> = of
                .receivables
                .iter()
                .map(|line| SettledReceivable {
                    document: &line.document,
                    due: line.due,
                    outstanding: line.outstanding,
                })
                .collect();
            let computed = settlement_interest(&receivables, of.cut_off, new.rate.into())
                .map_err(|error| no_interest(&error))?;
            let agreed = new.agreed.unwrap_or(computed.total);
            check_agreed(agreed, computed.total)?;
            let statement = of
                .form_b(&computed, agreed)
                .map_err(|error| no_settlement(&error))?;
            Ok(SettlementPreview {
                computed,
                statement,
            })
        })
    }

    /// Puts a settlement forward, or again after it was sent back.
    pub fn draft_settlement(&self, new: &NewSettlement) -> Result<SnapshotId, DeskError> {
        self.require(Action::DraftSettlement)?;
        let reason = checked_text(&new.reason, 4096, "reason", Need::Required)?;
        self.organisation.in_turn(|| {
            let preview = self.preview_settlement(new)?;
            let of_customer = self.organisation.read(|connection| {
                settlements::of_customer(connection, new.customer, Some(preview.statement.ledger))
            })?;
            if of_customer.iter().any(|row| {
                matches!(
                    row.state,
                    SettlementState::Waiting | SettlementState::Issued
                )
            }) {
                return Err(DeskError::invalid(
                    "customer",
                    "desk-invalid-settlement-there",
                ));
            }
            let snapshot = Snapshot::Statement(Box::new(preview.statement));
            let sealed = self.organisation.seal_snapshot(&snapshot)?;
            let statement = sealed.id();
            let amends = of_customer
                .iter()
                .find(|row| row.statement == statement)
                .map(|row| row.entry);
            let fact = Fact::SettlementDrafted(Box::new(SettlementDrafted {
                statement,
                statement_bytes: sealed.payload,
                computed: preview.computed.total,
                reason,
            }));
            let entry = DeskEntry {
                amends,
                ..self.office_entry(fact)
            };
            self.organisation.desk_append(entry, Vec::new())?;
            Ok(statement)
        })
    }

    /// Decides as the one of the three whom this person stands for and who has not decided. `pinned` is the hash of the entry
    /// that was looked at. The third approval issues the statement to the teams of the customer.
    pub fn decide_settlement(
        &self,
        statement: SnapshotId,
        pinned: Digest,
        decision: Decision,
    ) -> Result<EntryId, DeskError> {
        self.require(Action::DecideSettlement)?;
        let decision = checked_decision(decision)?;
        self.organisation.in_turn(|| {
            let view = self.settlement(statement)?;
            self.judge(&Request {
                requester: view.row.drafted_by,
                editors: &[],
                content: view.row.entry_hash,
                decided: pinned,
            })?;
            let approver = view.may_decide_as.ok_or(DeskError::Stale)?;
            let is_last = decision == Decision::Approved
                && view.row.decisions.len() + 1 == SettlementApprover::ALL.len();
            let items = if is_last {
                self.issued(&view)?
            } else {
                Vec::new()
            };
            let entry = DeskEntry {
                amends: Some(view.row.entry),
                ..self.office_entry(Fact::SettlementDecided(SettlementDecided {
                    statement,
                    pinned,
                    approver,
                    decision,
                }))
            };
            Ok(self.organisation.desk_append(entry, items)?)
        })
    }

    /// The snapshot for the phones: the approved bytes, and nothing else.
    fn issued(&self, view: &SettlementView) -> Result<Vec<Item>, DeskError> {
        let snapshot = Snapshot::Statement(Box::new(view.statement.clone()));
        let sealed = self.organisation.seal_snapshot(&snapshot)?;
        if sealed.id() != view.row.statement {
            return Err(DeskError::Damaged);
        }
        Ok(vec![Item::Snapshot {
            scope: Scope::Customer(view.row.customer),
            sealed,
        }])
    }
}

fn check_agreed(agreed: Money, computed: Money) -> Result<(), DeskError> {
    let given_up = computed
        .minus(agreed)
        .map_err(|_other_currency| DeskError::invalid("agreed", "desk-invalid-amounts"))?;
    if agreed.minor() < 0 || given_up.minor() < 0 {
        return Err(DeskError::invalid(
            "agreed",
            "desk-invalid-settlement-interest",
        ));
    }
    Ok(())
}

fn no_interest(error: &InterestError) -> DeskError {
    match error {
        InterestError::Percent(_) | InterestError::Uplift(_) => {
            DeskError::invalid("rate", "desk-invalid-settlement-rate")
        }
        InterestError::DefaultBeforeLpr
        | InterestError::NoRate(_)
        | InterestError::Amount(_)
        | InterestError::Money(_) => DeskError::invalid("rate", "desk-invalid-amounts"),
    }
}

fn no_settlement(error: &StatementError) -> DeskError {
    match error {
        StatementError::NothingOutstanding => {
            DeskError::invalid("customer", "desk-invalid-settlement-nothing")
        }
        StatementError::Money(_) | StatementError::Words(_) => {
            DeskError::invalid("customer", "desk-invalid-amounts")
        }
    }
}
