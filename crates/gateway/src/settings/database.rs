//! `[database]`

use std::ops::RangeInclusive;
use std::time::Duration;

use storage::{PostgresSettings, ReplicaSettings, Url, UrlError};

use super::raw;
use super::read::{Reader, processors};

/// The least number of connections that is taken where none is named.
const LEAST_POOL: u32 = 8;

/// How stale replicas may be. Below that, the pauses between two looks at them are too much already; beyond, too many looks
/// would have to be remembered.
const STALENESS: RangeInclusive<Duration> = Duration::from_millis(500)..=Duration::from_secs(300);

/// What alone can be a replica.
const ONLY_SERVERS: &str = "must be postgres://user:password@host:port/database, the address of a hot standby";

/// Reads the section.
pub fn database(reader: &mut Reader<'_>, raw: &raw::Database) -> Option<storage::Settings> {
    let url = url(reader, "database.url", &raw.url);
    let readers = reader.count("database.readers", raw.readers, 0..=1_024);
    let group = reader.count("database.write_group", raw.write_group, 1..=10_000);
    let write_queue = reader.count("database.write_queue", raw.write_queue, 1..=10_000);
    let wait = reader.time("database.wait", &raw.wait);
    let busy_timeout = reader.time("database.busy_timeout", &raw.busy_timeout);
    let postgres = postgres(reader, raw);
    let replicas = replicas(reader, raw, url.as_ref());
    Some(storage::Settings {
        url: url?,
        readers: readers.map(|count| if count == 0 { processors().saturating_mul(2) } else { count })?,
        group: group? as usize,
        write_queue: write_queue? as usize,
        wait: wait?,
        busy_timeout: busy_timeout?,
        bulk: false,
        postgres: postgres?,
        replicas: replicas?,
    })
}

fn url(reader: &mut Reader<'_>, key: &str, text: &str) -> Option<Url> {
    match text.parse() {
        Ok(url) => Some(url),
        Err(error) => {
            reader.problem(key, error);
            None
        }
    }
}

/// Replicas of the primary at `primary`, unless that is wrong itself.
fn replicas(reader: &mut Reader<'_>, raw: &raw::Database, primary: Option<&Url>) -> Option<ReplicaSettings> {
    let mut urls: Vec<(usize, Url)> = Vec::new();
    for (n, text) in raw.replica_urls.iter().enumerate() {
        match replica(text, &urls, primary) {
            Ok(url) => urls.push((n, url)),
            Err(message) => reader.problem(&replica_key(n), message),
        }
    }
    if primary.is_some_and(|url| url.servers() == 0) && !raw.replica_urls.is_empty() {
        reader.problem("database.replica_urls", "needs a database.url that is postgres://…: a file has no replicas");
    }
    let staleness = reader.time("database.replica_staleness", &raw.replica_staleness)?;
    let staleness = Some(staleness).filter(|staleness| STALENESS.contains(staleness));
    let staleness = reader.require("database.replica_staleness", staleness, "a time from 500ms to 5m")?;
    Some(ReplicaSettings { urls: urls.into_iter().map(|(_, url)| url).collect(), staleness })
}

/// What a replica's URL is called.
pub fn replica_key(n: usize) -> String {
    format!("database.replica_urls[{n}]")
}

/// One more replica, beside those of the earlier URLs, or what is wrong with it.
fn replica(text: &str, earlier: &[(usize, Url)], primary: Option<&Url>) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| match error {
        UrlError::BadAddress => error.to_string(),
        UrlError::NotBuiltIn => "needs PostgreSQL, which is not built into this binary".to_owned(),
        UrlError::Unknown | UrlError::NoFile | UrlError::Parameters | UrlError::Memory | UrlError::BadPath => {
            ONLY_SERVERS.to_owned()
        }
    })?;
    match url.servers() {
        0 => Err(ONLY_SERVERS.to_owned()),
        2.. => Err("must name one server; each replica has a URL of its own".to_owned()),
        _ if primary.is_some_and(|primary| primary.is_same_server(&url)) => {
            Err("is the place of database.url, which is no replica of itself".to_owned())
        }
        _ => match earlier.iter().find(|(_, other)| other.is_same_server(&url)) {
            Some((first, _)) => Err(format!("is named twice: it is {} already", replica_key(*first))),
            None => Ok(url),
        },
    }
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
