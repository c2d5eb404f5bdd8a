//! The font file that a rendition is set in.

use std::fmt;
use std::sync::Arc;

use krilla::text::Font;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};

/// Where Noto Sans CJK usually is: Debian's `fonts-noto-cjk`, then Android. A caller reads the first that is there.
pub const USUAL_PLACES: [&str; 3] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/system/fonts/NotoSansCJK-Regular.ttc",
    "/system/fonts/NotoSansSC-Regular.otf",
];

/// Why bytes are not a typeface for Chinese papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TypefaceError {
    /// Not an OpenType font or collection, or a damaged one.
    #[error("the file is no readable OpenType font")]
    Unreadable,
    /// No face in it has the simplified Chinese characters that every paper needs.
    #[error("the font has no simplified Chinese characters; install fonts-noto-cjk")]
    NoChinese,
}

/// A face for simplified Chinese. Cloning shares the file's bytes.
#[derive(Clone)]
pub struct Typeface {
    font: Font,
    bytes: Arc<Vec<u8>>,
    index: u32,
}

impl fmt::Debug for Typeface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typeface")
            .field("size_bytes", &self.bytes.len())
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl Typeface {
    /// The simplified Chinese face of a font file's bytes: in a collection the one whose family ends in `SC`, else the
    /// first that has the characters.
    ///
    /// # Errors
    /// [`TypefaceError`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, TypefaceError> {
        let bytes = Arc::new(bytes);
        let index = simplified_chinese(&bytes)?;
        let font = Font::new(Arc::clone(&bytes).into(), index).ok_or(TypefaceError::Unreadable)?;
        Ok(Self { font, bytes, index })
    }

    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    pub(super) fn ruler(&self) -> Result<Ruler<'_>, TypefaceError> {
        let font = FontRef::from_index(&self.bytes, self.index)
            .map_err(|_damaged| TypefaceError::Unreadable)?;
        Ok(Ruler {
            characters: font.charmap(),
            metrics: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
        })
    }
}

fn simplified_chinese(bytes: &[u8]) -> Result<u32, TypefaceError> {
    let file = FileRef::new(bytes).map_err(|_other_format| TypefaceError::Unreadable)?;
    let mut found = None;
    for (index, font) in (0_u32..).zip(file.fonts()) {
        let font = font.map_err(|_damaged| TypefaceError::Unreadable)?;
        let characters = font.charmap();
        if !"对账单承诺书签〔〕"
            .chars()
            .all(|c| characters.map(c).is_some())
        {
            continue;
        }
        let family = font.localized_strings(StringId::FAMILY_NAME);
        let is_simplified = family
            .english_or_first()
            .is_some_and(|name| name.to_string().ends_with("SC"));
        if is_simplified {
            return Ok(index);
        }
        found = found.or(Some(index));
    }
    found.ok_or(TypefaceError::NoChinese)
}

/// A character as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    /// Number in the font.
    pub(super) id: u32,
    /// Width in em.
    pub(super) advance: f32,
}

/// What the widths are read from.
pub(super) struct Ruler<'a> {
    characters: Charmap<'a>,
    metrics: GlyphMetrics<'a>,
}

impl Ruler<'_> {
    /// The glyph of `c`; none when the font has none or when it would leave nothing to see.
    pub(super) fn glyph(&self, c: char) -> Option<Glyph> {
        if is_unseen(c) {
            return None;
        }
        let id = self.characters.map(c).filter(|id| id.to_u32() != 0)?;
        Some(Glyph {
            id: id.to_u32(),
            advance: self.metrics.advance_width(id)?,
        })
    }

    /// Width in em.
    pub(super) fn width(&self, text: &str) -> f32 {
        text.chars()
            .filter_map(|c| self.glyph(c))
            .map(|glyph| glyph.advance)
            .sum()
    }
}

/// Characters that order, join or hide others (Unicode Standard 16 §23.2, §23.4, §23.5), and those whose look each font
/// chooses for itself: on paper they must be seen as what they are.
const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{10ffff}')
}
