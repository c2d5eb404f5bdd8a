//! Positions as they were given: integers, never overwritten, each with the reference system of its source.
//!
//! Chinese maps shift points by half a kilometre (GCJ-02), so a phone's fix may only be compared with a customer's site
//! after it was converted *forward* into the site's reference system. Whether to convert is decided by the stored
//! reference systems, never by a bounding box: boxes shift points abroad. Floats live only inside a computation; what is
//! kept and what comes out are integers.

mod conversion;

use minicbor::{Decode, Encode};
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use conversion::Degrees;

/// Coordinate reference system of a point.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Crs {
    /// What the phone's receiver gives.
    #[n(0)]
    Wgs84,
    /// Amap, Tencent.
    #[n(1)]
    Gcj02,
    /// Baidu.
    #[n(2)]
    Bd09,
}

/// Where a customer's site is.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct SitePoint {
    /// Latitude in 1e-7 degree.
    #[n(0)]
    pub lat_e7: i32,
    /// Longitude in 1e-7 degree.
    #[n(1)]
    pub lon_e7: i32,
    /// Reference system of its source.
    #[n(2)]
    pub crs: Crs,
}

/// Measured by a receiver, or set by a mock provider.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum FixSource {
    /// The platform did not flag it.
    #[n(0)]
    Measured,
    /// The platform says that a mock provider made it. Recorded, not refused.
    #[n(1)]
    Mocked,
}

/// A fix as the platform gave it.
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct RawFix {
    /// Latitude in 1e-7 degree.
    #[n(0)]
    pub lat_e7: i32,
    /// Longitude in 1e-7 degree.
    #[n(1)]
    pub lon_e7: i32,
    /// Reference system; phones give WGS-84.
    #[n(2)]
    pub crs: Crs,
    /// Radius of 68 % confidence, in millimetres.
    #[n(3)]
    pub accuracy_mm: u32,
    /// Age when it was taken, in milliseconds.
    #[n(4)]
    pub age_ms: u32,
    /// `gps`, `network`, `fused`…, at most 32 bytes.
    #[n(5)]
    pub provider: String,
    /// Mock flag.
    #[n(6)]
    pub source: FixSource,
}

impl SitePoint {
    /// The same place in another reference system, for the distance or to draw it on a map of that system; the stored
    /// point stays as it is. Forward by the public GCJ-02 and BD-09 formulas, backward by solving them; good to 1e-6 degree.
    #[must_use]
    pub fn converted(self, crs: Crs) -> Self {
        Degrees::from_e7(self.lat_e7, self.lon_e7)
            .converted(self.crs, crs)
            .site_point(crs)
    }

    /// Latitude and longitude in degrees, such as `39.9150000,116.4040000`: seven places, no grouping, no spaces.
    #[must_use]
    pub fn degrees(self) -> String {
        format!("{},{}", degrees(self.lat_e7), degrees(self.lon_e7))
    }

    /// Metres to `other` along the great circle on a sphere of 6,371,008.8 m, `other` being converted first when its
    /// reference system differs.
    #[must_use]
    pub fn distance_m(self, other: Self) -> u32 {
        rounded_m(self.metres_to(other))
    }

    fn metres_to(self, other: Self) -> f64 {
        let there = Degrees::from_e7(other.lat_e7, other.lon_e7).converted(other.crs, self.crs);
        Degrees::from_e7(self.lat_e7, self.lon_e7).metres_to(there)
    }
}

/// Whether a fix lies within the radius of a site.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum PositionVerdict {
    /// Inside even at the far edge of its error.
    #[n(0)]
    Inside,
    /// The error decides; nobody can tell.
    #[n(1)]
    Unsure,
    /// Outside even at the near edge of its error.
    #[n(2)]
    Outside,
    /// There is no fix: check-in is allowed and marked, another proof is asked for.
    #[n(3)]
    NoFix,
}

/// What is remarkable about a fix; it never changes the numbers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum PositionFlag {
    /// Older than 60 seconds when it was taken.
    #[n(0)]
    Stale,
    /// A mock provider made it.
    #[n(1)]
    Mock,
}

