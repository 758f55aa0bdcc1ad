//! PostgreSQL: only what differs there. The queries are in `reads` and `writes`.
//!
//! Writes run side by side, each on a connection of its own, and take the locks that the core names. Reads see one state
//! each. Any number of processes may do so on one database.

mod connect;
pub(crate) mod due_messages;
mod gate;
pub(crate) mod locks;
pub(crate) mod old_attempts;
pub(crate) mod old_claims;
pub(crate) mod old_sessions;
mod pool;
mod pulse;
mod replicas;
mod retry;
pub(crate) mod searches;
mod store;
mod transaction;
pub(crate) mod upsert;
pub(crate) mod usage;

pub use replicas::{Replica, ReplicaFault, replica_faults, replicas};
pub(crate) use store::{PostgresStore, connected, schema_changes};

use diesel::connection::AnsiTransactionManager;
use diesel::{PgConnection, QueryResult};

/// Begins a transaction that sees one state throughout, also where it reads several times.
pub(crate) fn begin_read(connection: &mut PgConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
}

/// Begins a transaction that writes. Each of its statements sees what others have committed until then: what is read after
/// a lock was waited for must be what the one before has left.
pub(crate) fn begin_write(connection: &mut PgConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")
}
