//! Putting the strays into the index: the writer's work, in between. A batch is a list's first strays by id, so that numbers
//! rise as ids do, but where somebody joins a list after others with greater ids.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryableByName, SqliteConnection, sql_query};

use super::{BITS, Place};

/// So many with greater ids are looked at to learn how far out of order a number is. Behind more, numbers say nothing.
const LOOKED_AT: i64 = 1_000;

#[derive(QueryableByName)]
struct Stray {
    #[diesel(sql_type = Text)]
    user_id: String,
    /// `None` if there is no such user, as foreign keys that were not enforced can leave it.
    #[diesel(sql_type = Nullable<Text>)]
    search_text: Option<String>,
}

#[derive(QueryableByName)]
struct List {
    #[diesel(sql_type = Text)]
    workspace_id: String,
}

#[derive(QueryableByName)]
struct Numbers {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Puts some of the strays into the index, in the transaction that is open. Says whether there were any.
pub(crate) fn put_strays_in(connection: &mut SqliteConnection, limit: i64) -> QueryResult<bool> {
    let first = sql_query("SELECT workspace_id FROM search_strays ORDER BY workspace_id LIMIT 1");
    let Some(List { workspace_id: list }) = first.get_result(connection).optional()? else { return Ok(false) };
    let strays = sql_query(
        "SELECT user_id, search_text \
         FROM search_strays LEFT JOIN users ON users.id = search_strays.user_id \
         WHERE workspace_id = ? ORDER BY user_id LIMIT ?",
    );
    let strays: Vec<Stray> = strays.bind::<Text, _>(&list).bind::<BigInt, _>(limit).load(connection)?;
    let (Some(first), Some(last)) = (strays.first(), strays.last()) else { return Ok(false) };
    let place = take_place(connection, &list)?;
    let begin = free_number(connection, &place)?;
    let end = begin + i64::try_from(strays.len()).unwrap_or(0);
    let spread = spread(connection, &list, &place, &first.user_id, end)?;
    let noted =
        sql_query("UPDATE search_places SET spread = max(spread, ?), last_id = max(last_id, ?) WHERE workspace_id = ?");
    let noted = noted.bind::<BigInt, _>(spread).bind::<Text, _>(&last.user_id).bind::<Text, _>(&list);
    noted.execute(connection)?;
    for (number, stray) in (begin..).zip(&strays) {
        if let Some(text) = &stray.search_text {
            put_in(connection, number, &stray.user_id, text)?;
        }
    }
    let done = sql_query("DELETE FROM search_strays WHERE workspace_id = ? AND user_id <= ?");
    done.bind::<Text, _>(&list).bind::<Text, _>(&last.user_id).execute(connection)?;
    Ok(true)
}

/// The list's place; a new one if it has none.
fn take_place(connection: &mut SqliteConnection, list: &str) -> QueryResult<Place> {
    if let Some(place) = super::place(connection, list)? {
        return Ok(place);
    }
    let added = sql_query(
        "INSERT INTO search_places (workspace_id, spread, last_id) VALUES (?, 0, '') RETURNING place, spread, last_id",
    );
    added.bind::<Text, _>(list).get_result(connection).map(Place::of)
}

/// The number behind the greatest.
fn free_number(connection: &mut SqliteConnection, place: &Place) -> QueryResult<i64> {
    let last = sql_query(
        "SELECT 1 AS count, number FROM search_index WHERE number BETWEEN ? AND ? ORDER BY number DESC LIMIT 1",
    );
    let last = last.bind::<BigInt, _>(place.first).bind::<BigInt, _>(place.last);
    Ok(last.get_result::<Numbers>(connection).optional()?.map_or(place.first, |last| last.number + 1))
}

/// How far out of order the numbers up to `end` can be, when ids from `first` on get them.
fn spread(connection: &mut SqliteConnection, list: &str, place: &Place, first: &str, end: i64) -> QueryResult<i64> {
    if *first > *place.last_id {
        return Ok(0);
    }
    if place.first == 0 {
        // Those in no workspace have no order but that of all users.
        return Ok(1 << BITS);
    }
    let behind = sql_query(
        "SELECT count(*) AS count, coalesce(min(number), ?) AS number FROM ( \
             SELECT user_id AS id FROM memberships WHERE workspace_id = ? AND user_id > ? ORDER BY user_id LIMIT ?) \
         LEFT JOIN search_index ON user_id = id AND +number BETWEEN ? AND ?",
    );
    let behind =
        behind.bind::<BigInt, _>(end).bind::<Text, _>(list).bind::<Text, _>(first).bind::<BigInt, _>(LOOKED_AT);
    let behind = behind.bind::<BigInt, _>(place.first).bind::<BigInt, _>(place.last);
    Ok(match behind.get_result(connection)? {
        Numbers { count, .. } if count >= LOOKED_AT => 1 << BITS,
        Numbers { number, .. } => end - number,
    })
}

fn put_in(connection: &mut SqliteConnection, number: i64, user: &str, text: &str) -> QueryResult<()> {
    let row = sql_query("INSERT INTO search_index VALUES (?, ?, ?)").bind::<BigInt, _>(number);
    row.bind::<Text, _>(user).bind::<Text, _>(text).execute(connection)?;
    let grams = sql_query("INSERT INTO search_grams (rowid, text) VALUES (?, ?)").bind::<BigInt, _>(number);
    grams.bind::<Text, _>(text).execute(connection).map(|_| ())
}
