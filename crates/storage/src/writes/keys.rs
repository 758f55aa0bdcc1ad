//! Keys.

use diesel::dsl::exists;
use diesel::prelude::*;
use users::key::Key;

use crate::connection::AnyConnection;
use crate::rows::NewKeyRow;
use crate::schema::keys;

pub(crate) fn insert_key(connection: &mut AnyConnection, key: &Key) -> QueryResult<()> {
    diesel::insert_into(keys::table).values(NewKeyRow::from(key)).execute(connection).map(|_| ())
}

/// The first revocation counts. Says whether there is such a key.
pub(crate) fn revoke_key(connection: &mut AnyConnection, id: &str, at: i64) -> QueryResult<bool> {
    let live = keys::table.find(id).filter(keys::revoked_at.is_null());
    if diesel::update(live).set(keys::revoked_at.eq(at)).execute(connection)? > 0 {
        return Ok(true);
    }
    diesel::select(exists(keys::table.find(id))).get_result(connection)
}

/// Says whether there is such a key.
pub(crate) fn pin_key(connection: &mut AnyConnection, id: &str, door: Option<&str>) -> QueryResult<bool> {
    Ok(diesel::update(keys::table.find(id)).set(keys::pinned.eq(door)).execute(connection)? > 0)
}

/// Says whether there is such a key.
pub(crate) fn set_key_plan(connection: &mut AnyConnection, id: &str, plan: Option<&str>) -> QueryResult<bool> {
    Ok(diesel::update(keys::table.find(id)).set(keys::plan.eq(plan)).execute(connection)? > 0)
}
