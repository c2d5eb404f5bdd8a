//! The policy: people, their roles, and the rules that an organisation sets itself.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{OrganisationId, UserId};
use crate::journal::facts::DisputeAbout;

/// Who is who and may do what, as phones hold it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Policy {
    /// Format version; 1.
    #[n(0)]
    pub version: u8,
    /// Whose.
    #[n(1)]
    pub organisation: OrganisationId,
    /// The organisation's name as printed on papers.
    #[n(2)]
    pub organisation_name: String,
    /// Raised by every change of roles, assignments and revocations.
    #[n(3)]
    pub epoch: u64,
    /// Everybody with an account.
    #[n(4)]
    pub people: Vec<Person>,
    /// Radius around a site within which a check-in counts as inside, in metres.
    #[n(5)]
    pub site_radius_m: u32,
    /// The clause by which signing on the device's screen is agreed, as shown to the signer.
    #[n(6)]
    pub agreed_method_clause: String,
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Person {
    /// The user.
    #[n(0)]
    pub user: UserId,
    /// Name as shown.
    #[n(1)]
    pub name: String,
    /// Roles, ascending.
    #[n(2)]
    pub roles: Vec<Role>,
}

/// What a person may do (职务); the table is the server's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Role {
    /// 业务员.
    #[n(0)]
    Rep,
    /// 售后技术员.
    #[n(1)]
    Technician,
    /// 销售内勤.
    #[n(2)]
    Clerk,
    /// 销售部内审员.
    #[n(3)]
    SalesAuditor,
    /// 销售部经理.
    #[n(4)]
    SalesManager,
    /// 销售财务.
    #[n(5)]
    Finance,
    /// 法务部.
    #[n(6)]
    Legal,
    /// 常务副总.
    #[n(7)]
    Director,
    /// 行政部.
    #[n(8)]
    RecordsOffice,
    /// 系统管理员.
    #[n(9)]
    Admin,
}

impl Role {
    /// Whether the role may conduct a signing or take a promise. A phone asks before the customer draws; the server's table
    /// decides, and a test there compares the two.
    #[must_use]
    pub const fn conducts_signings(self) -> bool {
        matches!(self, Self::Rep | Self::SalesManager | Self::Legal)
    }

    /// Whether the role may say what was found about a dispute and have that signed: about quality it is the technician's, about
    /// an amount theirs who conduct signings. Compared as above.
    #[must_use]
    pub const fn finds_on(self, about: DisputeAbout) -> bool {
        match about {
            DisputeAbout::Quality => matches!(self, Self::Technician),
            DisputeAbout::Amount => self.conducts_signings(),
        }
    }
}
