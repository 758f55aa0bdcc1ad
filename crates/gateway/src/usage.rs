//! Who calls what: for each key, operation and day how often, and with what; so that it is known who still depends on a dialect that is
//! to go. Never what was sent: only names that the program knows, and what clients call themselves.
//!
//! A request adds to counts in memory, each thread to its own. Every two seconds they are collected and added to the store, a small
//! part at a time, so that no request waits for long behind them. While the store does not take them they wait here, as many as there
//! is room for.

mod agent;
mod counts;
mod names;
mod task;
#[cfg(test)]
mod tests;
mod waiting;

pub use names::Known;
pub use task::Book;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use users::key::KeyId;
use users::ports::Clock;
use users::usage::Usage;

use counts::Shard;
use waiting::Waiting;

/// More than there are threads that serve, as a rule.
const SHARDS: usize = 16;

/// A request that was answered.
pub struct Call<'a> {
    /// Who sent it.
    pub key: &'a KeyId,
    /// The operation's full name.
    pub operation: &'a str,
    /// What the client calls itself.
    pub agent: Option<&'a [u8]>,
    /// The query, as sent.
    pub query: &'a str,
    /// The body, as sent.
    pub body: &'a [u8],
    /// Whether it was refused, or failed.
    pub failed: bool,
}

/// Counts the calls of a process.
pub struct Recorder {
    operations: HashMap<String, usize, RandomState>,
    known: Vec<(String, Known)>,
    shards: [Mutex<Shard>; SHARDS],
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
    clock: Arc<dyn Clock>,
    book: Arc<dyn Book>,
}

impl Recorder {
    /// Counts calls of these operations, with these names, and notes them in a book.
    #[must_use]
    pub fn new(operations: Vec<(String, Known)>, clock: Arc<dyn Clock>, book: Arc<dyn Book>) -> Self {
        Self {
            operations: operations.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect(),
            known: operations,
            shards: Default::default(),
            waiting: Mutex::default(),
            dropped: AtomicU64::new(0),
            clock,
            book,
        }
    }

    /// Counts a call.
    pub fn note(&self, call: &Call<'_>) {
        let Some(operation) = self.operations.get(call.operation).copied() else { return };
        let names = match (call.query, call.body, self.known.get(operation)) {
            ("", [], _) | (_, _, None) => Vec::new(),
            (query, body, Some((_, known))) => known.used(query, body),
        };
        let (agent, now) = (call.agent.map(agent::kept), self.clock.now());
        let noted = lock(&self.shards[place()]).add(call, operation, agent.as_deref(), &names, now);
        if !noted {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Collects what the threads have counted. Says how many calls found no room.
    fn collect(&self) -> u64 {
        let mut lost = 0;
        for shard in &self.shards {
            let shard = std::mem::take(&mut *lock(shard));
            let mut waiting = lock(&self.waiting);
            for usage in shard.into_usage(|operation| self.known.get(operation).map(|(name, _)| name.clone())) {
                lost += waiting.add(usage);
            }
        }
        self.dropped.fetch_add(lost, Ordering::Relaxed);
        lost
    }

    /// Some of what waits, taken out.
    fn take(&self) -> Option<Arc<[Usage]>> {
        lock(&self.waiting).take()
    }

    /// Puts back what could not be written.
    fn put_back(&self, calls: &[Usage]) {
        lock(&self.waiting).put_back(calls);
    }

    /// How many keys' operations have calls that wait to be written.
    #[must_use]
    pub fn waiting(&self) -> usize {
        lock(&self.waiting).len()
    }

    /// How many calls were not counted, since there was no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// A panic cannot leave counts in a state that matters.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where this thread counts. Nobody else counts there, if there are no more threads than places.
fn place() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static PLACE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
    }
    PLACE.with(|place| *place)
}
