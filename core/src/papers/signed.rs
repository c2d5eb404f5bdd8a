//! What a sealed acknowledgement says was drawn, and whether its pieces fit together.

use crate::domain::ids::Digest;
use crate::journal::facts::Acknowledgement;
use crate::snapshots::Snapshot;
use crate::snapshots::statement::{RenderModel, Statement};

impl Acknowledgement {
    /// The statement whose bytes it carries; none when they do not read back.
    #[must_use]
    pub fn carried_statement(&self) -> Option<Statement> {
        match minicbor::decode(&self.statement_bytes) {
            Ok(Snapshot::Statement(statement)) => Some(*statement),
            Ok(
                Snapshot::Ledger(_)
                | Snapshot::Plan(_)
                | Snapshot::Policy(_)
                | Snapshot::CustomerBook(_),
            )
            | Err(_) => None,
        }
    }

    /// The render model that was drawn: its own when the device composed the paper, else the statement's. None when the bytes
    /// do not read back.
    #[must_use]
    pub fn drawn(&self) -> Option<RenderModel> {
        match &self.paper_model {
            Some(bytes) => minicbor::decode(bytes).ok(),
            None => self
                .carried_statement()
                .map(|statement| statement.render_model),
        }
    }

    /// The statement's bytes hash to the name they are carried under.
    #[must_use]
    pub fn names_its_statement(&self) -> bool {
        Digest::of(&self.statement_bytes) == self.statement
    }

    /// What was drawn hashes to the sealed digest.
    #[must_use]
    pub fn names_what_was_drawn(&self) -> bool {
        match &self.paper_model {
            Some(bytes) => Digest::of(bytes) == self.render_model && self.drawn().is_some(),
            None => self
                .drawn()
                .is_some_and(|model| model.digest() == self.render_model),
        }
    }

    /// The total that was confirmed is what the paper says: the instalments' sum, else the statement's total.
    #[must_use]
    pub fn total_fits(&self) -> bool {
        match self.instalments.as_deref() {
            Some([first, rest @ ..]) => rest
                .iter()
                .try_fold(first.amount, |sum, part| sum.plus(part.amount))
                .is_ok_and(|sum| sum == self.total),
            Some([]) | None => self
                .carried_statement()
                .is_some_and(|statement| statement.confirmed_total() == Ok(self.total)),
        }
    }
}
