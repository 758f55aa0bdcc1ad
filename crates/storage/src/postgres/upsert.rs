//! Insertions of what may be there already. Somebody else may insert the same between a look and an insertion, and a
//! collision would end the transaction; so it is one statement, which MultiConnection does not know.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::rows::NewClaimRow;
use crate::schema::{attempts, claims, facts, memberships};

pub(crate) fn add_member(connection: &mut PgConnection, workspace: &str, user: &str) -> QueryResult<()> {
    let row = (memberships::workspace_id.eq(workspace), memberships::user_id.eq(user));
    let insertion = diesel::insert_into(memberships::table).values(row);
    insertion
        .on_conflict((memberships::workspace_id, memberships::user_id))
        .do_nothing()
        .execute(connection)
        .map(|_| ())
}

pub(crate) fn set_fact(connection: &mut PgConnection, name: &str, value: &str) -> QueryResult<()> {
    let insertion = diesel::insert_into(facts::table).values((facts::name.eq(name), facts::value.eq(value)));
    let replacement = insertion.on_conflict(facts::name).do_update().set(facts::value.eq(excluded(facts::value)));
    replacement.execute(connection).map(|_| ())
}

pub(crate) fn set_claim(connection: &mut PgConnection, row: &NewClaimRow<'_>) -> QueryResult<()> {
    let insertion = diesel::insert_into(claims::table).values(row);
    insertion.on_conflict(claims::id).do_update().set(row).execute(connection).map(|_| ())
}

pub(crate) fn set_arrival(connection: &mut PgConnection, subject: &str, arrival: i64) -> QueryResult<()> {
    let insertion = diesel::insert_into(attempts::table);
    let insertion = insertion.values((attempts::subject.eq(subject), attempts::arrival.eq(arrival)));
    let replacement = insertion.on_conflict(attempts::subject).do_update();
    replacement.set(attempts::arrival.eq(excluded(attempts::arrival))).execute(connection).map(|_| ())
}
