//! Brownouts that an operator begins and ends by hand.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use users::Timestamp;

use crate::settings::calendar::later;

/// What was said by hand about one operation. It holds in this process, and outlives a change of the settings.
#[derive(Debug, Default)]
pub struct Outage {
    /// In microseconds since the epoch; in the past for none. (The epoch itself is past.)
    away_until: AtomicI64,
    /// Until then no brownout of the calendar holds.
    spared_until: AtomicI64,
}

impl Outage {
    /// The operation is away from now on, for so long. Gives the end; `None` beyond what the calendar can say.
    pub fn start(&self, now: Timestamp, length: Duration) -> Option<Timestamp> {
        let end = later(now, length)?;
        self.spared_until.store(0, Ordering::Relaxed);
        self.away_until.store(end.micros(), Ordering::Relaxed);
        Some(end)
    }

    /// The operation is there again, also where the calendar has it away until some time.
    pub fn stop(&self, scheduled: Option<Timestamp>) {
        self.away_until.store(0, Ordering::Relaxed);
        self.spared_until.store(scheduled.map_or(0, Timestamp::micros), Ordering::Relaxed);
    }

    /// Whether anything was said that may hold.
    #[must_use]
    pub fn is_said(&self) -> bool {
        self.away_until.load(Ordering::Relaxed) != 0
    }

    /// When the operation comes back, if it is away by hand.
    #[must_use]
    pub fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let end = self.away_until.load(Ordering::Relaxed);
        (end > now.micros()).then(|| Timestamp::from_micros(end)).flatten()
    }

    /// Whether brownouts of the calendar do not hold now.
    #[must_use]
    pub fn spares(&self, now: Timestamp) -> bool {
        self.spared_until.load(Ordering::Relaxed) > now.micros()
    }
}
