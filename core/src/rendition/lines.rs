//! Text as it can be drawn, and where its lines end.

use std::collections::BTreeSet;

use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::typeface::Ruler;

/// One line of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What is drawn; a space at its end is kept and takes no room.
    pub(super) text: String,
    /// Its width in em without that space.
    pub(super) width: f32,
}

/// `text` with every character that cannot be drawn written as its code, such as `〔U+1F642〕`, and noted in `missing`. Only a
/// line feed stays: it ends a line.
pub(super) fn legible(ruler: &Ruler<'_>, text: &str, missing: &mut BTreeSet<char>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        if c == '\n' || ruler.glyph(c).is_some() {
            out.push(c);
        } else {
            missing.insert(c);
            out.push_str(&code(c));
        }
    }
    out
}

/// `〔U+1F642〕`.
pub(super) fn code(c: char) -> String {
    format!("〔U+{:04X}〕", u32::from(c))
}

/// Lines no wider than `width` em, the first one shorter by `indent`; never empty. Breaks are those of Unicode Standard
/// Annex 14, so no line begins with 。 or ends with （; what has none is broken where the line is full.
pub(super) fn broken(ruler: &Ruler<'_>, text: &str, width: f32, indent: f32) -> Vec<Line> {
    let mut lines = Lines {
        ruler,
        done: Vec::new(),
        open: String::new(),
        used: 0.0,
        width,
        indent,
    };
    let mut begin = 0;
    for (end, opportunity) in linebreaks(text) {
        let piece = text.get(begin..end).unwrap_or_default();
        begin = end;
        lines.take(piece.trim_end_matches('\n'));
        if opportunity == BreakOpportunity::Mandatory && end < text.len() {
            lines.end();
        }
    }
    lines.end();
    lines.done
}

struct Lines<'a> {
    ruler: &'a Ruler<'a>,
    done: Vec<Line>,
    open: String,
    used: f32,
    width: f32,
    indent: f32,
}

impl Lines<'_> {
    fn room(&self) -> f32 {
        let indent = if self.done.is_empty() {
            self.indent
        } else {
            0.0
        };
        self.width - indent - self.used
    }

    fn take(&mut self, piece: &str) {
        let seen = self.ruler.width(piece.trim_end());
        if seen > self.room() && !self.open.is_empty() {
            self.end();
        }
        if seen <= self.room() {
            self.put(piece);
            return;
        }
        for c in piece.chars() {
            let mut one = [0; 4];
            let one = c.encode_utf8(&mut one);
            if self.ruler.width(one) > self.room() && !self.open.is_empty() {
                self.end();
            }
            self.put(one);
        }
    }

    fn put(&mut self, text: &str) {
        self.open.push_str(text);
        self.used += self.ruler.width(text);
    }

    fn end(&mut self) {
        let text = std::mem::take(&mut self.open);
        self.used = 0.0;
        self.done.push(Line {
            width: self.ruler.width(text.trim_end()),
            text,
        });
    }
}
