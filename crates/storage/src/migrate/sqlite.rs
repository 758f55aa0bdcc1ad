//! The schema on SQLite. Foreign keys are not enforced while it changes: a table is rebuilt by dropping the old one, which
//! would cascade. They are checked as a whole before the end.

use std::path::Path;
use std::time::Duration;

use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::migration::{Migration, MigrationVersion};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Known, PATIENCE, SchemaChange};
use crate::open_error::OpenError;
use crate::pragmas;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// The changes that this binary knows, and which of them a file has.
pub(crate) struct Schema<'a> {
    path: &'a Path,
    known: Known<Sqlite>,
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;

impl<'a> Schema<'a> {
    /// Of the store at `path`.
    pub fn of(path: &'a Path) -> Result<Self, OpenError> {
        Ok(Self { path, known: Known::of(path.display().to_string(), &SQLITE)? })
    }

    /// Which changes the store has.
    pub fn status(&self, connection: &mut SqliteConnection) -> Result<Vec<SchemaChange>, OpenError> {
        self.known.status(&self.applied(connection)?)
    }

    /// Refuses a store that lacks a change.
    pub fn require_current(&self, connection: &mut SqliteConnection) -> Result<(), OpenError> {
        self.known.require_none(self.pending(connection)?.len())
    }

    /// Makes the missing changes. Takes no lock where there are none.
    pub fn bring_up(&self, connection: &mut SqliteConnection, busy_timeout: Duration) -> Result<(), OpenError> {
        if self.pending(connection)?.is_empty() {
            return Ok(());
        }
        let failed = |error| database(self.path, &error);
        pragmas::set_busy_timeout(connection, PATIENCE).map_err(failed)?;
        pragmas::enforce_foreign_keys(connection, false).map_err(failed)?;
        AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE").map_err(failed)?;
        match self.run_pending(connection) {
            Ok(()) => AnsiTransactionManager::commit_transaction(connection).map_err(failed)?,
            Err(error) => {
                AnsiTransactionManager::rollback_transaction(connection).map_err(failed)?;
                return Err(error);
            }
        }
        pragmas::enforce_foreign_keys(connection, true).map_err(failed)?;
        pragmas::set_busy_timeout(connection, busy_timeout).map_err(failed)
    }

    fn run_pending(&self, connection: &mut SqliteConnection) -> Result<(), OpenError> {
        // Another process may have made them while this one waited.
        for change in self.pending(connection)? {
            let name = change.name().to_string();
            tracing::info!(change = name, "changing the store's schema");
            let run = connection.run_migration(change);
            run.map_err(|error| self.known.change_failed(&name, &error))?;
        }
        match pragmas::broken_references(connection).map_err(|error| database(self.path, &error))? {
            0 => Ok(()),
            broken => {
                let reason = format!("it would leave {broken} broken references");
                Err(self.known.change_failed("as a whole", &reason))
            }
        }
    }

    fn pending(&self, connection: &mut SqliteConnection) -> Result<Vec<&dyn Migration<Sqlite>>, OpenError> {
        self.known.pending(&self.applied(connection)?)
    }

    fn applied(&self, connection: &mut SqliteConnection) -> Result<Vec<MigrationVersion<'static>>, OpenError> {
        connection.applied_migrations().map_err(|error: Boxed| database(self.path, &error))
    }
}

/// What the database says, with a hint where the reason is a file that cannot be written.
pub(crate) fn database(path: &Path, error: &impl ToString) -> OpenError {
    let (path, reason) = (path.to_owned(), error.to_string());
    let not_writable = ["readonly database", "unable to open database file"].iter().any(|text| reason.contains(text));
    if not_writable {
        return OpenError::NotWritable { path, reason };
    }
    OpenError::database(path.display(), reason)
}
