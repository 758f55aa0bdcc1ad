//! The note in a target that says: what is here is an unfinished copy. It also says how far the copy is, and is changed in the
//! same transaction as each batch, so that both hold or neither does, whenever the process dies.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::CopyError;
use super::pages::Row;
use crate::connection::AnyConnection;
use crate::schema::facts;

/// The fact's name.
pub(super) const MARKER: &str = "copy";

/// The form of the note, and of the texts whose sums it holds.
const VERSION: u32 = 1;

/// How far a copy is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Marker {
    version: u32,
    /// The sum over the source as it was when the copy was begun.
    source: String,
    /// The table that was copied last.
    table: String,
    /// The key of the row of it that was copied last.
    after: serde_json::Value,
    /// How many rows were copied, of all tables.
    pub rows: u64,
}

impl Marker {
    /// The beginning of a copy of this source.
    pub fn new(source: &str) -> Self {
        let (source, table) = (source.to_owned(), String::new());
        Self { version: VERSION, source, table, after: serde_json::Value::Null, rows: 0 }
    }

    /// The note in a store, if there is one.
    pub fn find(connection: &mut AnyConnection) -> QueryResult<Option<String>> {
        facts::table.find(MARKER).select(facts::value).get_result(connection).optional()
    }

    /// Reads a note about a copy of this source.
    pub fn parse(text: &str, source: &str) -> Result<Self, CopyError> {
        let marker: Self = serde_json::from_str(text).map_err(|_| CopyError::Note)?;
        match marker.version {
            VERSION if marker.source == source => Ok(marker),
            VERSION => Err(CopyError::Changed),
            _ => Err(CopyError::Note),
        }
    }

    /// The table that was copied last; empty if none was.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The last row of the table that was copied.
    pub fn after<T: Row>(&self) -> Result<Option<T::Key>, CopyError> {
        if self.table != T::TABLE {
            return Ok(None);
        }
        serde_json::from_value(self.after.clone()).map(Some).map_err(|_| CopyError::Note)
    }

    /// The note once these rows, of which there are some, are copied too.
    pub fn beyond<T: Row>(&self, last: &T, rows: usize) -> Result<Self, CopyError> {
        let after = serde_json::to_value(last.key());
        let after = after.map_err(|e| CopyError::Text { table: T::TABLE, reason: e.to_string() })?;
        Ok(Self { table: T::TABLE.to_owned(), after, rows: self.rows + rows as u64, ..self.clone() })
    }

    /// Writes the note into a store that has none.
    pub fn begin(&self, connection: &mut AnyConnection) -> Result<(), CopyError> {
        let row = (facts::name.eq(MARKER), facts::value.eq(self.text()?));
        diesel::insert_into(facts::table).values(row).execute(connection).map(|_| ()).map_err(CopyError::Target)
    }

    /// Replaces the note, which must stand there as it was left: otherwise another process copies into the same store.
    pub fn replace(&self, by: &Self, connection: &mut AnyConnection) -> Result<(), CopyError> {
        let mine = facts::table.find(MARKER).filter(facts::value.eq(self.text()?));
        expect_one(diesel::update(mine).set(facts::value.eq(by.text()?)).execute(connection))
    }

    /// Removes the note: what is there is a store like any other now.
    pub fn remove(&self, connection: &mut AnyConnection) -> Result<(), CopyError> {
        let mine = facts::table.find(MARKER).filter(facts::value.eq(self.text()?));
        expect_one(diesel::delete(mine).execute(connection))
    }

    fn text(&self) -> Result<String, CopyError> {
        serde_json::to_string(self).map_err(|e| CopyError::Text { table: "facts", reason: e.to_string() })
    }
}

fn expect_one(changed: QueryResult<usize>) -> Result<(), CopyError> {
    match changed.map_err(CopyError::Target)? {
        1 => Ok(()),
        _ => Err(CopyError::Disturbed),
    }
}
