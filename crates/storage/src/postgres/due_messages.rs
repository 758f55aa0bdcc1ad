//! Messages that are to be sent now. Several processes look for some at once; each takes other ones, so that none waits for another.

use diesel::prelude::*;

use crate::reads::kinds;
use crate::rows::MessageRow;
use crate::schema::{outbox, users};

/// The earliest that nobody else is about to take; nobody else will. The users are held with them, by the same lock: whoever changes or
/// deletes one has its row before those of its messages, so waiting for it here, behind a message, could be for ever.
pub(crate) fn free(connection: &mut PgConnection, now: i64, limit: i64) -> QueryResult<Vec<MessageRow>> {
    let due =
        outbox::table.inner_join(users::table).filter(outbox::abandoned_at.is_null()).filter(outbox::due_at.le(now));
    let due = due.filter(outbox::kind.eq_any(kinds())).order(outbox::due_at).limit(limit);
    due.select(outbox::all_columns).for_no_key_update().skip_locked().load(connection)
}
