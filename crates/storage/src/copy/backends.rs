//! Where backends differ when a store is copied, and nowhere else.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use diesel::{QueryResult, SqliteConnection};

#[cfg(feature = "postgres")]
use super::postgres;
use crate::connection::{self, AnyConnection, Purpose};
use crate::files;
use crate::migrate::sqlite::{Schema, database};
use crate::open_error::OpenError;
use crate::settings::Settings;
use crate::url::{Place, Url};

/// Opens a store that exists and is up to date.
pub(crate) fn open_source(settings: &Settings) -> Result<AnyConnection, OpenError> {
    match settings.url.place() {
        Place::File(path) => {
            let mut connection = open_file(path, settings)?;
            Schema::of(path)?.require_current(&mut connection)?;
            Ok(AnyConnection::Sqlite(connection))
        }
        #[cfg(feature = "postgres")]
        Place::Server(address) => postgres::open_source(address, settings).map(AnyConnection::Postgres),
    }
}

/// Opens a store that is up to date; makes it where there is none, or where there is nothing in it, not even a schema. An older
/// schema is not brought up: that store has a history, and is not changed before it is known whether it may be.
pub(super) fn open_target(settings: &Settings) -> Result<AnyConnection, OpenError> {
    match settings.url.place() {
        Place::File(path) => {
            files::make(path)?;
            let mut connection = open_file(path, settings)?;
            let schema = Schema::of(path)?;
            if schema.status(&mut connection)?.iter().any(|change| change.applied) {
                schema.require_current(&mut connection)?;
            } else {
                schema.bring_up(&mut connection, settings.busy_timeout)?;
            }
            Ok(AnyConnection::Sqlite(connection))
        }
        #[cfg(feature = "postgres")]
        Place::Server(address) => postgres::open_target(address, settings).map(AnyConnection::Postgres),
    }
}

fn open_file(path: &Path, settings: &Settings) -> Result<SqliteConnection, OpenError> {
    files::check(path)?;
    connection::open_file(path, Purpose::Write, settings.busy_timeout).map_err(|error| database(path, &error))
}

/// Whether both lead to one store, by whatever names. Both stores are there.
pub(super) fn are_one(one: (&Url, &mut AnyConnection), other: (&Url, &mut AnyConnection)) -> Result<bool, OpenError> {
    let file = |path: &Path| {
        let file = fs::metadata(path).map_err(|error| database(path, &error))?;
        Ok((file.dev(), file.ino()))
    };
    match (one.0.path(), other.0.path()) {
        (Some(one), Some(other)) => Ok(file(one)? == file(other)?),
        #[cfg(feature = "postgres")]
        (None, None) => Ok(postgres::identity(one)? == postgres::identity(other)?),
        _ => Ok(false),
    }
}

/// Begins a transaction during which nobody else writes to the store, while everybody can read. What it reads stays as it is.
pub(super) fn begin_locked(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        // A file has one writer at a time, and this one does not write.
        AnyConnection::Sqlite(_) => connection.begin_write(),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(inner) => postgres::begin_locked(inner),
    }
}

/// Adds many rows by one statement, which Diesel does not offer on the connection as such.
macro_rules! insert {
    ($connection:expr, $table:expr, $rows:expr) => {
        match $connection {
            AnyConnection::Sqlite(inner) => diesel::insert_into($table).values($rows).execute(inner),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(inner) => diesel::insert_into($table).values($rows).execute(inner),
        }
    };
}
pub(super) use insert;
