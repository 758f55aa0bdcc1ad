//! Where a page behind an offset begins. Only ids are stepped over, which an index holds side by side.

use diesel::prelude::*;
use users::WorkspaceId;
use users::page::Scope;

use super::blocks;
use super::filter::{List, Narrowed, narrow};
#[cfg(feature = "postgres")]
use super::walk;
use crate::connection::{AnyConnection, MultiBackend};
use crate::schema::{memberships, users as table};

/// The last of the first `count` users of the scope; `None` if there are not that many. `count` is at least 1.
pub(super) fn user_before(
    connection: &mut AnyConnection,
    scope: &Scope,
    filter: &Narrowed,
    count: u64,
) -> QueryResult<Option<String>> {
    // Beyond what a database counts to, there is nobody.
    let Ok(offset) = i64::try_from(count - 1) else { return Ok(None) };
    if let Some(list) = List::of(scope, filter) {
        return match connection {
            AnyConnection::Sqlite(file) => blocks::user_at(file, list, offset),
            #[cfg(feature = "postgres")]
            AnyConnection::Postgres(_) => walk::user_at(connection, list, offset),
        };
    }
    match scope {
        Scope::Installation => everyone(connection, filter, offset),
        Scope::Members(workspaces) => match workspaces.as_slice() {
            [] => Ok(None),
            [workspace] => members(connection, workspace, filter, offset),
            workspaces => members_of_any(connection, workspaces, filter, offset),
        },
    }
}

fn everyone(connection: &mut AnyConnection, filter: &Narrowed, offset: i64) -> QueryResult<Option<String>> {
    let ids = table::table.order(table::id).select(table::id).limit(1).offset(offset);
    narrow!(ids.into_boxed::<MultiBackend>(), filter, table::role).get_result(connection).optional()
}

fn members(
    connection: &mut AnyConnection,
    workspace: &WorkspaceId,
    filter: &Narrowed,
    offset: i64,
) -> QueryResult<Option<String>> {
    let is_member = memberships::workspace_id.eq(workspace.as_str());
    let ids = memberships::table.inner_join(table::table).filter(is_member).select(memberships::user_id);
    let ids = ids.order(memberships::user_id).limit(1).offset(offset);
    narrow!(ids.into_boxed::<MultiBackend>(), filter, memberships::role).get_result(connection).optional()
}

fn members_of_any(
    connection: &mut AnyConnection,
    workspaces: &[WorkspaceId],
    filter: &Narrowed,
    offset: i64,
) -> QueryResult<Option<String>> {
    let is_member = memberships::workspace_id.eq_any(workspaces.iter().map(WorkspaceId::as_str));
    if filter.term.is_none() {
        let ids = memberships::table.filter(is_member).select(memberships::user_id).distinct();
        let ids = ids.order(memberships::user_id).limit(1).offset(offset).into_boxed::<MultiBackend>();
        return narrow!(@role ids, filter, memberships::role).get_result(connection).optional();
    }
    let ids = memberships::table.inner_join(table::table).filter(is_member).select(memberships::user_id).distinct();
    let ids = ids.order(memberships::user_id).limit(1).offset(offset);
    narrow!(ids.into_boxed::<MultiBackend>(), filter, memberships::role).get_result(connection).optional()
}
