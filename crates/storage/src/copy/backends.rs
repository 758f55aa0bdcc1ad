//! Where backends differ when a store is copied, and nowhere else.

use std::fs;
use std::os::unix::fs::MetadataExt;

use diesel::QueryResult;

use crate::connection::{self, AnyConnection, Purpose};
use crate::files;
use crate::migrate::{Schema, database};
use crate::open_error::OpenError;
use crate::settings::Settings;
use crate::url::Url;

/// Opens a store that exists and is up to date.
pub(super) fn open_source(settings: &Settings) -> Result<AnyConnection, OpenError> {
    let path = settings.url.path();
    files::check(path)?;
    let mut connection = connect(settings)?;
    match &mut connection {
        AnyConnection::Sqlite(inner) => Schema::of(path)?.require_current(inner)?,
    }
    Ok(connection)
}

/// Opens a store that is up to date; makes it where there is none, or where there is nothing in it, not even a schema. An older
/// schema is not brought up: that store has a history, and is not changed before it is known whether it may be.
pub(super) fn open_target(settings: &Settings) -> Result<AnyConnection, OpenError> {
    let path = settings.url.path();
    files::make(path)?;
    files::check(path)?;
    let mut connection = connect(settings)?;
    match &mut connection {
        AnyConnection::Sqlite(inner) => {
            let schema = Schema::of(path)?;
            if schema.status(inner)?.iter().any(|change| change.applied) {
                schema.require_current(inner)?;
            } else {
                schema.bring_up(inner, settings.busy_timeout)?;
            }
        }
    }
    Ok(connection)
}

fn connect(settings: &Settings) -> Result<AnyConnection, OpenError> {
    let path = settings.url.path();
    connection::open(path, Purpose::Write, settings.busy_timeout).map_err(|error| database(path, &error))
}

/// Whether both URLs lead to one store, by whatever names. Both stores are there.
pub(super) fn are_one(one: &Url, other: &Url) -> Result<bool, OpenError> {
    let file = |url: &Url| {
        let file = fs::metadata(url.path()).map_err(|error| database(url.path(), &error))?;
        Ok((file.dev(), file.ino()))
    };
    Ok(file(one)? == file(other)?)
}

/// Begins a transaction during which nobody else writes to the store, while everybody can read. What it reads stays as it is.
pub(super) fn begin_locked(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        // A file has one writer at a time, and this one does not write.
        AnyConnection::Sqlite(_) => connection.begin_write(),
    }
}

/// Sees to it that rows which are added later get numbers behind those that were copied.
pub(super) fn continue_numbering(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        // A new row gets the number behind the greatest.
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Adds many rows by one statement, which Diesel does not offer on the connection as such.
macro_rules! insert {
    ($connection:expr, $table:expr, $rows:expr) => {
        match $connection {
            AnyConnection::Sqlite(inner) => diesel::insert_into($table).values($rows).execute(inner),
        }
    };
}
pub(super) use insert;
