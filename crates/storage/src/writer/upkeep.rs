//! What the writer does in between: it puts into the index of searches whom it lacks, and cuts blocks of lists. Nothing waits for that,
//! so it takes a fifth of the time at most, half of that while somebody waits, and a moment at once. Where much is written at once, it
//! waits until that is over, and then does nothing else.

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

/// It rests this many times as long as it works: while nobody waits, and while somebody does.
const REST: u32 = 4;
const LONG_REST: u32 = 9;

/// Much was written at once, and that is over when nothing has come for so long. Then it rests but for a moment, in which another
/// process can write.
const SILENCE: Duration = Duration::from_millis(100);
const BREATH: Duration = Duration::from_millis(3);

/// When it tries again after it found the store locked.
const LATER: Duration = Duration::from_millis(20);

/// How many users are put in at once: while nobody waits, and while somebody does.
const BATCH: i64 = 500;
const SMALL_BATCH: i64 = 25;

/// How long another process waits for a batch of much that was written at once, and how many users such a batch has at most.
const LONGEST: Duration = Duration::from_millis(150);
const MOST: i64 = 5_000;

/// When it is time.
pub(super) struct Upkeep {
    /// `None` while there is nothing to do.
    due: Option<Instant>,
    /// Whether much is written at once.
    bulk: bool,
    /// How many users are put in at once, where much was written at once.
    large_batch: i64,
}

impl Upkeep {
    /// Of a store that was just opened: an earlier process may have left something.
    pub fn new(bulk: bool) -> Self {
        Self { due: Some(Instant::now() + if bulk { SILENCE } else { FIRST }), bulk, large_batch: BATCH }
    }

    /// How long it can wait; `None` if for as long as nothing happens.
    pub fn due_in(&self) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Something was written.
    pub fn wake(&mut self) {
        if self.bulk {
            self.due = Some(Instant::now() + SILENCE);
        }
        self.due.get_or_insert_with(Instant::now);
    }

    /// Does a part of what there is to do, if it is time. Says how much was done.
    pub fn do_some(
        &mut self,
        connection: &mut AnyConnection,
        changes: &OnceLock<FileChanges>,
        is_waited_for: bool,
    ) -> usize {
        if self.due_in() != Some(Duration::ZERO) {
            return 0;
        }
        let begin = Instant::now();
        let batch = self.batch(is_waited_for);
        let done = put_in(connection, changes, batch);
        let count = *done.as_ref().unwrap_or(&0);
        if begin.elapsed() > LONGEST {
            self.large_batch = (self.large_batch / 2).max(SMALL_BATCH);
        } else if batch == self.large_batch {
            self.large_batch = (batch + batch / 4).min(MOST);
        }
        self.due = match done {
            Ok(0) => None,
            Ok(_) => Some(Instant::now() + self.rest(begin.elapsed(), is_waited_for)),
            // Another process writes. Whoever gives this one work in the meantime need not wait for the same.
            Err(error) if pragmas::is_locked(&error) => Some(Instant::now() + LATER),
            Err(error) => {
                // The next write tells whether something is wrong with the store, and then this is tried again.
                tracing::warn!(%error, "the index of searches could not be kept up; it is made good later");
                None
            }
        };
        count
    }

    fn rest(&self, work: Duration, is_waited_for: bool) -> Duration {
        match (is_waited_for, self.bulk) {
            (true, _) => work * LONG_REST,
            (false, false) => work * REST,
            (false, true) => BREATH,
        }
    }

    fn batch(&self, is_waited_for: bool) -> i64 {
        match (is_waited_for, self.bulk) {
            (true, _) => SMALL_BATCH,
            (false, false) => BATCH,
            (false, true) => self.large_batch,
        }
    }
}

fn put_in(connection: &mut AnyConnection, changes: &OnceLock<FileChanges>, batch: i64) -> QueryResult<usize> {
    turn::begin(connection, Duration::ZERO)?;
    let done = match connection {
        AnyConnection::Sqlite(file) => reads::put_some_in(file, batch),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => Ok(0),
    };
    match done {
        Ok(0) => connection.undo().map(|()| 0),
        Ok(count) => FileChanges::told(changes, &[], || connection.keep()).map(|()| count),
        Err(error) => connection.undo().and(Err(error)),
    }
}
