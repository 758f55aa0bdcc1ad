//! What has happened. A refusal that is noted already must leave the transaction as it is; MultiConnection knows no such insertion.

use diesel::prelude::*;
use users::audit::Event;

use crate::connection::{AnyConnection, natively};
use crate::rows::NewEventRow;
use crate::schema::audit as table;

/// How many rows a statement has at most. One binds 14 values, and a statement takes 32,766 on SQLite, 65,535 on PostgreSQL.
const ROWS: usize = 1_000;

pub(crate) fn add_events(connection: &mut AnyConnection, events: &[Event]) -> QueryResult<()> {
    if let [event] = events {
        // It stays prepared.
        let insertion = diesel::insert_into(table::table).values(NewEventRow::from(event)).on_conflict_do_nothing();
        return natively!(connection, own => insertion.execute(own)).map(|_| ());
    }
    // In one order: on PostgreSQL, two who note the same refusals at once wait for each other's rows.
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by_cached_key(|event| event.repetition());
    events.chunks(ROWS).try_for_each(|events| {
        let rows: Vec<NewEventRow<'_>> = events.iter().copied().map(NewEventRow::from).collect();
        let insertion = diesel::insert_into(table::table).values(rows).on_conflict_do_nothing();
        natively!(connection, own => insertion.execute(own)).map(|_| ())
    })
}

/// Says how many there were.
pub(crate) fn forget_audit(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<usize> {
    let old = table::table.filter(table::at.lt(before)).order((table::at, table::id)).limit(limit);
    let old: Vec<(i64, String)> = old.select((table::at, table::id)).load(connection)?;
    let Some((at, id)) = old.last() else { return Ok(0) };
    let old = table::table.filter(table::at.le(at)).filter(table::at.lt(at).or(table::id.le(id)));
    diesel::delete(old).execute(connection)
}
