//! When the server received what, and so between which times an entry was made.

use std::collections::BTreeMap;

use super::{Examination, Opened, why_not};
use crate::domain::ids::Digest;
use crate::domain::time::Instant;
use crate::evidence::bundle::{Admission, ObjectKind, StoredReceipt, exact};
use crate::evidence::report::{Line, Value};
use crate::journal::signer::verify_raw;
use crate::protocol::{Envelope, Object, PushAnswer, VerdictKind};

/// What the server says of an entry's arrival.
#[derive(Clone, Copy)]
struct Arrival {
    seq: u64,
    at: Instant,
}

/// The arrivals by the entries' hashes.
pub(super) struct Receipts(BTreeMap<Digest, Arrival>);

impl Receipts {
    /// Reads and verifies receipts and admissions; what is wrong with one is a line.
    pub(super) fn read(examined: &Examination<'_>, lines: &mut Vec<Line>) -> Self {
        let key = &examined.manifest.server_key;
        let mut arrivals: BTreeMap<Digest, Arrival> = BTreeMap::new();
        for (kind, _digest, bytes) in examined.objects() {
            let read = match kind {
                ObjectKind::Receipt => receipt(bytes, key),
                ObjectKind::Admission => admission(bytes, key),
                ObjectKind::Entry
                | ObjectKind::Statement
                | ObjectKind::Clause
                | ObjectKind::Part
                | ObjectKind::ReadingCopy
                | ObjectKind::LogProof
                | ObjectKind::Unknown(_) => continue,
            };
            match read {
                Ok((hash, arrival)) => {
                    let Some(entry) = examined.by_hash.get(&hash) else {
                        lines.push(Line::wrong("receipt-of-another"));
                        continue;
                    };
                    let known = arrivals.insert(hash, arrival);
                    if known.is_some_and(|known| known.seq != arrival.seq) {
                        lines.push(Line::wrong("receipts-contradict").of(*entry));
                    }
                }
                Err(why) => lines.push(Line::wrong("receipt-broken").with("why", why)),
            }
        }
        Self(arrivals)
    }

    /// Between which times the entry was made.
    pub(super) fn line(&self, one: &Opened, server: Digest) -> Line {
        let after = one.entry.seen.map(|seen| Instant::from_ms(seen.time_ms));
        let wall = Value::At(one.entry.made.wall);
        let Some(arrival) = self.0.get(&one.hash) else {
            return Line::not_proved("time-open")
                .with("wall", wall)
                .between(after, None);
        };
        let line = match after {
            // The server's clock was set back, or the phone claims to have seen a time that had not come.
            Some(after) if after > arrival.at => Line::not_proved("time-contradicts"),
            Some(_) => Line::proved("time-between"),
            None => Line::proved("time-before"),
        };
        line.with("number", arrival.seq.to_string())
            .with("wall", wall)
            .by(server)
            .between(after, Some(arrival.at))
    }
}

fn unreadable() -> Value {
    Value::Word("why", "malformed".to_owned())
}

fn receipt(bytes: &[u8], key: &[u8]) -> Result<(Digest, Arrival), Value> {
    let stored: StoredReceipt = exact(bytes).ok_or_else(unreadable)?;
    let envelope: Envelope = exact(&stored.envelope).ok_or_else(unreadable)?;
    let answer: PushAnswer = exact(&stored.answer).ok_or_else(unreadable)?;
    let signed = PushAnswer::signed_bytes(&answer.verdicts, answer.time);
    verify_raw(key, &signed, &answer.signature).map_err(why_not)?;
    let Object::Entry(sealed) = &envelope.object else {
        return Err(unreadable());
    };
    let digest = Digest::of(&stored.envelope);
    let admitted = answer.verdicts.iter().find_map(|verdict| {
        let is_ours = verdict.id == envelope.id && verdict.digest == digest;
        match verdict.kind {
            VerdictKind::Admitted(seq) if is_ours => Some(seq),
            VerdictKind::Admitted(_) | VerdictKind::Held(..) => None,
        }
    });
    let seq = admitted.ok_or_else(|| Value::Word("why", "not-admitted".to_owned()))?;
    let at = answer.time;
    Ok((sealed.hash(), Arrival { seq, at }))
}

fn admission(bytes: &[u8], key: &[u8]) -> Result<(Digest, Arrival), Value> {
    let Admission {
        entry,
        seq,
        received,
        signature,
    } = exact(bytes).ok_or_else(unreadable)?;
    let signed = Admission::signed_bytes(entry, seq, received);
    verify_raw(key, &signed, &signature).map_err(why_not)?;
    let at = received;
    Ok((entry, Arrival { seq, at }))
}
