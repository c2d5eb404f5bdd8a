//! Days and clock readings. Nothing here reads a clock: readings are arguments.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use minicbor::{Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Serialize};

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day such as 2026-06-30")]
pub struct DayError(String);

/// A calendar day without a time: `2026-06-30` in text, JSON and CBOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub NaiveDate);

impl Day {
    /// The legal day of an instant: the calendar day in Asia/Shanghai (UTC+8, no daylight saving since 1991).
    #[must_use]
    pub fn legal(instant: Instant) -> Self {
        Self(
            instant
                .utc()
                .with_timezone(&chrono_tz::Asia::Shanghai)
                .date_naive(),
        )
    }

    /// The instant at which this legal day has reached `time` (Asia/Shanghai).
    #[must_use]
    pub fn at(self, time: NaiveTime) -> Instant {
        let there = self.0.and_time(time);
        let there = there.and_local_timezone(chrono_tz::Asia::Shanghai);
        Instant::from_ms(there.earliest().map_or(0, |at| at.timestamp_millis()))
    }

    /// The day `days` later; earlier when negative. What lies beyond the calendar's ends becomes the nearer end.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let end = if days < 0 {
            NaiveDate::MIN
        } else {
            NaiveDate::MAX
        };
        Self(
            TimeDelta::try_days(days)
                .and_then(|delta| self.0.checked_add_signed(delta))
                .unwrap_or(end),
        )
    }

    /// The same day of the month `months` later, else that month's last day (Civil Code art. 202).
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        Self(
            self.0
                .checked_add_months(Months::new(months))
                .unwrap_or(NaiveDate::MAX),
        )
    }

    /// `2026年6月30日`, as Chinese papers write it.
    #[must_use]
    pub fn chinese(self) -> String {
        format!("{}年{}月{}日", self.0.year(), self.0.month(), self.0.day())
    }

    /// Whole days from `earlier` to `self`; negative when `self` is before.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let wrong = || DayError(text.chars().take(40).collect());
        if text.len() != 10 {
            return Err(wrong());
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Self)
            .map_err(|_not_a_day| wrong())
    }
}

impl<C> Encode<C> for Day {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Day {
    fn decode(d: &mut Decoder<'b>, _ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.str()?.parse().map_err(minicbor::decode::Error::custom)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z, between the years 1970 and 9999.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    const LAST_MS: i64 = 253_402_300_799_999;

    /// From milliseconds; what lies outside 1970 to 9999 becomes the nearer end.
    #[must_use]
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(0, Self::LAST_MS))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The same instant as a chrono value.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// `2026-06-30 17:55` in Asia/Shanghai, as screens and papers show it.
    #[must_use]
    pub fn shanghai(self) -> String {
        self.utc()
            .with_timezone(&chrono_tz::Asia::Shanghai)
            .format("%Y-%m-%d %H:%M")
            .to_string()
    }

    /// The time of day in Asia/Shanghai.
    #[must_use]
    pub fn shanghai_time(self) -> NaiveTime {
        self.utc().with_timezone(&chrono_tz::Asia::Shanghai).time()
    }
}

impl<C> Encode<C> for Instant {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.i64(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Instant {
    fn decode(d: &mut Decoder<'b>, _ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let ms = d.i64()?;
        if !(0..=Self::LAST_MS).contains(&ms) {
            return Err(minicbor::decode::Error::message(
                "an instant lies between the years 1970 and 9999",
            ));
        }
        Ok(Self(ms))
    }
}

/// What a device's clocks said together. No wall clock is believed: an entry carries all of this, so that an interval
/// "after T1, before T2" can be proved later.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ClockReading {
    /// The wall clock, as it was set.
    #[n(0)]
    pub wall: Instant,
    /// Milliseconds on the monotonic clock, sleep included; comparable only within one `boot`.
    #[n(1)]
    pub monotonic_ms: u64,
    /// Names the boot that `monotonic_ms` counts from; at most 64 bytes.
    #[n(2)]
    pub boot: String,
}

/// The clocks of a device or server. The only source of time in core; tests set it.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Reads wall clock, monotonic clock and boot id together.
    fn read(&self) -> ClockReading;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legal_day_begins_at_sixteen_hours_utc() {
        let before = Instant::from_ms(1_782_835_199_999); // 2026-06-30T15:59:59.999Z
        let after = Instant::from_ms(1_782_835_200_000);
        assert_eq!(Day::legal(before).to_string(), "2026-06-30");
        assert_eq!(Day::legal(after).to_string(), "2026-07-01");
    }

    #[test]
    fn refuses_days_that_are_none() {
        for text in ["2026-02-30", "2026-6-30", "", "20260630", "２０２６-06-30"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
