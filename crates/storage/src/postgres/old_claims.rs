//! Old claims that are to be removed. Several writers remove some at once; each takes other ones, so that none waits for another.

use diesel::prelude::*;

use crate::schema::claims;

/// The oldest that nobody else is about to remove; nobody else will.
pub(crate) fn free(connection: &mut PgConnection, before: i64, limit: i64) -> QueryResult<Vec<String>> {
    let old = claims::table.filter(claims::created_at.lt(before)).order(claims::created_at).limit(limit);
    old.select(claims::id).for_update().skip_locked().load(connection)
}
