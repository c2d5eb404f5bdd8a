//! The container around a change: magic, checksum, type, length, data.
//!
//! The format is automerge's ("Automerge binary document format", chunks). It is read here because automerge inflates a
//! compressed chunk without a limit and before it looks at the checksum.

use std::io::Read as _;

use flate2::bufread::DeflateDecoder;
use sha2::Digest as _;

use super::Rule;
use super::scan::Reader;

/// Largest change once inflated.
pub(super) const INFLATED_LIMIT_BYTES: usize = 1 << 20;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;
const COMPRESSED: u8 = 2;

/// A change whose checksum is right, not compressed.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The whole chunk, of the uncompressed type.
    pub(super) bytes: Vec<u8>,
    /// Its hash: the change's name.
    pub(super) hash: [u8; 32],
    body_at: usize,
}

impl Chunk {
    /// What is in the container.
    pub(super) fn body(&self) -> &[u8] {
        self.bytes.get(self.body_at..).unwrap_or_default()
    }
}

pub(super) fn open(bytes: &[u8]) -> Result<Chunk, Rule> {
    let mut reader = Reader::new(bytes);
    if reader.take(4)? != MAGIC {
        return Err(Rule::NotAChange("it does not begin as one"));
    }
    let checksum = reader.take(4)?;
    let kind = reader.byte()?;
    let length = reader.count(usize::MAX)?;
    let data = reader.take(length)?;
    if !reader.is_empty() {
        return Err(Rule::NotAChange("bytes follow it"));
    }
    let chunk = match kind {
        CHANGE => whole(checksum, data),
        COMPRESSED => whole(checksum, &inflated(data)?),
        _other => return Err(Rule::NotAChange("the chunk is of another type")),
    };
    if chunk.hash.get(..4) != Some(checksum) {
        return Err(Rule::Checksum);
    }
    Ok(chunk)
}

fn inflated(data: &[u8]) -> Result<Vec<u8>, Rule> {
    let limit = u64::try_from(INFLATED_LIMIT_BYTES).unwrap_or(u64::MAX);
    let mut decoder = DeflateDecoder::new(data).take(limit + 1);
    let mut inflated = Vec::new();
    decoder
        .read_to_end(&mut inflated)
        .map_err(|_source| Rule::NotAChange("it does not inflate"))?;
    if inflated.len() > INFLATED_LIMIT_BYTES {
        return Err(Rule::TooLarge("bytes of a change once inflated"));
    }
    if !decoder.into_inner().into_inner().is_empty() {
        return Err(Rule::NotAChange("bytes follow what is compressed"));
    }
    Ok(inflated)
}

fn whole(checksum: &[u8], data: &[u8]) -> Chunk {
    let mut header = vec![CHANGE];
    write_unsigned(&mut header, data.len());
    let mut hasher = sha2::Sha256::new();
    hasher.update(&header);
    hasher.update(data);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(checksum);
    bytes.extend(&header);
    let body_at = bytes.len();
    bytes.extend(data);
    Chunk {
        bytes,
        hash: hasher.finalize().into(),
        body_at,
    }
}

pub(super) fn write_unsigned(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// A chunk around `body` with the right checksum, for tests that change a body on purpose.
#[cfg(test)]
pub(super) fn wrapped(body: &[u8]) -> Vec<u8> {
    let mut chunk = whole(&[0; 4], body);
    chunk.bytes[4..8].copy_from_slice(&chunk.hash[..4]);
    chunk.bytes
}
