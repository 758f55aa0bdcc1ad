//! What keys call. Several processes add to the same rows, so each addition is one statement; MultiConnection knows no such
//! insertion.

use diesel::prelude::*;
use diesel::upsert::excluded;
use users::key::KeyId;
use users::usage::Usage;

use crate::connection::AnyConnection;
#[cfg(feature = "postgres")]
use crate::postgres;
use crate::rows::{NewDetailRow, NewUsageRow};
use crate::schema::{keys, usage as table, usage_details as details};

/// Adds rows, or to those that are there. `$greatest` names the greater of two numbers, as the backend calls it.
macro_rules! add_calls {
    ($connection:expr, $rows:expr, $greatest:path) => {
        diesel::insert_into(table::table)
            .values($rows)
            .on_conflict((table::key_id, table::day, table::operation))
            .do_update()
            .set((
                table::calls.eq(table::calls + excluded(table::calls)),
                table::errors.eq(table::errors + excluded(table::errors)),
                table::last_seen.eq($greatest(table::last_seen, excluded(table::last_seen))),
            ))
            .execute($connection)
    };
}
#[cfg(feature = "postgres")]
pub(crate) use add_calls;

/// The same for what the calls were made with.
macro_rules! add_details {
    ($connection:expr, $rows:expr) => {
        diesel::insert_into(details::table)
            .values($rows)
            .on_conflict((details::key_id, details::day, details::operation, details::kind, details::name))
            .do_update()
            .set(details::calls.eq(details::calls + excluded(details::calls)))
            .execute($connection)
    };
}
#[cfg(feature = "postgres")]
pub(crate) use add_details;

#[diesel::declare_sql_function]
extern "SQL" {
    /// The greater of two numbers.
    #[sql_name = "max"]
    fn greater(one: diesel::sql_types::BigInt, other: diesel::sql_types::BigInt) -> diesel::sql_types::BigInt;
}

/// Those of these keys that are there. In a file nobody else writes meanwhile.
pub(crate) fn hold_keys(connection: &mut AnyConnection, ids: &[KeyId]) -> QueryResult<Vec<String>> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return postgres::usage::hold_keys(connection, ids);
    }
    let there = keys::table.filter(keys::id.eq_any(ids.iter().map(KeyId::as_str)));
    there.order(keys::id).select(keys::id).load(connection)
}

pub(crate) fn add_usage(connection: &mut AnyConnection, usage: &[Usage]) -> QueryResult<()> {
    match connection {
        // A file is no way away: there is nothing to gain by larger statements, and a small one stays prepared.
        AnyConnection::Sqlite(connection) => usage.iter().try_for_each(|usage| {
            add_calls!(connection, NewUsageRow::from(usage), greater)?;
            NewDetailRow::of(usage).try_for_each(|row| add_details!(connection, row).map(|_| ()))
        }),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(connection) => postgres::usage::add(connection, usage),
    }
}

/// Says of how many keys' days.
pub(crate) fn forget_usage(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<usize> {
    let old = table::table.filter(table::day.lt(before)).select((table::day, table::key_id)).distinct();
    let old: Vec<(i64, String)> = old.order((table::day, table::key_id)).limit(limit).load(connection)?;
    for (day, key) in &old {
        let day_of = details::table.filter(details::key_id.eq(key)).filter(details::day.eq(day));
        diesel::delete(day_of).execute(connection)?;
        let day_of = table::table.filter(table::key_id.eq(key)).filter(table::day.eq(day));
        diesel::delete(day_of).execute(connection)?;
    }
    Ok(old.len())
}
