//! The limit on open files, and how many connections it carries.

use crate::connections::DESCRIPTORS;
use crate::settings::Settings;

/// The standard streams, the listeners, the runtime of the main thread, the requests of operators, and a margin.
const FOR_THE_PROCESS: usize = 64;
/// What a serving thread has of its own.
const FOR_A_WORKER: usize = 8;
/// What a connection to the database takes: a file, its log, its index.
const FOR_A_DATABASE_CONNECTION: usize = 4;

/// Raises the limit as far as the process may, and lowers `max_connections` to what it carries, with a warning.
pub fn fit(settings: &mut Settings) {
    let limit = match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
        Err(error) => return tracing::warn!(%error, "the limit on open files is not known"),
    };
    let wanted = settings.server.max_connections;
    let carried = carried(limit, reserve(settings), settings.server.workers);
    if carried < wanted {
        settings.server.max_connections = carried;
        tracing::warn!(
            limit,
            wanted,
            max_connections = carried,
            "the limit on open files does not carry server.max_connections: raise it (ulimit -n, LimitNOFILE)"
        );
    }
}

/// What is kept for everything but connections.
fn reserve(settings: &Settings) -> usize {
    // One connection writes, one looks after the store.
    let database = settings.database.readers as usize + 2;
    FOR_THE_PROCESS + FOR_A_WORKER * settings.server.workers + FOR_A_DATABASE_CONNECTION * database
}

/// How many connections there may be. Each worker has an equal share of them, at least one.
fn carried(limit: usize, reserve: usize, workers: usize) -> usize {
    let share = limit.saturating_sub(reserve) / DESCRIPTORS / workers.max(1);
    share.max(1).saturating_mul(workers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_limit_carries() {
        assert_eq!(carried(1_024, 24, 1), 500);
        assert_eq!(carried(1_024, 24, 3), 498);
        assert_eq!(carried(usize::MAX, 24, 1), (usize::MAX - 24) / 2);
        // A server that takes no connection is none.
        assert_eq!(carried(24, 24, 2), 2);
        assert_eq!(carried(0, 24, 2), 2);
    }
}
