//! What is refused, noted beside the way of requests: one row for each caller, reason and minute, however many requests there were and
//! in however many processes.
//!
//! A refusal is put into memory; every two seconds what came together is added to the store, a small part at a time. So a flood of refused
//! requests costs no write each, and can fill neither memory nor disk. What has happened is noted elsewhere, in the transaction in which
//! it does.

mod task;
#[cfg(test)]
mod tests;
mod waiting;

pub use task::Book;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use users::UserId;
use users::audit::{Event, Occasion, Outcome, Refusal};
use users::ports::{Clock, Randomness};

use waiting::Waiting;

/// A request that was refused.
pub struct Refused<'a> {
    /// Who sent it, and why it was refused.
    pub refusal: Refusal,
    /// What it asked for, by full name.
    pub operation: &'a str,
    /// Its id.
    pub request_id: &'a str,
    /// Whom it was about, by id, if that can be one.
    pub user: Option<UserId>,
}

/// Notes the refusals of a process.
pub struct Refusals {
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    book: Arc<dyn Book>,
}

impl Refusals {
    /// Notes refusals in a book.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>, book: Arc<dyn Book>) -> Self {
        Self { waiting: Mutex::default(), dropped: AtomicU64::new(0), clock, randomness, book }
    }

    /// Notes a refusal, unless it repeats one of this minute.
    pub fn note(&self, refused: Refused<'_>) {
        let Refused { refusal, operation, request_id, user } = refused;
        let event = Event {
            id: self.randomness.uuid().into(),
            at: self.clock.now(),
            action: refusal.action(),
            actor: refusal.actor,
            user: refusal.user.or(user),
            key: None,
            workspace: refusal.workspace,
            occasion: Occasion::request(operation, request_id),
            outcome: Outcome::Refused(refusal.reason),
            fields: Vec::new(),
        };
        if !self.waiting().add(event) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A panic cannot leave what waits in a state that matters.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many refusals were not noted, since there was no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
