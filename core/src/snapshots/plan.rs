//! The approved visit plan (上门催收工作方案): what a team goes out with.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{
    CustomerId, Digest, DocumentId, OrganisationId, PlanId, SnapshotId, StopId, UserId,
};
use crate::domain::position::SitePoint;
use crate::domain::time::Day;

/// A plan as the director approved it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ApprovedPlan {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Whose.
    #[n(1)]
    pub organisation: OrganisationId,
    /// The plan.
    #[n(2)]
    pub plan: PlanId,
    /// Title, such as `城东片区 7月15日`.
    #[n(3)]
    pub title: String,
    /// The day of the visits.
    #[n(4)]
    pub day: Day,
    /// Digest of the plan document's heads that was approved.
    #[n(5)]
    pub heads: Digest,
    /// Who approved.
    #[n(6)]
    pub approved_by: UserId,
    /// Who goes.
    #[n(7)]
    pub team: Vec<UserId>,
    /// Number plate or description; may be empty.
    #[n(8)]
    pub vehicle: String,
    /// In visiting order.
    #[n(9)]
    pub stops: Vec<PlannedStop>,
    /// Number of the newest row of the server's journal when it was approved: of two versions of a plan the one with the
    /// higher number is in force, in whatever order they arrive.
    #[n(10)]
    #[cbor(default)]
    pub approved_after: u64,
}

/// One customer on the plan, with all that the phone needs without a network.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PlannedStop {
    /// The stop.
    #[n(0)]
    pub stop: StopId,
    /// Its document that merges.
    #[n(1)]
    pub document: DocumentId,
    /// The customer.
    #[n(2)]
    pub customer: CustomerId,
    /// The customer's own document that merges.
    #[n(3)]
    pub customer_document: DocumentId,
    /// Code.
    #[n(4)]
    pub code: String,
    /// Name.
    #[n(5)]
    pub name: String,
    /// Address; may be empty.
    #[n(6)]
    pub address: String,
    /// Where, when known.
    #[n(7)]
    pub site: Option<SitePoint>,
    /// Contact's name; may be empty.
    #[n(8)]
    pub contact: String,
    /// Contact's number; may be empty.
    #[n(9)]
    pub phone: String,
    /// The statement to be shown.
    #[n(10)]
    pub statement: SnapshotId,
    /// Papers to take along.
    #[n(11)]
    pub materials: Vec<Material>,
}

/// Paper taken along (随带材料).
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Material {
    /// 对账单.
    #[n(0)]
    Statement,
    /// 合同.
    #[n(1)]
    Contract,
    /// 催款函.
    #[n(2)]
    DemandLetter,
    /// 律师函.
    #[n(3)]
    LawyersLetter,
    /// 到访回执单.
    #[n(4)]
    VisitReceipt,
}

impl Material {
    /// Every one, in the order of the words.
    pub const ALL: [Self; 5] = [
        Self::Statement,
        Self::Contract,
        Self::DemandLetter,
        Self::LawyersLetter,
        Self::VisitReceipt,
    ];

    /// Whether a phone that holds the stop's statement shows this paper itself and has it signed; the others are paper in a
    /// folder, of which only who packs it knows.
    #[must_use]
    pub const fn is_shown_by_phone(self) -> bool {
        match self {
            Self::Statement | Self::VisitReceipt => true,
            Self::Contract | Self::DemandLetter | Self::LawyersLetter => false,
        }
    }
}
