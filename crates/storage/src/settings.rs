//! How a store is used.

use std::time::Duration;

use crate::postgres_settings::PostgresSettings;
use crate::url::Url;

/// How a store is used. The settings of the same names explain each value to operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where it is.
    pub url: Url,
    /// Connections that only read; at least 1.
    pub readers: u32,
    /// How many waiting writes are committed together at most; at least 1.
    pub group: usize,
    /// How many writes may wait; one more is refused as busy. At least 1.
    pub write_queue: usize,
    /// How long a read, and on PostgreSQL a write, waits for a connection. On SQLite a write may wait that much longer than
    /// `busy_timeout` for its turn.
    pub wait: Duration,
    /// How long a statement waits for another process to release its lock on the file.
    pub busy_timeout: Duration,
    /// Whether much is written at once: a file is then given more memory, its log may grow longer, and the index of searches waits until
    /// nothing more comes. That concerns SQLite alone.
    pub bulk: bool,
    /// What concerns PostgreSQL alone. (`readers`, `group` and `busy_timeout` concern SQLite alone.)
    pub postgres: PostgresSettings,
    /// Hot standbys that answer reads. They concern PostgreSQL alone.
    pub replicas: ReplicaSettings,
}

/// Hot standbys that answer reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaSettings {
    /// Where they are: one server each, which follows the one that [`Settings::url`] names.
    pub urls: Vec<Url>,
    /// How far behind the primary they may be at most.
    pub staleness: Duration,
}

impl Default for ReplicaSettings {
    fn default() -> Self {
        Self { urls: Vec::new(), staleness: Duration::from_secs(1) }
    }
}

impl Settings {
    /// How many reads can be at work at once: one for each connection.
    #[must_use]
    pub fn concurrent_reads(&self) -> usize {
        let connections = if self.url.path().is_some() { self.readers } else { self.postgres.pool };
        connections.max(1) as usize
    }

    /// What suits a small machine: 4 readers, groups of 64, 1,024 waiting writes, 1 s for a connection, 5 s for a lock, no replicas.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            readers: 4,
            group: 64,
            write_queue: 1_024,
            wait: Duration::from_secs(1),
            busy_timeout: Duration::from_secs(5),
            bulk: false,
            postgres: PostgresSettings::default(),
            replicas: ReplicaSettings::default(),
        }
    }
}
