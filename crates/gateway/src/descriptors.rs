//! The limit on open files, and how many connections it carries.

use crate::connections::DESCRIPTORS;
use crate::settings::Settings;

/// The standard streams, the listeners, the runtime of the main thread, the requests of operators, and a margin.
const FOR_THE_PROCESS: usize = 64;
/// What a serving thread has of its own.
const FOR_A_WORKER: usize = 8;
/// What a connection to the database takes: a file, its log, its index.
const FOR_A_DATABASE_CONNECTION: usize = 4;

/// What is said when fewer connections are taken than the settings ask for.
const LOWERED: &str = "server.max_connections is lowered: the system allows too few open files";

/// Raises the limit as far as the process may, and lowers `max_connections` to what it carries.
pub fn fit(settings: &mut Settings) {
    let open_files = match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
        Err(error) => return tracing::warn!(%error, "the limit on open files is not known"),
    };
    let wanted_connections = settings.server.max_connections;
    let max_connections = carried(open_files, reserve(settings), settings.server.workers).min(wanted_connections);
    settings.server.max_connections = max_connections;
    if is_far_below(max_connections, wanted_connections) {
        tracing::warn!(open_files, wanted_connections, max_connections, "{LOWERED}");
    } else if max_connections < wanted_connections {
        tracing::info!(open_files, wanted_connections, max_connections, "{LOWERED}");
    }
}

/// Whether so much is missing (a twentieth) that somebody should look after it.
fn is_far_below(carried: usize, wanted: usize) -> bool {
    wanted.saturating_sub(carried) > wanted / 20
}

/// What is kept for everything but connections.
fn reserve(settings: &Settings) -> usize {
    // One connection writes, one looks after the store, one has a look that stands for the readers'.
    let database = settings.database.readers as usize + 3;
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

    #[test]
    fn the_default_fits_a_usual_limit() {
        let mut settings = Settings::built_in().expect("the built-in settings");
        let wanted = settings.server.max_connections;
        for processors in [1, 2, 4, 8, 16] {
            (settings.server.workers, settings.database.readers) = (processors as usize, 2 * processors);
            let reserve = reserve(&settings);
            let below = |limit| carried(limit, reserve, settings.server.workers) < wanted;
            assert!(!below(20_480) && below(20_000), "{processors} processors");
            assert!(
                !is_far_below(carried(20_000, reserve, settings.server.workers), wanted),
                "{processors} processors"
            );
        }
    }

    #[test]
    fn a_twentieth_is_no_matter() {
        assert!(!is_far_below(100, 100) && !is_far_below(95, 100));
        assert!(is_far_below(94, 100) && is_far_below(1, 3));
    }
}
