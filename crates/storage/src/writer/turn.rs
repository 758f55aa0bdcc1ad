//! How the writer waits for its turn at a file that other processes write too.
//!
//! SQLite hands its lock to nobody: it is free, and whoever looks first has it. SQLite itself looks less and less often, every tenth of a
//! second in the end, and so misses the moments in between for which one who writes batch after batch leaves it. So the writer looks for
//! itself, and its connection is told not to wait.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::QueryResult;

use crate::connection::AnyConnection;
use crate::pragmas;

/// How long it sleeps between two looks. One costs about ten microseconds.
const LOOKS: Duration = Duration::from_millis(1);

/// Has a connection that begins its transactions by [`begin`] not wait by itself. Nothing else that a writer does meets a lock.
pub(crate) fn give_over(connection: &mut AnyConnection) -> QueryResult<()> {
    pragmas::set_busy_timeout(connection, Duration::ZERO)
}

/// Begins a transaction that writes, and waits so long at most until it can.
pub(super) fn begin(connection: &mut AnyConnection, patience: Duration) -> QueryResult<()> {
    let end = Instant::now() + patience;
    loop {
        match connection.begin_write() {
            Err(error) if pragmas::is_locked(&error) && Instant::now() < end => sleep(LOOKS),
            done => return done,
        }
    }
}
