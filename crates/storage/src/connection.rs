//! One connection, to whichever backend, and its transactions.

use std::path::Path;
use std::time::Duration;

#[cfg(feature = "postgres")]
use diesel::PgConnection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::result::ConnectionError;
use diesel::{Connection, QueryResult, SqliteConnection};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;
use users::ports::Lock;

use crate::look;
#[cfg(feature = "postgres")]
use crate::postgres::{self, locks};
use crate::pragmas;

/// A connection. Queries are written once against this type; where a backend differs, its variant is matched.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// A file of this machine.
    Sqlite(SqliteConnection),
    /// A server.
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
}

/// Runs a query by the own types of the backend's connection. Diesel knows such a query again and need not put its text together each
/// time, which for a single record takes as long as finding it.
macro_rules! natively {
    ($connection:expr, $own:ident => $query:expr) => {
        match $connection {
            AnyConnection::Sqlite($own) => $query,
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres($own) => $query,
        }
    };
}
pub(crate) use natively;

type Transactions = <AnyConnection as Connection>::TransactionManager;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It reads; the database refuses it any change.
    Read,
    /// It reads and writes.
    Write,
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    #[error(transparent)]
    Open(#[from] ConnectionError),
    #[error(transparent)]
    Prepare(#[from] diesel::result::Error),
    #[error("the file system cannot hold a write-ahead log (a network share?)")]
    NoWal,
}

/// Opens an existing file, as one of the connections that queries are written for.
pub(crate) fn open(path: &Path, purpose: Purpose, busy_timeout: Duration) -> Result<AnyConnection, ConnectError> {
    open_file(path, purpose, busy_timeout).map(AnyConnection::Sqlite)
}

/// Opens an existing file, and never makes one. (A file that disappeared must not come back empty.)
pub(crate) fn open_file(
    path: &Path,
    purpose: Purpose,
    busy_timeout: Duration,
) -> Result<SqliteConnection, ConnectError> {
    let mut connection = SqliteConnection::establish(&uri(path))?;
    pragmas::set(&mut connection, purpose, busy_timeout)?;
    Ok(connection)
}

/// Diesel has no flag against creating the file, but the library reads one from a URI (sqlite.org/uri.html).
fn uri(path: &Path) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');
    // The path came out of a text, so nothing is lost here.
    let path = path.to_string_lossy();
    format!("file:{}?mode=rw", utf8_percent_encode(&path, ESCAPED))
}

impl AnyConnection {
    /// Begins a transaction that sees one state throughout.
    pub(crate) fn begin_read(&mut self) -> QueryResult<()> {
        match self {
            AnyConnection::Sqlite(connection) => AnsiTransactionManager::begin_transaction(connection),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(connection) => postgres::begin_read(connection),
        }
    }

    /// Begins a look: a transaction that sees one state throughout, and that [`AnyConnection::end_look`] ends.
    pub(crate) fn begin_look(&mut self) -> QueryResult<()> {
        match self {
            AnyConnection::Sqlite(connection) => look::begin(connection),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(connection) => postgres::begin_read(connection),
        }
    }

    /// Ends a look.
    pub(crate) fn end_look(&mut self) -> QueryResult<()> {
        match self {
            AnyConnection::Sqlite(connection) => look::end(connection),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => self.undo(),
        }
    }

    /// Begins a transaction that writes. SQLite: one that nobody else's write comes between, taking the lock at once, because a
    /// read lock cannot be upgraded while another writes: that would fail without waiting.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            AnyConnection::Sqlite(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
            }
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(connection) => postgres::begin_write(connection),
        }
    }

    /// Waits until this transaction has what it needs to itself. On SQLite the one writer has everything.
    pub(crate) fn lock(&mut self, lock: Lock<'_>) -> QueryResult<()> {
        match self {
            AnyConnection::Sqlite(_) => {
                let _: Lock<'_> = lock;
                Ok(())
            }
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(connection) => locks::take(connection, lock),
        }
    }

    /// Whether a transaction is over once a statement of it has failed, however little was wrong with it.
    pub(crate) fn any_failure_ends_transaction(&self) -> bool {
        match self {
            AnyConnection::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => true,
        }
    }

    /// Begins a part of a transaction that can be undone alone.
    pub(crate) fn begin_part(&mut self) -> QueryResult<()> {
        Transactions::begin_transaction(self)
    }

    /// Ends the innermost transaction or part, keeping its changes.
    pub(crate) fn keep(&mut self) -> QueryResult<()> {
        Transactions::commit_transaction(self)
    }

    /// Ends the innermost transaction or part, undoing its changes.
    pub(crate) fn undo(&mut self) -> QueryResult<()> {
        Transactions::rollback_transaction(self)
    }

    /// Whether a transaction was left open or in doubt: such a connection must not be used again.
    pub(crate) fn is_broken(&mut self) -> bool {
        Transactions::is_broken_transaction_manager(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_gone_does_not_come_back_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gone?x#%41.db");
        for purpose in [Purpose::Read, Purpose::Write] {
            assert!(open(&path, purpose, Duration::ZERO).is_err());
        }
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
    }

    #[test]
    fn a_reader_changes_nothing() {
        use diesel::connection::SimpleConnection;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        std::fs::write(&path, "").expect("a file");
        let change = |purpose| {
            let Ok(mut connection) = open(&path, purpose, Duration::ZERO) else { panic!("no connection") };
            connection.batch_execute("CREATE TABLE t (x);")
        };
        assert!(change(Purpose::Read).is_err());
        assert!(change(Purpose::Write).is_ok());
    }
}
