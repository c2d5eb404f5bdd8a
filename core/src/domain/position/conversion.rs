//! The public conversions between WGS-84, GCJ-02 and BD-09, in degrees. The only floats of the domain.

use std::f64::consts::PI;

use rust_decimal::prelude::ToPrimitive as _;

use super::{Crs, SitePoint};

/// Semi-major axis of the Krasovsky 1940 ellipsoid, metres.
const AXIS: f64 = 6_378_245.0;
/// Its first eccentricity, squared.
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
/// Mean radius of the earth, metres.
const RADIUS: f64 = 6_371_008.8;
const BAIDU_PI: f64 = PI * 3000.0 / 180.0;
/// Rounds of the fixed-point solution of the backward conversions; each gains about three digits.
const ROUNDS: u8 = 6;

#[derive(Debug, Clone, Copy)]
pub(super) struct Degrees {
    lat: f64,
    lon: f64,
}

impl Degrees {
    pub(super) fn from_e7(lat_e7: i32, lon_e7: i32) -> Self {
        Self {
            lat: f64::from(lat_e7) / 1e7,
            lon: f64::from(lon_e7) / 1e7,
        }
    }

    pub(super) fn site_point(self, crs: Crs) -> SitePoint {
        SitePoint {
            lat_e7: e7(self.lat),
            lon_e7: e7(self.lon),
            crs,
        }
    }

    pub(super) fn converted(self, from: Crs, to: Crs) -> Self {
        match (from, to) {
            (Crs::Wgs84, Crs::Wgs84) | (Crs::Gcj02, Crs::Gcj02) | (Crs::Bd09, Crs::Bd09) => self,
            (Crs::Wgs84, Crs::Gcj02) => self.wgs84_to_gcj02(),
            (Crs::Wgs84, Crs::Bd09) => self.wgs84_to_gcj02().gcj02_to_bd09(),
            (Crs::Gcj02, Crs::Bd09) => self.gcj02_to_bd09(),
            (Crs::Gcj02, Crs::Wgs84) => self.solved(Self::wgs84_to_gcj02),
            (Crs::Bd09, Crs::Gcj02) => self.solved(Self::gcj02_to_bd09),
            (Crs::Bd09, Crs::Wgs84) => self
                .solved(Self::gcj02_to_bd09)
                .solved(Self::wgs84_to_gcj02),
        }
    }

    pub(super) fn metres_to(self, other: Self) -> f64 {
        let half_lat = (other.lat - self.lat).to_radians() / 2.0;
        let half_lon = (other.lon - self.lon).to_radians() / 2.0;
        let h = half_lat.sin().powi(2)
            + self.lat.to_radians().cos() * other.lat.to_radians().cos() * half_lon.sin().powi(2);
        2.0 * RADIUS * h.clamp(0.0, 1.0).sqrt().asin()
    }

    fn wgs84_to_gcj02(self) -> Self {
        let (x, y) = (self.lon - 105.0, self.lat - 35.0);
        let lat = self.lat.to_radians();
        let m = 1.0 - ECCENTRICITY_2 * lat.sin().powi(2);
        let root = m.sqrt();
        Self {
            lat: self.lat
                + lat_offset(x, y) * 180.0 / (AXIS * (1.0 - ECCENTRICITY_2) / (m * root) * PI),
            lon: self.lon + lon_offset(x, y) * 180.0 / (AXIS / root * lat.cos() * PI),
        }
    }

    fn gcj02_to_bd09(self) -> Self {
        let z = self.lon.hypot(self.lat) + 0.000_02 * (self.lat * BAIDU_PI).sin();
        let theta = self.lat.atan2(self.lon) + 0.000_003 * (self.lon * BAIDU_PI).cos();
        Self {
            lat: z * theta.sin() + 0.006,
            lon: z * theta.cos() + 0.0065,
        }
    }

    /// The point that `forward` maps onto `self`.
    fn solved(self, forward: fn(Self) -> Self) -> Self {
        let mut guess = self;
        for _ in 0..ROUNDS {
            let there = forward(guess);
            guess = Self {
                lat: guess.lat + self.lat - there.lat,
                lon: guess.lon + self.lon - there.lon,
            };
        }
        guess
    }
}

fn lat_offset(x: f64, y: f64) -> f64 {
    -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0
}

fn lon_offset(x: f64, y: f64) -> f64 {
    300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0
}

/// Beyond the range of the integer, which is beyond any place on earth, the nearer end.
fn e7(degrees: f64) -> i32 {
    let rounded = (degrees * 1e7).round();
    rounded
        .to_i32()
        .unwrap_or(if rounded < 0.0 { i32::MIN } else { i32::MAX })
}
