//! Forms that somebody began and did not finish.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A form whose typing is kept until it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum DraftForm {
    /// Who signs, before the pad.
    Signer,
    /// A refusal.
    Refusal,
    /// A promise.
    Promise,
    /// The outcome.
    Outcome,
    /// The answer to a send-back; it names the send-back.
    SendBack,
    /// A contact of a customer; when it is changed, it names the contact.
    Contact,
    /// Why a contact is not valid any more; it names the contact.
    ContactEnd,
    /// A follow-up of a customer; when it is changed, it names the follow-up.
    FollowUp,
    /// How a follow-up ended; it names the follow-up.
    FollowUpClose,
    /// Who was there.
    Attendance,
    /// A dispute.
    Dispute,
    /// What was found about a dispute; it names the dispute.
    Finding,
    /// A promise paper's instalments.
    PromisePaper,
    /// Who countersigns; it names the signed paper.
    Countersign,
    /// What the stamp on a sheet says; it names the signed paper.
    Seal,
    /// Who has the customer's copy; it names the signed paper.
    Copy,
    /// Cash that is being counted.
    Cash,
}

/// What was kept for a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DraftView {
    /// The form's fields as the screen wrote them.
    pub content: String,
    /// When, by this device's wall clock.
    pub at_ms: i64,
}

/// A form of a stop or customer that is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DraftRow {
    /// The form.
    pub form: DraftForm,
    /// The entry, contact or follow-up that it is about, if it is about one.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub about: Option<Uuid>,
    /// When something was last typed, by this device's wall clock.
    pub at_ms: i64,
}
