//! Allocation (抵充): what one payment pays, to the cent.
//!
//! Between claims: the customer's designation at payment; otherwise what is due before what is not, then no or the least
//! security, then the heavier burden, then the older due day, then pro rata (Civil Code (2021) art. 560). Inside a claim:
//! costs of enforcement, interest, principal (art. 561). A contract may set another order for either step. What is left
//! over is an unapplied credit: a designation is never stretched to a claim that it does not name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::money::{Money, MoneyError};
use super::percent::Percent;
use super::shares::shares;
use super::time::Day;

/// A part of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimPart {
    /// Costs of enforcing it.
    Costs,
    /// Interest.
    Interest,
    /// Principal.
    Principal,
}

/// The order of Civil Code art. 561.
pub const STATUTORY_PARTS: [ClaimPart; 3] =
    [ClaimPart::Costs, ClaimPart::Interest, ClaimPart::Principal];

/// Amounts by part, none negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// Costs of enforcing it.
    pub costs: Money,
    /// Interest.
    pub interest: Money,
    /// Principal.
    pub principal: Money,
}

impl Parts {
    const fn part(&mut self, part: ClaimPart) -> &mut Money {
        match part {
            ClaimPart::Costs => &mut self.costs,
            ClaimPart::Interest => &mut self.interest,
            ClaimPart::Principal => &mut self.principal,
        }
    }

    /// All parts together.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn total(self) -> Result<Money, MoneyError> {
        self.costs.plus(self.interest)?.plus(self.principal)
    }
}

/// What a payment may be put to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<Id> {
    /// Names it; the smaller one is served first where all else is equal.
    pub id: Id,
    /// When it is due.
    pub due_day: Day,
    /// What is owed.
    pub owed: Parts,
    /// How much of it is secured.
    pub secured: Percent,
    /// Its burden: the annual rate it bears.
    pub annual: Percent,
}

/// In which order claims are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOrder<'a, Id> {
    /// Civil Code art. 560 para. 2.
    Statutory,
    /// Only these, in this order: the customer's designation (art. 560 para. 1) or the contract's.
    Named(&'a [Id]),
}

/// What one claim got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationLine<Id> {
    /// The claim.
    pub claim: Id,
    /// By part; together above zero.
    pub paid: Parts,
}

/// A payment, allocated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation<Id> {
    /// One a claim that got something, in the order of the claims given.
    pub lines: Vec<AllocationLine<Id>>,
    /// What no claim took.
    pub unapplied_credit: Money,
}

/// Why a payment cannot be allocated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// The payment is zero or less, or something owed is below zero.
    #[error("{0} can be neither paid nor owed")]
    Amount(Money),
    /// Two claims have one id, or one is named twice.
    #[error("a claim is named twice")]
    Twice,
    /// A claim is named that is not there.
    #[error("a claim is named that is not among the claims")]
    Unknown,
    /// The order inside a claim does not name each part once.
    #[error("the order inside a claim must name costs, interest and principal once each")]
    PartOrder,
    /// Two currencies, or beyond what can be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Splits `payment`, received on `day`, over `claims`. Lines and unapplied credit sum to the payment exactly; equal claims
/// share pro rata to what is outstanding on each, by largest remainder. The order of `claims` changes only the order of the
/// lines. Civil Code art. 560, 561.
///
/// # Errors
/// [`AllocationError`].
pub fn allocate<Id: Ord + Copy>(
    payment: Money,
    day: Day,
    claims: &[Claim<Id>],
    order: ClaimOrder<'_, Id>,
    parts: [ClaimPart; 3],
) -> Result<Allocation<Id>, AllocationError> {
    check(payment, claims, parts)?;
    let groups = match order {
        ClaimOrder::Statutory => statutory_groups(claims, day),
        ClaimOrder::Named(ids) => named_groups(claims, ids)?,
    };
    let mut left = payment;
    let mut lines = Vec::new();
    for group in groups {
        for (claim, share) in group_shares(left, &group)? {
            left = left.minus(share)?;
            if share.is_positive() {
                lines.push(AllocationLine {
                    claim: claim.id,
                    paid: inside(claim.owed, share, parts)?,
                });
            }
        }
    }
    lines.sort_by_key(|line| claims.iter().position(|claim| claim.id == line.claim));
    Ok(Allocation {
        lines,
        unapplied_credit: left,
    })
}

