//! Bodies: deterministic CBOR under zstd, bounded before and after inflating.

use std::io::{Read as _, Write as _};

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use countersign_core::protocol::Frame;
use countersign_core::protocol::codec::{WINDOW_LOG, counted};

use super::error::{Fault, SyncError};

/// Largest body as it comes.
pub(crate) const COMPRESSED_LIMIT_BYTES: usize = 5 << 20;
/// Largest body inflated: the push's own limit and its envelopes' frame.
pub(crate) const INFLATED_LIMIT_BYTES: usize = 5 << 20;
const LEVEL: i32 = 3;

/// Reads a body.
pub(super) fn decode<T>(headers: &HeaderMap, body: &Bytes) -> Result<T, SyncError>
where
    T: for<'b> minicbor::Decode<'b, ()>,
{
    let inflated = inflate(headers, body)?;
    let inflated = counted(&inflated).map_err(|_too_many| SyncError::TooLarge)?;
    let mut decoder = minicbor::Decoder::new(inflated);
    let value = decoder.decode()?;
    if decoder.position() == inflated.len() {
        Ok(value)
    } else {
        Err(SyncError::BadRequest(
            "there are bytes behind the end of the body",
        ))
    }
}

fn inflate(headers: &HeaderMap, body: &Bytes) -> Result<Vec<u8>, SyncError> {
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map(header::HeaderValue::as_bytes);
    match encoding {
        None | Some(b"identity") => Ok(body.to_vec()),
        Some(b"zstd") => inflate_zstd(body),
        Some(_other) => Err(SyncError::BadRequest("the body's encoding is zstd or none")),
    }
}

fn inflate_zstd(body: &[u8]) -> Result<Vec<u8>, SyncError> {
    let wrong =
        |_source| SyncError::BadRequest("the body is no zstd stream of ordinary window size");
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(wrong)?;
    decoder.window_log_max(WINDOW_LOG).map_err(wrong)?;
    let limit = u64::try_from(INFLATED_LIMIT_BYTES).unwrap_or(u64::MAX);
    let mut inflated = Vec::new();
    decoder
        .take(limit + 1)
        .read_to_end(&mut inflated)
        .map_err(wrong)?;
    if inflated.len() > INFLATED_LIMIT_BYTES {
        Err(SyncError::TooLarge)
    } else {
        Ok(inflated)
    }
}

/// Writes a body.
pub(super) fn encode<T: minicbor::Encode<()>>(value: &T) -> Result<Vec<u8>, SyncError> {
    let plain = minicbor::to_vec(value).expect("writing CBOR into a vector has no failing sink");
    zstd::stream::encode_all(plain.as_slice(), LEVEL).map_err(compression)
}

/// Frames in one zstd stream, each preceded by its length; every flush makes what came so far readable.
pub(super) struct FrameStream {
    encoder: zstd::stream::write::Encoder<'static, Vec<u8>>,
}

impl FrameStream {
    pub(super) fn begin() -> Result<Self, SyncError> {
        let encoder = zstd::stream::write::Encoder::new(Vec::new(), LEVEL).map_err(compression)?;
        Ok(Self { encoder })
    }

    /// Adds frames.
    pub(super) fn add(&mut self, frames: &[Frame]) -> Result<(), SyncError> {
        for frame in frames {
            let bytes =
                minicbor::to_vec(frame).expect("writing CBOR into a vector has no failing sink");
            let length = u32::try_from(bytes.len()).map_err(|_length| SyncError::TooLarge)?;
            self.encoder
                .write_all(&length.to_be_bytes())
                .map_err(compression)?;
            self.encoder.write_all(&bytes).map_err(compression)?;
        }
        Ok(())
    }

    /// What can be sent by now.
    pub(super) fn flushed(&mut self) -> Result<Bytes, SyncError> {
        self.encoder.flush().map_err(compression)?;
        Ok(Bytes::from(std::mem::take(self.encoder.get_mut())))
    }

    /// The rest.
    pub(super) fn end(self) -> Result<Bytes, SyncError> {
        self.encoder.finish().map(Bytes::from).map_err(compression)
    }
}

fn compression(source: std::io::Error) -> SyncError {
    Fault::Compression(source).into()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use countersign_core::domain::ids::Digest;
    use countersign_core::domain::time::Instant;
    use countersign_core::protocol::frames::{Cursor, More, PullEnd, ScopeDigest};

    use super::*;

    fn zstd_headers() -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"))])
    }

    #[test]
    fn a_body_reads_back() {
        let digest = Digest::of(b"x");
        let body = Bytes::from(encode(&digest).unwrap());
        assert_eq!(decode::<Digest>(&zstd_headers(), &body).unwrap(), digest);
        let plain = Bytes::from(minicbor::to_vec(digest).unwrap());
        assert_eq!(decode::<Digest>(&HeaderMap::new(), &plain).unwrap(), digest);
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let bomb = zstd::stream::encode_all(vec![0_u8; 64 << 20].as_slice(), 19).unwrap();
        assert!(bomb.len() < 64 << 10);
        let refused = decode::<Digest>(&zstd_headers(), &Bytes::from(bomb));
        assert!(matches!(refused, Err(SyncError::TooLarge)));
    }

    #[test]
    fn truncated_and_trailing_bytes_are_refused() {
        let whole = encode(&Digest::of(b"x")).unwrap();
        for cut in 0..whole.len() {
            let body = Bytes::copy_from_slice(&whole[..cut]);
            assert!(decode::<Digest>(&zstd_headers(), &body).is_err(), "{cut}");
        }
        let mut plain = minicbor::to_vec(Digest::of(b"x")).unwrap();
        plain.push(0);
        decode::<Digest>(&HeaderMap::new(), &Bytes::from(plain)).unwrap_err();
    }

    #[test]
    fn nothing_new_is_at_most_sixty_four_bytes() {
        let end = Frame::End(PullEnd {
            cursor: Cursor {
                server_epoch: 1,
                seq: 1_000_000,
            },
            time: Instant::from_ms(1_795_000_000_000),
            scope_digest: ScopeDigest(u128::MAX / 3),
            more: More::No,
        });
        let mut stream = FrameStream::begin().unwrap();
        stream.add(&[end]).unwrap();
        let body = stream.end().unwrap();
        assert!(body.len() <= 64, "{}", body.len());
    }
}
