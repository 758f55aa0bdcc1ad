//! Log lines on standard error.
//!
//! Nothing waits for whoever reads them: lines go through a bounded queue to a thread of their own. Those that the queue has no
//! room for, or standard error does not take, are lost and counted.

use std::io::{self, IsTerminal, Stderr, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use thiserror::Error;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use super::lines::Lines;
use crate::exit;
use crate::settings::LogSettings;

/// Lines that may wait to be written: some megabytes.
const QUEUE: usize = 8_192;

/// Lines for which the queue had no room. A process logs once, so this is the process's.
static CROWDED_OUT: OnceLock<ErrorCounter> = OnceLock::new();
/// Lines that standard error did not take.
static UNWRITTEN: AtomicUsize = AtomicUsize::new(0);

/// Why there will be no log.
#[derive(Debug, Error)]
pub enum LogError {
    /// The filter is none.
    #[error("log.filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The process logs already.
    #[error("logging: {0}")]
    Taken(#[from] tracing_subscriber::util::TryInitError),
}

/// The log, for as long as this is held. What waits when it is dropped is still written, unless that takes too long.
#[must_use]
pub struct Log(Option<WorkerGuard>);

impl Drop for Log {
    fn drop(&mut self) {
        let worker = self.0.take();
        exit::briefly(move || drop(worker));
    }
}

/// Begins to log.
///
/// # Errors
/// See [`LogError`].
pub fn begin(settings: &LogSettings) -> Result<Log, LogError> {
    let filter = EnvFilter::try_new(&settings.filter)?;
    let queue = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(QUEUE).thread_name("log");
    let (queue, worker) = queue.finish(Batches { to: io::stderr(), bytes: Vec::new(), lines: 0 });
    CROWDED_OUT.get_or_init(|| queue.error_counter());
    // Whatever goes wrong with a line must not be told on standard error, which may be what is wrong.
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(queue).log_internal_errors(false);
    lines.with_ansi(io::stderr().is_terminal()).event_format(Lines(settings.format)).finish().try_init()?;
    log_panics();
    Ok(Log(Some(worker)))
}

/// How many lines are lost.
#[must_use]
pub fn lines_dropped() -> usize {
    let crowded_out = CROWDED_OUT.get().map_or(0, ErrorCounter::dropped_lines);
    crowded_out.saturating_add(UNWRITTEN.load(Ordering::Relaxed))
}

/// Standard error, which is handed the lines that wait together.
struct Batches {
    to: Stderr,
    bytes: Vec<u8>,
    lines: usize,
}

/// So much is written at once, about.
const BATCH: usize = 32 * 1024;

impl Write for Batches {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_all(line).map(|()| line.len())
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        self.bytes.extend(line);
        self.lines += 1;
        if self.bytes.len() < BATCH { Ok(()) } else { self.flush() }
    }

    /// Called whenever no line waits any more.
    fn flush(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.lines);
        let outcome = self.to.write_all(&self.bytes).inspect_err(|_| {
            UNWRITTEN.fetch_add(lines, Ordering::Relaxed);
        });
        self.bytes.clear();
        outcome
    }
}

/// A panic is logged with its place alone: its message may repeat what a client sent. A panic in here would end the process; so
/// nothing is written here, and the queue takes or loses the line without a word.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, "panic");
    }));
}