/// How a fix stands to a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionCheck {
    /// The verdict.
    pub verdict: PositionVerdict,
    /// Metres between fix and site, rounded; none without a fix.
    pub distance_m: Option<u32>,
    /// Metres that the distance may be off: the accuracy, and 10 m more when the fix was converted.
    pub error_m: Option<u32>,
    /// Ascending, each at most once.
    pub flags: Vec<PositionFlag>,
}

impl PositionCheck {
    /// Another proof of the visit is asked for, such as a photograph of the door.
    #[must_use]
    pub fn needs_other_proof(&self) -> bool {
        self.verdict == PositionVerdict::NoFix
    }
}

const STALE_AFTER_MS: u32 = 60_000;
const CONVERSION_ERROR_M: f64 = 10.0;

/// Compares a fix with a site. Inside: distance + error at most `radius_m`; Outside: distance − error beyond it; else
/// Unsure. A fix whose accuracy the platform does not know carries [`u32::MAX`] and is always Unsure. Product rule.
#[must_use]
pub fn check_position(site: SitePoint, radius_m: u32, fix: Option<&RawFix>) -> PositionCheck {
    let Some(fix) = fix else {
        return PositionCheck {
            verdict: PositionVerdict::NoFix,
            distance_m: None,
            error_m: None,
            flags: Vec::new(),
        };
    };
    let distance = site.metres_to(SitePoint {
        lat_e7: fix.lat_e7,
        lon_e7: fix.lon_e7,
        crs: fix.crs,
    });
    let converted = if fix.crs == site.crs {
        0.0
    } else {
        CONVERSION_ERROR_M
    };
    let error = f64::from(fix.accuracy_mm) / 1000.0 + converted;
    let radius = f64::from(radius_m);
    let verdict = if distance + error <= radius {
        PositionVerdict::Inside
    } else if distance - error > radius {
        PositionVerdict::Outside
    } else {
        PositionVerdict::Unsure
    };
    let stale = (fix.age_ms > STALE_AFTER_MS).then_some(PositionFlag::Stale);
    let mock = (fix.source == FixSource::Mocked).then_some(PositionFlag::Mock);
    PositionCheck {
        verdict,
        distance_m: Some(rounded_m(distance)),
        error_m: Some(rounded_m(error)),
        flags: stale.into_iter().chain(mock).collect(),
    }
}

fn degrees(e7: i32) -> String {
    let sign = if e7 < 0 { "-" } else { "" };
    let size = e7.unsigned_abs();
    format!("{sign}{}.{:07}", size / 10_000_000, size % 10_000_000)
}

