//! The grouped writer: one thread owns the one connection that writes. It runs the writes that wait together in one
//! transaction, each of several in a savepoint of its own, commits once, and only then answers each. With `synchronous = FULL` a
//! commit costs a flush of the disk, and so many writes share one.

mod job;
mod queue;
mod standing_look;
mod turn;
mod upkeep;
mod worker;

#[cfg(test)]
mod tests;

use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use users::UserError;
use users::error::Result;
use users::ports::Tx;

use crate::changes::file::FileChanges;
use crate::connection::{AnyConnection, ConnectError};
use job::Write;
use queue::{Queue, Refused};
use standing_look::StandingLook;
use worker::Worker;

pub(crate) use turn::give_over;
pub(crate) use worker::PROBE;

/// Opens the connection that writes, again after a failure.
pub(crate) type Open = Box<dyn Fn() -> std::result::Result<AnyConnection, ConnectError> + Send>;

/// How much a writer takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most writes in one transaction.
    pub group: usize,
    /// The most that may wait.
    pub queue: usize,
    /// How long they may.
    pub patience: Duration,
    /// How long the writer waits for a lock that another process holds.
    pub lock: Duration,
    /// Whether much is written at once.
    pub bulk: bool,
}

/// The handle that writes are given to.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    figures: Arc<Figures>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What is known about the writer's work.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Whether the last attempt to commit succeeded.
    writable: AtomicBool,
    /// Writes that were run, whatever came of them.
    writes: AtomicU64,
    /// Transactions that were committed.
    commits: AtomicU64,
    /// Entries of the index of searches that were made, and other things done in between.
    kept_up: AtomicU64,
    /// Whether there is more of that to do.
    behind: AtomicBool,
}

impl Writer {
    /// Starts the writer of this file, which tells `changes` of its own, once there are any to be told of. Whoever reads sets `is_read`.
    pub fn start(
        path: &Path,
        is_read: Arc<AtomicBool>,
        connection: AnyConnection,
        open: Open,
        limits: Limits,
        changes: Arc<OnceLock<FileChanges>>,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(limits.queue.max(1)));
        let figures = Arc::new(Figures {
            writable: AtomicBool::new(true),
            writes: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            kept_up: AtomicU64::new(0),
            behind: AtomicBool::new(true),
        });
        let look = StandingLook::at(path.to_owned(), is_read);
        let worker = Worker::new(connection, open, limits, queue.clone(), figures.clone(), changes, look);
        let thread = thread::Builder::new().name("store writer".to_owned()).spawn(move || worker.run())?;
        Ok(Self { queue, figures, thread: Mutex::new(Some(thread)) })
    }

    /// Runs `work`, and returns when its changes are on disk, or undone. A panic of `work` goes on in this thread.
    pub fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.queue.push(Box::new(Write::new(work, reply))).map_err(|refused| match refused {
            Refused::Full => UserError::Busy("too many writes wait"),
            Refused::Closed => stopped(),
        })?;
        match answer.recv() {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(mpsc::RecvError) => Err(stopped()),
        }
    }

    /// Whether the last attempt to commit succeeded. After a failure the writer tries again by itself, about once a second.
    pub fn is_writable(&self) -> bool {
        self.figures.writable.load(Ordering::Relaxed)
    }

    /// How many writes were run, and in how many committed transactions.
    pub fn work_done(&self) -> (u64, u64) {
        (self.figures.writes.load(Ordering::Relaxed), self.figures.commits.load(Ordering::Relaxed))
    }

    /// How much was done in between, and whether there is more to do.
    pub fn upkeep(&self) -> (u64, bool) {
        (self.figures.kept_up.load(Ordering::Relaxed), self.figures.behind.load(Ordering::Acquire))
    }

    /// How many writes wait, and how many may.
    pub fn waiting(&self) -> (usize, usize) {
        (self.queue.len(), self.queue.limit())
    }

    /// Takes no more writes, finishes those that wait, and ends the thread.
    pub fn close(&self) {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's writer ended in a panic");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn stopped() -> UserError {
    UserError::Unavailable("the store is closed".to_owned())
}
