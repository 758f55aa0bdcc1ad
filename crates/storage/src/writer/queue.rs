//! The writes that wait.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::job::Job;

/// A bounded queue that a closing side can still empty.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    limit: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Box<dyn Job>>,
    closed: bool,
}

/// Why a job is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// As many wait already as may.
    Full,
    /// The store is being closed.
    Closed,
}

/// What the writer gets.
pub(super) enum Taken {
    /// The longest waiting jobs; at least one.
    Jobs(Vec<Box<dyn Job>>),
    /// None came in time.
    Nothing,
    /// None is left, and none will come.
    Closed,
}

impl Queue {
    /// A queue for at most `limit` jobs.
    pub fn new(limit: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), limit }
    }

    /// How many may wait.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.state().waiting.len()
    }

    /// Adds a job.
    pub fn push(&self, job: Box<dyn Job>) -> Result<(), Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.waiting.len() >= self.limit {
            return Err(Refused::Full);
        }
        state.waiting.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for jobs, as long as `patience` says, and takes at most `most`.
    pub fn take(&self, most: usize, patience: Option<Duration>) -> Taken {
        let is_idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let mut state = match patience {
            None => self.changed.wait_while(self.state(), is_idle).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                let waited = self.changed.wait_timeout_while(self.state(), patience, is_idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        let count = state.waiting.len().min(most);
        match count {
            0 if state.closed => Taken::Closed,
            0 => Taken::Nothing,
            _ => Taken::Jobs(state.waiting.drain(..count).collect()),
        }
    }

    /// Takes all that wait now.
    pub fn take_waiting(&self) -> Vec<Box<dyn Job>> {
        self.state().waiting.drain(..).collect()
    }

    /// Takes no more jobs. Those that wait can still be taken out.
    pub fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// No code that can panic runs under this lock, so that a poisoned one holds nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
