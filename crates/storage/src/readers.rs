//! The pool of connections that only read.

use std::path::PathBuf;
use std::time::Duration;

use r2d2::{HandleError, ManageConnection, Pool, PooledConnection};

use crate::connection::{self, AnyConnection, ConnectError, Purpose};

/// How long the pool may take to open its connections when it starts.
const START: Duration = Duration::from_secs(10);

/// Opens readers.
#[derive(Debug)]
pub(crate) struct ReaderManager {
    path: PathBuf,
    busy_timeout: Duration,
}

/// A connection that only reads.
pub(crate) struct Reader {
    /// The connection.
    pub connection: AnyConnection,
    /// Whether a query failed as only a connection in trouble does, so that another one should take its place.
    pub doubtful: bool,
}

/// A reader on loan.
pub(crate) type PooledReader = PooledConnection<ReaderManager>;

impl ManageConnection for ReaderManager {
    type Connection = Reader;
    type Error = ConnectError;

    fn connect(&self) -> Result<Reader, ConnectError> {
        let connection = connection::open(&self.path, Purpose::Read, self.busy_timeout)?;
        Ok(Reader { connection, doubtful: false })
    }

    /// Not called: a file does not hang up.
    fn is_valid(&self, _: &mut Reader) -> Result<(), ConnectError> {
        Ok(())
    }

    fn has_broken(&self, reader: &mut Reader) -> bool {
        std::thread::panicking() || reader.doubtful || reader.connection.is_broken()
    }
}

#[derive(Debug)]
struct Log;

impl HandleError<ConnectError> for Log {
    fn handle_error(&self, error: ConnectError) {
        tracing::warn!(%error, "a connection for reading cannot be opened");
    }
}

/// Opens all readers at once, and for good: what is open keeps reading when the disk is full or turns read-only.
pub(crate) fn pool(path: PathBuf, size: u32, busy_timeout: Duration) -> Result<Pool<ReaderManager>, r2d2::Error> {
    Pool::builder()
        .max_size(size)
        .connection_timeout(START)
        .test_on_check_out(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .error_handler(Box::new(Log))
        .build(ReaderManager { path, busy_timeout })
}
