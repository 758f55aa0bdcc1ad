//! The statements. Their tables are joined in the order in which they stand (`CROSS JOIN`), whatever SQLite thinks of them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, SqliteConnection, sql_query};

use super::{Place, Search};

#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = Text)]
    pub user_id: String,
    #[diesel(sql_type = BigInt)]
    pub number: i64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    user_id: String,
}

#[derive(QueryableByName)]
pub(super) struct Placed {
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    #[diesel(sql_type = BigInt)]
    pub spread: i64,
    #[diesel(sql_type = Text)]
    pub last_id: String,
}

type Query<'a> = diesel::query_builder::BoxedSqlQuery<'a, Sqlite, diesel::query_builder::SqlQuery>;

/// Binds the role, where a statement was made to ask for it.
fn with_role<'a>(query: Query<'a>, search: &Search<'a>) -> Query<'a> {
    match search.role {
        Some(role) => query.bind::<Text, _>(role),
        None => query,
    }
}

fn only_role(search: &Search<'_>) -> &'static str {
    if search.role.is_some() { "AND users.role = ?" } else { "" }
}

/// What has the role of those in the index, where a statement asks for it.
fn users_of_index(search: &Search<'_>) -> &'static str {
    if search.role.is_some() { "CROSS JOIN users ON users.id = search_index.user_id" } else { "" }
}

/// What a list's matches are taken from.
fn from_index(search: &Search<'_>) -> String {
    let users = users_of_index(search);
    match search.grams {
        Some(_) => format!(
            "search_grams CROSS JOIN search_index ON search_index.number = search_grams.rowid {users} \
             WHERE search_grams MATCH ? AND search_grams.rowid BETWEEN ? AND ?"
        ),
        None => from_texts(search),
    }
}

fn from_texts(search: &Search<'_>) -> String {
    let users = users_of_index(search);
    format!("search_index {users} WHERE instr(search_index.text, ?) > 0 AND search_index.number BETWEEN ? AND ?")
}

/// Where a list's numbers are.
pub(super) fn place(connection: &mut SqliteConnection, workspace: &str) -> QueryResult<Option<Placed>> {
    let query = sql_query("SELECT place, spread, last_id FROM search_places WHERE workspace_id = ?");
    query.bind::<Text, _>(workspace).get_result(connection).optional()
}

/// The number of the first member behind this id who is in the index.
pub(super) fn number_behind(
    connection: &mut SqliteConnection,
    workspace: &str,
    place: &Place,
    after: &str,
) -> QueryResult<Option<i64>> {
    let query = sql_query(
        "SELECT number FROM memberships CROSS JOIN search_index ON search_index.user_id = memberships.user_id \
         WHERE memberships.workspace_id = ? AND memberships.user_id > ? AND +number BETWEEN ? AND ? \
         ORDER BY memberships.user_id LIMIT 1",
    );
    let query = query.bind::<Text, _>(workspace).bind::<Text, _>(after);
    let query = query.bind::<BigInt, _>(place.first).bind::<BigInt, _>(place.last);
    Ok(query.get_result::<Number>(connection).optional()?.map(|found| found.number))
}

/// At most so many matches of a list, with numbers from here on, by number.
pub(super) fn matches(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    from: i64,
    to: i64,
    limit: i64,
) -> QueryResult<Vec<Found>> {
    let order = if search.grams.is_some() { "search_grams.rowid" } else { "search_index.number" };
    let (from_index, only_role) = (from_index(search), only_role(search));
    let text = format!(
        "SELECT search_index.user_id AS user_id, search_index.number AS number FROM {from_index} {only_role} \
         ORDER BY {order} LIMIT ?"
    );
    let query = sql_query(text).into_boxed::<Sqlite>();
    let query = query.bind::<Text, _>(search.grams.as_deref().unwrap_or(search.term));
    let query = with_role(query.bind::<BigInt, _>(from).bind::<BigInt, _>(to), search);
    query.bind::<BigInt, _>(limit).load(connection)
}

/// How many matches a list has in the index, counted no further than one beyond the bound.
pub(super) fn count_by_grams(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    grams: &str,
    place: &Place,
    bound: i64,
) -> QueryResult<i64> {
    let from = match search.role {
        // The index alone, then: what it finds is exact.
        None => "search_grams WHERE search_grams MATCH ? AND search_grams.rowid BETWEEN ? AND ?".to_owned(),
        Some(_) => from_index(search),
    };
    let text = format!("SELECT count(*) AS number FROM (SELECT 1 FROM {from} {} LIMIT ?)", only_role(search));
    let query = sql_query(text).into_boxed::<Sqlite>().bind::<Text, _>(grams);
    let query = with_role(query.bind::<BigInt, _>(place.first).bind::<BigInt, _>(place.last), search);
    query.bind::<BigInt, _>(bound.saturating_add(1)).get_result::<Number>(connection).map(|found| found.number)
}

/// The same of all lists together, whatever the role.
pub(super) fn count_everywhere(connection: &mut SqliteConnection, grams: &str, bound: i64) -> QueryResult<i64> {
    let query =
        sql_query("SELECT count(*) AS number FROM (SELECT 1 FROM search_grams WHERE search_grams MATCH ? LIMIT ?)");
    let query = query.bind::<Text, _>(grams).bind::<BigInt, _>(bound.saturating_add(1));
    query.get_result::<Number>(connection).map(|found| found.number)
}

/// How many matches a list has in the index, by reading the texts.
pub(super) fn count_by_texts(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    place: &Place,
) -> QueryResult<i64> {
    let text = format!("SELECT count(*) AS number FROM {} {}", from_texts(search), only_role(search));
    let query = sql_query(text).into_boxed::<Sqlite>().bind::<Text, _>(search.term);
    let query = with_role(query.bind::<BigInt, _>(place.first).bind::<BigInt, _>(place.last), search);
    query.get_result::<Number>(connection).map(|found| found.number)
}

/// Those of a list behind an id whom the index lacks: before the horizon and behind it.
const STRAYS: &str = "( \
        SELECT user_id AS id FROM search_strays WHERE workspace_id = ?1 AND user_id > ?2 \
        UNION ALL SELECT user_id FROM memberships WHERE workspace_id = ?1 \
            AND user_id > max(?2, (SELECT last_id FROM search_places WHERE place = 0)) \
    ) AS strays CROSS JOIN users ON users.id = strays.id WHERE instr(users.search_text, ?3) > 0";

/// Binds what those of a list are asked for by.
fn of_strays<'a>(text: String, search: &Search<'a>, workspace: &'a str, after: &'a str, limit: i64) -> Query<'a> {
    let query = sql_query(text).into_boxed::<Sqlite>().bind::<Text, _>(workspace).bind::<Text, _>(after);
    with_role(query.bind::<Text, _>(search.term).bind::<BigInt, _>(limit), search)
}

