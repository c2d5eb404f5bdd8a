//! Fields that two people changed at the same time.

use serde::{Deserialize, Serialize};

use crate::documents::DocumentKind;
use crate::domain::ids::{DocumentId, UserId};

/// One field with all its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ConflictRow {
    /// The document.
    pub document: DocumentId,
    /// Its kind.
    pub document_kind: DocumentKind,
    /// Field path inside it.
    pub field: String,
    /// At least two; the first is the one that shows until somebody settles it.
    pub values: Vec<ConflictValueRow>,
}

/// One of the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ConflictValueRow {
    /// The value as text.
    pub value: String,
    /// Who wrote it, when that is known here.
    pub author: Option<UserId>,
    /// The author's name; empty when not known here.
    pub author_name: String,
    /// When, by the writer's wall clock.
    pub at_ms: i64,
}
