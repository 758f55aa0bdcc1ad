//! The store, on whichever backend its URL names.

use users::changes::Changes;
use users::error::Result;
use users::ports::{Reads, Store, Tx};

use crate::migrate::SchemaChange;
use crate::open_error::OpenError;
#[cfg(feature = "postgres")]
use crate::postgres::{self, PostgresStore};
use crate::settings::Settings;
use crate::sqlite_store::{self, SqliteStore};
use crate::url::{Place, Url};

/// A store on whichever backend its URL names. Every method blocks.
pub struct AnyStore(Backend);

enum Backend {
    Sqlite(SqliteStore),
    #[cfg(feature = "postgres")]
    Postgres(PostgresStore),
}

/// What a store is doing, for metrics. Where the same connections read and write, they are counted as those for reading.
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
    /// Whether the store can be written, as far as is known: the last attempt, or the last look, succeeded.
    pub writable: bool,
    /// Entries of the index of searches that were made in between since the store was opened. PostgreSQL does that at once by itself.
    pub kept_up: u64,
    /// Whether there are more of them, or may be.
    pub is_behind: bool,
}

/// What a look at an open store says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping {
    /// Whether the store can be written, as far as is known. After a failure it looks again by itself.
    pub writable: bool,
}

/// Opens a store; makes it where there is none, and brings its schema up to date.
///
/// # Errors
/// One clear line each; see [`OpenError`].
pub fn open(settings: &Settings) -> Result<AnyStore, OpenError> {
    Ok(AnyStore(match settings.url.place() {
        Place::File(path) => Backend::Sqlite(SqliteStore::create(path, settings)?),
        #[cfg(feature = "postgres")]
        Place::Server(address) => Backend::Postgres(PostgresStore::create(address, settings)?),
    }))
}

/// Opens a store that exists and is up to date.
///
/// # Errors
/// `Missing`, `Outdated`, and as [`open`].
pub fn open_existing(settings: &Settings) -> Result<AnyStore, OpenError> {
    Ok(AnyStore(match settings.url.place() {
        Place::File(path) => Backend::Sqlite(SqliteStore::existing(path, settings)?),
        #[cfg(feature = "postgres")]
        Place::Server(address) => Backend::Postgres(PostgresStore::existing(address, settings)?),
    }))
}

/// The schema changes that this binary knows, oldest first, and which of them the store has.
///
/// # Errors
/// `Missing`, `Newer`, and as [`open`].
pub fn schema_changes(url: &Url) -> Result<Vec<SchemaChange>, OpenError> {
    match url.place() {
        Place::File(path) => sqlite_store::schema_changes(path),
        #[cfg(feature = "postgres")]
        Place::Server(address) => postgres::schema_changes(address),
    }
}

impl AnyStore {
    /// What the store is doing.
    #[must_use]
    pub fn stats(&self) -> Stats {
        match &self.0 {
            Backend::Sqlite(store) => store.stats(),
            #[cfg(feature = "postgres")]
            Backend::Postgres(store) => store.stats(),
        }
    }

    /// Looks whether the store can be read, cheaply, and whether it can be written.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be read.
    pub fn ping(&self) -> Result<Ping> {
        self.read(|reads| reads.fact(""))?;
        Ok(Ping { writable: self.stats().writable })
    }

    /// Whether the store answers at all, without asking it: `false` while it takes questions and says nothing, so that whoever
    /// waits for it on another thread need not wait any longer.
    #[must_use]
    pub fn answers(&self) -> bool {
        match &self.0 {
            Backend::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Backend::Postgres(store) => store.answers(),
        }
    }

    /// Whether a small read takes no longer than going to another thread for it: it waits for no network.
    #[must_use]
    pub fn reads_at_once(&self) -> bool {
        match &self.0 {
            Backend::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => false,
        }
    }

    /// Finishes the writes that wait, and takes no more. Dropping the store does the same.
    pub fn close(&self) {
        match &self.0 {
            Backend::Sqlite(store) => store.close(),
            #[cfg(feature = "postgres")]
            Backend::Postgres(store) => store.close(),
        }
    }
}

impl Store for AnyStore {
    fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        match &self.0 {
            Backend::Sqlite(store) => store.read(work),
            #[cfg(feature = "postgres")]
            Backend::Postgres(store) => store.read(work),
        }
    }

    fn glance<T>(&self, work: impl Fn(&mut dyn Reads) -> Result<T>) -> Result<T> {
        match &self.0 {
            Backend::Sqlite(store) => store.glance(work),
            #[cfg(feature = "postgres")]
            Backend::Postgres(store) => store.glance(work),
        }
    }

    fn write<T: Send + 'static>(&self, work: impl Fn(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        match &self.0 {
            Backend::Sqlite(store) => store.write(work),
            #[cfg(feature = "postgres")]
            Backend::Postgres(store) => store.write(work),
        }
    }

    fn changes(&self) -> Option<&dyn Changes> {
        match &self.0 {
            Backend::Sqlite(store) => Some(store.changes()),
            #[cfg(feature = "postgres")]
            Backend::Postgres(store) => Some(store.changes()),
        }
    }
}
