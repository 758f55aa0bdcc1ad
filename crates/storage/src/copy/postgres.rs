//! Copying from and into PostgreSQL: what differs there.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, RunQueryDsl};

use super::tables::TABLES;
use crate::address::Address;
use crate::connection::AnyConnection;
use crate::migrate::postgres::Schema;
use crate::open_error::OpenError;
use crate::postgres::{begin_write, connected};
use crate::settings::Settings;
use crate::url::Url;

/// A copy takes as long as it takes, and one side waits while the other is at work. (Not every version knows all of these, so
/// they are set where they are found.) A machine that is gone without a word must not keep its lock on the source for hours, so
/// the server asks after it.
const SESSION: &str = "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name IN \
    ('statement_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout'); \
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4;";

/// Everybody reads, nobody else writes, and nobody else holds this lock.
fn lock() -> String {
    format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE;", TABLES.each_ref().map(|table| table.name).join(", "))
}

/// How often the lock is tried for. Who writes to several tables can hold one that this waits for, and wait for one that
/// this holds; the server then ends either.
const TRIES: u32 = 4;

/// Which tables they are, of which database, of which server: names and schemas can lead to the same ones by several ways.
const IDENTITY: &str = "(SELECT system_identifier FROM pg_catalog.pg_control_system())::text || '/' || \
    (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())::text || '/' || \
    'workspaces'::regclass::oid::text";

/// Opens a store that exists and is up to date.
pub(super) fn open_source(address: &Address, settings: &Settings) -> Result<PgConnection, OpenError> {
    let mut connection = open(address, settings)?;
    Schema::of(address.to_string())?.require_current(&mut connection)?;
    Ok(connection)
}

/// Opens a store that is up to date; makes its tables where there is not even a note of a schema.
pub(super) fn open_target(address: &Address, settings: &Settings) -> Result<PgConnection, OpenError> {
    let mut connection = open(address, settings)?;
    let schema = Schema::of(address.to_string())?;
    let is_new = match schema.status(&mut connection) {
        Ok(changes) => !changes.iter().any(|change| change.applied),
        Err(OpenError::Missing(_)) => true,
        Err(error) => return Err(error),
    };
    if is_new {
        schema.bring_up(&mut connection)?
    } else {
        schema.require_current(&mut connection)?
    }
    Ok(connection)
}

fn open(address: &Address, settings: &Settings) -> Result<PgConnection, OpenError> {
    let mut connection = connected(address, &settings.postgres)?;
    connection.batch_execute(SESSION).map_err(|error| OpenError::database(address, error))?;
    Ok(connection)
}

/// What tells a store from every other one.
pub(super) fn identity((url, connection): (&Url, &mut AnyConnection)) -> Result<String, OpenError> {
    diesel::select(sql::<Text>(IDENTITY)).get_result(connection).map_err(|error| OpenError::database(url, error))
}

/// Begins a transaction during which nobody else writes. Each of its statements sees what is there by then, so it sees what
/// those have left whom the lock waited for; and while the lock is held that does not change.
pub(super) fn begin_locked(connection: &mut PgConnection) -> QueryResult<()> {
    let mut tries = 1;
    loop {
        begin_write(connection)?;
        match connection.batch_execute(&lock()) {
            Ok(()) => return Ok(()),
            // The first error is the cause.
            Err(error) => {
                let is_over = AnsiTransactionManager::rollback_transaction(connection).is_err();
                if is_over || tries == TRIES {
                    return Err(error);
                }
                tries += 1;
            }
        }
    }
}
