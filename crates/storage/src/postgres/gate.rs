//! How many writes are at work, and how many wait. Writes wait for each other's locks, so they do not get every connection:
//! a few are left to those who only read.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use users::UserError;
use users::error::Result;

/// The way in for writes.
pub(crate) struct Gate {
    state: Mutex<State>,
    left: Condvar,
    width: usize,
    queue: usize,
}

#[derive(Default)]
struct State {
    inside: usize,
    waiting: usize,
}

/// A write that is at work, until dropped.
pub(crate) struct Inside<'a>(&'a Gate);

impl Gate {
    /// For a pool of that many connections, and that many writes that may wait.
    pub fn new(pool: usize, queue: usize) -> Self {
        Self { state: Mutex::default(), left: Condvar::new(), width: (pool - pool / 4).max(1), queue: queue.max(1) }
    }

    /// Waits for a place, until `end`.
    ///
    /// # Errors
    /// `Busy` if too many wait already or none becomes free.
    pub fn enter(&self, end: Instant) -> Result<Inside<'_>> {
        let mut state = self.state();
        if state.inside >= self.width {
            if state.waiting >= self.queue {
                return Err(UserError::Busy("too many writes wait"));
            }
            state.waiting += 1;
            let patience = end.saturating_duration_since(Instant::now());
            let is_full = |state: &mut State| state.inside >= self.width;
            let waited = self.left.wait_timeout_while(state, patience, is_full).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            state.waiting -= 1;
            if state.inside >= self.width {
                return Err(UserError::Busy("other writes take too long"));
            }
        }
        state.inside += 1;
        Ok(Inside(self))
    }

    /// How many wait, and how many may.
    pub fn waiting(&self) -> (usize, usize) {
        (self.state().waiting, self.queue)
    }

    /// No code that can panic runs under this lock, so that a poisoned one holds nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_quarter_of_the_connections_is_left_and_the_line_is_short() {
        let gate = Gate::new(4, 1);
        let now = Instant::now();
        let inside: Vec<_> = (0..3).map(|_| gate.enter(now).expect("a place")).collect();
        assert!(matches!(gate.enter(now), Err(UserError::Busy(_))));
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| gate.enter(now + Duration::from_secs(60)).map(|_| ()));
            while gate.waiting() != (1, 1) {
                std::thread::yield_now();
            }
            let full = gate.enter(now + Duration::from_secs(60)).map(|_| ());
            assert_eq!(full, Err(UserError::Busy("too many writes wait")));
            drop(inside);
            assert_eq!(waiter.join().expect("no panic"), Ok(()));
        });
    }
}
