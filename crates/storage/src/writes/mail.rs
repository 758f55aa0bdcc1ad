//! Messages and tokens.

use diesel::prelude::*;
use users::outbox::OutboxMessage;
use users::token::IssuedToken;

use crate::connection::AnyConnection;
#[cfg(feature = "postgres")]
use crate::postgres;
use crate::reads::kinds;
use crate::rows::{DeliveryRow, MessageRow, NewMessageRow, NewTokenRow};
use crate::schema::{outbox, tokens};

pub(crate) fn enqueue(connection: &mut AnyConnection, message: &OutboxMessage) -> QueryResult<()> {
    diesel::insert_into(outbox::table).values(NewMessageRow::from(message)).execute(connection).map(|_| ())
}

/// Nobody else gets the same ones.
pub(crate) fn due_messages(connection: &mut AnyConnection, now: i64, limit: i64) -> QueryResult<Vec<MessageRow>> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return postgres::due_messages::free(connection, now, limit);
    }
    let due = outbox::table.filter(outbox::abandoned_at.is_null()).filter(outbox::due_at.le(now));
    due.filter(outbox::kind.eq_any(kinds())).order(outbox::due_at).limit(limit).load(connection)
}

/// Says how many there were.
pub(crate) fn update_message(
    connection: &mut AnyConnection,
    message: &OutboxMessage,
    attempts: u32,
) -> QueryResult<usize> {
    let held = outbox::table.find(message.id.as_str()).filter(outbox::attempts.eq(i64::from(attempts)));
    diesel::update(held).set(DeliveryRow::from(&message.delivery)).execute(connection)
}

/// Says how many there were.
pub(crate) fn delete_message(connection: &mut AnyConnection, id: &str, attempts: u32) -> QueryResult<usize> {
    let held = outbox::table.find(id).filter(outbox::attempts.eq(i64::from(attempts)));
    diesel::delete(held).execute(connection)
}

/// Says how many there were.
pub(crate) fn withdraw_messages(connection: &mut AnyConnection, user: &str, kind: &str) -> QueryResult<usize> {
    let theirs = outbox::table.filter(outbox::user_id.eq(user)).filter(outbox::kind.eq(kind));
    diesel::delete(theirs).execute(connection)
}

pub(crate) fn insert_token(connection: &mut AnyConnection, token: &IssuedToken) -> QueryResult<()> {
    diesel::insert_into(tokens::table).values(NewTokenRow::from(token)).execute(connection).map(|_| ())
}

pub(crate) fn delete_tokens_of(connection: &mut AnyConnection, user: &str) -> QueryResult<()> {
    diesel::delete(tokens::table.filter(tokens::user_id.eq(user))).execute(connection).map(|_| ())
}

pub(crate) fn delete_tokens_for(connection: &mut AnyConnection, user: &str, purpose: &str) -> QueryResult<()> {
    let theirs = tokens::table.filter(tokens::user_id.eq(user)).filter(tokens::purpose.eq(purpose));
    diesel::delete(theirs).execute(connection).map(|_| ())
}

pub(crate) fn remove_tokens(connection: &mut AnyConnection, expired: i64, limit: i64) -> QueryResult<()> {
    match old_tokens(connection, expired, limit)? {
        none if none.is_empty() => Ok(()),
        old => diesel::delete(tokens::table.filter(tokens::hash.eq_any(old))).execute(connection).map(|_| ()),
    }
}

fn old_tokens(connection: &mut AnyConnection, expired: i64, limit: i64) -> QueryResult<Vec<String>> {
    let old = tokens::table.filter(tokens::expires_at.le(expired)).order(tokens::expires_at).limit(limit);
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return old.select(tokens::hash).for_update().skip_locked().load(connection);
    }
    old.select(tokens::hash).load(connection)
}
