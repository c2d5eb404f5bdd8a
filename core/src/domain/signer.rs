//! Who signs, by what right, and what the signature does.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The capacity (身份) in which somebody signs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Capacity {
    /// 法定代表人.
    #[n(0)]
    LegalRepresentative,
    /// 主要负责人.
    #[n(1)]
    Principal,
    /// 被授权人, authority on file.
    #[n(2)]
    AuthorisedAgent,
    /// 职务人员, such as finance.
    #[n(3)]
    DutyHolder,
    /// 收发部门.
    #[n(4)]
    MailRoom,
    /// Any other employee.
    #[n(5)]
    OtherEmployee,
    /// 公章 alone.
    #[n(6)]
    CompanySealAlone,
    /// 公章 with a duty holder's signature.
    #[n(7)]
    CompanySealWithDutyHolder,
    /// The natural person who owes.
    #[n(8)]
    NaturalPerson,
    /// 同住成年亲属.
    #[n(9)]
    CoResidentAdultRelative,
    /// Neighbour, minor, others.
    #[n(10)]
    Other,
    /// 保证人, for himself only.
    #[n(11)]
    Guarantor,
}