/// A list's matches behind this id who are not in the index yet, by id.
pub(super) fn strays(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    workspace: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<String>> {
    let only_role = only_role(search).replace('?', "?5");
    let text = format!("SELECT users.id AS user_id FROM {STRAYS} {only_role} ORDER BY users.id LIMIT ?4");
    let query = of_strays(text, search, workspace, after, limit);
    Ok(query.load::<Id>(connection)?.into_iter().map(|found| found.user_id).collect())
}

/// How many these are.
pub(super) fn count_strays(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    workspace: &str,
) -> QueryResult<i64> {
    let only_role = only_role(search).replace('?', "?5");
    let text = format!("SELECT count(*) AS number FROM (SELECT 1 FROM {STRAYS} {only_role} LIMIT ?4)");
    let query = of_strays(text, search, workspace, "", i64::MAX);
    query.get_result::<Number>(connection).map(|found| found.number)
}

/// Everyone who matches, in whatever list, each once and by id, behind this id.
pub(super) fn of_everyone(
    connection: &mut SqliteConnection,
    search: &Search<'_>,
    grams: &str,
    after: &str,
) -> QueryResult<Vec<String>> {
    let (users, only_role) = (users_of_index(search), only_role(search));
    let text = format!(
        "SELECT search_index.user_id AS user_id FROM search_grams \
             CROSS JOIN search_index ON search_index.number = search_grams.rowid {users} \
             WHERE search_grams MATCH ? AND search_index.user_id > ? {only_role} \
         UNION SELECT users.id FROM search_strays CROSS JOIN users ON users.id = search_strays.user_id \
             WHERE instr(users.search_text, ?) > 0 AND users.id > ? {only_role} \
         UNION SELECT users.id FROM users WHERE users.id > max(?, (SELECT last_id FROM search_places WHERE place = 0)) \
             AND instr(users.search_text, ?) > 0 {only_role} ORDER BY 1"
    );
    let query = sql_query(text).into_boxed::<Sqlite>().bind::<Text, _>(grams).bind::<Text, _>(after);
    let query = with_role(query, search).bind::<Text, _>(search.term).bind::<Text, _>(after);
    let query = with_role(query, search).bind::<Text, _>(after).bind::<Text, _>(search.term);
    Ok(with_role(query, search).load::<Id>(connection)?.into_iter().map(|found| found.user_id).collect())
}
