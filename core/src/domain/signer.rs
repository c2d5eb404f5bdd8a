//! Who signs, by what right, and what the signature does.
//!
//! An assistant's table, not advice: a lawyer signs it off before it drives a screen.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The capacity (身份) in which somebody signs.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
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

impl Capacity {
    /// The Chinese name, as papers and the effect text print it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::LegalRepresentative => "法定代表人",
            Self::Principal => "主要负责人",
            Self::AuthorisedAgent => "被授权人",
            Self::DutyHolder => "职务人员",
            Self::MailRoom => "收发部门",
            Self::OtherEmployee => "其他员工",
            Self::CompanySealAlone => "仅盖公章",
            Self::CompanySealWithDutyHolder => "公章及职务人员签名",
            Self::NaturalPerson => "本人",
            Self::CoResidentAdultRelative => "同住成年亲属",
            Self::Other => "其他人",
            Self::Guarantor => "保证人",
        }
    }

    /// The kind of customer who can be signed for in this capacity.
    #[must_use]
    pub const fn customer_kind(self) -> CustomerKind {
        match self {
            Self::NaturalPerson | Self::CoResidentAdultRelative => CustomerKind::NaturalPerson,
            Self::LegalRepresentative
            | Self::Principal
            | Self::AuthorisedAgent
            | Self::DutyHolder
            | Self::MailRoom
            | Self::OtherEmployee
            | Self::CompanySealAlone
            | Self::CompanySealWithDutyHolder
            | Self::Other
            | Self::Guarantor => CustomerKind::Company,
        }
    }

    /// Whether the company seal is on the paper in this capacity.
    #[must_use]
    pub const fn has_company_seal(self) -> bool {
        matches!(
            self,
            Self::CompanySealAlone | Self::CompanySealWithDutyHolder
        )
    }
}

/// What kind of customer signs.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum CustomerKind {
    /// A company or other organisation (单位).
    #[n(0)]
    Company,
    /// A natural person (自然人).
    #[n(1)]
    NaturalPerson,
}

/// Whether the contract makes the company seal a condition.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum SealCondition {
    /// It says nothing about the seal.
    #[default]
    #[n(0)]
    NotAgreed,
    /// It asks for the seal; a signature alone then needs proof at best.
    #[n(1)]
    Required,
}

/// A guarantor (保证人) as he is named at a signing; he signs for himself only (Civil Code art. 695).
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct GuarantorNamed {
    /// His name, at most 200 bytes.
    #[n(0)]
    pub name: String,
    /// Whether he signs as well.
    #[n(1)]
    pub signs: bool,
}

/// How far a signature carries one effect; ordered, so that the weaker of two is `min`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum EffectLevel {
    /// Not at all.
    #[n(0)]
    No,
    /// Only if authority, or for receipt arrival, can be shown in another way.
    #[n(1)]
    NeedsProof,
    /// By itself.
    #[n(2)]
    Yes,
}

/// What a signature does (签署后果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Effect {
    /// It proves that a written demand reached the customer.
    #[n(0)]
    pub demand_received: EffectLevel,
    /// It binds the customer to the figure.
    #[n(1)]
    pub amount_admitted: EffectLevel,
    /// It binds the customer to pay as promised.
    #[n(2)]
    pub promise_binding: EffectLevel,
}

impl Effect {
    /// Without any effect on the customer.
    pub const NONE: Self = Self {
        demand_received: EffectLevel::No,
        amount_admitted: EffectLevel::No,
        promise_binding: EffectLevel::No,
    };

    const fn new(demand: EffectLevel, amount: EffectLevel, promise: EffectLevel) -> Self {
        Self {
            demand_received: demand,
            amount_admitted: amount,
            promise_binding: promise,
        }
    }
}