fn check<Id: Ord>(
    payment: Money,
    claims: &[Claim<Id>],
    parts: [ClaimPart; 3],
) -> Result<(), AllocationError> {
    if !payment.is_positive() {
        return Err(AllocationError::Amount(payment));
    }
    for owed in claims.iter().map(|claim| claim.owed) {
        let below_zero = [owed.costs, owed.interest, owed.principal]
            .into_iter()
            .find(|part| part.minor() < 0);
        if let Some(part) = below_zero {
            return Err(AllocationError::Amount(part));
        }
        payment.plus(owed.total()?)?;
    }
    let ids: BTreeSet<&Id> = claims.iter().map(|claim| &claim.id).collect();
    if ids.len() != claims.len() {
        return Err(AllocationError::Twice);
    }
    if BTreeSet::from(parts) != BTreeSet::from(STATUTORY_PARTS) {
        return Err(AllocationError::PartOrder);
    }
    Ok(())
}

/// Claims in the order of Civil Code art. 560 para. 2; equal ones in one group, by id.
fn statutory_groups<Id: Ord + Copy>(claims: &[Claim<Id>], day: Day) -> Vec<Vec<&Claim<Id>>> {
    let rank = |claim: &Claim<Id>| {
        (
            claim.due_day > day,
            claim.secured,
            std::cmp::Reverse(claim.annual),
            claim.due_day,
        )
    };
    let mut sorted: Vec<&Claim<Id>> = claims.iter().collect();
    sorted.sort_by_key(|claim| (rank(claim), claim.id));
    sorted
        .chunk_by(|a, b| rank(a) == rank(b))
        .map(<[_]>::to_vec)
        .collect()
}

fn named_groups<'c, Id: Ord + Copy>(
    claims: &'c [Claim<Id>],
    ids: &[Id],
) -> Result<Vec<Vec<&'c Claim<Id>>>, AllocationError> {
    let mut named = BTreeSet::new();
    ids.iter()
        .map(|id| {
            if !named.insert(*id) {
                return Err(AllocationError::Twice);
            }
            claims
                .iter()
                .find(|claim| claim.id == *id)
                .map(|claim| vec![claim])
                .ok_or(AllocationError::Unknown)
        })
        .collect()
}

/// What each claim of a group gets of `left`: all that is owed, or its share.
fn group_shares<'c, Id>(
    left: Money,
    group: &[&'c Claim<Id>],
) -> Result<Vec<(&'c Claim<Id>, Money)>, MoneyError> {
    let owed = group
        .iter()
        .map(|claim| claim.owed.total())
        .collect::<Result<Vec<Money>, _>>()?;
    let total = Money::sum(left.currency(), owed.iter().copied())?;
    let got = if total > left {
        let weights: Vec<i128> = owed.iter().map(Money::minor).collect();
        shares(left, &weights)?
    } else {
        owed
    };
    Ok(group.iter().copied().zip(got).collect())
}

fn inside(mut owed: Parts, share: Money, parts: [ClaimPart; 3]) -> Result<Parts, MoneyError> {
    let zero = Money::zero(share.currency());
    let mut paid = Parts {
        costs: zero,
        interest: zero,
        principal: zero,
    };
    let mut left = share;
    for part in parts {
        let taken = left.min(*owed.part(part));
        *paid.part(part) = taken;
        left = left.minus(taken)?;
    }
    Ok(paid)
}

#[cfg(test)]
mod tests;
