//! What the writer does in between: it puts into the index of searches whom it lacks. Nothing waits for that, so it takes a fifth of
//! the time at most, and a moment at once.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use diesel::QueryResult;

use super::turn;
use crate::changes::file::FileChanges;
use crate::connection::AnyConnection;
use crate::pragmas;
use crate::reads;

/// A command that opens the store and is done at once leaves it to others.
const FIRST: Duration = Duration::from_secs(1);

/// It rests this many times as long as it works.
const REST: u32 = 4;

/// When it tries again after it found the store locked.
const LATER: Duration = Duration::from_millis(20);

/// How many users are put in at once, while nobody waits, and while somebody does.
const BATCH: i64 = 500;
const SMALL_BATCH: i64 = 100;

/// When it is time.
pub(super) struct Upkeep {
    /// `None` while there is nothing to do.
    due: Option<Instant>,
}

impl Upkeep {
    /// Of a store that was just opened: an earlier process may have left something.
    pub fn new() -> Self {
        Self { due: Some(Instant::now() + FIRST) }
    }

    /// How long it can wait; `None` if for as long as nothing happens.
    pub fn due_in(&self) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Something was written.
    pub fn wake(&mut self) {
        self.due.get_or_insert_with(Instant::now);
    }

    /// Does a part of what there is to do, if it is time.
    pub fn do_some(&mut self, connection: &mut AnyConnection, changes: &OnceLock<FileChanges>, is_waited_for: bool) {
        if self.due_in() != Some(Duration::ZERO) {
            return;
        }
        let begin = Instant::now();
        let batch = if is_waited_for { SMALL_BATCH } else { BATCH };
        self.due = match put_in(connection, changes, batch) {
            Ok(true) => Some(Instant::now() + begin.elapsed() * REST),
            Ok(false) => None,
            // Another process writes. Whoever gives this one work in the meantime need not wait for the same.
            Err(error) if pragmas::is_locked(&error) => Some(Instant::now() + LATER),
            Err(error) => {
                // The next write tells whether something is wrong with the store, and then this is tried again.
                tracing::warn!(%error, "the index of searches could not be kept up; it is made good later");
                None
            }
        };
    }
}

fn put_in(connection: &mut AnyConnection, changes: &OnceLock<FileChanges>, batch: i64) -> QueryResult<bool> {
    turn::begin(connection, Duration::ZERO)?;
    let done = match connection {
        AnyConnection::Sqlite(file) => reads::put_some_in(file, batch),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => Ok(false),
    };
    match done {
        Ok(true) => FileChanges::told(changes, &[], || connection.keep()).map(|()| true),
        Ok(false) => connection.undo().map(|()| false),
        Err(error) => connection.undo().and(Err(error)),
    }
}
