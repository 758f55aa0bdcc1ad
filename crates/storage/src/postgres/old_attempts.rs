//! Who has tried: to be counted by one transaction at a time, and to be removed.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::schema::attempts;

/// Nobody else holds the subject until the end. There may be no row yet, so the lock is on a hash, as for claims; the seed tells these
/// from those.
pub(crate) fn hold(connection: &mut PgConnection, subject: &str) -> QueryResult<()> {
    let query = diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))");
    query.bind::<Text, _>(subject).execute(connection).map(|_| ())
}

/// The earliest that nobody else is about to remove; nobody else will.
pub(crate) fn free(connection: &mut PgConnection, before: i64, limit: i64) -> QueryResult<Vec<String>> {
    let old = attempts::table.filter(attempts::arrival.lt(before)).order(attempts::arrival).limit(limit);
    old.select(attempts::subject).for_update().skip_locked().load(connection)
}
