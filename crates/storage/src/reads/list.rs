//! Pages, by key: behind a known id, every page costs the same. A page behind an offset is the page behind the id there.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use users::WorkspaceId;
use users::page::{Scope, Start};

use super::filter::{Narrowed, narrow};
use super::ids;
use super::offset::user_before;
use super::point::user;
use super::search;
use crate::connection::{AnyConnection, MultiBackend, natively};
#[cfg(feature = "postgres")]
use crate::postgres::searches;
use crate::rows::{USER_COLUMNS, UserRow};
use crate::schema::{memberships, users as table};

/// Comes before every id.
const FIRST: &str = "";

/// So many are found one by one as soon: that statement is prepared once.
const FEW: usize = 8;

/// A statement takes so many ids, as on every backend.
const BOUND_AT_ONCE: usize = 1_000;

/// A page has room for so many rows at most before there are any; more make their own.
const ROOM: usize = 256;

/// At most `limit` users, ordered by id.
pub(crate) fn list_users(
    connection: &mut AnyConnection,
    scope: &Scope,
    filter: &Narrowed,
    start: &Start,
    limit: u32,
) -> QueryResult<Vec<UserRow>> {
    #[cfg(feature = "postgres")]
    searches::plan(connection, filter)?;
    if let AnyConnection::Sqlite(file) = connection
        && let Some(ids) = search::page(file, scope, filter, start, limit)?
    {
        return users_by_ids(connection, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let Some(after) = before(connection, scope, filter, start)? else { return Ok(Vec::new()) };
    match scope {
        Scope::Installation => everyone(connection, filter, &after, limit),
        Scope::Members(workspaces) => {
            merged(workspaces, limit, |workspace| members(connection, workspace, filter, &after, limit), |row| &row.id)
        }
    }
}

/// The id behind which the list begins; `None` if there are not that many.
fn before(
    connection: &mut AnyConnection,
    scope: &Scope,
    filter: &Narrowed,
    start: &Start,
) -> QueryResult<Option<String>> {
    match start {
        Start::Beginning | Start::Skip(0) => Ok(Some(FIRST.to_owned())),
        Start::After(id) => Ok(Some(id.as_str().to_owned())),
        Start::Skip(count) => user_before(connection, scope, filter, *count),
    }
}

/// The ids of the same, on a file: indexes hold them side by side.
pub(crate) fn list_ids(
    connection: &mut AnyConnection,
    scope: &Scope,
    filter: &Narrowed,
    start: &Start,
    limit: u32,
) -> QueryResult<Option<Vec<String>>> {
    match connection {
        AnyConnection::Sqlite(file) => {
            if let Some(ids) = search::page(file, scope, filter, start, limit)? {
                return Ok(Some(ids));
            }
        }
        // Each question is a way there and back.
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(_) => return Ok(None),
    }
    let Some(after) = before(connection, scope, filter, start)? else { return Ok(Some(Vec::new())) };
    match scope {
        Scope::Installation => ids::everyone(connection, filter, &after, limit),
        Scope::Members(workspaces) => {
            merged(workspaces, limit, |workspace| ids::members(connection, workspace, filter, &after, limit), |id| id)
        }
    }
    .map(Some)
}

fn everyone(connection: &mut AnyConnection, filter: &Narrowed, after: &str, limit: u32) -> QueryResult<Vec<UserRow>> {
    let page = table::table.filter(table::id.gt(after)).order(table::id).limit(limit.into()).select(USER_COLUMNS);
    if filter.is_open() {
        return natively!(connection, own => with_room(page.load_iter::<UserRow, DefaultLoadingMode>(own)?, limit));
    }
    narrow!(page.into_boxed::<MultiBackend>(), filter, table::role).load(connection)
}

/// The rows of a page, in room that is made at once: rows are large, and moved when there is too little.
fn with_room(rows: impl Iterator<Item = QueryResult<UserRow>>, limit: u32) -> QueryResult<Vec<UserRow>> {
    let mut page = Vec::with_capacity(ROOM.min(limit as usize));
    for row in rows {
        page.push(row?);
    }
    Ok(page)
}

/// Those of these ids, which are in order, who are there.
pub(crate) fn users_by_ids(connection: &mut AnyConnection, ids: &[&str]) -> QueryResult<Vec<UserRow>> {
    if ids.len() <= FEW {
        return ids.iter().filter_map(|id| user(connection, id).transpose()).collect();
    }
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(BOUND_AT_ONCE) {
        let page = table::table.filter(table::id.eq_any(some)).order(table::id).select(USER_COLUMNS);
        rows.append(&mut page.load(connection)?);
    }
    Ok(rows)
}

/// A page of each workspace, merged: as many steps as the page has users, times the workspaces. One query over all would
/// have to sort every member of them.
fn merged<T>(
    workspaces: &[WorkspaceId],
    limit: u32,
    mut members: impl FnMut(&WorkspaceId) -> QueryResult<Vec<T>>,
    id: impl Fn(&T) -> &String,
) -> QueryResult<Vec<T>> {
    let mut page: Vec<T> = Vec::new();
    for workspace in workspaces {
        page.append(&mut members(workspace)?);
        if workspaces.len() > 1 {
            page.sort_by(|a, b| id(a).cmp(id(b)));
            page.dedup_by(|a, b| id(a) == id(b));
            page.truncate(limit as usize);
        }
    }
    Ok(page)
}

fn members(
    connection: &mut AnyConnection,
    workspace: &WorkspaceId,
    filter: &Narrowed,
    after: &str,
    limit: u32,
) -> QueryResult<Vec<UserRow>> {
    let page = memberships::table
        .inner_join(table::table)
        .filter(memberships::workspace_id.eq(workspace.as_str()))
        .filter(memberships::user_id.gt(after))
        .order(memberships::user_id)
        .limit(limit.into())
        .select(USER_COLUMNS);
    if filter.is_open() {
        return natively!(connection, own => with_room(page.load_iter::<UserRow, DefaultLoadingMode>(own)?, limit));
    }
    narrow!(page.into_boxed::<MultiBackend>(), filter, memberships::role).load(connection)
}
