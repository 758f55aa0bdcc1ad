//! A look at a file: a transaction that only reads, whose beginning and end are prepared once for each connection. (Those of Diesel's
//! transactions are text that SQLite reads anew each time, which takes as long as finding a record.)

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

/// Begins a look. It sees one state throughout.
pub(crate) fn begin(connection: &mut SqliteConnection) -> QueryResult<()> {
    Begin.execute(connection).map(drop)
}

/// Ends it.
pub(crate) fn end(connection: &mut SqliteConnection) -> QueryResult<()> {
    End.execute(connection).map(drop)
}

#[derive(QueryId)]
struct Begin;

#[derive(QueryId)]
struct End;

impl QueryFragment<Sqlite> for Begin {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("BEGIN");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for End {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("COMMIT");
        Ok(())
    }
}

impl<C> RunQueryDsl<C> for Begin {}
impl<C> RunQueryDsl<C> for End {}
