//! One clock for the server and all phones, set by hand.

use std::sync::Mutex;

use countersign_core::domain::time::{Clock, ClockReading, Instant};

/// 15 July 2026, 09:00 in Shanghai.
const MORNING_MS: i64 = 1_784_077_200_000;

/// A clock that moves when a story moves it.
#[derive(Debug)]
pub struct TestClock(Mutex<ClockReading>);

impl TestClock {
    /// Nine o'clock.
    pub fn on_the_morning() -> Self {
        Self(Mutex::new(ClockReading {
            wall: Instant::from_ms(MORNING_MS),
            monotonic_ms: 1_000_000,
            boot: "boot-1".to_owned(),
        }))
    }

    /// Time passes.
    pub fn pass_minutes(&self, minutes: u32) {
        let ms = i64::from(minutes) * 60_000;
        let mut reading = self.0.lock().unwrap();
        reading.wall = Instant::from_ms(reading.wall.ms() + ms);
        reading.monotonic_ms += u64::from(minutes) * 60_000;
    }

    /// Somebody sets the wall clock; the monotonic clock goes on.
    pub fn set_wall_back_days(&self, days: u32) {
        let mut reading = self.0.lock().unwrap();
        reading.wall = Instant::from_ms(reading.wall.ms() - i64::from(days) * 86_400_000);
    }
}

impl Clock for TestClock {
    fn read(&self) -> ClockReading {
        let mut reading = self.0.lock().unwrap();
        // Two acts never share an instant.
        reading.wall = Instant::from_ms(reading.wall.ms() + 1);
        reading.monotonic_ms += 1;
        reading.clone()
    }
}
