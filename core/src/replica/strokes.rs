//! Strokes as they are checked, sealed and drawn. Integers only: the same strokes give the same bytes everywhere.

use std::fmt::Write as _;

use minicbor::{Decode, Encode};

use crate::domain::ids::Digest;
use crate::journal::facts::StrokeConsent;
use crate::views::StrokeRow;

/// Units of a stored coordinate in an inch: 0.01 CSS px, 96 px an inch (CSS Values and Units 3 §6.1).
const UNITS_PER_INCH: u32 = 9_600;
/// 5 mm in such units.
const SHORTEST_PATH: u64 = 1_890;
const FEWEST_POINTS: usize = 12;
const STROKE_LIMIT_POINTS: usize = 8_192;
const SIGNATURE_LIMIT_POINTS: usize = 65_536;
const COORDINATE_LIMIT: i32 = 2_000_000;
const PRESSURE_LIMIT: u16 = 1_023;
const POINTER_LIMIT_BYTES: usize = 16;
/// Space around the drawing and width of the line in the image, in the same units.
const MARGIN: i32 = 400;
const LINE_WIDTH: u32 = 220;

/// The file that proves a signature: a salt, and the bytes that the commitment covers with it.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct StrokesPart {
    /// Format version; 1.
    #[n(0)]
    pub(crate) version: u8,
    /// 32 random bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) salt: Vec<u8>,
    /// Deterministic CBOR of [`SealedStrokes`].
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) strokes: Vec<u8>,
}

/// The strokes of one signature.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct SealedStrokes {
    /// What an inch is in the units of `dx` and `dy`.
    #[n(0)]
    pub(crate) units_per_inch: u32,
    /// In drawing order.
    #[n(1)]
    pub(crate) strokes: Vec<SealedStroke>,
}

/// One stroke: the first point is absolute, each later one relative to the one before.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct SealedStroke {
    /// `mouse`, `touch`, `pen`.
    #[n(0)]
    pub(crate) pointer: String,
    /// 1 when the system interrupted it.
    #[n(1)]
    pub(crate) cancelled: u8,
    #[n(2)]
    pub(crate) dx: Vec<i32>,
    #[n(3)]
    pub(crate) dy: Vec<i32>,
    /// Milliseconds; empty when the signer withheld consent.
    #[n(4)]
    pub(crate) dt: Vec<i64>,
    /// 0 to 1023; empty when the signer withheld consent.
    #[n(5)]
    pub(crate) pressure: Vec<u16>,
}

/// What is stored of a stroke: without consent to stroke dynamics the line alone.
pub(crate) fn permitted(stroke: &StrokeRow, consent: StrokeConsent) -> StrokeRow {
    let mut kept = stroke.clone();
    if consent == StrokeConsent::Withheld {
        kept.t.clear();
        kept.p.clear();
    }
    kept
}

/// Why a stroke cannot be taken, as a key of the message catalog.
pub(crate) fn check(stroke: &StrokeRow) -> Result<(), &'static str> {
    let points = stroke.x.len();
    let equal = [stroke.y.len(), stroke.t.len(), stroke.p.len()]
        .iter()
        .all(|length| *length == points);
    if points == 0 || !equal || stroke.pointer.len() > POINTER_LIMIT_BYTES {
        return Err("stroke-malformed");
    }
    if points > STROKE_LIMIT_POINTS {
        return Err("stroke-too-long");
    }
    let inside = |at: &i32| (-COORDINATE_LIMIT..=COORDINATE_LIMIT).contains(at);
    let in_order = stroke
        .t
        .iter()
        .zip(stroke.t.iter().skip(1))
        .all(|(a, b)| a <= b);
    if !stroke.x.iter().all(inside)
        || !stroke.y.iter().all(inside)
        || !in_order
        || stroke.p.iter().any(|pressure| *pressure > PRESSURE_LIMIT)
    {
        return Err("stroke-malformed");
    }
    Ok(())
}

/// Whether the strokes take up another one of so many points.
pub(crate) fn has_room(strokes: &[StrokeRow], more: usize) -> bool {
    points(strokes) + more <= SIGNATURE_LIMIT_POINTS
}

