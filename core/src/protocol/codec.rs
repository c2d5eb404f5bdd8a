//! Bodies and frame streams: deterministic CBOR under zstd, every size bounded before it is believed.
//!
//! A pull's body is one zstd stream of frames, each preceded by its length (4 bytes, big-endian). A connection may end at
//! any byte: [`FrameReader`] gives every frame that arrived whole and then says that the stream was cut.

use std::io::{self, ErrorKind, Read, Write as _};

use minicbor::{Decode, Encode};

use super::{FRAME_LIMIT_BYTES, Frame};

/// Largest body of a call or answer once inflated, but for a pull, which is read frame by frame.
pub const BODY_LIMIT_BYTES: usize = 5 << 20;
/// Most CBOR items in a body or frame: a digest of every object that a phone may hold, and room. An empty text is one byte here
/// and 24 in memory.
pub const ITEMS_LIMIT: usize = 300_000;
/// A window of 8 MiB, what zstd's ordinary levels use; more would let a small body claim much memory.
pub const WINDOW_LOG: u32 = 23;
const LEVEL: i32 = 3;

/// Why bytes cannot be read as what they should be, or not be written.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Larger than allowed.
    #[error("more than {limit_bytes} bytes")]
    TooLarge {
        /// What is allowed.
        limit_bytes: usize,
    },
    /// Not zstd, or damaged.
    #[error("the zstd stream is damaged")]
    Zstd(#[source] io::Error),
    /// More items than allowed.
    #[error("more than {ITEMS_LIMIT} items")]
    TooMany,
    /// Not CBOR of the expected shape.
    #[error("the bytes are not of the expected form")]
    Malformed(#[from] minicbor::decode::Error),
    /// The bytes are not the one deterministic encoding of what they say.
    #[error("the bytes are not in deterministic form")]
    NotDeterministic,
}

/// The deterministic CBOR bytes of `value`.
///
/// # Panics
/// Never: encoding into memory cannot fail.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing CBOR into a vector has no failing sink")
}

/// Reads a value whose deterministic encoding is exactly `bytes`.
///
/// # Errors
/// [`CodecError::TooLarge`], [`CodecError::Malformed`], [`CodecError::NotDeterministic`].
pub fn decode<T>(bytes: &[u8], limit_bytes: usize) -> Result<T, CodecError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    if bytes.len() > limit_bytes {
        return Err(CodecError::TooLarge { limit_bytes });
    }
    let value: T = minicbor::decode(counted(bytes)?)?;
    if encode(&value) == bytes {
        Ok(value)
    } else {
        Err(CodecError::NotDeterministic)
    }
}

/// The bytes, when they have no more items than allowed. What they say is for others to judge: damage ends the count.
///
/// # Errors
/// [`CodecError::TooMany`].
pub fn counted(bytes: &[u8]) -> Result<&[u8], CodecError> {
    if heads(bytes).take(ITEMS_LIMIT + 1).count() > ITEMS_LIMIT {
        Err(CodecError::TooMany)
    } else {
        Ok(bytes)
    }
}

/// The heads of CBOR items (RFC 8949 §3), as far as they can be read; bytes and texts are passed over.
fn heads(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (head, behind) = rest.split_first()?;
        let small = head & 0x1f;
        let width = match small {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => 0,
        };
        let (argument, behind) = behind.split_at_checked(width)?;
        let long = argument
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
        let content = match (head >> 5, small) {
            (2 | 3, 0..=23) => u64::from(small),
            (2 | 3, _) => long,
            _ => 0,
        };
        rest = behind.get(usize::try_from(content).ok()?..)?;
        Some(*head)
    })
}

/// A body: CBOR under zstd.
///
/// # Errors
/// [`CodecError::Zstd`] when zstd has no memory.
pub fn pack<T: Encode<()>>(value: &T) -> Result<Vec<u8>, CodecError> {
    zstd::stream::encode_all(encode(value).as_slice(), LEVEL).map_err(CodecError::Zstd)
}

/// Reads a body, inflating at most `limit_bytes`.
///
/// # Errors
/// Each variant of [`CodecError`].
pub fn unpack<T>(body: &[u8], limit_bytes: usize) -> Result<T, CodecError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    decode(&inflate(body, limit_bytes)?, limit_bytes)
}

