//! How many lines are written at once. More go faster, but a server on the same file waits meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// How long a batch is to take.
const TARGET: Duration = Duration::from_millis(150);

/// How long the store is left to others after a batch. On SQLite who waits does not queue, but looks again every millisecond.
const REST: Duration = Duration::from_millis(3);

const FEWEST: usize = 100;
const MOST: usize = 5_000;
const FIRST: usize = 250;

/// The size of the batches to come.
#[derive(Debug, Clone)]
pub struct Pace(Arc<AtomicUsize>);

impl Pace {
    pub fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(FIRST)))
    }

    /// How many lines the next batch is to have.
    pub fn lines(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// A batch took that long.
    pub fn took(&self, time: Duration) {
        let lines = self.lines();
        let next = if time < TARGET / 2 {
            lines * 2
        } else if time < TARGET {
            lines + lines / 8
        } else if time < TARGET * 3 / 2 {
            lines - lines / 8
        } else {
            lines / 2
        };
        self.0.store(next.clamp(FEWEST, MOST), Ordering::Relaxed);
    }

    /// Lets others write.
    pub fn rest(&self) {
        sleep(REST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_take_their_time() {
        let pace = Pace::new();
        // A store that takes 100 µs a line, then one that takes 2 ms, then one that takes nothing.
        for (cost, least, most) in [(100, 1_200, 1_800), (2_000, 100, 100), (0, MOST, MOST)] {
            (0..50).for_each(|_| pace.took(Duration::from_micros(cost * pace.lines() as u64)));
            assert!((least..=most).contains(&pace.lines()), "{cost}: {}", pace.lines());
        }
    }
}