fn points(strokes: &[StrokeRow]) -> usize {
    strokes.iter().map(|stroke| stroke.x.len()).sum()
}

/// At least 12 points and 5 mm of line: less is a slip of the finger, not a signature.
pub(crate) fn is_long_enough(strokes: &[StrokeRow]) -> bool {
    let path: u64 = strokes.iter().map(path_length).sum();
    points(strokes) >= FEWEST_POINTS && path >= SHORTEST_PATH
}

fn path_length(stroke: &StrokeRow) -> u64 {
    let leaps = |line: &[i32]| -> Vec<u64> {
        line.iter()
            .zip(line.iter().skip(1))
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .collect()
    };
    leaps(&stroke.x)
        .into_iter()
        .zip(leaps(&stroke.y))
        .map(|(dx, dy)| (dx * dx + dy * dy).isqrt())
        .sum()
}

/// The strokes' part and the commitment to it.
pub(crate) fn seal(
    strokes: &[StrokeRow],
    salt: Vec<u8>,
) -> Result<(Vec<u8>, Digest), minicbor::encode::Error<std::convert::Infallible>> {
    let strokes = minicbor::to_vec(SealedStrokes {
        units_per_inch: UNITS_PER_INCH,
        strokes: strokes.iter().map(sealed_stroke).collect(),
    })?;
    let part = StrokesPart {
        version: 1,
        salt,
        strokes,
    };
    Ok((minicbor::to_vec(&part)?, commitment(&part)))
}

/// Whether the bytes of a strokes part open the commitment that was signed.
#[must_use]
pub fn opens_commitment(part: &[u8], committed: Digest) -> bool {
    minicbor::decode::<StrokesPart>(part).is_ok_and(|part| commitment(&part) == committed)
}

/// Whether `image` is what [`svg`] draws from the strokes of that part: then the drawing adds nothing to what was committed to.
#[must_use]
pub fn draws(part: &[u8], image: &[u8]) -> bool {
    let strokes = minicbor::decode::<StrokesPart>(part)
        .and_then(|part| minicbor::decode::<SealedStrokes>(&part.strokes).map(rows));
    matches!(strokes, Ok(Some(rows)) if svg(&rows).as_bytes() == image)
}

/// The strokes' lines again; none when a coordinate lies outside what a pad takes.
fn rows(sealed: SealedStrokes) -> Option<Vec<StrokeRow>> {
    let line = |steps: &[i32]| {
        let mut at = 0_i32;
        steps
            .iter()
            .map(|step| {
                at = at.checked_add(*step)?;
                (at.abs() <= COORDINATE_LIMIT).then_some(at)
            })
            .collect::<Option<Vec<i32>>>()
    };
    sealed
        .strokes
        .into_iter()
        .map(|stroke| {
            Some(StrokeRow {
                x: line(&stroke.dx)?,
                y: line(&stroke.dy)?,
                pointer: stroke.pointer,
                cancelled: stroke.cancelled != 0,
                t: Vec::new(),
                p: Vec::new(),
            })
        })
        .collect()
}

/// SHA-256 over salt and strokes.
pub(crate) fn commitment(part: &StrokesPart) -> Digest {
    Digest::of(&[part.salt.as_slice(), part.strokes.as_slice()].concat())
}

fn sealed_stroke(stroke: &StrokeRow) -> SealedStroke {
    SealedStroke {
        pointer: stroke.pointer.clone(),
        cancelled: u8::from(stroke.cancelled),
        dx: differences(&stroke.x, |a, b| b - a),
        dy: differences(&stroke.y, |a, b| b - a),
        dt: differences(&stroke.t, |a, b| b - a),
        pressure: stroke.p.clone(),
    }
}

fn differences<T: Copy>(values: &[T], minus: impl Fn(T, T) -> T) -> Vec<T> {
    let steps = values
        .iter()
        .zip(values.iter().skip(1))
        .map(|(a, b)| minus(*a, *b));
    values.first().copied().into_iter().chain(steps).collect()
}