fn inflate(body: &[u8], limit_bytes: usize) -> Result<Vec<u8>, CodecError> {
    let mut inflated = Vec::new();
    decoder(body)?
        .take(
            u64::try_from(limit_bytes)
                .unwrap_or(u64::MAX)
                .saturating_add(1),
        )
        .read_to_end(&mut inflated)
        .map_err(CodecError::Zstd)?;
    if inflated.len() > limit_bytes {
        Err(CodecError::TooLarge { limit_bytes })
    } else {
        Ok(inflated)
    }
}

fn decoder<R: Read>(
    source: R,
) -> Result<zstd::stream::read::Decoder<'static, io::BufReader<R>>, CodecError> {
    let mut decoder = zstd::stream::read::Decoder::new(source).map_err(CodecError::Zstd)?;
    decoder
        .window_log_max(WINDOW_LOG)
        .map_err(CodecError::Zstd)?;
    Ok(decoder)
}

/// The whole body of a pull. Each frame is flushed, so that it can be used when the connection ends behind it.
///
/// # Errors
/// [`CodecError::TooLarge`] for a frame beyond [`FRAME_LIMIT_BYTES`]; [`CodecError::Zstd`] when zstd has no memory.
pub fn write_frames(frames: &[Frame]) -> Result<Vec<u8>, CodecError> {
    let mut encoder =
        zstd::stream::write::Encoder::new(Vec::new(), LEVEL).map_err(CodecError::Zstd)?;
    for frame in frames {
        let bytes = encode(frame);
        let length = u32::try_from(bytes.len())
            .ok()
            .filter(|_length| bytes.len() <= FRAME_LIMIT_BYTES)
            .ok_or(CodecError::TooLarge {
                limit_bytes: FRAME_LIMIT_BYTES,
            })?;
        encoder
            .write_all(&length.to_be_bytes())
            .and_then(|()| encoder.write_all(&bytes))
            .and_then(|()| encoder.flush())
            .map_err(CodecError::Zstd)?;
    }
    encoder.finish().map_err(CodecError::Zstd)
}

/// What comes next from a stream of frames.
#[derive(Debug)]
pub enum NextFrame {
    /// A whole frame.
    Frame(Box<Frame>),
    /// The stream ended as it should.
    End,
    /// The stream stops in the middle: what came before is good, the rest is asked for again.
    Cut,
}

/// Reads frames one by one from the body of a pull, never holding more than one.
pub struct FrameReader<R: Read> {
    decoder: zstd::stream::read::Decoder<'static, io::BufReader<R>>,
}

impl<R: Read> std::fmt::Debug for FrameReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FrameReader")
    }
}

impl<R: Read> FrameReader<R> {
    /// Reads from `source`, the body as it comes.
    ///
    /// # Errors
    /// [`CodecError::Zstd`] when zstd has no memory.
    pub fn new(source: R) -> Result<Self, CodecError> {
        Ok(Self {
            decoder: decoder(source)?,
        })
    }

    /// The next frame.
    ///
    /// # Errors
    /// Each variant of [`CodecError`]: the bytes are damaged, not merely cut. Nothing is to be read behind an error.
    pub fn next_frame(&mut self) -> Result<NextFrame, CodecError> {
        let length = match self.take(4)? {
            Taken::Whole(length) => length,
            Taken::Nothing => return Ok(NextFrame::End),
            Taken::Cut => return Ok(NextFrame::Cut),
        };
        let length = length
            .iter()
            .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        if length > FRAME_LIMIT_BYTES {
            return Err(CodecError::TooLarge {
                limit_bytes: FRAME_LIMIT_BYTES,
            });
        }
        match self.take(length)? {
            Taken::Whole(bytes) => Ok(NextFrame::Frame(Box::new(decode(
                &bytes,
                FRAME_LIMIT_BYTES,
            )?))),
            Taken::Nothing | Taken::Cut => Ok(NextFrame::Cut),
        }
    }

    fn take(&mut self, length: usize) -> Result<Taken, CodecError> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(length).unwrap_or(u64::MAX);
        match (&mut self.decoder).take(limit).read_to_end(&mut bytes) {
            Ok(_read) if bytes.len() == length => Ok(Taken::Whole(bytes)),
            Ok(0) => Ok(Taken::Nothing),
            Ok(_read) => Ok(Taken::Cut),
            Err(source) if source.kind() == ErrorKind::UnexpectedEof => Ok(Taken::Cut),
            Err(source) => Err(CodecError::Zstd(source)),
        }
    }
}

enum Taken {
    Whole(Vec<u8>),
    /// The stream ended in good order before the first byte.
    Nothing,
    Cut,
}

