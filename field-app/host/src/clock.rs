//! The clocks of this process. The only place of the host that reads the system's time; tests move it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Instant as Monotonic, SystemTime, UNIX_EPOCH};

use countersign_mobile::{Clock, ClockReading, Instant, MobileError};

/// Wall clock with a settable offset, and a monotonic clock that begins with the process: one process is one boot.
#[derive(Debug)]
pub struct HostClock {
    offset_ms: AtomicI64,
    passed_ms: AtomicU64,
    started: Monotonic,
    boot: String,
}

impl HostClock {
    /// Clocks that begin now; `boot` names this run.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the host is where the system's clocks come in"
    )]
    pub fn new(boot: String) -> Self {
        Self {
            offset_ms: AtomicI64::new(0),
            passed_ms: AtomicU64::new(0),
            started: Monotonic::now(),
            boot,
        }
    }

    /// Sets the wall clock to `offset_ms` after the system's; negative is before. The monotonic clock goes on.
    pub fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }

    /// Lets `ms` pass on both clocks, as if somebody had waited so long.
    pub fn pass_ms(&self, ms: u64) {
        self.passed_ms.fetch_add(ms, Ordering::Relaxed);
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the host is where the system's clocks come in"
    )]
    fn wall_ms(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis())
            .unwrap_or(i64::MAX)
            .saturating_add(self.offset_ms.load(Ordering::Relaxed))
            .saturating_add(
                i64::try_from(self.passed_ms.load(Ordering::Relaxed)).unwrap_or(i64::MAX),
            )
    }
}

impl Clock for HostClock {
    fn read(&self) -> Result<ClockReading, MobileError> {
        Ok(ClockReading {
            wall: Instant::from_ms(self.wall_ms()),
            monotonic_ms: u64::try_from(self.started.elapsed().as_millis())
                .unwrap_or(u64::MAX)
                .saturating_add(self.passed_ms.load(Ordering::Relaxed)),
            boot: self.boot.clone(),
        })
    }
}