/// The drawing as SVG, black on nothing, cut to the strokes with a margin.
pub(crate) fn svg(strokes: &[StrokeRow]) -> String {
    let bounds = |axis: fn(&StrokeRow) -> &Vec<i32>| {
        let values = || {
            strokes
                .iter()
                .flat_map(|stroke| axis(stroke).iter().copied())
        };
        (values().min().unwrap_or(0), values().max().unwrap_or(0))
    };
    let (left, right) = bounds(|stroke| &stroke.x);
    let (top, bottom) = bounds(|stroke| &stroke.y);
    let (width, height) = (right - left + 2 * MARGIN, bottom - top + 2 * MARGIN);
    let mut path = String::new();
    for stroke in strokes {
        let mut letter = 'M';
        for (x, y) in stroke.x.iter().zip(&stroke.y) {
            write!(path, "{letter}{} {}", x - left + MARGIN, y - top + MARGIN)
                .expect("writing into a string cannot fail");
            letter = 'L';
        }
        // A dot is drawn as a line of no length with round ends.
        if stroke.x.len() == 1 {
            path.push_str("l0 0");
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"><path d=\"{path}\" fill=\"none\" \
         stroke=\"#000\" stroke-width=\"{LINE_WIDTH}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: i32, step: i32) -> StrokeRow {
        StrokeRow {
            pointer: "pen".to_owned(),
            cancelled: false,
            x: (0..points).map(|at| at * step).collect(),
            y: (0..points).map(|_at| 500).collect(),
            t: (0..points).map(i64::from).collect(),
            p: (0..points).map(|_at| 512).collect(),
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_no_signature() {
        assert!(!is_long_enough(&[]));
        assert!(!is_long_enough(&[line(11, 1_000)]), "too few points");
        assert!(!is_long_enough(&[line(200, 5)]), "too short a path");
        assert!(is_long_enough(&[line(6, 200), line(6, 200)]));
    }

    #[test]
    fn a_malformed_stroke_is_refused() {
        let good = line(3, 10);
        assert_eq!(check(&good), Ok(()));
        let mut uneven = good.clone();
        uneven.p.pop();
        let mut backwards = good.clone();
        backwards.t.reverse();
        let mut pressed = good.clone();
        pressed.p = vec![0, 1, 1_024];
        let mut far = good;
        far.x = vec![0, 0, i32::MAX];
        for bad in [line(0, 0), uneven, backwards, pressed, far] {
            assert_eq!(check(&bad), Err("stroke-malformed"), "{bad:?}");
        }
    }

    #[test]
    fn without_consent_only_the_line_is_kept() {
        let kept = permitted(&line(3, 10), StrokeConsent::Withheld);
        assert_eq!((kept.x.len(), kept.t.len(), kept.p.len()), (3, 0, 0));
    }

    #[test]
    fn the_image_is_made_of_integers_and_the_same_each_time() {
        let mut dot = line(1, 0);
        dot.x = vec![-250];
        let image = svg(&[line(2, 100), dot]);
        assert_eq!(
            image,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1150 800\"><path d=\"M650 400L750 400M400 400l0 0\" \
             fill=\"none\" stroke=\"#000\" stroke-width=\"220\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>"
        );
    }

    #[test]
    fn the_drawing_follows_from_the_sealed_strokes() {
        let mut dot = line(1, 0);
        dot.x = vec![-250];
        let strokes = [line(20, 100), dot];
        let (part, _) = seal(&strokes, vec![7; 32]).unwrap();
        assert!(draws(&part, svg(&strokes).as_bytes()));
        assert!(!draws(&part, svg(&strokes[..1]).as_bytes()));
        assert!(!draws(b"no part", svg(&strokes).as_bytes()));
        let (far, _) = seal(&[line(2, COORDINATE_LIMIT), line(2, i32::MAX)], vec![7; 32]).unwrap();
        assert!(!draws(&far, b""));
    }

    #[test]
    fn the_commitment_covers_salt_and_strokes() {
        let (part, sealed) = seal(&[line(20, 100)], vec![7; 32]).unwrap();
        let mut part: StrokesPart = minicbor::decode(&part).unwrap();
        assert_eq!(commitment(&part), sealed);
        part.salt[0] ^= 1;
        assert_ne!(commitment(&part), sealed);
    }
}
