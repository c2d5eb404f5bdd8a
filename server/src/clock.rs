//! The machine's clock: the one place of the server that reads it.

use countersign_core::domain::time::{Clock, ClockReading, Instant};

/// The system's clocks.
#[derive(Debug, Clone)]
pub struct SystemClock {
    started: std::time::Instant,
    boot: String,
}

impl SystemClock {
    /// A clock whose monotonic reading counts from now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the home of the server's clock")]
    pub fn new() -> Self {
        Self {
            started: std::time::Instant::now(),
            boot: format!("server-{}", std::process::id()),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the home of the server's clock")]
    fn read(&self) -> ClockReading {
        let wall = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            });
        ClockReading {
            wall: Instant::from_ms(wall),
            monotonic_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            boot: self.boot.clone(),
        }
    }
}
