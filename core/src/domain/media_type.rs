//! What a file is, by its own bytes: a name or a platform's claim alone decides nothing.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The kinds of file that are shown or played; everything else is kept and handed over as it came, never opened.
///
/// SVG and HTML are not among them on purpose: they can run code in the page that shows them.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum MediaType {
    /// A photo as phones take it.
    #[n(0)]
    Jpeg,
    /// A drawing or screenshot.
    #[n(1)]
    Png,
    /// A picture.
    #[n(2)]
    Webp,
    /// A photo as some phones take it; most browsers do not show it.
    #[n(3)]
    Heic,
    /// Sound in an MPEG-4 container.
    #[n(4)]
    Mp4Audio,
    /// Sound in layer III of MPEG.
    #[n(5)]
    Mp3,
    /// Sound in an Ogg container.
    #[n(6)]
    Ogg,
    /// Sound in a `WebM` container.
    #[n(7)]
    WebmAudio,
    /// Sound, uncompressed.
    #[n(8)]
    Wav,
    /// A paper.
    #[n(9)]
    Pdf,
    /// Anything else.
    #[n(10)]
    File,
}

impl MediaType {
    /// What the bytes are. `declared` is the platform's claim, such as `audio/webm;codecs=opus`; it only tells sound from
    /// film in containers that hold either. What does not begin as one of the known kinds is [`MediaType::File`].
    ///
    /// Source: the signatures of the WHATWG MIME Sniffing Standard §6, and ISO/IEC 14496-12 for `ftyp` brands.
    #[must_use]
    pub fn of(declared: &str, content: &[u8]) -> Self {
        let is_sound = declared
            .trim_start()
            .to_ascii_lowercase()
            .starts_with("audio/");
        let at = |offset: usize, signature: &[u8]| {
            content
                .get(offset..)
                .is_some_and(|rest| rest.starts_with(signature))
        };
        if at(0, b"\xff\xd8\xff") {
            Self::Jpeg
        } else if at(0, b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            Self::Webp
        } else if at(0, b"RIFF") && at(8, b"WAVE") {
            Self::Wav
        } else if at(0, b"%PDF-") {
            Self::Pdf
        } else if at(0, b"OggS") && is_sound {
            Self::Ogg
        } else if at(0, b"\x1a\x45\xdf\xa3") && is_sound {
            Self::WebmAudio
        } else if at(4, b"ftyp") {
            match content.get(8..12) {
                Some(b"heic" | b"heix" | b"mif1" | b"msf1") => Self::Heic,
                Some(b"M4A ") => Self::Mp4Audio,
                Some(_) if is_sound => Self::Mp4Audio,
                Some(_) | None => Self::File,
            }
        } else if at(0, b"ID3") || (is_sound && is_mp3_frame(content)) {
            Self::Mp3
        } else {
            Self::File
        }
    }

    /// The name of RFC 6838 under which the file is handed over.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Mp4Audio => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
            Self::WebmAudio => "audio/webm",
            Self::Wav => "audio/wav",
            Self::Pdf => "application/pdf",
            Self::File => "application/octet-stream",
        }
    }

    /// How a copy of the file is called at its end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Heic => "heic",
            Self::Mp4Audio => "m4a",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
            Self::WebmAudio => "webm",
            Self::Wav => "wav",
            Self::Pdf => "pdf",
            Self::File => "bin",
        }
    }

    /// A picture that every browser draws.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }

    /// Sound.
    #[must_use]
    pub const fn is_sound(self) -> bool {
        matches!(
            self,
            Self::Mp4Audio | Self::Mp3 | Self::Ogg | Self::WebmAudio | Self::Wav
        )
    }
}

/// Eleven set bits begin a frame (ISO/IEC 11172-3 §2.4.1.3).
fn is_mp3_frame(content: &[u8]) -> bool {
    matches!(content, [0xff, second, ..] if *second & 0xe0 == 0xe0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_what_a_file_is() {
        let rows: [(&str, &[u8], MediaType); 14] = [
            ("image/jpeg", b"\xff\xd8\xff\xe0..JFIF", MediaType::Jpeg),
            ("", b"\x89PNG\r\n\x1a\n....", MediaType::Png),
            ("image/webp", b"RIFF....WEBPVP8 ", MediaType::Webp),
            ("audio/wav", b"RIFF....WAVEfmt ", MediaType::Wav),
            ("image/heic", b"....ftypheic....", MediaType::Heic),
            ("audio/mp4", b"....ftypisom....", MediaType::Mp4Audio),
            ("video/mp4", b"....ftypisom....", MediaType::File),
            ("audio/mpeg", b"ID3\x04....", MediaType::Mp3),
            ("audio/mpeg", b"\xff\xfb\x90....", MediaType::Mp3),
            (
                "audio/webm;codecs=opus",
                b"\x1a\x45\xdf\xa3....",
                MediaType::WebmAudio,
            ),
            ("video/webm", b"\x1a\x45\xdf\xa3....", MediaType::File),
            ("application/pdf", b"%PDF-1.7", MediaType::Pdf),
            (
                "image/svg+xml",
                b"<svg onload='alert(1)'/>",
                MediaType::File,
            ),
            ("image/jpeg", b"<html><script>", MediaType::File),
        ];
        for (declared, content, expected) in rows {
            assert_eq!(MediaType::of(declared, content), expected, "{declared}");
        }
        assert_eq!(MediaType::of("image/jpeg", b""), MediaType::File);
    }
}
