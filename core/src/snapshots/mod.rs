//! Server-signed, read-only figures: the ledger as of a cut-off, statements of account, approved visit plans, the policy,
//! and each salesperson's customer book.
//!
//! A snapshot is named by the digest of its payload bytes ([`crate::domain::ids::SnapshotId`]).

pub mod customer_book;
pub mod ledger;
pub mod plan;
pub mod policy;
mod settlement;
pub mod statement;

use minicbor::{Decode, Encode};

/// Everything that a snapshot can be. The number of a variant is part of the format.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Snapshot {
    /// All receivables as of a cut-off; stays in the office.
    #[n(1)]
    Ledger(#[n(0)] Box<ledger::LedgerSnapshot>),
    /// One customer's statement of account (对账单), ready to be signed.
    #[n(2)]
    Statement(#[n(0)] Box<statement::Statement>),
    /// An approved visit plan.
    #[n(3)]
    Plan(#[n(0)] Box<plan::ApprovedPlan>),
    /// Who may do what, and who is who.
    #[n(4)]
    Policy(#[n(0)] Box<policy::Policy>),
    /// A piece of one salesperson's customer book (客户簿).
    #[n(5)]
    CustomerBook(#[n(0)] Box<customer_book::CustomerBook>),
}
