//! How many users there are.

use diesel::dsl::count;
use diesel::expression_methods::AggregateExpressionMethods;
use diesel::prelude::*;
use users::WorkspaceId;
use users::page::Scope;

use super::filter::{Narrowed, narrow};
use crate::connection::{AnyConnection, MultiBackend};
use crate::schema::{memberships, users as table};

/// How many users of the scope pass the filter.
pub(crate) fn count_users(connection: &mut AnyConnection, scope: &Scope, filter: &Narrowed) -> QueryResult<i64> {
    match scope {
        Scope::Installation => {
            narrow!(table::table.count().into_boxed::<MultiBackend>(), filter).get_result(connection)
        }
        Scope::Members(workspaces) => match workspaces.as_slice() {
            [] => Ok(0),
            [workspace] => members(connection, workspace, filter),
            workspaces => members_of_any(connection, workspaces, filter),
        },
    }
}

fn members(connection: &mut AnyConnection, workspace: &WorkspaceId, filter: &Narrowed) -> QueryResult<i64> {
    let is_member = memberships::workspace_id.eq(workspace.as_str());
    if filter.is_open() {
        return memberships::table.filter(is_member).count().get_result(connection);
    }
    let members = memberships::table.inner_join(table::table).filter(is_member).count();
    narrow!(members.into_boxed::<MultiBackend>(), filter, members).get_result(connection)
}

fn members_of_any(connection: &mut AnyConnection, workspaces: &[WorkspaceId], filter: &Narrowed) -> QueryResult<i64> {
    let is_member = memberships::workspace_id.eq_any(workspaces.iter().map(WorkspaceId::as_str));
    let each_once = count(memberships::user_id).aggregate_distinct();
    if filter.is_open() {
        return memberships::table.filter(is_member).select(each_once).get_result(connection);
    }
    let members = memberships::table.inner_join(table::table).filter(is_member).select(each_once);
    narrow!(members.into_boxed::<MultiBackend>(), filter, members).get_result(connection)
}
