//! Where this phone is, for distances on its own screens: what the platform said last while the app was open, or the last
//! own check-in or check-out. The platform's word stays in memory and never leaves the phone; nobody is asked here.

use std::sync::PoisonError;

use rusqlite::Connection;

use crate::domain::ids::ChainId;
use crate::domain::position::{FixSource, RawFix, SitePoint};
use crate::domain::time::ClockReading;
use crate::read_model::entries;
use crate::replica::Replica;
use crate::views::HereRow;

/// An older position says nothing about today's way; product rule.
const AGE_LIMIT_MS: i64 = 12 * 3_600_000;

/// What the platform said, and when.
#[derive(Debug, Clone)]
pub(crate) struct NotedFix {
    fix: RawFix,
    at: ClockReading,
}

impl NotedFix {
    /// How old the position is; none when the clocks cannot tell.
    fn age_ms(&self, now: &ClockReading) -> Option<i64> {
        let since = if self.at.boot == now.boot {
            let since = now.monotonic_ms.checked_sub(self.at.monotonic_ms)?;
            i64::try_from(since).ok()?
        } else {
            now.wall.ms() - self.at.wall.ms()
        };
        aged(since, &self.fix)
    }
}

/// The age of a fix that was given `since_ms` ago; none when that lies in the future or too long ago.
fn aged(since_ms: i64, fix: &RawFix) -> Option<i64> {
    let age = since_ms.checked_add(i64::from(fix.age_ms))?;
    (since_ms >= 0 && age <= AGE_LIMIT_MS).then_some(age)
}

impl Replica {
    /// Keeps where the platform says that the phone is, until the app ends.
    pub fn note_position(&self, fix: RawFix) {
        let at = self.devices.clock.read();
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(NotedFix { fix, at });
    }

    /// The youngest position that is known of this phone, at most twelve hours old, and as a row.
    pub(crate) fn here(
        &self,
        connection: &Connection,
        own: ChainId,
        now: &ClockReading,
    ) -> rusqlite::Result<Option<(SitePoint, HereRow)>> {
        let noted = self
            .noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let noted = noted.and_then(|noted| Some((noted.age_ms(now)?, noted.fix)));
        let recorded = entries::last_fix(connection, own)?.and_then(|(made_ms, fix)| {
            let age = aged(now.wall.ms().checked_sub(made_ms)?, &fix)?;
            Some((age, fix))
        });
        let youngest = noted
            .into_iter()
            .chain(recorded)
            .min_by_key(|(age, _)| *age);
        Ok(youngest.map(|(age_ms, fix)| {
            let point = SitePoint {
                lat_e7: fix.lat_e7,
                lon_e7: fix.lon_e7,
                crs: fix.crs,
            };
            let row = HereRow {
                at_ms: now.wall.ms() - age_ms,
                age_minutes: u32::try_from(age_ms / 60_000).unwrap_or(u32::MAX),
                accuracy_m: (fix.accuracy_mm < u32::MAX).then(|| fix.accuracy_mm.div_ceil(1000)),
                is_mocked: fix.source == FixSource::Mocked,
            };
            (point, row)
        }))
    }
}
