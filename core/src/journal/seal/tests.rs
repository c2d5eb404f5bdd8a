use coset::{CborSerializable as _, CoseSign1};
use p256::ecdsa::Signature;
use proptest::prelude::*;

use super::*;
use crate::domain::ids::{ChainId, CustomerId, EntryId, OrganisationId, StopId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::time::{ClockReading, Instant};
use crate::journal::entry::Scope;
use crate::journal::facts::{Outcome, OutcomeKind, PromiseMade};
use crate::journal::{ChainError, ChainHead, Fact, SoftwareSigner};
use crate::snapshots::policy::Policy;

fn signer() -> SoftwareSigner {
    SoftwareSigner::from_bytes(&[7; 32]).unwrap()
}

fn key() -> Vec<u8> {
    signer().public_key().unwrap()
}

fn promise() -> Fact {
    Fact::Promise(PromiseMade {
        customer: CustomerId::from_bytes([2; 16]),
        amount: Money::parse(Currency::Cny, "100000").unwrap(),
        due: "2026-07-31".parse().unwrap(),
        signer: None,
        supersedes: None,
    })
}

fn outcome(summary: &str) -> Fact {
    Fact::Outcome(Outcome {
        kind: OutcomeKind::PromisedOrally,
        reason: None,
        summary: summary.to_owned(),
    })
}

fn entry(head: ChainHead, fact: Fact) -> Entry {
    Entry {
        version: 1,
        organisation: OrganisationId::from_bytes([1; 16]),
        id: EntryId::from_bytes([u8::try_from(head.seq).unwrap(); 16]),
        chain: ChainId::from_bytes([3; 16]),
        seq: head.seq + 1,
        previous: head.hash,
        author: UserId::from_bytes([4; 16]),
        made: ClockReading {
            wall: Instant::from_ms(1_782_835_200_000),
            monotonic_ms: 5,
            boot: "boot".to_owned(),
        },
        seen: None,
        scope: Scope::Stop(StopId::from_bytes([6; 16])),
        amends: None,
        policy_epoch: 1,
        build: "0.1.0".to_owned(),
        fact,
    }
}

fn sealed(fact: Fact) -> SealedEntry {
    entry(ChainHead::default(), fact).seal(&signer()).unwrap()
}

#[test]
fn a_sealed_entry_reads_back_and_verifies() {
    for fact in [promise(), outcome("周五付款")] {
        let entry = entry(ChainHead::default(), fact);
        let sealed = entry.seal(&signer()).unwrap();
        assert_eq!(sealed.signature.is_some(), entry.fact.is_signed_alone());
        assert_eq!(sealed.open().unwrap(), entry);
        assert_eq!(sealed.verify(&key()).unwrap(), entry);
    }
}

#[test]
fn the_twin_of_a_signature_is_refused() {
    let mut sealed = sealed(promise());
    let mut cose = CoseSign1::from_slice(sealed.signature.as_ref().unwrap()).unwrap();
    let low = Signature::from_slice(&cose.signature).unwrap();
    let high = Signature::from_scalars(low.r().to_bytes(), (-low.s()).to_bytes()).unwrap();
    cose.signature = high.to_bytes().to_vec();
    sealed.signature = Some(cose.to_vec().unwrap());
    assert_eq!(
        sealed.verify(&key()),
        Err(OpenError::Verify(VerifyError::HighS))
    );
}

#[test]
fn another_key_does_not_verify() {
    let other = SoftwareSigner::from_bytes(&[8; 32]).unwrap();
    let refused = sealed(promise()).verify(&other.public_key().unwrap());
    assert!(matches!(refused, Err(OpenError::Structure(_))));
}

#[test]
fn nothing_hides_in_the_envelope() {
    let sealed = sealed(promise());
    let bytes = sealed.signature.clone().unwrap();
    let with = |change: &dyn Fn(&mut CoseSign1)| {
        let mut cose = CoseSign1::from_slice(&bytes).unwrap();
        change(&mut cose);
        SealedEntry {
            payload: sealed.payload.clone(),
            signature: Some(cose.to_vec().unwrap()),
        }
    };
    for changed in [
        with(&|cose| cose.payload = Some(sealed.payload.clone())),
        with(&|cose| cose.unprotected.key_id = vec![1]),
        with(&|cose| cose.signature.clear()),
    ] {
        let refused = changed.verify(&key());
        assert!(refused.is_err(), "{refused:?}");
    }
}

#[test]
fn a_kind_that_must_be_signed_alone_is_and_others_are_not() {
    let mut unsigned = sealed(promise());
    let signature = unsigned.signature.take();
    assert_eq!(unsigned.open(), Err(OpenError::Signedness { wanted: true }));
    let mut signed = sealed(outcome(""));
    signed.signature = signature;
    assert_eq!(signed.open(), Err(OpenError::Signedness { wanted: false }));
}

#[test]
fn only_the_one_encoding_is_read() {
    let sealed = sealed(outcome("周五付款"));
    // The version, 1, written in two bytes.
    assert_eq!(sealed.payload[1..3], [0, 1]);
    let payload = [&sealed.payload[..2], &[0x18, 1], &sealed.payload[3..]].concat();
    let longer = SealedEntry {
        payload,
        signature: None,
    };
    assert_eq!(longer.open(), Err(OpenError::NotDeterministic));
    let mut trailing = sealed.clone();
    trailing.payload.push(0);
    assert_eq!(trailing.open(), Err(OpenError::NotDeterministic));
    let mut newer = sealed;
    newer.payload[2] = 2;
    assert_eq!(newer.open(), Err(OpenError::UnknownVersion(2)));
}

#[test]
fn limits_hold_on_both_sides() {
    let long = entry(ChainHead::default(), outcome(&"长".repeat(2_000)));
    assert!(matches!(long.seal(&signer()), Err(SealError::Limit(_))));
    let forced = SealedEntry {
        payload: encoded(&long),
        signature: None,
    };
    assert!(matches!(forced.open(), Err(OpenError::Limit(_))));
    let huge = SealedEntry {
        payload: vec![0; ENTRY_LIMIT_BYTES + 1],
        signature: None,
    };
    assert!(matches!(huge.open(), Err(OpenError::TooLarge { .. })));
}

#[test]
fn a_snapshot_verifies_and_is_no_entry() {
    let snapshot = Snapshot::Policy(Box::new(Policy {
        version: 1,
        organisation: OrganisationId::from_bytes([1; 16]),
        organisation_name: "样例机械有限公司".to_owned(),
        epoch: 1,
        people: Vec::new(),
        site_radius_m: 200,
        agreed_method_clause: String::new(),
    }));
    let signed = snapshot.seal(&signer()).unwrap();
    assert_eq!(signed.verify(&key()).unwrap(), snapshot);
    let mut moved = sealed(promise());
    moved.signature = Some(sign_detached(&signer(), &moved.payload, SNAPSHOT_AAD).unwrap());
    assert_eq!(
        moved.verify(&key()),
        Err(OpenError::Verify(VerifyError::Mismatch))
    );
}

#[test]
fn a_chain_shows_gaps_and_forks() {
    let chain = ChainId::from_bytes([3; 16]);
    let mut head = ChainHead::default();
    let mut entries = Vec::new();
    for number in 0..4 {
        let entry = entry(head, outcome(&number.to_string()));
        let hash = entry.seal(&signer()).unwrap().hash();
        head = head.follow(chain, &entry, hash).unwrap();
        entries.push((entry, hash));
    }
    assert_eq!(head.seq, 4);
    let first = ChainHead {
        seq: 1,
        hash: entries[0].1,
    };
    let follow =
        |head: ChainHead, (entry, hash): &(Entry, Digest)| head.follow(chain, entry, *hash);
    assert_eq!(
        follow(first, &entries[2]),
        Err(ChainError::Gap {
            wanted: 2,
            found: 3
        })
    );
    assert_eq!(follow(first, &entries[0]), Err(ChainError::Fork { seq: 1 }));
    let copied = ChainHead {
        seq: 1,
        hash: Digest::of(b"another first entry"),
    };
    assert_eq!(
        follow(copied, &entries[1]),
        Err(ChainError::Fork { seq: 2 })
    );
    let other = ChainId::from_bytes([9; 16]);
    assert!(matches!(
        first.follow(other, &entries[1].0, entries[1].1),
        Err(ChainError::OtherChain { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_flipped_bit_is_refused(at in any::<prop::sample::Index>()) {
        let mut sealed = sealed(promise());
        let mut signature = sealed.signature.clone().unwrap();
        let at = at.index((sealed.payload.len() + signature.len()) * 8);
        let (byte, bit) = (at / 8, at % 8);
        if byte < sealed.payload.len() {
            sealed.payload[byte] ^= 1 << bit;
        } else {
            signature[byte - sealed.payload.len()] ^= 1 << bit;
            sealed.signature = Some(signature);
        }
        let refused = sealed.verify(&key());
        prop_assert!(refused.is_err());
    }

    #[test]
    fn arbitrary_bytes_are_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let sealed = SealedEntry { payload: bytes.clone(), signature: Some(bytes) };
        let refused = sealed.verify(&key());
        prop_assert!(refused.is_err());
    }
}
