//! How what has happened is walked: the rest of a moment, then what came behind it.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::backends::insert;
use super::pages::Row;
use super::rows::Event;
use crate::connection::AnyConnection;
use crate::schema::audit;

impl Row for Event {
    const TABLE: &'static str = "audit";
    type Key = (i64, String);

    fn key(&self) -> Self::Key {
        (self.at, self.id.clone())
    }

    fn page(connection: &mut AnyConnection, after: Option<&Self::Key>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = audit::table.order((audit::at, audit::id));
        let Some((at, id)) = after else { return page.limit(limit).load(connection) };
        let mut rows: Vec<Self> = page.filter(audit::at.eq(at).and(audit::id.gt(id))).limit(limit).load(connection)?;
        let missing = limit - i64::try_from(rows.len()).unwrap_or(limit);
        if missing > 0 {
            rows.append(&mut page.filter(audit::at.gt(at)).limit(missing).load(connection)?);
        }
        Ok(rows)
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, audit::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        audit::table.select(count_star()).get_result(connection)
    }
}
