//! Bringing the schema up to date: what is the same on every backend.
//!
//! All missing changes happen in one transaction that nobody else's comes between: of two processes that start at once one
//! changes the schema and the other waits, and a process that dies halfway has changed nothing.

#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::time::Duration;

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::EmbeddedMigrations;

use crate::open_error::OpenError;

/// How long a process waits while another one changes the schema.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// One change of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// Its name, which begins with its date.
    pub name: String,
    /// Whether the store has it.
    pub applied: bool,
}

/// The changes that this binary knows for a backend.
pub(crate) struct Known<DB: Backend> {
    /// The store, as its errors name it.
    store: String,
    changes: Vec<Box<dyn Migration<DB>>>,
}

impl<DB: Backend> Known<DB> {
    fn of(store: String, embedded: &EmbeddedMigrations) -> Result<Self, OpenError> {
        let changes = MigrationSource::<DB>::migrations(embedded);
        let mut changes = changes.map_err(|error| OpenError::database(&store, error))?;
        changes.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
        Ok(Self { store, changes })
    }

    /// Which of them a store has that has these.
    fn status(&self, applied: &[MigrationVersion<'_>]) -> Result<Vec<SchemaChange>, OpenError> {
        self.refuse_newer(applied)?;
        let state = |change: &dyn Migration<DB>| {
            let name = change.name();
            SchemaChange { name: name.to_string(), applied: applied.contains(&name.version()) }
        };
        Ok(self.changes.iter().map(|change| state(change.as_ref())).collect())
    }

    /// Which of them such a store lacks.
    fn pending(&self, applied: &[MigrationVersion<'_>]) -> Result<Vec<&dyn Migration<DB>>, OpenError> {
        self.refuse_newer(applied)?;
        let is_missing = |change: &&dyn Migration<DB>| !applied.contains(&change.name().version());
        Ok(self.changes.iter().map(AsRef::as_ref).filter(is_missing).collect())
    }

    /// Refuses a store that lacks a change.
    fn require_none(&self, pending: usize) -> Result<(), OpenError> {
        match pending {
            0 => Ok(()),
            pending => Err(OpenError::Outdated { store: self.store.clone(), pending }),
        }
    }

    fn refuse_newer(&self, applied: &[MigrationVersion<'_>]) -> Result<(), OpenError> {
        let is_known =
            |version: &&MigrationVersion<'_>| self.changes.iter().any(|change| change.name().version() == **version);
        match applied.iter().find(|version| !is_known(version)) {
            Some(version) => Err(OpenError::Newer { store: self.store.clone(), version: version.to_string() }),
            None => Ok(()),
        }
    }

    fn change_failed(&self, name: &str, reason: &impl ToString) -> OpenError {
        let reason = crate::error::one_line(&reason.to_string());
        OpenError::Migration { store: self.store.clone(), name: name.to_owned(), reason }
    }
}
