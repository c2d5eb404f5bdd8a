//! The QR code (ISO/IEC 18004) as rectangles, and as an image for a screen.

use qrcode::render::svg;
use qrcode::{Color, QrCode};

use super::sheet::Area;

/// The dark modules as rectangles within a square of `side` points at `at`; neighbours in a row are one rectangle.
pub(super) fn modules(text: &str, at: [f32; 2], side: f32) -> Vec<Area> {
    let Ok(code) = QrCode::new(text) else {
        // Only a text beyond 2,953 bytes has no code; those of this module are shorter than 200.
        return Vec::new();
    };
    let size = u16::try_from(code.width()).map_or(1.0, f32::from);
    let module = side / size;
    let mut found = Vec::new();
    let mut top = at[1];
    for row in code.to_colors().chunks(code.width().max(1)) {
        let mut left = at[0];
        for run in row.chunk_by(|a, b| a == b) {
            let right = left + u16::try_from(run.len()).map_or(0.0, f32::from) * module;
            if run.first() == Some(&Color::Dark) {
                found.push([left, top, right, top + module]);
            }
            left = right;
        }
        top += module;
    }
    found
}

/// The QR code as an SVG file, dark on light with the quiet zone around it.
pub(super) fn image(text: &str) -> String {
    QrCode::new(text)
        .map(|code| {
            code.render::<svg::Color<'_>>()
                .min_dimensions(200, 200)
                .build()
        })
        .unwrap_or_default()
}
