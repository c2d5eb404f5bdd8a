//! What the office decides about objects in quarantine (待处理条目): let in after all, or dismissed. Nothing is ever deleted.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::ids::UserId;

/// What one person decided about a held object.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum HeldDecision {
    /// It is checked again and let in (放行).
    #[n(0)]
    Released,
    /// It stays out (不予采用); its bytes are kept.
    #[n(1)]
    Dismissed,
}

impl HeldDecision {
    /// The word in JSON, the read model and the catalogs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Dismissed => "dismissed",
        }
    }

    /// The decision of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Released, Self::Dismissed]
            .into_iter()
            .find(|decision| decision.word() == word)
    }
}

/// How many people it takes to dismiss an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dismissal {
    /// One is enough.
    ByOne,
    /// It carries a signature of its own, perhaps the customer's: a second person must agree.
    ByTwo,
}

/// Where a held object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    /// Nobody has decided.
    Waiting,
    /// One person dismissed it; a second has to agree.
    DismissalAsked,
    /// It stays out.
    Dismissed,
    /// It was let in.
    Released,
}

/// Where an object stands after `decisions`, oldest first. A release ends the matter, also after a dismissal.
#[must_use]
pub fn held_state(decisions: &[(UserId, HeldDecision)], dismissal: Dismissal) -> HeldState {
    let mut state = HeldState::Waiting;
    let mut asked = None;
    for (who, decision) in decisions {
        match decision {
            HeldDecision::Released => return HeldState::Released,
            HeldDecision::Dismissed => {
                let is_agreed =
                    dismissal == Dismissal::ByOne || asked.is_some_and(|first| first != *who);
                asked = asked.or(Some(*who));
                if is_agreed {
                    state = HeldState::Dismissed;
                } else if state == HeldState::Waiting {
                    state = HeldState::DismissalAsked;
                }
            }
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: UserId = UserId::from_bytes([1; 16]);
    const B: UserId = UserId::from_bytes([2; 16]);
    use HeldDecision::{Dismissed, Released};

    #[test]
    fn what_nobody_signed_is_dismissed_by_one_person() {
        assert_eq!(held_state(&[], Dismissal::ByOne), HeldState::Waiting);
        assert_eq!(
            held_state(&[(A, Dismissed)], Dismissal::ByOne),
            HeldState::Dismissed
        );
    }

    #[test]
    fn what_is_signed_is_dismissed_by_two_people_and_not_by_one_twice() {
        let state = |decisions: &[_]| held_state(decisions, Dismissal::ByTwo);
        assert_eq!(state(&[(A, Dismissed)]), HeldState::DismissalAsked);
        assert_eq!(
            state(&[(A, Dismissed), (A, Dismissed)]),
            HeldState::DismissalAsked
        );
        assert_eq!(
            state(&[(A, Dismissed), (B, Dismissed)]),
            HeldState::Dismissed
        );
    }

    #[test]
    fn a_release_ends_the_matter() {
        for before in [
            &[][..],
            &[(A, Dismissed)],
            &[(A, Dismissed), (B, Dismissed)],
        ] {
            let mut all = before.to_vec();
            all.push((B, Released));
            assert_eq!(held_state(&all, Dismissal::ByTwo), HeldState::Released);
        }
    }

    #[test]
    fn every_decision_has_a_word() {
        for decision in [Released, Dismissed] {
            assert_eq!(HeldDecision::from_word(decision.word()), Some(decision));
        }
        assert_eq!(HeldDecision::from_word("deleted"), None);
    }
}
