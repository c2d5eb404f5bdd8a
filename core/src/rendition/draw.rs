//! Marks as PDF/A-3u (ISO 19005-3): everything embedded, every letter with its character, files attached.

use krilla::color::luma;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use super::RenditionError;
use super::ink::Drawing;
use super::sheet::{Area, Edge, Look, Mark, PAGE};
use super::typeface::{Ruler, Typeface};

/// A file inside the PDF.
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) bytes: Vec<u8>,
}

/// What the file says about itself.
pub(super) struct Imprint {
    pub(super) title: String,
    pub(super) language: String,
    /// Names the document: the same for the same sealed bytes.
    pub(super) id: String,
    pub(super) date: DateTime,
}

/// Black, the grey of what is not the paper's own text, and the ground of a table's head.
const INK: u8 = 0;
const SOFT: u8 = 88;
const GROUND: u8 = 236;

/// The PDF's bytes; the same for the same arguments.
pub(super) fn pdf(
    pages: &[Vec<Mark>],
    typeface: &Typeface,
    imprint: Imprint,
    attachment: Option<Attachment>,
) -> Result<Vec<u8>, RenditionError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_U)
        .finish()
        .map_err(|why| RenditionError::Pdf(format!("{why:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        enable_tagging: false,
        ..SerializeSettings::default()
    });
    let ruler = typeface.ruler()?;
    let size = PageSettings::from_wh(PAGE.0, PAGE.1)
        .ok_or_else(|| RenditionError::Pdf("page size".to_owned()))?;
    for marks in pages {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, typeface, &ruler, mark);
        }
        surface.finish();
        page.finish();
    }
    if let Some(file) = attachment {
        let attached = document.embed_file(EmbeddedFile {
            path: file.name,
            mime_type: MimeType::new("application/cbor"),
            description: Some(file.description),
            association_kind: AssociationKind::Source,
            data: file.bytes.into(),
            modification_date: Some(imprint.date),
            compress: Some(false),
            location: None,
        });
        attached.ok_or_else(|| RenditionError::Pdf("attachment".to_owned()))?;
    }
    document.set_metadata(
        Metadata::new()
            .title(imprint.title)
            .language(imprint.language)
            .document_id(imprint.id)
            .creation_date(imprint.date)
            .creator("Countersign".to_owned()),
    );
    document
        .finish()
        .map_err(|why| RenditionError::Pdf(format!("{why:?}")))
}

fn draw(surface: &mut Surface<'_>, typeface: &Typeface, ruler: &Ruler<'_>, mark: &Mark) {
    match mark {
        Mark::Text { x, y, look, text } => {
            let glyphs = glyphs(ruler, text, look.spacing);
            let at = Point::from_xy(*x, *y);
            dress(surface, *look);
            surface.draw_glyphs(at, &glyphs, typeface.font(), text, look.size, false);
        }
        Mark::Rule { from, to, width } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            stroked(surface, path, pen(*width));
        }
        Mark::Frame { area, edge } => {
            let dash = (*edge == Edge::Dashed).then(|| StrokeDash {
                array: vec![3.0, 3.0],
                offset: 0.0,
            });
            stroked(surface, boxes(&[*area]), Stroke { dash, ..pen(0.6) });
        }
        Mark::Ground(area) => filled(surface, boxes(&[*area]), GROUND),
        Mark::Modules(areas) => filled(surface, boxes(areas), INK),
        Mark::Ink { drawing, at, scale } => ink(surface, drawing, *at, *scale),
    }
}

fn glyphs(ruler: &Ruler<'_>, text: &str, spacing: f32) -> Vec<KrillaGlyph> {
    text.char_indices()
        .filter_map(|(begin, c)| {
            let glyph = ruler.glyph(c)?;
            let id = GlyphId::new(glyph.id);
            let range = begin..begin + c.len_utf8();
            let advance = glyph.advance + spacing;
            Some(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None))
        })
        .collect()
}

/// Boldness is a thin line around the letters: one font file is enough on a phone.
fn dress(surface: &mut Surface<'_>, look: Look) {
    surface.set_fill(Some(fill(if look.is_soft { SOFT } else { INK })));
    surface.set_stroke(look.is_bold.then(|| pen(look.size * 0.03)));
}

fn ink(surface: &mut Surface<'_>, drawing: &Drawing, at: (f32, f32), scale: f32) {
    let mut path = PathBuilder::new();
    for stroke in &drawing.strokes {
        let mut points = stroke
            .iter()
            .map(|(x, y)| (at.0 + x * scale, at.1 + y * scale));
        let Some(first) = points.next() else { continue };
        path.move_to(first.0, first.1);
        if stroke.len() == 1 {
            path.line_to(first.0, first.1);
        }
        for (x, y) in points {
            path.line_to(x, y);
        }
    }
    let stroke = Stroke {
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..pen(drawing.line_width * scale)
    };
    stroked(surface, path, stroke);
}

fn pen(width: f32) -> Stroke {
    Stroke {
        paint: luma::Color::new(INK).into(),
        width,
        ..Stroke::default()
    }
}

fn boxes(areas: &[Area]) -> PathBuilder {
    let mut path = PathBuilder::new();
    for [left, top, right, bottom] in areas {
        if let Some(area) = Rect::from_ltrb(*left, *top, *right, *bottom) {
            path.push_rect(area);
        }
    }
    path
}

fn stroked(surface: &mut Surface<'_>, path: PathBuilder, stroke: Stroke) {
    surface.set_fill(None);
    surface.set_stroke(Some(stroke));
    finished(surface, path);
}

fn fill(lightness: u8) -> Fill {
    Fill {
        paint: luma::Color::new(lightness).into(),
        ..Fill::default()
    }
}

fn filled(surface: &mut Surface<'_>, path: PathBuilder, lightness: u8) {
    surface.set_fill(Some(fill(lightness)));
    surface.set_stroke(None);
    finished(surface, path);
}

fn finished(surface: &mut Surface<'_>, path: PathBuilder) {
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}
