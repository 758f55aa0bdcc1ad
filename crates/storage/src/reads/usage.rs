//! What keys call. A sum of numbers is another type on PostgreSQL, so each is taken back to the type of its column.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use users::key::KeyId;
use users::usage::DetailKind;

use crate::connection::AnyConnection;
use crate::rows::{CallsRow, DayDetailRow, DayRow, DetailRow};
use crate::schema::{usage as table, usage_details as details};

pub(crate) fn usage(connection: &mut AnyConnection, since: i64) -> QueryResult<Vec<CallsRow>> {
    table::table
        .filter(table::day.ge(since))
        .group_by((table::key_id, table::operation))
        .select((
            table::key_id,
            table::operation,
            sql::<BigInt>("CAST(sum(calls) AS BIGINT)"),
            sql::<BigInt>("CAST(sum(errors) AS BIGINT)"),
            sql::<BigInt>("max(last_seen)"),
        ))
        .load(connection)
}

pub(crate) fn usage_details(connection: &mut AnyConnection, since: i64) -> QueryResult<Vec<DetailRow>> {
    let group = (details::key_id, details::operation, details::kind, details::name);
    details::table
        .filter(details::day.ge(since))
        .group_by(group)
        .select((group.0, group.1, group.2, group.3, sql::<BigInt>("CAST(sum(calls) AS BIGINT)")))
        .load(connection)
}

pub(crate) fn usage_of(connection: &mut AnyConnection, key: &str, since: i64) -> QueryResult<Vec<DayRow>> {
    table::table.filter(table::key_id.eq(key)).filter(table::day.ge(since)).load(connection)
}

pub(crate) fn usage_details_of(
    connection: &mut AnyConnection,
    key: &str,
    since: i64,
) -> QueryResult<Vec<DayDetailRow>> {
    details::table.filter(details::key_id.eq(key)).filter(details::day.ge(since)).load(connection)
}

pub(crate) fn agents(
    connection: &mut AnyConnection,
    keys: &[KeyId],
    since: i64,
) -> QueryResult<Vec<(String, i64, String)>> {
    details::table
        .filter(details::key_id.eq_any(keys.iter().map(KeyId::as_str)))
        .filter(details::day.ge(since))
        .filter(details::kind.eq(DetailKind::Agent.as_str()))
        .filter(details::name.ne(""))
        .select((details::key_id, details::day, details::name))
        .distinct()
        .load(connection)
}
