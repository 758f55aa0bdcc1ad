//! How the tables of what keys call are walked. Their keys are several columns: what follows a row are first the rows that agree
//! with it in all columns but the last, then those that agree in all but the last two, and so on. Each is one step down the index.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::backends::insert;
use super::pages::Row;
use super::rows::{Usage, UsageDetail};
use crate::connection::{AnyConnection, MultiBackend};
use crate::schema::{usage, usage_details};

/// The first so many rows of several queries, one after the other.
macro_rules! first_of {
    ($connection:expr, $limit:expr, $order:expr, [$($query:expr),+ $(,)?]) => {{
        let mut rows = Vec::new();
        for query in [$($query.into_boxed::<MultiBackend>()),+] {
            let missing = $limit - i64::try_from(rows.len()).unwrap_or($limit);
            if missing > 0 {
                rows.append(&mut query.order($order).limit(missing).load($connection)?);
            }
        }
        Ok(rows)
    }};
}

impl Row for Usage {
    const TABLE: &'static str = "usage";
    type Key = (String, i64, String);

    fn key(&self) -> Self::Key {
        (self.key_id.clone(), self.day, self.operation.clone())
    }

    fn page(connection: &mut AnyConnection, after: Option<&Self::Key>, limit: i64) -> QueryResult<Vec<Self>> {
        use usage::{day, key_id, operation, table};
        let order = (key_id, day, operation);
        let Some((key, on, called)) = after else { return table.order(order).limit(limit).load(connection) };
        let of_key = key_id.eq(key);
        first_of!(
            connection,
            limit,
            order,
            [
                table.filter(of_key.and(day.eq(on)).and(operation.gt(called))),
                table.filter(of_key.and(day.gt(on))),
                table.filter(key_id.gt(key)),
            ]
        )
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, usage::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        usage::table.select(count_star()).get_result(connection)
    }
}

impl Row for UsageDetail {
    const TABLE: &'static str = "usage_details";
    type Key = (String, i64, String, String, String);

    fn key(&self) -> Self::Key {
        (self.key_id.clone(), self.day, self.operation.clone(), self.kind.clone(), self.name.clone())
    }

    fn page(connection: &mut AnyConnection, after: Option<&Self::Key>, limit: i64) -> QueryResult<Vec<Self>> {
        use usage_details::{day, key_id, kind, name, operation, table};
        let order = (key_id, day, operation, kind, name);
        let Some((key, on, called, of, named)) = after else {
            return table.order(order).limit(limit).load(connection);
        };
        let of_key = key_id.eq(key);
        let of_day = of_key.and(day.eq(on));
        let of_operation = of_day.and(operation.eq(called));
        first_of!(
            connection,
            limit,
            order,
            [
                table.filter(of_operation.and(kind.eq(of)).and(name.gt(named))),
                table.filter(of_operation.and(kind.gt(of))),
                table.filter(of_day.and(operation.gt(called))),
                table.filter(of_key.and(day.gt(on))),
                table.filter(key_id.gt(key)),
            ]
        )
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, usage_details::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        usage_details::table.select(count_star()).get_result(connection)
    }
}
