//! The schema on PostgreSQL, whose transactions hold changes of the schema as well. An advisory lock makes processes that
//! start at once wait for the first of them; the lock is asked for only where something is missing.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationVersion};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Known, PATIENCE, SchemaChange};
use crate::open_error::OpenError;
use crate::postgres::locks::{self, Subject};

const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Whether any schema change was ever made. Diesel's own look would make its table, which two processes cannot do at once,
/// and which a role that may only read must not. (Not `to_regclass`: it remembers through a transaction that there was no
/// such table before the wait for the lock.)
const IS_MIGRATED: &str = "EXISTS (SELECT FROM pg_catalog.pg_class \
    WHERE relname = '__diesel_schema_migrations' AND pg_catalog.pg_table_is_visible(oid))";
const APPLIED: &str = "SELECT version FROM __diesel_schema_migrations ORDER BY version";

/// The changes that this binary knows, and which of them a database has.
pub(crate) struct Schema {
    known: Known<Pg>,
}

impl Schema {
    /// Of the store that errors call `store`.
    pub fn of(store: String) -> Result<Self, OpenError> {
        Ok(Self { known: Known::of(store, &POSTGRES)? })
    }

    /// Which changes the store has.
    pub fn status(&self, connection: &mut PgConnection) -> Result<Vec<SchemaChange>, OpenError> {
        let applied = self.applied(connection)?.ok_or_else(|| OpenError::Missing(self.known.store.clone()))?;
        self.known.status(&applied)
    }

    /// Refuses a store that lacks a change.
    pub fn require_current(&self, connection: &mut PgConnection) -> Result<(), OpenError> {
        let applied = self.applied(connection)?.ok_or_else(|| OpenError::Missing(self.known.store.clone()))?;
        self.known.require_none(self.known.pending(&applied)?.len())
    }

    /// Makes the missing changes. Takes no lock where there are none.
    pub fn bring_up(&self, connection: &mut PgConnection) -> Result<(), OpenError> {
        let applied = self.applied(connection)?.unwrap_or_default();
        if self.known.pending(&applied)?.is_empty() {
            return Ok(());
        }
        AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN").map_err(|e| self.failed(&e))?;
        match self.run_pending(connection) {
            Ok(()) => AnsiTransactionManager::commit_transaction(connection).map_err(|e| self.failed(&e)),
            Err(error) => {
                AnsiTransactionManager::rollback_transaction(connection).map_err(|e| self.failed(&e))?;
                Err(error)
            }
        }
    }

    fn run_pending(&self, connection: &mut PgConnection) -> Result<(), OpenError> {
        let unlimited = format!("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {};", PATIENCE.as_millis());
        connection.batch_execute(&unlimited).map_err(|e| self.failed(&e))?;
        locks::advisory(connection, Subject::Schema).map_err(|e| self.failed(&e))?;
        // Another process may have made them while this one waited.
        let applied = self.applied(connection)?.unwrap_or_default();
        for change in self.known.pending(&applied)? {
            self.run(connection, change)?;
        }
        Ok(())
    }

    fn run(&self, connection: &mut PgConnection, change: &dyn Migration<Pg>) -> Result<(), OpenError> {
        let name = change.name().to_string();
        tracing::info!(change = name, "changing the store's schema");
        let failed = |error: &dyn std::error::Error| self.known.change_failed(&name, &error);
        // Makes the table in which the changes are noted.
        connection.applied_migrations().map_err(|error| failed(error.as_ref()))?;
        connection.run_migration(change).map(|_| ()).map_err(|error| failed(error.as_ref()))
    }

    /// The changes that the store has; `None` where none was ever made.
    fn applied(&self, connection: &mut PgConnection) -> Result<Option<Vec<MigrationVersion<'static>>>, OpenError> {
        look(connection).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &diesel::result::Error) -> OpenError {
        OpenError::database(&self.known.store, error)
    }
}

fn look(connection: &mut PgConnection) -> QueryResult<Option<Vec<MigrationVersion<'static>>>> {
    if !diesel::select(sql::<Bool>(IS_MIGRATED)).get_result(connection)? {
        return Ok(None);
    }
    let versions: Vec<String> = sql::<Text>(APPLIED).load(connection)?;
    Ok(Some(versions.into_iter().map(MigrationVersion::from).collect()))
}
