//! The statement of account (对账单) and the render model that is exactly what the glass shows.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CustomerId, Digest, OrganisationId, SnapshotId};
use crate::domain::money::Money;
use crate::domain::time::Day;
use crate::journal::facts::PaperKind;

/// A statement rendered by the server from a signed ledger snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Statement {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Who claims.
    #[n(1)]
    pub organisation: OrganisationId,
    /// Who owes.
    #[n(2)]
    pub customer: CustomerId,
    /// The ledger snapshot that the figures come from.
    #[n(3)]
    pub ledger: SnapshotId,
    /// Its cut-off day.
    #[n(4)]
    pub cut_off: Day,
    /// Form A or B.
    #[n(5)]
    pub form: PaperKind,
    /// What is outstanding in total.
    #[n(6)]
    pub total: Money,
    /// The receivables, oldest due day first.
    #[n(7)]
    pub lines: Vec<StatementLine>,
    /// What the screen draws; nothing else is drawn while somebody signs.
    #[n(8)]
    pub render_model: RenderModel,
}

/// One receivable on a statement.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct StatementLine {
    /// Document number.
    #[n(0)]
    pub document: String,
    /// Day of the invoice, when the ledger has it.
    #[n(1)]
    pub invoiced: Option<Day>,
    /// Due day.
    #[n(2)]
    pub due: Day,
    /// Amount due.
    #[n(3)]
    pub amount: Money,
    /// Received.
    #[n(4)]
    pub received: Money,
    /// Outstanding.
    #[n(5)]
    pub outstanding: Money,
}

/// The strings that are really drawn, in order. What you see is what you sign.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct RenderModel {
    /// Template, such as `statement-a`.
    #[n(0)]
    pub template: String,
    /// Its version.
    #[n(1)]
    pub template_version: u32,
    /// Language tag of the text.
    #[n(2)]
    pub language: String,
    /// Heading.
    #[n(3)]
    pub title: String,
    /// Label and value, in order.
    #[n(4)]
    pub rows: Vec<RenderRow>,
    /// The clauses, in order.
    #[n(5)]
    pub clauses: Vec<String>,
}

/// A label with its value.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct RenderRow {
    /// What it is.
    #[n(0)]
    pub label: String,
    /// What it says.
    #[n(1)]
    pub value: String,
}

impl RenderModel {
    /// The digest of its deterministic CBOR bytes.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&minicbor::to_vec(self).expect("writing CBOR into a vector has no failing sink"))
    }
}
