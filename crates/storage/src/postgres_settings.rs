//! How PostgreSQL is used.

use std::time::Duration;

/// How PostgreSQL is used. The settings of the same names explain each value to operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresSettings {
    /// How many connections a process keeps at most, one more for its pulse aside; at least 1.
    pub pool: u32,
    /// How long a connection may take to come about, for each host; libpq counts whole seconds, 2 at least.
    pub connect_timeout: Duration,
    /// How long the server works on a statement.
    pub statement_timeout: Duration,
    /// How long a statement waits for a lock. Longer than the server takes to find a deadlock (1 s by default), so that it does.
    pub lock_timeout: Duration,
    /// How long a transaction may be idle before the server ends it, so that a process that hangs holds no lock for ever.
    pub idle_timeout: Duration,
    /// How long the server may be silent on a small question before requests are refused.
    pub silence: Duration,
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self {
            pool: 8,
            connect_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_millis(1_500),
            idle_timeout: Duration::from_secs(10),
            silence: Duration::from_secs(1),
        }
    }
}