fn rounded_m(metres: f64) -> u32 {
    metres.round().to_u32().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::cases::{self, Case};
    use super::*;

    fn e7(degrees: &Value) -> i32 {
        (degrees.as_f64().unwrap() * 1e7).round().to_i32().unwrap()
    }

    fn point(pair: &Value, crs: Crs) -> SitePoint {
        SitePoint {
            lat_e7: e7(&pair[1]),
            lon_e7: e7(&pair[0]),
            crs,
        }
    }

    fn conversion(case: &Case) {
        assert_eq!(case.input["convert"], "wgs84->gcj02", "{}", case.id);
        let from = point(&case.input["point"], Crs::Wgs84);
        let to = from.converted(Crs::Gcj02);
        let expected = point(&case.expected["point"], Crs::Gcj02);
        assert!(to.lat_e7.abs_diff(expected.lat_e7) <= 1, "{}", case.id);
        assert!(to.lon_e7.abs_diff(expected.lon_e7) <= 1, "{}", case.id);
        let shift = from.distance_m(SitePoint {
            crs: Crs::Wgs84,
            ..to
        });
        near(shift, &case.expected["shift_m"], &case.id);
    }

    fn near(metres: u32, expected: &Value, id: &str) {
        assert!(
            u64::from(metres).abs_diff(expected.as_u64().unwrap()) <= 1,
            "{id}: {metres}"
        );
    }

    fn fix(input: &Value) -> Option<RawFix> {
        input["fix"].is_array().then(|| RawFix {
            lat_e7: e7(&input["fix"][1]),
            lon_e7: e7(&input["fix"][0]),
            crs: Crs::Wgs84,
            accuracy_mm: u32::try_from(input["accuracy_m"].as_u64().unwrap() * 1000).unwrap(),
            age_ms: u32::try_from(input["age_s"].as_u64().unwrap() * 1000).unwrap(),
            provider: "gps".to_owned(),
            source: if input["mock"] == true {
                FixSource::Mocked
            } else {
                FixSource::Measured
            },
        })
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("position", 11) {
            if case.input["convert"].is_string() {
                conversion(&case);
                continue;
            }
            let crs = serde_json::from_value(case.input["customer_crs"].clone()).unwrap();
            let site = point(&case.input["customer"], crs);
            let fix = fix(&case.input);
            let check = check_position(site, 200, fix.as_ref());
            assert_eq!(
                format!("{:?}", check.verdict),
                case.expected["verdict"],
                "{}",
                case.id
            );
            match check.distance_m {
                Some(metres) => {
                    near(metres, &case.expected["distance_m"], &case.id);
                    assert_eq!(json!(check.flags), case.expected["flags"], "{}", case.id);
                }
                None => assert_eq!(
                    check.needs_other_proof(),
                    case.expected["needs_other_proof"],
                    "{}",
                    case.id
                ),
            }
        }
    }

    #[test]
    fn degrees_keep_their_sign_and_their_zeros() {
        let at = |lat_e7, lon_e7| SitePoint {
            lat_e7,
            lon_e7,
            crs: Crs::Gcj02,
        };
        let beijing = at(399_164_043, 1_164_102_445).degrees();
        assert_eq!(beijing, "39.9164043,116.4102445");
        assert_eq!(at(-1, 10_000_001).degrees(), "-0.0000001,1.0000001");
        assert_eq!(at(0, i32::MIN).degrees(), "0.0000000,-214.7483648");
    }

    #[test]
    fn bd09_follows_the_published_vector() {
        let from = SitePoint {
            lat_e7: 399_150_000,
            lon_e7: 1_164_040_000,
            crs: Crs::Gcj02,
        };
        let to = from.converted(Crs::Bd09);
        assert!(to.lat_e7.abs_diff(399_213_370) <= 1, "{to:?}");
        assert!(to.lon_e7.abs_diff(1_164_103_695) <= 1, "{to:?}");
    }

    #[test]
    fn a_fix_without_accuracy_decides_nothing() {
        let site = SitePoint {
            lat_e7: 0,
            lon_e7: 0,
            crs: Crs::Wgs84,
        };
        for lat_e7 in [0, 900_000_000] {
            let fix = RawFix {
                lat_e7,
                lon_e7: 0,
                crs: Crs::Wgs84,
                accuracy_mm: u32::MAX,
                age_ms: 60_000,
                provider: String::new(),
                source: FixSource::Measured,
            };
            let check = check_position(site, 200, Some(&fix));
            if lat_e7 == 0 {
                assert_eq!(check.verdict, PositionVerdict::Unsure);
            }
            assert!(check.flags.is_empty());
        }
    }

    proptest! {
        #[test]
        fn converted_there_and_back_is_the_same_place(
            lat_e7 in 180_000_000_i32..540_000_000,
            lon_e7 in 730_000_000_i32..1_350_000_000,
        ) {
            let from = SitePoint { lat_e7, lon_e7, crs: Crs::Wgs84 };
            for crs in [Crs::Gcj02, Crs::Bd09] {
                let back = from.converted(crs).converted(Crs::Wgs84);
                prop_assert!(back.lat_e7.abs_diff(lat_e7) <= 10, "{back:?}");
                prop_assert!(back.lon_e7.abs_diff(lon_e7) <= 10, "{back:?}");
            }
        }

        #[test]
        fn any_integers_get_a_verdict(lat_e7: i32, lon_e7: i32, accuracy_mm: u32, age_ms: u32, site in (any::<i32>(), any::<i32>())) {
            let fix = RawFix { lat_e7, lon_e7, crs: Crs::Wgs84, accuracy_mm, age_ms, provider: String::new(), source: FixSource::Measured };
            let site = SitePoint { lat_e7: site.0, lon_e7: site.1, crs: Crs::Bd09 };
            prop_assert!(check_position(site, 200, Some(&fix)).distance_m.is_some());
        }
    }
}
