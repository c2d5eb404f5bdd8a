//! Rows for screens and reports: what the phone's screens and the console's pages draw, and nothing else.
//!
//! Every row is projected from the read model by `core::replica` or the console's queries; a figure on a phone and in the
//! console comes from the same row. Field names are the JSON names; instants are milliseconds since 1970.

mod attendance;
mod calls;
mod cash;
mod ceremonies;
mod conflicts;
mod contacts;
mod customers;
mod device;
mod disputes;
mod drafts;
mod entries;
mod lock;
mod parts;
mod settings;
mod signings;
mod statements;
mod stops;
mod sync;
mod to_do;
mod today;
#[cfg(test)]
mod typescript;

use serde::{Deserialize, Serialize};

pub use attendance::AttendanceView;
pub use calls::{CallRow, call_today};
pub use cash::{CashPaper, CashRow, CashState, CashView, OpenCash, PiecesTotal};
pub use ceremonies::{
    Completeness, CountersignedRow, PostingRow, RefusalScript, SealSheet, SealStatus, SignedRow,
    TeamMember, completeness, posting, signed_rows,
};
pub use conflicts::{ConflictRow, ConflictValueRow};
pub use contacts::{
    AlikeRow, Conduct, ConductRow, ContactRow, ContactsView, FollowUpRow, FollowUpsView, JoinedRow,
    ListedContactRow, MemberChangeRow, NumberRow, alike_rows, contact_rows, follow_up_row,
    listed_row, roots,
};
pub use customers::{
    BucketAmount, CustomerBalance, CustomerBookRow, CustomerDisputeRow, CustomerRow,
    CustomerSignedRow, CustomerSort, CustomerView, CustomerVisitRow, CustomersView, OpenQuestion,
    PromiseStandingRow,
};
pub use device::DeviceView;
pub use disputes::{DisputeRow, DisputeState, FindingRow, FindingSigned, ObjectionRow};
pub use drafts::{DraftForm, DraftRow, DraftView};
pub use entries::{EntryDetail, EntryRow, Fence, PositionRow};
pub use lock::{LockState, LockView, OwnerUnlock};
pub use parts::{Base64, Begun, CaptureRow, PartPiece, PartRow, PartsView};
pub use settings::{DeviceRecord, Language, Settings, Theme};
pub use signings::{
    Check, EffectAnswer, EffectRow, LegalEffectView, PaperView, SignedView, SigningState,
    SigningView, StrokeRow, Verification,
};
pub use statements::{SettlementSummary, StatementSummary, StatementView};
pub use stops::{OfflinePart, PromiseRow, SentBackRow, StopRow, StopStatus, StopView};
pub use sync::{
    Agreement, HeldDecidedRow, LaneResult, QuarantineRow, SyncItem, SyncReport, SyncStatus,
};
pub use to_do::{ToDoCounts, ToDoKind, ToDoRow, ToDoView};
pub use today::{HereRow, PlanRow, TodayView};

/// How far an object has come on its way to the office. Only `Receipted` is green.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ObjectState {
    /// On this device only.
    #[default]
    Local,
    /// Sent at least once, or its parts are not complete on the server yet.
    Sent,
    /// The server's receipt is stored here, and every part is complete there.
    Receipted,
    /// Kept by the server but not applied; somebody decides.
    Held,
}

impl ObjectState {
    /// The word stored in tables and shown in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Sent => "sent",
            Self::Receipted => "receipted",
            Self::Held => "held",
        }
    }

    /// Reads [`ObjectState::word`] back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "local" => Some(Self::Local),
            "sent" => Some(Self::Sent),
            "receipted" => Some(Self::Receipted),
            "held" => Some(Self::Held),
            _ => None,
        }
    }
}
