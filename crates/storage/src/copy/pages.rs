//! How each table is walked, in the order of its primary key, and how its rows are added.

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::backends::insert;
use super::marker::MARKER;
use super::rows::{Fact, Key, Membership, Message, User, Workspace};
use crate::connection::AnyConnection;
use crate::schema::{facts, keys, memberships, outbox, users, workspaces};
use crate::writer::PROBE;

/// How many rows a batch has at most. A row of `users` binds 26 values, and SQLite takes 32,766 in a statement, others 65,535.
pub(super) const ROWS: i64 = 500;

/// What the large columns of a batch come to at most, unless a single row has more.
const BYTES: i64 = 4 << 20;

/// What belongs to a store rather than to the directory in it: the note of an unfinished copy, and what a server writes to
/// learn whether it can. The latter appears in a source after a lock was held against the server, and must not pass for a change.
const OF_THE_STORE: [&str; 2] = [MARKER, PROBE];

/// A row of a table that is copied.
pub(super) trait Row: Serialize + Sized {
    /// The table.
    const TABLE: &'static str;
    /// Its primary key.
    type Key: Serialize + DeserializeOwned;

    /// The primary key.
    fn key(&self) -> Self::Key;

    /// At most `limit` rows behind `after`, by primary key.
    fn page(connection: &mut AnyConnection, after: Option<&Self::Key>, limit: i64) -> QueryResult<Vec<Self>>;

    /// Adds the rows. Says how many were added.
    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize>;

    /// How many rows the table has.
    fn count(connection: &mut AnyConnection) -> QueryResult<i64>;

    /// How many rows behind `after` fit into memory.
    fn limit(_: &mut AnyConnection, _: Option<&Self::Key>) -> QueryResult<i64> {
        Ok(ROWS)
    }
}

impl Row for Workspace {
    const TABLE: &'static str = "workspaces";
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }

    fn page(connection: &mut AnyConnection, after: Option<&String>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = workspaces::table.order(workspaces::id).limit(limit);
        match after {
            None => page.load(connection),
            Some(id) => page.filter(workspaces::id.gt(id)).load(connection),
        }
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, workspaces::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        workspaces::table.select(count_star()).get_result(connection)
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The length of a text in bytes, which a database knows without reading the text.
    fn octet_length(text: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}

impl Row for User {
    const TABLE: &'static str = "users";
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }

    fn page(connection: &mut AnyConnection, after: Option<&String>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = users::table.order(users::id).limit(limit);
        match after {
            None => page.load(connection),
            Some(id) => page.filter(users::id.gt(id)).load(connection),
        }
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, users::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        users::table.select(count_star()).get_result(connection)
    }

    /// The free objects may have 256 KiB each; everything else is small.
    fn limit(connection: &mut AnyConnection, after: Option<&String>) -> QueryResult<i64> {
        let objects = (octet_length(users::preferences), octet_length(users::settings), octet_length(users::metadata));
        let sizes = users::table.order(users::id).limit(ROWS).select(objects);
        let sizes: Vec<(i32, i32, i32)> = match after {
            None => sizes.load(connection)?,
            Some(id) => sizes.filter(users::id.gt(id)).load(connection)?,
        };
        let (mut rows, mut bytes) = (0, 0);
        for (preferences, settings, metadata) in sizes {
            bytes += i64::from(preferences) + i64::from(settings) + i64::from(metadata);
            if rows > 0 && bytes > BYTES {
                break;
            }
            rows += 1;
        }
        Ok(rows)
    }
}

impl Row for Membership {
    const TABLE: &'static str = "memberships";
    type Key = (String, String);

    fn key(&self) -> (String, String) {
        (self.workspace_id.clone(), self.user_id.clone())
    }

    /// The rest of the workspace, then those behind it: each is one step down the index, however large the workspace.
    fn page(connection: &mut AnyConnection, after: Option<&(String, String)>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = memberships::table.order((memberships::workspace_id, memberships::user_id));
        let Some((workspace, user)) = after else { return page.limit(limit).load(connection) };
        let rest = memberships::workspace_id.eq(workspace).and(memberships::user_id.gt(user));
        let mut rows: Vec<Self> = page.filter(rest).limit(limit).load(connection)?;
        let missing = limit - i64::try_from(rows.len()).unwrap_or(limit);
        if missing > 0 {
            let behind = page.filter(memberships::workspace_id.gt(workspace)).limit(missing);
            rows.append(&mut behind.load(connection)?);
        }
        Ok(rows)
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, memberships::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        memberships::table.select(count_star()).get_result(connection)
    }
}

impl Row for Key {
    const TABLE: &'static str = "keys";
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }

    fn page(connection: &mut AnyConnection, after: Option<&String>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = keys::table.order(keys::id).limit(limit);
        match after {
            None => page.load(connection),
            Some(id) => page.filter(keys::id.gt(id)).load(connection),
        }
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, keys::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        keys::table.select(count_star()).get_result(connection)
    }
}

impl Row for Message {
    const TABLE: &'static str = "outbox";
    type Key = i64;

    fn key(&self) -> i64 {
        self.id
    }

    fn page(connection: &mut AnyConnection, after: Option<&i64>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = outbox::table.order(outbox::id).limit(limit);
        match after {
            None => page.load(connection),
            Some(id) => page.filter(outbox::id.gt(*id)).load(connection),
        }
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, outbox::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        outbox::table.select(count_star()).get_result(connection)
    }
}

impl Row for Fact {
    const TABLE: &'static str = "facts";
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }

    fn page(connection: &mut AnyConnection, after: Option<&String>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = facts::table.filter(facts::name.ne_all(OF_THE_STORE)).order(facts::name).limit(limit);
        match after {
            None => page.load(connection),
            Some(name) => page.filter(facts::name.gt(name)).load(connection),
        }
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
        insert!(connection, facts::table, rows)
    }

    fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
        facts::table.filter(facts::name.ne_all(OF_THE_STORE)).select(count_star()).get_result(connection)
    }
}
