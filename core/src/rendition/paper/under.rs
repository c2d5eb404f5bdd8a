//! What stands under the signature: who else signed, who did not, and what the signer was told before.

use super::{FIELD, FIELD_LEADING, PAD_X, Set, Setter, Under, height, split};
use crate::rendition::sheet::{Edge, LEFT, Look, Mark, RIGHT, WIDTH};

const INK_HEIGHT: f32 = 44.0;
const FRAME: f32 = 24.0 + INK_HEIGHT;

impl Setter<'_> {
    /// Two boxes in a row, each as high as the higher one needs.
    pub(super) fn under(&mut self, signed: &[Under]) {
        for pair in signed.chunks(2) {
            let room = WIDTH / 2.0 - 2.0 * PAD_X - 6.0;
            let set: Vec<Vec<Set>> = pair
                .iter()
                .map(|one| self.fields(&one.fields, room))
                .collect();
            let tallest = set.iter().map(|fields| height(fields)).fold(0.0, f32::max);
            let whole = FRAME + tallest + 6.0;
            self.sheet.keep(whole + 8.0);
            let top = self.sheet.y;
            let (left, right) = split([LEFT, top, RIGHT, top + whole], 0.5);
            for ((one, fields), area) in pair.iter().zip(&set).zip([left, right]) {
                self.sheet.put(Mark::Frame {
                    area,
                    edge: Edge::Solid,
                });
                let x = area[0] + PAD_X + 2.0;
                self.sheet
                    .text((x, top + 14.0), Look::soft(FIELD), one.caption);
                let drawn = [
                    area[0] + 10.0,
                    top + 20.0,
                    area[2] - 10.0,
                    top + 20.0 + INK_HEIGHT,
                ];
                self.ink(&one.ink, drawn);
                self.draw_fields((x, top + FRAME + 6.0), fields);
            }
            self.sheet.y = top + whole + 8.0;
        }
    }

    /// A guarantor who is named in the paper and whose signature is not under it.
    pub(super) fn absent(&mut self, names: &[String]) {
        for name in names {
            self.small(&format!("保证人{name}：未签字。"));
        }
    }

    /// The effect text as it was on the glass.
    pub(super) fn effect(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        self.sheet.keep(4.0 * FIELD_LEADING);
        let at = (LEFT, self.sheet.y + 10.0);
        self.sheet
            .text(at, Look::bold(FIELD), "签署后果（签署前已向签署人出示）");
        self.sheet.y += FIELD_LEADING + 2.0;
        for line in lines {
            self.small(line);
        }
        self.sheet.y += 8.0;
    }

    fn small(&mut self, text: &str) {
        for line in self.lines(text, FIELD, WIDTH) {
            self.sheet.keep(FIELD_LEADING);
            let at = (LEFT, self.sheet.y + 10.0);
            self.sheet.text(at, Look::plain(FIELD), &line.text);
            self.sheet.y += FIELD_LEADING;
        }
    }
}
