//! How each table is walked, in the order of its primary key, and how its rows are added.

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::backends::insert;
use super::marker::MARKER;
use super::rows::{Attempt, Claim, Fact, Key, Membership, Message, Token, User, Workspace};
use crate::connection::AnyConnection;
use crate::schema::{attempts, claims, facts, keys, memberships, outbox, tokens, users, workspaces};
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

    /// How many rows behind `after` are to be in memory at once.
    fn limit(_: &mut AnyConnection, _: Option<&Self::Key>) -> QueryResult<i64> {
        Ok(ROWS)
    }
}

/// A table whose primary key is one column. Facts are only those of the directory; of what may be large, only so much at once.
macro_rules! row {
    ($row:ident in $table:ident by $key:ident: $type:ty $(, only $filter:expr)? $(, limited by $limit:path)?) => {
        impl Row for $row {
            const TABLE: &'static str = stringify!($table);
            type Key = $type;

            fn key(&self) -> $type {
                self.$key.clone()
            }

            fn page(connection: &mut AnyConnection, after: Option<&$type>, limit: i64) -> QueryResult<Vec<Self>> {
                let page = $table::table$(.filter($filter))?.order($table::$key).limit(limit);
                match after {
                    None => page.load(connection),
                    Some(key) => page.filter($table::$key.gt(key)).load(connection),
                }
            }

            fn insert(connection: &mut AnyConnection, rows: &[Self]) -> QueryResult<usize> {
                insert!(connection, $table::table, rows)
            }

            fn count(connection: &mut AnyConnection) -> QueryResult<i64> {
                $table::table$(.filter($filter))?.select(count_star()).get_result(connection)
            }

            $(fn limit(connection: &mut AnyConnection, after: Option<&$type>) -> QueryResult<i64> {
                $limit(connection, after)
            })?
        }
    };
}

row!(Workspace in workspaces by id: String);
row!(User in users by id: String, limited by fitting_users);
row!(Key in keys by id: String);
row!(Attempt in attempts by subject: String);
row!(Message in outbox by id: String);
row!(Token in tokens by hash: String);
row!(Claim in claims by id: String, limited by fitting_claims);
row!(Fact in facts by name: String, only facts::name.ne_all(OF_THE_STORE));

impl Row for Membership {
    const TABLE: &'static str = "memberships";
    type Key = (String, String);

    fn key(&self) -> (String, String) {
        (self.workspace_id.clone(), self.user_id.clone())
    }

    /// The rest of the workspace, then those behind it: each is one step down the index, however large the workspace.
    fn page(connection: &mut AnyConnection, after: Option<&(String, String)>, limit: i64) -> QueryResult<Vec<Self>> {
        let page = memberships::table.select((memberships::workspace_id, memberships::user_id));
        let page = page.order((memberships::workspace_id, memberships::user_id));
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

#[diesel::declare_sql_function]
extern "SQL" {
    /// The length of a text in bytes, which a database knows without reading the text.
    fn octet_length(
        text: diesel::sql_types::Nullable<diesel::sql_types::Text>,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Integer>;
}

/// The free objects may have 256 KiB each; everything else is small.
fn fitting_users(connection: &mut AnyConnection, after: Option<&String>) -> QueryResult<i64> {
    let sizes = users::table.order(users::id).limit(ROWS).select((
        octet_length(users::preferences.nullable()),
        octet_length(users::settings.nullable()),
        octet_length(users::metadata.nullable()),
    ));
    let sizes: Vec<(Option<i32>, Option<i32>, Option<i32>)> = match after {
        None => sizes.load(connection)?,
        Some(id) => sizes.filter(users::id.gt(id)).load(connection)?,
    };
    Ok(fitting(sizes.into_iter().map(|(preferences, settings, metadata)| [preferences, settings, metadata])))
}

/// An answer tells of a user, and so has its free objects; everything else is small.
fn fitting_claims(connection: &mut AnyConnection, after: Option<&String>) -> QueryResult<i64> {
    let sizes = claims::table.order(claims::id).limit(ROWS).select(octet_length(claims::answer));
    let sizes: Vec<Option<i32>> = match after {
        None => sizes.load(connection)?,
        Some(id) => sizes.filter(claims::id.gt(id)).load(connection)?,
    };
    Ok(fitting(sizes.into_iter().map(|answer| [answer])))
}

/// How many rows with large columns of these lengths are to be in memory at once.
fn fitting<const N: usize>(sizes: impl Iterator<Item = [Option<i32>; N]>) -> i64 {
    let (mut rows, mut bytes) = (0, 0);
    for row in sizes {
        bytes += row.into_iter().flatten().map(i64::from).sum::<i64>();
        if rows > 0 && bytes > BYTES {
            break;
        }
        rows += 1;
    }
    rows
}
