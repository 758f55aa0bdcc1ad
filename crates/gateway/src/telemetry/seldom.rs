//! For what may happen thousands of times a second, and is told once a second at most.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The pause between two that are told.
const PAUSE: Duration = Duration::from_secs(1);

/// Something that is told seldom.
#[derive(Debug, Default)]
pub struct Seldom {
    /// When it may be told again, in milliseconds.
    next: AtomicU64,
    untold: AtomicU64,
}

impl Seldom {
    /// It has happened, so long after some beginning. If it is time to tell: how often it has, since it was last told.
    #[must_use]
    pub fn happened(&self, after: Duration) -> Option<u64> {
        self.untold.fetch_add(1, Ordering::Relaxed);
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let next = self.next.load(Ordering::Relaxed);
        let is_time = milliseconds(after) >= next;
        let then = milliseconds(after.saturating_add(PAUSE));
        // Of those who come at the same time, one tells.
        let tells = is_time && self.next.compare_exchange(next, then, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        tells.then(|| self.untold.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_second_and_none_is_forgotten() {
        let seldom = Seldom::default();
        let told = [0, 1, 500, 999, 1_000, 1_001, 5_000].map(|ms| seldom.happened(Duration::from_millis(ms)));
        assert_eq!(told, [Some(1), None, None, None, Some(4), None, Some(2)]);
    }
}
