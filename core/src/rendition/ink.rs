//! The drawn signature, read back from the image that this core makes of the strokes.

/// Lines in the image's own units, from its upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawing {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) line_width: f32,
    pub(super) strokes: Vec<Vec<(f32, f32)>>,
}

const LIMIT_BYTES: usize = 2 << 20;

/// The drawing in `svg`; none when it is not one path of straight lines as the signing pad writes it. The image may come
/// from a phone that somebody tampered with: nothing else of SVG is understood.
pub(super) fn read(svg: &str) -> Option<Drawing> {
    let rest = svg.strip_prefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")?;
    let (size, rest) = rest.split_once("\"><path d=\"")?;
    let (path, rest) = rest.split_once("\" fill=\"none\" stroke=\"#000\" stroke-width=\"")?;
    let (line_width, rest) = rest.split_once('"')?;
    let (width, height) = size.split_once(' ')?;
    let is_ours = rest == " stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>";
    if !is_ours || svg.len() > LIMIT_BYTES {
        return None;
    }
    Some(Drawing {
        width: length(width)?,
        height: length(height)?,
        line_width: length(line_width)?,
        strokes: path
            .strip_prefix('M')?
            .split('M')
            .map(stroke)
            .collect::<Option<_>>()?,
    })
}

fn stroke(path: &str) -> Option<Vec<(f32, f32)>> {
    // A dot: a line of no length.
    let path = path.strip_suffix("l0 0").unwrap_or(path);
    path.split('L')
        .map(|point| {
            let (x, y) = point.split_once(' ')?;
            Some((coordinate(x)?, coordinate(y)?))
        })
        .collect()
}

fn coordinate(digits: &str) -> Option<f32> {
    let is_plain = digits.len() <= 7 && digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|_number| is_plain)
}

fn length(digits: &str) -> Option<f32> {
    coordinate(digits).filter(|length| *length > 0.0)
}
