//! The ids of a page, where an index holds them side by side.

use diesel::prelude::*;
use users::WorkspaceId;

use crate::connection::{AnyConnection, natively};
use crate::schema::{memberships, users as table};

/// At most `limit` ids of all users, or of those of a role, behind this one.
pub(super) fn everyone(
    connection: &mut AnyConnection,
    role: Option<&str>,
    after: &str,
    limit: u32,
) -> QueryResult<Vec<String>> {
    let ids = table::table.filter(table::id.gt(after)).order(table::id).limit(limit.into()).select(table::id);
    match role {
        None => natively!(connection, own => ids.load(own)),
        Some(role) => natively!(connection, own => ids.filter(table::role.eq(role)).load(own)),
    }
}

/// At most `limit` ids of the members of a workspace, or of those of a role, behind this one.
pub(super) fn members(
    connection: &mut AnyConnection,
    workspace: &WorkspaceId,
    role: Option<&str>,
    after: &str,
    limit: u32,
) -> QueryResult<Vec<String>> {
    let is_behind = memberships::user_id.gt(after);
    let ids = memberships::table.filter(memberships::workspace_id.eq(workspace.as_str())).filter(is_behind);
    let ids = ids.order(memberships::user_id).limit(limit.into()).select(memberships::user_id);
    match role {
        None => natively!(connection, own => ids.load(own)),
        Some(role) => natively!(connection, own => ids.filter(memberships::role.eq(role)).load(own)),
    }
}
