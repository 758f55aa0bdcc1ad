//! How SQLite is set up, on each connection anew (sqlite.org/pragma.html).

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Integer, Text};
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

use crate::connection::{AnyConnection, ConnectError, Purpose};

/// - `synchronous = FULL`: a commit is on disk before it is answered, also when the power fails.
/// - `foreign_keys`: cascades; off by default.
/// - `trusted_schema = OFF`: a manipulated file cannot make a view or trigger run functions with side effects.
/// - `temp_store = MEMORY`: sorting leaves no personal data in temporary files.
/// - `cache_size`: 8 MB at most per connection. No `mmap_size`: it would count the file once per connection as resident.
const EVERY: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
";

/// - `query_only`: a reader that changes anything is a fault of ours, and fails.
const READ: &str = "PRAGMA query_only = ON;";

/// - `secure_delete = ON`: what is deleted or replaced is overwritten with zeros, so that a deleted user's data does not stay
///   in the file's free space. It costs writes only where whole pages become free (deletions, large objects that shrink),
///   which are rare in a directory; creating and ordinary changing rewrite pages that are dirty anyway. Older frames of the
///   write-ahead log hold it until they are written over, at the latest when the last process closes the store.
const WRITE: &str = "PRAGMA secure_delete = ON;";

/// For who fills a store. The pages of indexes are hit at random, so each that is held and each that comes into the log once instead
/// of twice saves a write.
/// - `cache_size`: 48 MB.
/// - `wal_autocheckpoint`: 32 MB of pages, not 4. No more, since a server that writes beside it may have to bring them over.
const BULK: &str = "PRAGMA cache_size = -48000; PRAGMA wal_autocheckpoint = 8192;";

/// Write-ahead log: readers and the writer do not wait for each other. The file remembers it. Answers the mode that it is in
/// now.
const TO_WAL: &str = "PRAGMA journal_mode = WAL";
const WAL: &str = "wal";

/// How many tables of statistics there are.
const STATISTICS: &str = "SELECT count(*) FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')";

/// Brings the log over into the file as far as nobody stands in the way. Answers whether something did, how many pages the log has, and
/// how many of them are in the file now.
const BRING_OVER: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Reads as little of the file as there is.
const TOUCH: &str = "SELECT count(*) FROM (SELECT 1 FROM sqlite_schema LIMIT 1)";

/// How often a lock is tried where `busy_timeout` does not apply.
const RETRY: Duration = Duration::from_millis(10);

/// Sets a connection up.
pub(crate) fn set(connection: &mut SqliteConnection, purpose: Purpose, wait: Duration) -> Result<(), ConnectError> {
    set_busy_timeout(connection, wait)?;
    connection.batch_execute(EVERY)?;
    match purpose {
        Purpose::Read => connection.batch_execute(READ)?,
        Purpose::Write => {
            connection.batch_execute(WRITE)?;
            if switch_to_wal(connection, wait)? != WAL {
                return Err(ConnectError::NoWal);
            }
        }
    }
    Ok(())
}

/// Has the connection write much at once.
pub(crate) fn set_bulk(connection: &mut SqliteConnection) -> QueryResult<()> {
    connection.batch_execute(BULK)
}

/// Changes how long a connection waits for locks. To be set first, because all else may meet one.
pub(crate) fn set_busy_timeout(connection: &mut impl SimpleConnection, wait: Duration) -> QueryResult<()> {
    connection.batch_execute(&format!("PRAGMA busy_timeout = {};", wait.as_millis()))
}

/// Switches the enforcement of foreign keys. Without effect inside a transaction.
pub(crate) fn enforce_foreign_keys(connection: &mut SqliteConnection, enforce: bool) -> QueryResult<()> {
    connection.batch_execute(if enforce { "PRAGMA foreign_keys = ON;" } else { "PRAGMA foreign_keys = OFF;" })
}

/// How many references lead nowhere.
pub(crate) fn broken_references(connection: &mut SqliteConnection) -> QueryResult<i64> {
    sql::<BigInt>("SELECT count(*) FROM pragma_foreign_key_check").get_result(connection)
}

/// Forgets what somebody had the database note about its tables. The plans are made without: a store that was small when the note
/// was made, and grew, has its lists read every user for each member. Takes no lock where there is no note.
pub(crate) fn forget_statistics(connection: &mut SqliteConnection) -> QueryResult<()> {
    if sql::<BigInt>(STATISTICS).get_result::<i64>(connection)? > 0 {
        connection.batch_execute("DROP TABLE IF EXISTS sqlite_stat1; DROP TABLE IF EXISTS sqlite_stat4;")?;
    }
    Ok(())
}

/// Brings the log over into the file, outside of a transaction, and says whether all of it is there now.
pub(crate) fn bring_log_over(connection: &mut AnyConnection) -> QueryResult<bool> {
    let (is_busy, pages, done) =
        sql::<(Integer, Integer, Integer)>(BRING_OVER).get_result::<(i32, i32, i32)>(connection)?;
    Ok(is_busy == 0 && pages == done)
}

/// Has a look that was begun look.
pub(crate) fn touch(connection: &mut AnyConnection) -> QueryResult<()> {
    sql::<BigInt>(TOUCH).get_result::<i64>(connection).map(drop)
}

/// Two processes that switch a new file at the same moment would both upgrade a read lock, which one of them cannot wait
/// for: it is told at once that the file is locked.
fn switch_to_wal(connection: &mut SqliteConnection, wait: Duration) -> QueryResult<String> {
    let end = Instant::now() + wait;
    loop {
        match sql::<Text>(TO_WAL).get_result(connection) {
            Err(error) if is_locked(&error) && Instant::now() < end => std::thread::sleep(RETRY),
            done => return done,
        }
    }
}

/// Diesel keeps SQLite's result code to itself; the text is fixed (`sqlite3_errstr`).
pub(crate) fn is_locked(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) => info.message().contains("is locked"),
        _ => false,
    }
}
