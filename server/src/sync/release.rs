//! What the office lets in out of quarantine.
//!
//! The checks run again, all but two: whether the author may write there still, and whether his phone was revoked meanwhile.
//! Bytes, chain, signature and subject must stand as for any other push.

use countersign_core::protocol::{Envelope, HeldCode};

use super::admission::{Admission, Finished, Leave, PendingKind};
use super::error::SyncError;
use super::judge::{Judgement, Why};
use crate::auth::devices::Device;
use crate::journal::Quarantined;
use crate::organisation::{ATTEMPTS, Organisation};

/// Why something cannot be let in: the code and, for the log, words.
pub(crate) type Refusal = (HeldCode, String);

/// Whether the office can let it in now. Nothing is changed.
pub(crate) fn can_be_released(
    organisation: &Organisation,
    device: &Device,
    held: &Quarantined,
) -> Result<Result<(), Refusal>, SyncError> {
    let (_admission, _envelope, judgement) = judged(organisation, device, held)?;
    Ok(match judgement {
        Judgement::Admit(..) | Judgement::Already(_) => Ok(()),
        Judgement::Held(Why { code, words }) => Err((code, words)),
    })
}

/// Lets it in; doing it again changes nothing.
pub(crate) fn release(
    organisation: &Organisation,
    device: &Device,
    held: &Quarantined,
) -> Result<Result<(), Refusal>, SyncError> {
    for _attempt in 0..ATTEMPTS {
        let (mut admission, envelope, judgement) = judged(organisation, device, held)?;
        if let Judgement::Held(Why { code, words }) = judgement {
            return Ok(Err((code, words)));
        }
        if let Some(envelope) = envelope {
            let _number: PendingKind = admission.enact(&envelope, held.digest, judgement)?;
        }
        if let Finished::Done(_verdicts) = admission.finish()? {
            return Ok(Ok(()));
        }
    }
    Err(SyncError::Busy)
}

fn judged<'a>(
    organisation: &'a Organisation,
    device: &'a Device,
    held: &Quarantined,
) -> Result<(Admission<'a>, Option<Envelope>, Judgement), SyncError> {
    let now = organisation.clock().read().wall;
    let mut admission = Admission::begin(organisation, device, now)?;
    admission.leave = Leave::Given;
    if !may_be_released(held.code) {
        let judgement = Judgement::held(held.code, held.words.clone());
        return Ok((admission, None, judgement));
    }
    let Ok(envelope) = minicbor::decode::<Envelope>(&held.bytes) else {
        let judgement = Judgement::held(HeldCode::Malformed, "the envelope cannot be read");
        return Ok((admission, None, judgement));
    };
    let judgement = admission.judge_object(&envelope)?;
    Ok((admission, Some(envelope), judgement))
}

/// What a decision can mend. Nobody can decide that a forged signature is genuine or that unreadable bytes are read.
const fn may_be_released(code: HeldCode) -> bool {
    match code {
        HeldCode::Revoked
        | HeldCode::OutOfScope
        | HeldCode::NotAllowed
        | HeldCode::GapInChain
        | HeldCode::MissingDependency
        | HeldCode::UnknownSubject => true,
        HeldCode::Malformed
        | HeldCode::BadSignature
        | HeldCode::ForkedChain
        | HeldCode::ForeignActor
        | HeldCode::ForkedActor
        | HeldCode::TooLarge
        | HeldCode::IdReused
        | HeldCode::NoRoom => false,
    }
}
