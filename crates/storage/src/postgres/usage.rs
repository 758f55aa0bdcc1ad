//! What keys call, noted by several processes at once: each holds the keys that it is about to add to, and sends few statements.

use diesel::prelude::*;
use diesel::upsert::excluded;
use users::key::KeyId;
use users::usage::Usage;

use crate::rows::{NewDetailRow, NewUsageRow};
use crate::schema::{keys, usage as table, usage_details as details};
use crate::writes::{add_calls, add_details};

/// How many rows a statement has at most. One binds six values, and a statement takes 65,535.
const ROWS: usize = 1_000;

#[diesel::declare_sql_function]
extern "SQL" {
    /// The greater of two numbers.
    fn greatest(one: diesel::sql_types::BigInt, other: diesel::sql_types::BigInt) -> diesel::sql_types::BigInt;
}

/// Those that are there, in order. Whoever only refers to one need not wait.
pub(crate) fn hold_keys(connection: &mut PgConnection, ids: &[KeyId]) -> QueryResult<Vec<String>> {
    let there = keys::table.filter(keys::id.eq_any(ids.iter().map(KeyId::as_str).collect::<Vec<_>>()));
    there.order(keys::id).select(keys::id).for_no_key_update().load(connection)
}

pub(crate) fn add(connection: &mut PgConnection, usage: &[Usage]) -> QueryResult<()> {
    for usage in usage.chunks(ROWS) {
        let rows: Vec<NewUsageRow<'_>> = usage.iter().map(NewUsageRow::from).collect();
        add_calls!(connection, rows, greatest)?;
    }
    let mut rows = usage.iter().flat_map(NewDetailRow::of).peekable();
    while rows.peek().is_some() {
        let some: Vec<NewDetailRow<'_>> = rows.by_ref().take(ROWS).collect();
        add_details!(connection, some)?;
    }
    Ok(())
}
