//! `[database]`

use storage::PostgresSettings;

use super::raw;
use super::read::{Reader, processors};

/// The least number of connections that is taken where none is named.
const LEAST_POOL: u32 = 8;

/// Reads the section.
pub fn database(reader: &mut Reader<'_>, raw: &raw::Database) -> Option<storage::Settings> {
    let url = match raw.url.parse::<storage::Url>() {
        Ok(url) => Some(url),
        Err(error) => {
            reader.problem("database.url", error);
            None
        }
    };
    let readers = reader.count("database.readers", raw.readers, 0..=1_024);
    let group = reader.count("database.write_group", raw.write_group, 1..=10_000);
    let write_queue = reader.count("database.write_queue", raw.write_queue, 1..=10_000);
    let wait = reader.time("database.wait", &raw.wait);
    let busy_timeout = reader.time("database.busy_timeout", &raw.busy_timeout);
    let postgres = postgres(reader, raw);
    Some(storage::Settings {
        url: url?,
        readers: readers.map(|count| if count == 0 { processors().saturating_mul(2) } else { count })?,
        group: group? as usize,
        write_queue: write_queue? as usize,
        wait: wait?,
        busy_timeout: busy_timeout?,
        postgres: postgres?,
    })
}

fn postgres(reader: &mut Reader<'_>, raw: &raw::Database) -> Option<PostgresSettings> {
    let pool = reader.count("database.pool", raw.pool, 0..=1_024);
    let connect_timeout = reader.time("database.connect_timeout", &raw.connect_timeout);
    let statement_timeout = reader.time("database.statement_timeout", &raw.statement_timeout);
    let lock_timeout = reader.time("database.lock_timeout", &raw.lock_timeout);
    let idle_timeout = reader.time("database.idle_timeout", &raw.idle_timeout);
    let silence = reader.time("database.silence", &raw.silence);
    let by_itself = processors().saturating_mul(4).max(LEAST_POOL);
    Some(PostgresSettings {
        pool: pool.map(|count| if count == 0 { by_itself } else { count })?,
        connect_timeout: connect_timeout?,
        statement_timeout: statement_timeout?,
        lock_timeout: lock_timeout?,
        idle_timeout: idle_timeout?,
        silence: silence?,
    })
}
