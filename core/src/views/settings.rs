//! How this phone shows things, and its record.

use serde::{Deserialize, Serialize};

use crate::domain::ids::DeviceId;

/// A language of the screens. What a customer signs has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Language {
    /// Chinese as written on the mainland.
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the phone is set.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// `settings.read`, `settings.keep`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Settings {
    /// None: as the phone is set.
    pub language: Option<Language>,
    /// Size of the text, 100 to 200.
    pub text_percent: u16,
    /// Colours.
    pub theme: Theme,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: None,
            text_percent: 100,
            theme: Theme::System,
        }
    }
}

/// What the office or support asks about this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeviceRecord {
    /// The device's id; none before enrolment.
    pub device: Option<DeviceId>,
    /// The name given at enrolment; empty when it was not recorded.
    pub name: String,
    /// When it was enrolled, by its wall clock; none when that was not recorded.
    pub enrolled_ms: Option<i64>,
    /// The server's address; empty before enrolment.
    pub server_url: String,
    /// SHA-256 over the public key (SEC 1 uncompressed point), 64 hex digits.
    pub key_fingerprint: String,
    /// Version of the program.
    pub version: String,
    /// Version of the store's tables.
    pub store_version: i64,
    /// Bytes of the store's files.
    pub storage_bytes: u64,
}
