//! Messages and tokens. Messages of kinds that this program does not know belong to a newer one.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use users::outbox::MessageKind;

use crate::connection::AnyConnection;
use crate::rows::{MessageRow, TokenRow};
use crate::schema::{outbox, tokens};

/// The kinds that this program knows.
pub(crate) fn kinds() -> [&'static str; 2] {
    MessageKind::ALL.map(MessageKind::as_str)
}

pub(crate) fn message(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<MessageRow>> {
    outbox::table.filter(outbox::id.eq(id)).filter(outbox::kind.eq_any(kinds())).get_result(connection).optional()
}

/// By id, from the one behind that on.
pub(crate) fn messages(
    connection: &mut AnyConnection,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<MessageRow>> {
    let behind = outbox::table.filter(outbox::id.gt(after.unwrap_or_default()));
    behind.filter(outbox::kind.eq_any(kinds())).order(outbox::id).limit(limit).load(connection)
}

pub(crate) fn next_due(connection: &mut AnyConnection) -> QueryResult<Option<i64>> {
    let waiting = outbox::table.filter(outbox::abandoned_at.is_null()).filter(outbox::kind.eq_any(kinds()));
    waiting.select(min(outbox::due_at)).get_result(connection)
}

/// How many wait, and how many were given up.
pub(crate) fn backlog(connection: &mut AnyConnection) -> QueryResult<(i64, i64)> {
    let all = outbox::table.filter(outbox::kind.eq_any(kinds())).select(count_star()).get_result::<i64>(connection)?;
    let waiting = outbox::table.filter(outbox::abandoned_at.is_null()).filter(outbox::kind.eq_any(kinds()));
    let waiting: i64 = waiting.select(count_star()).get_result(connection)?;
    Ok((waiting, all - waiting))
}

pub(crate) fn token(connection: &mut AnyConnection, hash: &str) -> QueryResult<Option<TokenRow>> {
    tokens::table.find(hash).get_result(connection).optional()
}
