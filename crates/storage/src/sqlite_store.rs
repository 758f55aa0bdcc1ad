//! The store on SQLite: one writer, which commits the writes that wait together, and a pool of readers.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::SqliteConnection;
use r2d2::Pool;
use users::UserError;
use users::changes::Changes;
use users::error::Result;
use users::ports::{Reads, Tx};

use crate::changes::file::FileChanges;
use crate::connection::{self, AnyConnection, ConnectError, Purpose};
use crate::copy;
use crate::error::Failure;
use crate::files;
use crate::migrate::SchemaChange;
use crate::migrate::sqlite::{Schema, database};
use crate::open_error::OpenError;
use crate::pragmas;
use crate::readers::{self, PooledReader, Reader, ReaderManager};
use crate::session::Session;
use crate::settings::Settings;
use crate::store::Stats;
use crate::writer::{self, Limits, Writer};

/// How long a look at the migrations waits for a lock.
const LOOK: Duration = Duration::from_secs(5);

/// A store in a file.
pub(crate) struct SqliteStore {
    readers: Pool<ReaderManager>,
    /// Set when anybody reads.
    is_read: Arc<AtomicBool>,
    wait: Duration,
    writer: Writer,
    path: PathBuf,
    changes: Arc<OnceLock<FileChanges>>,
}

/// The schema changes that are known, and which of them the file has.
pub(crate) fn schema_changes(path: &Path) -> Result<Vec<SchemaChange>, OpenError> {
    files::check(path)?;
    let mut connection = connection::open_file(path, Purpose::Write, LOOK).map_err(|error| database(path, &error))?;
    Schema::of(path)?.status(&mut connection)
}

/// The connection of the one writer.
fn open_to_write(path: &Path, busy_timeout: Duration, bulk: bool) -> Result<SqliteConnection, ConnectError> {
    let mut connection = connection::open_file(path, Purpose::Write, busy_timeout)?;
    if bulk {
        pragmas::set_bulk(&mut connection)?;
    }
    Ok(connection)
}

impl SqliteStore {
    /// Opens the file; makes it where there is none, and brings its schema up to date.
    pub fn create(path: &Path, settings: &Settings) -> Result<Self, OpenError> {
        files::make(path)?;
        Self::start(path, settings, |schema, connection| schema.bring_up(connection, settings.busy_timeout))
    }

    /// Opens a file that is there and up to date.
    pub fn existing(path: &Path, settings: &Settings) -> Result<Self, OpenError> {
        Self::start(path, settings, |schema, connection| schema.require_current(connection))
    }

    fn start(
        path: &Path,
        settings: &Settings,
        prepare: impl FnOnce(&Schema<'_>, &mut SqliteConnection) -> Result<(), OpenError>,
    ) -> Result<Self, OpenError> {
        let (path, busy_timeout) = (path.to_owned(), settings.busy_timeout);
        files::check(&path)?;
        let bulk = settings.bulk;
        let mut connection = open_to_write(&path, busy_timeout, bulk).map_err(|error| database(&path, &error))?;
        prepare(&Schema::of(&path)?, &mut connection)?;
        pragmas::forget_statistics(&mut connection).map_err(|error| database(&path, &error))?;
        let mut connection = AnyConnection::Sqlite(connection);
        copy::refuse_unfinished(&mut connection, &path.display().to_string())?;
        writer::give_over(&mut connection).map_err(|error| database(&path, &error))?;
        let size = settings.readers.max(1);
        let readers = readers::pool(path.clone(), size, busy_timeout).map_err(|error| database(&path, &error))?;
        let file = path.clone();
        let open = Box::new(move || {
            let mut connection = open_to_write(&file, busy_timeout, bulk).map(AnyConnection::Sqlite)?;
            writer::give_over(&mut connection)?;
            Ok(connection)
        });
        // Whoever holds the lock may do so for as long as `busy_timeout`, through no fault of those who wait behind.
        let patience = busy_timeout + settings.wait;
        let limits = Limits { group: settings.group, queue: settings.write_queue, patience, lock: busy_timeout, bulk };
        let (is_read, changes) = (Arc::default(), Arc::default());
        let writer = Writer::start(&path, Arc::clone(&is_read), connection, open, limits, Arc::clone(&changes))
            .map_err(OpenError::Thread)?;
        Ok(Self { readers, is_read, wait: settings.wait, writer, path, changes })
    }

    /// What it is doing.
    pub fn stats(&self) -> Stats {
        let state = self.readers.state();
        let (writes, commits) = self.writer.work_done();
        let (write_queue_length, write_queue_limit) = self.writer.waiting();
        let (kept_up, is_behind) = self.writer.upkeep();
        Stats {
            readers_idle: state.idle_connections,
            readers_in_use: state.connections - state.idle_connections,
            write_queue_length,
            write_queue_limit,
            writes,
            commits,
            writable: self.is_writable(),
            kept_up,
            is_behind,
        }
    }

    /// Whether the last attempt to commit succeeded.
    pub fn is_writable(&self) -> bool {
        self.writer.is_writable()
    }

    /// Finishes the writes that wait, and takes no more.
    pub fn close(&self) {
        self.writer.close();
    }

    /// What has changed, from when this is first asked for.
    pub fn changes(&self) -> &dyn Changes {
        self.changes.get_or_init(|| FileChanges::of(&self.path))
    }

    fn reader(&self) -> Result<PooledReader> {
        // Many read at once, and need not take the word from each other's processors.
        if !self.is_read.load(Ordering::Relaxed) {
            self.is_read.store(true, Ordering::Relaxed);
        }
        self.readers.get_timeout(self.wait).map_err(|error| {
            tracing::warn!(%error, "no connection for reading");
            UserError::Unavailable(error.to_string())
        })
    }

    /// Runs `work` on one consistent state.
    pub fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let mut reader = self.reader()?;
        if let Err(error) = reader.connection.begin_look() {
            reader.doubtful = true;
            return Err(Failure::from(error).error);
        }
        let outcome = asked(&mut reader, work);
        let ended = reader.connection.end_look();
        if let (Err(error), false) = (ended, reader.doubtful) {
            tracing::error!(%error, "a look at the store did not end");
            reader.doubtful = true;
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Has `work` ask one question, which sees one state by itself.
    pub fn glance<T>(&self, work: impl Fn(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let mut reader = self.reader()?;
        asked(&mut reader, work).unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Runs `work` as a unit.
    pub fn write<T: Send + 'static>(&self, work: impl Fn(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.writer.write(work)
    }
}

/// What `work` makes of what it asks this reader, who is doubtful when that fails.
fn asked<T>(reader: &mut Reader, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> std::thread::Result<Result<T>> {
    let mut session = Session::new(&mut reader.connection);
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
    if let Some(Failure { error, .. }) = session.broken() {
        tracing::error!(%error, "the store cannot be read");
        reader.doubtful = true;
    }
    outcome
}
