//! Marks on pages, placed from top to bottom. Lengths are points from the upper left corner of an A4 page.

use super::ink::Drawing;

/// A4 (ISO 216).
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
pub(super) const LEFT: f32 = 62.0;
pub(super) const RIGHT: f32 = 533.28;
pub(super) const WIDTH: f32 = RIGHT - LEFT;
const TOP: f32 = 62.0;
const TOP_OF_NEXT: f32 = 84.0;
const BOTTOM: f32 = 772.0;
/// All the height that a page after the first one has.
pub(super) const HEIGHT: f32 = BOTTOM - TOP_OF_NEXT;

/// Left, top, right, bottom.
pub(super) type Area = [f32; 4];

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) is_soft: bool,
    /// Space between letters, in em.
    pub(super) spacing: f32,
}

impl Look {
    pub(super) const fn plain(size: f32) -> Self {
        Self {
            size,
            is_bold: false,
            is_soft: false,
            spacing: 0.0,
        }
    }

    pub(super) const fn soft(size: f32) -> Self {
        Self {
            is_soft: true,
            ..Self::plain(size)
        }
    }

    pub(super) const fn bold(size: f32) -> Self {
        Self {
            is_bold: true,
            ..Self::plain(size)
        }
    }
}

/// How a frame is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    Solid,
    Dashed,
}

/// Something on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line of text from `x` on the base line `y`.
    Text {
        x: f32,
        y: f32,
        look: Look,
        text: String,
    },
    /// A straight line.
    Rule {
        from: (f32, f32),
        to: (f32, f32),
        width: f32,
    },
    /// A rectangle's edge.
    Frame { area: Area, edge: Edge },
    /// A light ground behind a heading.
    Ground(Area),
    /// The dark modules of a QR code.
    Modules(Vec<Area>),
    /// A signature, moved and scaled to its place.
    Ink {
        drawing: Drawing,
        at: (f32, f32),
        scale: f32,
    },
}

/// The pages so far and the height that is used on the last one.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) pages: Vec<Vec<Mark>>,
    pub(super) y: f32,
}

impl Sheet {
    pub(super) fn new() -> Self {
        Self {
            pages: vec![Vec::new()],
            y: TOP,
        }
    }

    pub(super) fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    pub(super) fn text(&mut self, at: (f32, f32), look: Look, text: &str) {
        self.put(Mark::Text {
            x: at.0,
            y: at.1,
            look,
            text: text.to_owned(),
        });
    }

    pub(super) fn rule(&mut self, y: f32, width: f32) {
        self.put(Mark::Rule {
            from: (LEFT, y),
            to: (RIGHT, y),
            width,
        });
    }

    /// What is left of the page.
    pub(super) fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Begins a page when `height` does not fit on this one and would fit on an empty one.
    pub(super) fn keep(&mut self, height: f32) {
        if height > self.room() && height <= HEIGHT && self.y > TOP_OF_NEXT {
            self.turn();
        }
    }

    pub(super) fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP_OF_NEXT;
    }
}
