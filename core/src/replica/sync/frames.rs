//! Frames out of the bytes of a pull, one at a time, as far as the bytes go.

use std::io::{BufReader, Read};

use zstd::stream::read::Decoder;

use crate::documents::DOCUMENT_LIMIT_BYTES;
use crate::protocol::FRAME_LIMIT_BYTES;
use crate::protocol::codec::WINDOW_LOG;

/// Largest frame that is read: one of the usual size around the largest document.
const READ_LIMIT_BYTES: usize = DOCUMENT_LIMIT_BYTES + FRAME_LIMIT_BYTES;

/// What comes next in a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// One frame's CBOR.
    Frame(Vec<u8>),
    /// The body ended between two frames.
    End,
    /// The body broke off, or is damaged from here on.
    Broken,
}

/// Reads frames from a compressed body.
pub(super) struct Frames<'a>(Option<Decoder<'static, BufReader<&'a [u8]>>>);

impl<'a> Frames<'a> {
    pub(super) fn of(body: &'a [u8]) -> Self {
        let decoder = Decoder::new(body).and_then(|mut decoder| {
            decoder.window_log_max(WINDOW_LOG)?;
            Ok(decoder)
        });
        Self(decoder.ok())
    }

    /// The next frame. After `End` and `Broken` nothing more comes.
    pub(super) fn next(&mut self) -> Next {
        let Some(stream) = &mut self.0 else {
            return Next::Broken;
        };
        let mut length = [0; 4];
        match fill(stream, &mut length) {
            Some(0) => return Next::End,
            Some(4) => {}
            Some(_) | None => return Next::Broken,
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > READ_LIMIT_BYTES {
            return Next::Broken;
        }
        let mut frame = vec![0; length];
        match fill(stream, &mut frame) {
            Some(read) if read == length => Next::Frame(frame),
            Some(_) | None => Next::Broken,
        }
    }
}

/// How many bytes of `buffer` were there before the stream ended; none when it is damaged or breaks off.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> Option<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match stream.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_broken) => return None,
        }
    }
    Some(filled)
}
