//! Log lines on standard error.

use std::io::{self, IsTerminal};

use thiserror::Error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use super::lines::Lines;
use super::sink::{Sink, Writer};
use crate::exit;
use crate::settings::LogSettings;

/// Why there will be no log.
#[derive(Debug, Error)]
pub enum LogError {
    /// The filter is none.
    #[error("log.filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Nobody can write it.
    #[error("logging: {0}")]
    Thread(#[from] io::Error),
    /// The process logs already.
    #[error("logging: {0}")]
    Taken(#[from] tracing_subscriber::util::TryInitError),
}

/// The log, for as long as this is held. What waits when it is dropped is still written, unless that takes too long.
#[must_use]
pub struct Log(Option<Writer>);

impl Drop for Log {
    fn drop(&mut self) {
        let writer = self.0.take();
        exit::briefly(move || drop(writer));
    }
}

/// Begins to log.
///
/// # Errors
/// See [`LogError`].
pub fn begin(settings: &LogSettings) -> Result<Log, LogError> {
    let filter = EnvFilter::try_new(&settings.filter)?;
    let (sink, writer) = Sink::into(io::stderr())?;
    // Whatever goes wrong with a line must not be told on standard error, which may be what is wrong.
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(sink).log_internal_errors(false);
    lines.with_ansi(io::stderr().is_terminal()).event_format(Lines(settings.format)).finish().try_init()?;
    log_panics();
    Ok(Log(Some(writer)))
}

/// A panic is logged with its place alone: its message may repeat what a client sent. A panic in here would end the process; so
/// nothing is written here, and the queue takes or loses the line without a word.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, "panic");
    }));
}
