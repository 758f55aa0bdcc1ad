//! Sessions, and who has tried to have one.

use diesel::prelude::*;

use crate::connection::AnyConnection;
#[cfg(feature = "postgres")]
use crate::postgres::{self, upsert};
use crate::schema::{attempts, keys};

/// Says which were ended. What is bound is as much for many as for few.
pub(crate) fn end_sessions(
    connection: &mut AnyConnection,
    user: &str,
    except: Option<&str>,
    at: i64,
) -> QueryResult<Vec<String>> {
    // No key has the empty id.
    let others = keys::table.filter(keys::owner_id.eq(user)).filter(keys::id.ne(except.unwrap_or_default()));
    let live = others.filter(keys::session.eq(true)).filter(keys::revoked_at.is_null()).filter(keys::expires_at.gt(at));
    match connection {
        AnyConnection::Sqlite(connection) => {
            diesel::update(live).set(keys::revoked_at.eq(at)).returning(keys::id).get_results(connection)
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(connection) => {
            // In order, as whoever notes what keys call; what is held after a wait is still live then.
            let held = live.order(keys::id).select(keys::id).for_no_key_update();
            let held: Vec<String> = held.load(connection)?;
            let held = keys::table.filter(keys::id.eq_any(held));
            diesel::update(held).set(keys::revoked_at.eq(at)).returning(keys::id).get_results(connection)
        }
    }
}

/// Says how many there were.
pub(crate) fn remove_ended_sessions(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<usize> {
    match ended_sessions(connection, before, limit)? {
        none if none.is_empty() => Ok(0),
        ended => diesel::delete(keys::table.filter(keys::id.eq_any(ended))).execute(connection),
    }
}

fn ended_sessions(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<Vec<String>> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return postgres::old_sessions::free(connection, before, limit);
    }
    let ended = keys::table.filter(keys::session.eq(true)).filter(keys::expires_at.lt(before));
    ended.order(keys::expires_at).limit(limit).select(keys::id).load(connection)
}

/// Waits until nobody else looks at the subject, and reads what is kept of it.
pub(crate) fn arrival(connection: &mut AnyConnection, subject: &str) -> QueryResult<Option<i64>> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        postgres::old_attempts::hold(connection, subject)?;
    }
    attempts::table.find(subject).select(attempts::arrival).get_result(connection).optional()
}

pub(crate) fn set_arrival(connection: &mut AnyConnection, subject: &str, arrival: Option<i64>) -> QueryResult<()> {
    let Some(arrival) = arrival else {
        return diesel::delete(attempts::table.find(subject)).execute(connection).map(|_| ());
    };
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return upsert::set_arrival(connection, subject, arrival);
    }
    let known = diesel::update(attempts::table.find(subject)).set(attempts::arrival.eq(arrival));
    if known.execute(connection)? > 0 {
        return Ok(());
    }
    let row = (attempts::subject.eq(subject), attempts::arrival.eq(arrival));
    diesel::insert_into(attempts::table).values(row).execute(connection).map(|_| ())
}

/// Says how many there were.
pub(crate) fn remove_arrivals(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<usize> {
    match old_attempts(connection, before, limit)? {
        none if none.is_empty() => Ok(0),
        old => diesel::delete(attempts::table.filter(attempts::subject.eq_any(old))).execute(connection),
    }
}

fn old_attempts(connection: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<Vec<String>> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return postgres::old_attempts::free(connection, before, limit);
    }
    let old = attempts::table.filter(attempts::arrival.lt(before)).order(attempts::arrival).limit(limit);
    old.select(attempts::subject).load(connection)
}
