//! Positions as they were given: integers, never overwritten, each with the reference system of its source.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

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
