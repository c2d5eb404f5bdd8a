//! Sets a paper: heading, table, clauses, signature and seal, proof, and the furniture of each page.

mod under;

use std::collections::BTreeSet;

use super::ink::Drawing;
use super::lines::{Line, broken, code, legible};
use super::qr;
use super::sheet::{Area, Edge, HEIGHT, LEFT, Look, Mark, RIGHT, Sheet, WIDTH};
use super::typeface::Ruler;
use crate::snapshots::statement::{RenderModel, RenderRow};

const TABLE: f32 = 9.0;
const TABLE_LEADING: f32 = 12.5;
const CLAUSE: f32 = 10.5;
const CLAUSE_LEADING: f32 = 18.0;
const FIELD: f32 = 8.5;
const FIELD_LEADING: f32 = 13.0;
const PAD_X: f32 = 6.0;
const PAD_Y: f32 = 2.5;
const HEAD: [&str; 2] = ["项目", "内容"];

/// A label with its value, in a box.
pub(super) type Field = (&'static str, String);

/// Everything that is printed, in words.
#[derive(Debug)]
pub(super) struct Paper<'a> {
    pub(super) model: &'a RenderModel,
    /// Below the title.
    pub(super) subtitle: String,
    /// Beside the drawn signature; empty values are left to be written by hand.
    pub(super) signature: Vec<Field>,
    /// What is in the place of the signature.
    pub(super) ink: Ink,
    /// Who else signed, oldest first.
    pub(super) under: Vec<Under>,
    /// Guarantors who were named and did not sign.
    pub(super) absent: Vec<String>,
    /// The legal effect that was shown before the signature, line by line.
    pub(super) effect: Vec<String>,
    /// Read out on the telephone.
    pub(super) code: String,
    /// What the QR code says.
    pub(super) qr: String,
    pub(super) proof: Vec<Field>,
    /// At the foot of each page.
    pub(super) foot: String,
}

/// Another signature under the paper.
#[derive(Debug)]
pub(super) struct Under {
    pub(super) caption: &'static str,
    pub(super) ink: Ink,
    pub(super) fields: Vec<Field>,
}

/// The place of the signature.
#[derive(Debug)]
pub(super) enum Ink {
    Drawn(Drawing),
    /// Why there is no drawing.
    Absent(&'static str),
    /// Left for a pen.
    Blank,
}

/// Sets the whole paper.
pub(super) fn set(paper: &Paper<'_>, ruler: &Ruler<'_>) -> Vec<Vec<Mark>> {
    let mut setter = Setter {
        ruler,
        sheet: Sheet::new(),
        missing: BTreeSet::new(),
    };
    let title = setter.legible(&paper.model.title);
    let subtitle = setter.legible(&paper.subtitle);
    setter.heading(&title, &subtitle);
    setter.table(&paper.model.rows);
    let signature = setter.fields(&paper.signature, WIDTH * 0.58 - 2.0 * PAD_X - 2.0);
    let last = paper.model.clauses.len().saturating_sub(1);
    for (number, clause) in paper.model.clauses.iter().enumerate() {
        // The last clause goes with the signature: none stands on a page without any of the text.
        let after = if number == last {
            signature_height(&signature)
        } else {
            0.0
        };
        setter.clause(clause, after);
    }
    setter.signature(&signature, &paper.ink);
    setter.under(&paper.under);
    setter.absent(&paper.absent);
    setter.effect(&paper.effect);
    setter.note();
    setter.proof(paper);
    setter.furniture(&title, paper);
    setter.sheet.pages
}

/// A label with the lines of its value.
struct Set {
    label: &'static str,
    lines: Vec<Line>,
}

fn height(fields: &[Set]) -> f32 {
    fields
        .iter()
        .map(|field| rows(&field.lines) * FIELD_LEADING)
        .sum()
}

const INK_HEIGHT: f32 = 68.0;
const SIGNATURE_FRAME: f32 = 24.0 + INK_HEIGHT;

fn signature_height(fields: &[Set]) -> f32 {
    SIGNATURE_FRAME + height(fields) + 6.0
}

fn rows(lines: &[Line]) -> f32 {
    u16::try_from(lines.len()).map_or(f32::MAX, f32::from)
}

struct Setter<'a> {
    ruler: &'a Ruler<'a>,
    sheet: Sheet,
    missing: BTreeSet<char>,
}