/// Every frame of `body` that is whole, and how the stream ended.
///
/// # Errors
/// As [`FrameReader::next_frame`]; whoever wants the frames before the damage reads one by one.
pub fn read_frames(body: &[u8]) -> Result<(Vec<Frame>, StreamEnd), CodecError> {
    let mut reader = FrameReader::new(body)?;
    let mut frames = Vec::new();
    loop {
        match reader.next_frame()? {
            NextFrame::Frame(frame) => frames.push(*frame),
            NextFrame::End => return Ok((frames, StreamEnd::Whole)),
            NextFrame::Cut => return Ok((frames, StreamEnd::Cut)),
        }
    }
}

/// How a stream of frames ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEnd {
    /// In good order.
    Whole,
    /// In the middle.
    Cut,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::{Digest, StopId};
    use crate::journal::entry::Scope;
    use crate::protocol::frames::{Cursor, RevokeFrame};

    fn frames(count: u64) -> Vec<Frame> {
        (0..count)
            .map(|seq| {
                Frame::Revoke(RevokeFrame {
                    cursor: Cursor {
                        server_epoch: 1,
                        seq,
                    },
                    scope: Scope::Stop(StopId::from_bytes(
                        Digest::of(&seq.to_be_bytes()).0[..16].try_into().unwrap(),
                    )),
                })
            })
            .collect()
    }

    #[test]
    fn every_prefix_gives_the_frames_that_are_whole_in_it() {
        let frames = frames(20);
        let body = write_frames(&frames).unwrap();
        let mut most = 0;
        for length in 0..body.len() {
            let (read, end) = read_frames(&body[..length]).unwrap();
            assert_eq!(read, frames[..read.len()]);
            assert!(read.len() >= most);
            most = read.len();
            assert!(end == StreamEnd::Cut || length == 0, "{length}");
        }
        // The last bytes only close the stream.
        assert_eq!(most, frames.len());
        assert_eq!(read_frames(&body).unwrap(), (frames, StreamEnd::Whole));
    }

    #[test]
    fn a_frame_that_claims_too_much_is_refused() {
        let plain = [u32::MAX.to_be_bytes().as_slice(), &[0; 64]].concat();
        let body = zstd::stream::encode_all(plain.as_slice(), LEVEL).unwrap();
        let refused = read_frames(&body);
        assert!(matches!(refused, Err(CodecError::TooLarge { .. })));
    }

    #[test]
    fn a_bomb_does_not_inflate() {
        let bomb = zstd::stream::encode_all(vec![0; 64 << 20].as_slice(), 19).unwrap();
        let refused = unpack::<Frame>(&bomb, BODY_LIMIT_BYTES);
        assert!(matches!(refused, Err(CodecError::TooLarge { .. })));
    }

    #[test]
    fn many_empty_items_are_refused_before_anything_is_made_of_them() {
        let claim = u32::try_from(ITEMS_LIMIT).unwrap();
        let many = [&[0x9a][..], &claim.to_be_bytes(), &vec![0x60; ITEMS_LIMIT]].concat();
        let refused = decode::<Vec<String>>(&many, BODY_LIMIT_BYTES);
        assert!(matches!(refused, Err(CodecError::TooMany)));
        let fewer = encode(&vec![String::new(); ITEMS_LIMIT - 1]);
        let read = decode::<Vec<String>>(&fewer, BODY_LIMIT_BYTES).unwrap();
        assert_eq!(read.len(), ITEMS_LIMIT - 1);
    }

    #[test]
    fn another_encoding_of_the_same_value_is_refused() {
        let bytes = encode(&frames(1)[0]);
        assert_eq!(bytes[..2], [0x82, 0x04]);
        // The variant's number in two bytes where one does.
        let bytes = [&[0x82, 0x18, 0x04], &bytes[2..]].concat();
        let refused = decode::<Frame>(&bytes, BODY_LIMIT_BYTES);
        assert!(matches!(refused, Err(CodecError::NotDeterministic)));
    }

    #[test]
    fn a_body_reads_back() {
        let frame = frames(1).remove(0);
        let body = pack(&frame).unwrap();
        assert_eq!(unpack::<Frame>(&body, BODY_LIMIT_BYTES).unwrap(), frame);
    }

    proptest! {
        #[test]
        fn damage_is_an_error_and_never_a_panic(at in 0_usize..400, bit in 0_u8..8) {
            let frames = frames(10);
            let mut body = write_frames(&frames).unwrap();
            let at = at % body.len();
            body[at] ^= 1 << bit;
            if let Ok((read, _end)) = read_frames(&body) {
                prop_assert!(read.len() <= frames.len());
            }
        }
    }
}
