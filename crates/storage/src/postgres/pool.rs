//! The pool of connections. A connection is not tested each time that it is lent, which would cost every request a round
//! trip; but once one was found dead, every other that was there before is tested before it is lent again. So a server
//! that was restarted costs its first request a second try, and no request a failure.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use r2d2::{HandleError, ManageConnection, Pool, PooledConnection};

use super::connect::{self, ConnectError};
use crate::address::Address;
use crate::connection::AnyConnection;
use crate::postgres_settings::PostgresSettings;

/// How long the end of a pool waits for connections that are just being opened or closed.
const PATIENCE: Duration = Duration::from_secs(2);

/// A pool of connections. Once it is dropped nobody is at work on any of them, on whatever thread: the program may be about to end, and
/// the TLS library is taken down then, whoever is still using it.
pub(crate) struct Connections {
    // Dropped before the other, which waits.
    pool: Pool<Manager>,
    _users: Users,
}

/// Who uses what belongs to a pool: each has a clone.
#[derive(Debug, Clone, Default)]
struct Token(Arc<()>);

/// Waits when it is dropped until no other token is there.
struct Users(Token);

/// Opens connections.
#[derive(Debug)]
pub(crate) struct Manager {
    address: Address,
    settings: PostgresSettings,
    /// How many connections were found dead.
    deaths: AtomicU64,
    token: Token,
}

/// A connection, and what is known about it.
pub(crate) struct Kept {
    /// The connection.
    pub connection: AnyConnection,
    /// Whether it must not be used again.
    pub doubtful: bool,
    /// Which server it leads to, once somebody wanted to know.
    pub server: Option<String>,
    /// How many deaths it has outlived.
    outlived: u64,
    // Dropped after the connection.
    _token: Token,
}

/// A connection on loan.
pub(crate) type Loan = PooledConnection<Manager>;

impl ManageConnection for Manager {
    type Connection = Kept;
    type Error = ConnectError;

    fn connect(&self) -> Result<Kept, ConnectError> {
        // Counted before: what dies meanwhile makes this one suspect too.
        let outlived = self.deaths.load(Ordering::Acquire);
        let connection = connect::open(&self.address, &self.settings)?;
        Ok(Kept {
            connection: AnyConnection::Postgres(connection),
            doubtful: false,
            server: None,
            outlived,
            _token: self.token.clone(),
        })
    }

    fn is_valid(&self, kept: &mut Kept) -> Result<(), ConnectError> {
        let deaths = self.deaths.load(Ordering::Acquire);
        if kept.outlived != deaths {
            kept.connection.batch_execute("SELECT 1").map_err(ConnectError::of_query)?;
            kept.outlived = deaths;
        }
        Ok(())
    }

    fn has_broken(&self, kept: &mut Kept) -> bool {
        let broken = std::thread::panicking() || kept.doubtful || kept.connection.is_broken();
        if broken {
            self.deaths.fetch_add(1, Ordering::AcqRel);
        }
        broken
    }
}

/// Tells the operator of each connection that cannot be opened.
#[derive(Debug)]
pub(crate) struct Log;

impl HandleError<ConnectError> for Log {
    fn handle_error(&self, error: ConnectError) {
        tracing::warn!(%error, "a connection to the database has failed");
    }
}

/// A pool that opens its connections as they are needed. `wait` bounds the pauses between attempts; `log` hears of those that
/// fail.
pub(crate) fn build(
    address: Address,
    settings: PostgresSettings,
    wait: Duration,
    log: Box<dyn HandleError<ConnectError>>,
) -> Connections {
    let users = Users(Token::default());
    let manager = Manager { address, settings, deaths: AtomicU64::new(0), token: users.0.clone() };
    let pool = Pool::builder()
        .max_size(manager.settings.pool.max(1))
        .min_idle(Some(1))
        .connection_timeout(wait.max(Duration::from_millis(1)))
        .test_on_check_out(true)
        .error_handler(log)
        .build_unchecked(manager);
    Connections { pool, _users: users }
}

impl Deref for Connections {
    type Target = Pool<Manager>;

    fn deref(&self) -> &Pool<Manager> {
        &self.pool
    }
}

impl Drop for Users {
    fn drop(&mut self) {
        let end = Instant::now() + PATIENCE;
        while Arc::strong_count(&self.0.0) > 1 && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
    }
}
