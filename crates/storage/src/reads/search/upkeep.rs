//! Putting users into the index, and into the blocks of lists: the writer's work, in between. Those behind the horizon come by id, so
//! that numbers rise as ids do; so do strays, but numbers behind those of greater ids are all that is left for them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryableByName, SqliteConnection, sql_query};

use super::super::blocks;
use super::{BITS, Place};

/// So many with greater ids are looked at to learn how far out of order a number is. Behind more, numbers say nothing.
const LOOKED_AT: i64 = 1_000;

/// Who is put in.
#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    list: String,
    #[diesel(sql_type = Text)]
    user_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<String>,
    /// `None` if there is no such user, as foreign keys that were not enforced can leave it.
    #[diesel(sql_type = Nullable<Text>)]
    search_text: Option<String>,
}

impl Entry {
    /// The list, the user and the role.
    fn member(&self) -> Option<(&str, &str, &str)> {
        self.role.as_deref().map(|role| (self.list.as_str(), self.user_id.as_str(), role))
    }
}

#[derive(QueryableByName)]
struct Horizon {
    #[diesel(sql_type = Nullable<Text>)]
    id: Option<String>,
}

#[derive(QueryableByName)]
struct Numbers {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Puts some more users into the index, in the transaction that is open, or makes room for more. Says how much was done; 0 if
/// there was nothing to do.
pub(crate) fn put_some_in(connection: &mut SqliteConnection, limit: i64) -> QueryResult<usize> {
    for part in [|connection: &mut _, _| blocks::cut_some(connection), put_strays_in, put_next_in] {
        let done = part(connection, limit)?;
        if done > 0 {
            return Ok(done);
        }
    }
    Ok(0)
}

fn put_strays_in(connection: &mut SqliteConnection, limit: i64) -> QueryResult<usize> {
    let strays = sql_query(
        "SELECT workspace_id AS list, user_id, role, search_text \
         FROM (SELECT * FROM search_strays ORDER BY workspace_id, user_id LIMIT ?) \
         LEFT JOIN users ON users.id = user_id ORDER BY workspace_id, user_id",
    );
    let strays: Vec<Entry> = strays.bind::<BigInt, _>(limit).load(connection)?;
    for of_list in strays.chunk_by(|one, next| one.list == next.list) {
        put_in(connection, of_list)?;
        for stray in of_list {
            let done = sql_query("DELETE FROM search_strays WHERE workspace_id = ? AND user_id = ?");
            done.bind::<Text, _>(&stray.list).bind::<Text, _>(&stray.user_id).execute(connection)?;
        }
    }
    Ok(strays.len())
}

fn put_next_in(connection: &mut SqliteConnection, limit: i64) -> QueryResult<usize> {
    let next = sql_query(
        "SELECT max(id) AS id FROM (SELECT id FROM users \
         WHERE id > (SELECT last_id FROM search_places WHERE place = 0) ORDER BY id LIMIT ?)",
    );
    let Horizon { id: Some(horizon) } = next.bind::<BigInt, _>(limit).get_result(connection)? else { return Ok(0) };
    let entries = sql_query(
        "SELECT coalesce(workspace_id, '') AS list, users.id AS user_id, users.role AS role, search_text \
         FROM users LEFT JOIN memberships ON user_id = users.id \
         WHERE users.id > (SELECT last_id FROM search_places WHERE place = 0) AND users.id <= ? ORDER BY 1, 2",
    );
    let entries: Vec<Entry> = entries.bind::<Text, _>(&horizon).load(connection)?;
    for of_list in entries.chunk_by(|one, next| one.list == next.list) {
        put_in(connection, of_list)?;
    }
    blocks::lengthen(connection, entries.iter().filter_map(Entry::member))?;
    let noted = sql_query("UPDATE search_places SET last_id = ? WHERE place = 0");
    noted.bind::<Text, _>(&horizon).execute(connection)?;
    Ok(entries.len())
}

/// Puts users into a list's part, by id.
fn put_in(connection: &mut SqliteConnection, entries: &[Entry]) -> QueryResult<()> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
    let place = take_place(connection, &first.list)?;
    let begin = free_number(connection, &place)?;
    let end = begin + i64::try_from(entries.len()).unwrap_or(0);
    let spread = spread(connection, &first.list, &place, &first.user_id, end)?;
    let noted = sql_query(
        "UPDATE search_places SET spread = max(spread, ?), last_id = iif(place, max(last_id, ?), last_id) \
         WHERE workspace_id = ?",
    );
    let noted = noted.bind::<BigInt, _>(spread).bind::<Text, _>(&last.user_id).bind::<Text, _>(&first.list);
    noted.execute(connection)?;
    for (number, entry) in (begin..).zip(entries) {
        let Some(text) = &entry.search_text else { continue };
        let row = sql_query("INSERT INTO search_index VALUES (?, ?, ?)").bind::<BigInt, _>(number);
        row.bind::<Text, _>(&entry.user_id).bind::<Text, _>(text).execute(connection)?;
    }
    let grams = sql_query(
        "INSERT INTO search_grams (rowid, text) SELECT number, text FROM search_index WHERE number >= ? AND number < ?",
    );
    grams.bind::<BigInt, _>(begin).bind::<BigInt, _>(end).execute(connection).map(drop)
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