/// What a signature in `capacity` does to a customer of that kind. A capacity that the kind of customer cannot have, such
/// as a mail room of a natural person, has no effect, and neither has a guarantor's: he signs for himself only (Civil Code
/// art. 695).
///
/// Sources: Civil Code art. 61, 165, 170, 172, 504; Limitation Provisions (2020) art. 8; Contract General Part
/// Interpretation (2023) art. 21, 22.
#[must_use]
pub fn signer_effect(kind: CustomerKind, capacity: Capacity, seal: SealCondition) -> Effect {
    let effect = match kind {
        CustomerKind::Company => company_effect(capacity),
        CustomerKind::NaturalPerson => natural_person_effect(capacity),
    };
    match seal {
        SealCondition::Required if !capacity.has_company_seal() => Effect {
            demand_received: effect.demand_received,
            amount_admitted: effect.amount_admitted.min(EffectLevel::NeedsProof),
            promise_binding: effect.promise_binding.min(EffectLevel::NeedsProof),
        },
        SealCondition::Required | SealCondition::NotAgreed => effect,
    }
}

const fn company_effect(capacity: Capacity) -> Effect {
    use EffectLevel::{NeedsProof, No, Yes};
    match capacity {
        Capacity::LegalRepresentative | Capacity::AuthorisedAgent => Effect::new(Yes, Yes, Yes),
        Capacity::Principal | Capacity::CompanySealAlone => {
            Effect::new(Yes, NeedsProof, NeedsProof)
        }
        Capacity::DutyHolder => Effect::new(NeedsProof, NeedsProof, No),
        Capacity::MailRoom => Effect::new(Yes, No, No),
        Capacity::OtherEmployee => Effect::new(NeedsProof, No, No),
        Capacity::CompanySealWithDutyHolder => Effect::new(Yes, Yes, NeedsProof),
        Capacity::NaturalPerson
        | Capacity::CoResidentAdultRelative
        | Capacity::Other
        | Capacity::Guarantor => Effect::NONE,
    }
}

const fn natural_person_effect(capacity: Capacity) -> Effect {
    use EffectLevel::{No, Yes};
    match capacity {
        Capacity::NaturalPerson | Capacity::AuthorisedAgent => Effect::new(Yes, Yes, Yes),
        Capacity::CoResidentAdultRelative => Effect::new(Yes, No, No),
        Capacity::LegalRepresentative
        | Capacity::Principal
        | Capacity::DutyHolder
        | Capacity::MailRoom
        | Capacity::OtherEmployee
        | Capacity::CompanySealAlone
        | Capacity::CompanySealWithDutyHolder
        | Capacity::Other
        | Capacity::Guarantor => Effect::NONE,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::super::cases;
    use super::*;

    /// The capacity that a worked case names.
    pub(in super::super) fn capacity(name: &Value) -> Capacity {
        match name.as_str().unwrap() {
            "seal_only" => Capacity::CompanySealAlone,
            "seal_and_duty_holder" => Capacity::CompanySealWithDutyHolder,
            "self" => Capacity::NaturalPerson,
            "other_person" => Capacity::Other,
            _ => serde_json::from_value(name.clone()).unwrap(),
        }
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("signer_effect", 13) {
            let seal = if case.input["contract_requires_seal"] == true {
                SealCondition::Required
            } else {
                SealCondition::NotAgreed
            };
            let kind = serde_json::from_value(case.input["customer_kind"].clone()).unwrap();
            let effect = signer_effect(kind, capacity(&case.input["capacity"]), seal);
            assert_eq!(json!(effect), case.expected, "{}", case.id);
        }
    }

    #[test]
    fn a_seal_condition_never_strengthens_and_spares_the_seal() {
        let seal = signer_effect(
            CustomerKind::Company,
            Capacity::CompanySealWithDutyHolder,
            SealCondition::Required,
        );
        assert_eq!(seal.amount_admitted, EffectLevel::Yes);
        let mail_room = signer_effect(
            CustomerKind::Company,
            Capacity::MailRoom,
            SealCondition::Required,
        );
        assert_eq!(mail_room.amount_admitted, EffectLevel::No);
    }

    #[test]
    fn a_guarantor_and_a_capacity_of_the_other_kind_do_nothing_to_the_customer() {
        for (kind, capacity) in [
            (CustomerKind::Company, Capacity::Guarantor),
            (CustomerKind::NaturalPerson, Capacity::Guarantor),
            (CustomerKind::Company, Capacity::NaturalPerson),
            (CustomerKind::NaturalPerson, Capacity::MailRoom),
        ] {
            assert_eq!(
                signer_effect(kind, capacity, SealCondition::NotAgreed),
                Effect::NONE
            );
        }
    }
}
