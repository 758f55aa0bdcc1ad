//! What has happened, by time.

use diesel::prelude::*;
use users::audit::Place;
use users::{EventId, UserId};

use crate::connection::{AnyConnection, MultiBackend};
use crate::rows::EventRow;
use crate::schema::audit as table;

/// At most so many events behind a place.
pub(crate) fn events(
    connection: &mut AnyConnection,
    user: Option<&UserId>,
    after: Option<&Place>,
    limit: i64,
) -> QueryResult<Vec<EventRow>> {
    let Some(user) = user.map(UserId::as_str) else {
        return behind(table::table.into_boxed(), after, limit).load(connection);
    };
    // Each along an index of its own; what concerns and is caused by the same user stands in both.
    let concerning = behind(table::table.filter(table::user_id.eq(user)).into_boxed(), after, limit);
    let caused = behind(table::table.filter(table::actor_user.eq(user)).into_boxed(), after, limit);
    let mut events: Vec<EventRow> = concerning.load(connection)?;
    events.append(&mut caused.load(connection)?);
    events.sort_by(|one, other| one.place().cmp(&other.place()));
    events.dedup_by(|one, other| one.place() == other.place());
    events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(events)
}

/// The first half of the condition leads to where the index is to be read from.
fn behind<'a>(
    events: table::BoxedQuery<'a, MultiBackend>,
    after: Option<&'a Place>,
    limit: i64,
) -> table::BoxedQuery<'a, MultiBackend> {
    let page = events.order((table::at, table::id)).limit(limit);
    let Some(Place { at, id }) = after else { return page };
    let (at, id) = (at.micros(), id.as_ref().map_or("", EventId::as_str));
    page.filter(table::at.ge(at)).filter(table::at.gt(at).or(table::id.gt(id)))
}
