//! How many users there are. Without a search, nobody is counted: the totals are kept (see the schema's triggers).

use diesel::dsl::count;
use diesel::expression_methods::AggregateExpressionMethods;
use diesel::prelude::*;
use users::WorkspaceId;
use users::page::Scope;

use super::filter::{List, Narrowed, narrow};
use super::search;
use crate::connection::{AnyConnection, MultiBackend, natively};
#[cfg(feature = "postgres")]
use crate::postgres::searches;
use crate::schema::{list_totals, memberships, users as table};

/// How many users of the scope pass the filter.
pub(crate) fn count_users(connection: &mut AnyConnection, scope: &Scope, filter: &Narrowed) -> QueryResult<i64> {
    if let Some(list) = List::of(scope, filter) {
        return total(connection, list);
    }
    #[cfg(feature = "postgres")]
    searches::plan(connection, filter)?;
    if let AnyConnection::Sqlite(file) = connection
        && let Some(count) = search::count(file, scope, filter)?
    {
        return Ok(count);
    }
    match scope {
        Scope::Installation => {
            narrow!(table::table.count().into_boxed::<MultiBackend>(), filter, table::role).get_result(connection)
        }
        Scope::Members(workspaces) => match workspaces.as_slice() {
            [] => Ok(0),
            [workspace] => members(connection, workspace, filter),
            workspaces => members_of_any(connection, workspaces, filter),
        },
    }
}

/// The sum of a list's totals: one for each role, and on PostgreSQL for each of some connections. (Added up here, because there
/// their sum would be a number of another type.)
pub(super) fn total(connection: &mut AnyConnection, list: List<'_>) -> QueryResult<i64> {
    let totals = list_totals::table.filter(list_totals::workspace_id.eq(list.workspace)).select(list_totals::members);
    let totals: Vec<i64> = match list.role {
        "" => natively!(connection, own => totals.load(own))?,
        role => natively!(connection, own => totals.filter(list_totals::role.eq(role)).load(own))?,
    };
    Ok(totals.into_iter().sum())
}

fn members(connection: &mut AnyConnection, workspace: &WorkspaceId, filter: &Narrowed) -> QueryResult<i64> {
    let is_member = memberships::workspace_id.eq(workspace.as_str());
    let members = memberships::table.inner_join(table::table).filter(is_member).count();
    narrow!(members.into_boxed::<MultiBackend>(), filter, memberships::role).get_result(connection)
}

/// Each of them once, so the members have to be looked at.
fn members_of_any(connection: &mut AnyConnection, workspaces: &[WorkspaceId], filter: &Narrowed) -> QueryResult<i64> {
    let is_member = memberships::workspace_id.eq_any(workspaces.iter().map(WorkspaceId::as_str));
    let each_once = count(memberships::user_id).aggregate_distinct();
    if filter.term.is_none() {
        let members = memberships::table.filter(is_member).select(each_once).into_boxed::<MultiBackend>();
        return narrow!(@role members, filter, memberships::role).get_result(connection);
    }
    let members = memberships::table.inner_join(table::table).filter(is_member).select(each_once);
    narrow!(members.into_boxed::<MultiBackend>(), filter, memberships::role).get_result(connection)
}
