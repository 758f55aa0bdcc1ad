//! Sessions that ended long ago and are to be removed. As with claims, each writer takes other ones.

use diesel::prelude::*;

use crate::schema::keys;

/// Those that were to end first and that nobody else is about to remove; nobody else will.
pub(crate) fn free(connection: &mut PgConnection, before: i64, limit: i64) -> QueryResult<Vec<String>> {
    let ended = keys::table.filter(keys::session.eq(true)).filter(keys::expires_at.lt(before));
    ended.order(keys::expires_at).limit(limit).select(keys::id).for_update().skip_locked().load(connection)
}
