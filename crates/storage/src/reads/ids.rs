//! The ids of a page. Without a term, an index holds them side by side.

use diesel::prelude::*;
use users::WorkspaceId;

use super::filter::{Narrowed, narrow};
use crate::connection::{AnyConnection, MultiBackend, natively};
use crate::schema::{memberships, users as table};

/// At most `limit` ids of all users who pass the filter, behind this one.
pub(super) fn everyone(
    connection: &mut AnyConnection,
    filter: &Narrowed,
    after: &str,
    limit: u32,
) -> QueryResult<Vec<String>> {
    let ids = table::table.filter(table::id.gt(after)).order(table::id).limit(limit.into()).select(table::id);
    match (&filter.term, &filter.role) {
        (None, None) => natively!(connection, own => ids.load(own)),
        (None, Some(role)) => natively!(connection, own => ids.filter(table::role.eq(role)).load(own)),
        (Some(_), _) => narrow!(ids.into_boxed::<MultiBackend>(), filter, table::role).load(connection),
    }
}

/// At most `limit` ids of the members of a workspace who pass the filter, behind this one.
pub(super) fn members(
    connection: &mut AnyConnection,
    workspace: &WorkspaceId,
    filter: &Narrowed,
    after: &str,
    limit: u32,
) -> QueryResult<Vec<String>> {
    /// Their ids, of whatever has memberships in it.
    macro_rules! ids {
        ($members:expr) => {
            $members
                .filter(memberships::workspace_id.eq(workspace.as_str()))
                .filter(memberships::user_id.gt(after))
                .order(memberships::user_id)
                .limit(limit.into())
                .select(memberships::user_id)
        };
    }
    let ids = ids!(memberships::table);
    match (&filter.term, &filter.role) {
        (None, None) => natively!(connection, own => ids.load(own)),
        (None, Some(role)) => natively!(connection, own => ids.filter(memberships::role.eq(role)).load(own)),
        (Some(_), _) => {
            let ids = ids!(memberships::table.inner_join(table::table)).into_boxed::<MultiBackend>();
            narrow!(ids, filter, memberships::role).load(connection)
        }
    }
}
