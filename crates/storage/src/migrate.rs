//! Bringing the schema up to date.
//!
//! All missing changes happen in one transaction that nobody else's write comes between: of two processes that start at once
//! one changes the schema and the other waits, and a process that dies halfway has changed nothing. Foreign keys are not
//! enforced meanwhile: a table is rebuilt by dropping the old one, which would cascade. They are checked as a whole
//! before the end.

use std::path::Path;
use std::time::Duration;

use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::open_error::OpenError;
use crate::pragmas;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// How long a process waits while another one changes the schema.
const PATIENCE: Duration = Duration::from_secs(300);

/// One change of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// Its name, which begins with its date.
    pub name: String,
    /// Whether the store has it.
    pub applied: bool,
}

/// The changes that this binary knows, and which of them a store has.
pub(crate) struct Schema<'a> {
    path: &'a Path,
    known: Vec<Box<dyn Migration<Sqlite>>>,
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;

impl<'a> Schema<'a> {
    /// Of the store at `path`.
    pub fn of(path: &'a Path) -> Result<Self, OpenError> {
        let mut known = SQLITE.migrations().map_err(|error| database(path, &error))?;
        known.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
        Ok(Self { path, known })
    }

    /// Which changes the store has.
    pub fn status(&self, connection: &mut SqliteConnection) -> Result<Vec<SchemaChange>, OpenError> {
        let applied = self.applied(connection)?;
        let state = |change: &dyn Migration<Sqlite>| {
            let name = change.name();
            SchemaChange { name: name.to_string(), applied: applied.contains(&name.version()) }
        };
        Ok(self.known.iter().map(|change| state(change.as_ref())).collect())
    }

    /// Refuses a store that lacks a change.
    pub fn require_current(&self, connection: &mut SqliteConnection) -> Result<(), OpenError> {
        match self.pending(connection)?.len() {
            0 => Ok(()),
            pending => Err(OpenError::Outdated { path: self.path.to_owned(), pending }),
        }
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
            run.map_err(|error| self.change_failed(&name, &error))?;
        }
        match pragmas::broken_references(connection).map_err(|error| database(self.path, &error))? {
            0 => Ok(()),
            broken => Err(self.change_failed("as a whole", &format!("it would leave {broken} broken references"))),
        }
    }

    fn pending(&self, connection: &mut SqliteConnection) -> Result<Vec<&dyn Migration<Sqlite>>, OpenError> {
        let applied = self.applied(connection)?;
        Ok(self.known.iter().map(AsRef::as_ref).filter(|change| !applied.contains(&change.name().version())).collect())
    }

    fn applied(&self, connection: &mut SqliteConnection) -> Result<Vec<MigrationVersion<'static>>, OpenError> {
        let applied = connection.applied_migrations().map_err(|error: Boxed| database(self.path, &error))?;
        let is_known =
            |version: &&MigrationVersion<'_>| self.known.iter().any(|change| change.name().version() == **version);
        match applied.iter().find(|version| !is_known(version)) {
            Some(version) => Err(OpenError::Newer { path: self.path.to_owned(), version: version.to_string() }),
            None => Ok(applied),
        }
    }

    fn change_failed(&self, name: &str, reason: &impl ToString) -> OpenError {
        OpenError::Migration { path: self.path.to_owned(), name: name.to_owned(), reason: reason.to_string() }
    }
}

/// What the database says, with a hint where the reason is a file that cannot be written.
pub(crate) fn database(path: &Path, error: &impl ToString) -> OpenError {
    let (path, reason) = (path.to_owned(), error.to_string());
    let not_writable = ["readonly database", "unable to open database file"].iter().any(|text| reason.contains(text));
    if not_writable { OpenError::NotWritable { path, reason } } else { OpenError::Database { path, reason } }
}