impl Setter<'_> {
    fn legible(&mut self, text: &str) -> String {
        legible(self.ruler, text, &mut self.missing)
    }

    /// Lines of `text` at `size` in a column of `width` points.
    fn lines(&mut self, text: &str, size: f32, width: f32) -> Vec<Line> {
        let text = self.legible(text);
        broken(self.ruler, &text, width / size, 0.0)
    }

    fn centred(&mut self, y: f32, look: Look, line: &Line) {
        let letters = u16::try_from(line.text.trim_end().chars().count()).unwrap_or(u16::MAX);
        let spaces = f32::from(letters.saturating_sub(1)) * look.spacing;
        let x = LEFT + (WIDTH - (line.width + spaces) * look.size) / 2.0;
        self.sheet.text((x, y), look, &line.text);
    }

    fn heading(&mut self, title: &str, subtitle: &str) {
        let spacing = if title.chars().count() <= 6 { 0.4 } else { 0.0 };
        let look = Look {
            spacing,
            ..Look::bold(21.0)
        };
        for line in broken(self.ruler, title, WIDTH / look.size, 0.0) {
            self.sheet.y += 22.0;
            self.centred(self.sheet.y, look, &line);
            self.sheet.y += 6.0;
        }
        for line in broken(self.ruler, subtitle, WIDTH / 9.0, 0.0) {
            self.sheet.y += 13.0;
            self.centred(self.sheet.y, Look::soft(9.0), &line);
        }
        self.sheet.y += 10.0;
        self.sheet.rule(self.sheet.y, 1.4);
        self.sheet.rule(self.sheet.y + 2.4, 0.4);
        self.sheet.y += 16.0;
    }

    /// The width of the label column: what the widest label needs, and at most half of the table when both columns are wide.
    fn label_column(&mut self, rows: &[RenderRow]) -> f32 {
        let mut widest = |text: fn(&RenderRow) -> &String| {
            let widths = rows.iter().map(|row| {
                let text = legible(self.ruler, text(row), &mut self.missing);
                self.ruler.width(&text) * TABLE + 2.0 * PAD_X + 1.0
            });
            widths.fold(80.0, f32::max)
        };
        let (label, value) = (widest(|row| &row.label), widest(|row| &row.value));
        if label + value <= WIDTH {
            label
        } else {
            label.min(WIDTH / 2.0)
        }
    }

    fn table(&mut self, rows: &[RenderRow]) {
        if rows.is_empty() {
            return;
        }
        let label_width = self.label_column(rows);
        let mut top = self.table_head(label_width);
        for row in rows {
            let label = self.lines(&row.label, TABLE, label_width - 2.0 * PAD_X);
            let value = self.lines(&row.value, TABLE, WIDTH - label_width - 2.0 * PAD_X);
            let mut left = [label.as_slice(), value.as_slice()];
            while left.iter().any(|lines| !lines.is_empty()) {
                let wanted = left.map(<[Line]>::len).into_iter().max().unwrap_or(0);
                let fits = fitting(self.sheet.room(), wanted);
                let is_broken = fits < wanted;
                if is_broken && (fits == 0 || row_height(wanted) < HEIGHT - row_height(1)) {
                    self.table_end(top, label_width);
                    self.sheet.turn();
                    top = self.table_head(label_width);
                    continue;
                }
                left = self.table_row(left, fits, label_width);
            }
        }
        self.table_end(top, label_width);
        self.sheet.y += 14.0;
    }

    fn table_head(&mut self, label_width: f32) -> f32 {
        self.sheet.keep(3.0 * row_height(1));
        let top = self.sheet.y;
        let bottom = top + row_height(1);
        self.sheet.put(Mark::Ground([LEFT, top, RIGHT, bottom]));
        self.sheet.rule(top, 0.8);
        for (x, word) in [LEFT, LEFT + label_width].into_iter().zip(HEAD) {
            let at = (x + PAD_X, top + PAD_Y + 9.5);
            self.sheet.text(at, Look::bold(TABLE), word);
        }
        self.sheet.y = bottom;
        self.sheet.rule(bottom, 0.4);
        top
    }

    /// Draws so many lines of both cells and gives what is left of them.
    fn table_row<'l>(
        &mut self,
        cells: [&'l [Line]; 2],
        count: usize,
        label_width: f32,
    ) -> [&'l [Line]; 2] {
        let top = self.sheet.y + PAD_Y;
        let mut x = LEFT + PAD_X;
        let rest = cells.map(|lines| {
            let (now, rest) = lines.split_at(count.min(lines.len()));
            let mut y = top + 9.5;
            for line in now {
                self.sheet.text((x, y), Look::plain(TABLE), &line.text);
                y += TABLE_LEADING;
            }
            x += label_width;
            rest
        });
        self.sheet.y += row_height(count);
        self.sheet.rule(self.sheet.y, 0.4);
        rest
    }

    fn table_end(&mut self, top: f32, label_width: f32) {
        let bottom = self.sheet.y;
        for x in [LEFT, LEFT + label_width, RIGHT] {
            let width = if x > LEFT && x < RIGHT { 0.4 } else { 0.8 };
            self.sheet.put(Mark::Rule {
                from: (x, top),
                to: (x, bottom),
                width,
            });
        }
        self.sheet.rule(bottom, 0.8);
    }

    /// A paragraph with the indent of two characters that Chinese papers have, kept on one page with `after` points more.
    fn clause(&mut self, text: &str, after: f32) {
        const INDENT: f32 = 2.0;
        let text = self.legible(text);
        let lines = broken(self.ruler, &text, WIDTH / CLAUSE, INDENT);
        self.sheet
            .keep(rows(&lines) * CLAUSE_LEADING + after + 12.0);
        let mut x = LEFT + INDENT * CLAUSE;
        for line in &lines {
            self.sheet.keep(CLAUSE_LEADING);
            let at = (x, self.sheet.y + 12.0);
            self.sheet.text(at, Look::plain(CLAUSE), &line.text);
            self.sheet.y += CLAUSE_LEADING;
            x = LEFT;
        }
        self.sheet.y += 4.0;
    }

    fn fields(&mut self, fields: &[Field], width: f32) -> Vec<Set> {
        let room = width - LABEL;
        fields
            .iter()
            .map(|(label, value)| Set {
                label,
                lines: self.lines(value, FIELD, room),
            })
            .collect()
    }

    fn draw_fields(&mut self, at: (f32, f32), fields: &[Set]) {
        let (x, mut y) = at;
        for field in fields {
            self.sheet.text((x, y), Look::soft(FIELD), field.label);
            for line in &field.lines {
                self.sheet
                    .text((x + LABEL, y), Look::plain(FIELD), &line.text);
                y += FIELD_LEADING;
            }
        }
    }

    fn signature(&mut self, fields: &[Set], ink: &Ink) {
        let whole = signature_height(fields);
        self.sheet.y += 8.0;
        self.sheet.keep(whole);
        let top = self.sheet.y;
        let (left, right) = split([LEFT, top, RIGHT, top + whole], 0.58);
        let edge = Edge::Solid;
        self.sheet.put(Mark::Frame { area: left, edge });
        self.sheet.put(Mark::Frame {
            area: right,
            edge: Edge::Dashed,
        });
        let caption = |x: f32| (x + PAD_X + 2.0, top + 14.0);
        self.sheet
            .text(caption(left[0]), Look::soft(FIELD), "签署人签名");
        self.sheet
            .text(caption(right[0]), Look::soft(FIELD), "单位盖章（公章）");
        self.ink(
            ink,
            [
                left[0] + 10.0,
                top + 20.0,
                left[2] - 10.0,
                top + 20.0 + INK_HEIGHT,
            ],
        );
        self.draw_fields((left[0] + PAD_X + 2.0, top + SIGNATURE_FRAME + 6.0), fields);
        let date = "盖章日期：　　　　年　　　月　　　日";
        let at = (right[0] + PAD_X + 2.0, right[3] - 9.0);
        self.sheet.text(at, Look::plain(FIELD), date);
        self.sheet.y = top + whole + 12.0;
    }

    fn ink(&mut self, ink: &Ink, area: Area) {
        let [left, top, right, bottom] = area;
        match ink {
            Ink::Blank => {}
            Ink::Absent(why) => {
                let at = (left, top + 24.0);
                self.sheet.text(at, Look::plain(FIELD), why);
            }
            Ink::Drawn(drawing) => {
                let scale = ((right - left) / drawing.width)
                    .min((bottom - top) / drawing.height)
                    // Not above the size in which it was drawn: 0.01 CSS px, 96 px an inch.
                    .min(72.0 / 9_600.0);
                let x = left + (right - left - drawing.width * scale) / 2.0;
                let y = top + (bottom - top - drawing.height * scale) / 2.0;
                self.sheet.put(Mark::Ink {
                    drawing: drawing.clone(),
                    at: (x, y),
                    scale,
                });
            }
        }
    }

    /// The characters that the font lacks.
    fn note(&mut self) {
        if self.missing.is_empty() {
            return;
        }
        let codes: Vec<String> = self.missing.iter().copied().map(code).collect();
        let note = format!(
            "注：下列字符无法按原样印出，在文中以其统一码（Unicode）代替：{}。",
            codes.join("、")
        );
        for line in self.lines(&note, FIELD, WIDTH) {
            self.sheet.keep(FIELD_LEADING);
            let at = (LEFT, self.sheet.y + 10.0);
            self.sheet.text(at, Look::plain(FIELD), &line.text);
            self.sheet.y += FIELD_LEADING;
        }
        self.sheet.y += 8.0;
    }

    fn proof(&mut self, paper: &Paper<'_>) {
        const SIDE: f32 = 84.0;
        let x = LEFT + SIDE + 22.0;
        let fields = self.fields(&paper.proof, RIGHT - x - PAD_X);
        let whole = (height(&fields) + 34.0).max(SIDE + 16.0);
        self.sheet.keep(whole);
        let top = self.sheet.y;
        self.sheet.put(Mark::Frame {
            area: [LEFT, top, RIGHT, top + whole],
            edge: Edge::Solid,
        });
        let modules = qr::modules(&paper.qr, [LEFT + 8.0, top + 8.0], SIDE);
        self.sheet.put(Mark::Modules(modules));
        self.sheet
            .text((x, top + 20.0), Look::soft(FIELD), "核验码");
        self.sheet
            .text((x + LABEL, top + 20.0), Look::bold(14.0), &paper.code);
        self.draw_fields((x, top + 38.0), &fields);
        self.sheet.y = top + whole;
    }

    /// Foot and, from the second page on, head: every page says to which paper it belongs.
    fn furniture(&mut self, title: &str, paper: &Paper<'_>) {
        let total = self.sheet.pages.len();
        let pages = std::mem::take(&mut self.sheet.pages);
        for (number, page) in (1_usize..).zip(pages) {
            self.sheet.pages.push(page);
            let code = format!("核验码 {}", paper.code);
            if number > 1 {
                let short: String = title.chars().take(30).collect();
                self.sheet.text((LEFT, 56.0), Look::soft(FIELD), &short);
                self.right_aligned(56.0, &code);
                self.sheet.rule(64.0, 0.4);
            }
            self.sheet.rule(784.0, 0.4);
            self.sheet.text((LEFT, 798.0), Look::soft(7.5), &paper.foot);
            self.right_aligned(798.0, &format!("第 {number} 页 共 {total} 页"));
        }
    }

    fn right_aligned(&mut self, y: f32, text: &str) {
        let x = RIGHT - self.ruler.width(text) * FIELD;
        self.sheet.text((x, y), Look::soft(FIELD), text);
    }
}

/// The width of a field's label.
const LABEL: f32 = 58.0;

fn row_height(lines: usize) -> f32 {
    u16::try_from(lines).map_or(f32::MAX, f32::from) * TABLE_LEADING + 2.0 * PAD_Y
}

/// How many of `wanted` lines fit into a row within `room`.
fn fitting(room: f32, wanted: usize) -> usize {
    (0..=wanted)
        .take_while(|count| *count == 0 || row_height(*count) <= room)
        .last()
        .unwrap_or(0)
}

/// Two areas side by side with a gap, the first one taking `share` of the width.
fn split(area: Area, share: f32) -> (Area, Area) {
    let [left, top, right, bottom] = area;
    let middle = left + (right - left) * share;
    (
        [left, top, middle - 4.0, bottom],
        [middle + 4.0, top, right, bottom],
    )
}
