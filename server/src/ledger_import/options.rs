//! What the clerk has answered, and which customers are on file.

use countersign_core::domain::money::Currency;
use serde::{Deserialize, Serialize};

use super::amount::Unit;
use super::columns::{Column, Field};
use super::result::{CustomerRow, Place, SheetKind};

/// A customer that is on file already.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KnownCustomer {
    /// Code; empty when it has none.
    pub code: String,
    /// Name.
    pub name: String,
}

impl From<&CustomerRow> for KnownCustomer {
    fn from(row: &CustomerRow) -> Self {
        Self {
            code: row.code.clone(),
            name: row.name.clone(),
        }
    }
}

/// What the clerk says about one sheet. What is not said is found out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SheetAnswer {
    /// Name of the sheet; none in a text file.
    pub sheet: Option<String>,
    /// What it holds.
    pub kind: Option<SheetKind>,
    /// The rows of its headers, one or two, in order.
    pub header_rows: Option<Vec<u32>>,
    /// Which column holds a field; no column: the file does not have it.
    pub columns: Vec<(Field, Option<Column>)>,
    /// The unit of all its amounts.
    pub unit: Option<Unit>,
}

/// What the clerk decides about one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is left out, as [`super::result::IgnoredKind::Struck`].
    Strike,
    /// These cells should read so; the row is checked again.
    Correct(Vec<(Field, String)>),
    /// These cells should read so, and what is then only doubtful is taken as it is, see [`Problem::can_confirm`].
    ///
    /// [`Problem::can_confirm`]: super::result::Problem::can_confirm
    Confirm(Vec<(Field, String)>),
}

impl Decision {
    /// The cells that are read with another text.
    #[must_use]
    pub fn cells(&self) -> &[(Field, String)] {
        match self {
            Self::Strike => &[],
            Self::Correct(cells) | Self::Confirm(cells) => cells,
        }
    }
}

/// A customer as rows of the file write it: code and name, folded; either may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WrittenCustomer {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// The answers to one import. The default answers nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Options {
    /// Customers on file. A new customer is admitted by being named here.
    pub customers_known: Vec<KnownCustomer>,
    /// Answers about sheets: kind, header rows, columns, unit.
    pub sheets: Vec<SheetAnswer>,
    /// Which customer is meant where the file writes one that is not on file.
    pub customers: Vec<(WrittenCustomer, KnownCustomer)>,
    /// Decisions on rows.
    pub rows: Vec<(Place, Decision)>,
    /// The currency, when the file does not say it.
    pub currency: Option<Currency>,
}

impl Options {
    pub(crate) fn about(&self, sheet: Option<&str>) -> Option<&SheetAnswer> {
        self.sheets
            .iter()
            .find(|answer| answer.sheet.as_deref() == sheet)
    }
}
