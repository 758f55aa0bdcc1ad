//! The store.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use r2d2::Pool;
use users::UserError;
use users::error::Result;
use users::ports::{Reads, Store, Tx};

use crate::connection::{self, AnyConnection, Purpose};
use crate::copy;
use crate::error::Failure;
use crate::files;
use crate::migrate::{Schema, SchemaChange, database};
use crate::open_error::OpenError;
use crate::readers::{self, PooledReader, ReaderManager};
use crate::session::Session;
use crate::settings::Settings;
use crate::url::Url;
use crate::writer::Writer;

/// How long a look at the migrations waits for a lock.
const LOOK: Duration = Duration::from_secs(5);

/// A store on whichever backend its URL names. Every method blocks.
pub struct AnyStore {
    readers: Pool<ReaderManager>,
    wait: Duration,
    writer: Writer,
}

/// What a store is doing, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Connections for reading that wait for work.
    pub readers_idle: u32,
    /// Connections for reading at work.
    pub readers_in_use: u32,
    /// Writes that wait.
    pub write_queue_length: usize,
    /// Writes that may wait.
    pub write_queue_limit: usize,
    /// Writes that were committed or undone since the store was opened.
    pub writes: u64,
    /// Transactions in which that happened.
    pub commits: u64,
    /// Whether the last attempt to write succeeded.
    pub writable: bool,
}

/// What a look at an open store says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping {
    /// Whether the last attempt to write succeeded. After a failure the store tries about once a second.
    pub writable: bool,
}

/// Opens a store; makes it where there is none, and brings its schema up to date.
///
/// # Errors
/// One clear line each; see [`OpenError`].
pub fn open(settings: &Settings) -> Result<AnyStore, OpenError> {
    files::make(settings.url.path())?;
    start(settings, |schema, connection| schema.bring_up(connection, settings.busy_timeout))
}

/// Opens a store that exists and is up to date.
///
/// # Errors
/// `Missing`, `Outdated`, and as [`open`].
pub fn open_existing(settings: &Settings) -> Result<AnyStore, OpenError> {
    start(settings, |schema, connection| schema.require_current(connection))
}

/// The schema changes that this binary knows, oldest first, and which of them the store has.
///
/// # Errors
/// `Missing`, `Newer`, and as [`open`].
pub fn schema_changes(url: &Url) -> Result<Vec<SchemaChange>, OpenError> {
    let path = url.path();
    files::check(path)?;
    match connection::open(path, Purpose::Write, LOOK).map_err(|error| database(path, &error))? {
        AnyConnection::Sqlite(mut connection) => Schema::of(path)?.status(&mut connection),
    }
}

fn start(
    settings: &Settings,
    prepare: impl FnOnce(&Schema<'_>, &mut diesel::SqliteConnection) -> Result<(), OpenError>,
) -> Result<AnyStore, OpenError> {
    let (path, busy_timeout) = (settings.url.path().to_owned(), settings.busy_timeout);
    files::check(&path)?;
    let mut connection =
        connection::open(&path, Purpose::Write, busy_timeout).map_err(|error| database(&path, &error))?;
    let AnyConnection::Sqlite(inner) = &mut connection;
    prepare(&Schema::of(&path)?, inner)?;
    copy::refuse_unfinished(&mut connection, &path.display().to_string())?;
    let size = settings.readers.max(1);
    let readers = readers::pool(path.clone(), size, busy_timeout).map_err(|error| database(&path, &error))?;
    let open = Box::new(move || connection::open(&path, Purpose::Write, busy_timeout));
    let writer = Writer::start(connection, open, settings.group, settings.write_queue).map_err(OpenError::Thread)?;
    Ok(AnyStore { readers, wait: settings.wait, writer })
}

impl AnyStore {
    /// What the store is doing.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let state = self.readers.state();
        let (writes, commits) = self.writer.work_done();
        let (write_queue_length, write_queue_limit) = self.writer.waiting();
        Stats {
            readers_idle: state.idle_connections,
            readers_in_use: state.connections - state.idle_connections,
            write_queue_length,
            write_queue_limit,
            writes,
            commits,
            writable: self.writer.is_writable(),
        }
    }

    /// Looks whether the store can be read, cheaply, and whether it can be written.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be read.
    pub fn ping(&self) -> Result<Ping> {
        self.read(|reads| reads.fact(""))?;
        Ok(Ping { writable: self.writer.is_writable() })
    }

    /// Finishes the writes that wait, and takes no more. Dropping the store does the same.
    pub fn close(&self) {
        self.writer.close();
    }

    fn reader(&self) -> Result<PooledReader> {
        self.readers.get_timeout(self.wait).map_err(|error| {
            tracing::warn!(%error, "no connection for reading");
            UserError::Unavailable(error.to_string())
        })
    }
}

impl Store for AnyStore {
    fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let mut reader = self.reader()?;
        if let Err(error) = reader.connection.begin_read() {
            reader.doubtful = true;
            return Err(Failure::from(error).error);
        }
        let mut session = Session::new(&mut reader.connection);
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
        let broken = session.broken().cloned();
        let ended = reader.connection.undo();
        if let Some(error) = broken {
            tracing::error!(%error, "the store cannot be read");
            reader.doubtful = true;
        } else if let Err(error) = ended {
            tracing::error!(%error, "a look at the store did not end");
            reader.doubtful = true;
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn write<T: Send + 'static>(&self, work: impl Fn(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.writer.write(work)
    }
}
