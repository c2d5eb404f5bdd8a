//! Damage to bytes that knows nothing of what they mean, and the one repair that lets it reach the inner steps.

use countersign_core::domain::ids::Digest;

use super::Chance;

/// Longest that damage makes anything grow.
const GROWTH: usize = 4 << 10;

/// Damages one to four places.
pub(super) fn damaged(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _place in 0..=chance.below(4) {
        damage_once(&mut out, chance);
    }
    out
}

fn damage_once(out: &mut Vec<u8>, chance: &mut Chance) {
    if out.is_empty() {
        out.push(chance.byte());
        return;
    }
    let at = chance.below(out.len());
    match chance.below(9) {
        0 | 1 => out[at] ^= 1 << chance.below(8),
        2 => out[at] = chance.byte(),
        3 => out[at] = [0, 0x7f, 0x80, 0xff][chance.below(4)],
        4 => out.truncate(at),
        5 => {
            let length = 1 + chance.below(16);
            let extra: Vec<u8> = (0..length).map(|_| chance.byte()).collect();
            out.splice(at..at, extra);
        }
        6 => {
            let end = (at + 1 + chance.below(32)).min(out.len());
            out.drain(at..end);
        }
        7 => {
            let end = (at + 1 + chance.below(GROWTH)).min(out.len());
            let piece = out[at..end].to_vec();
            let to = chance.below(out.len());
            out.splice(to..to, piece);
        }
        _ => {
            // A number in LEB128 that claims much.
            let mut claim = chance.edge();
            let mut leb = Vec::new();
            loop {
                let low = u8::try_from(claim & 0x7f).unwrap_or(0);
                claim >>= 7;
                if claim == 0 {
                    leb.push(low);
                    break;
                }
                leb.push(low | 0x80);
            }
            let end = (at + leb.len()).min(out.len());
            out.splice(at..end, leb);
        }
    }
}

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// The body of a change chunk that is not packed: behind magic, checksum, type and length.
pub(super) fn body(change: &[u8]) -> Option<&[u8]> {
    if *change.get(8)? != 1 {
        return None;
    }
    let length = change.get(9..)?.iter().position(|byte| byte & 0x80 == 0)?;
    change.get(9 + length + 1..)
}

/// A change chunk around a body, with the length and checksum that belong to it.
pub(super) fn chunk(body: &[u8]) -> Vec<u8> {
    let mut inner = vec![1];
    let mut length = body.len();
    loop {
        let low = u8::try_from(length & 0x7f).unwrap_or(0);
        length >>= 7;
        if length == 0 {
            inner.push(low);
            break;
        }
        inner.push(low | 0x80);
    }
    inner.extend_from_slice(body);
    let digest = Digest::of(&inner);
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&digest.0[..4]);
    out.extend(inner);
    out
}
