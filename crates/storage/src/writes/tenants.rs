//! Workspaces, memberships and facts.
//!
//! MultiConnection knows no `ON CONFLICT`. On SQLite nobody else writes between a look and the insertion that follows it;
//! where somebody may, the backend has a statement of its own.

use diesel::dsl::exists;
use diesel::prelude::*;
use users::workspace::Workspace;

use crate::connection::AnyConnection;
#[cfg(feature = "postgres")]
use crate::postgres::upsert;
use crate::rows::NewWorkspaceRow;
use crate::schema::{facts, memberships, users as table, workspaces};

pub(crate) fn insert_workspace(connection: &mut AnyConnection, workspace: &Workspace) -> QueryResult<()> {
    diesel::insert_into(workspaces::table).values(NewWorkspaceRow::from(workspace)).execute(connection).map(|_| ())
}

pub(crate) fn add_member(connection: &mut AnyConnection, workspace: &str, user: &str) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(file) => add_member_to_file(file, workspace, user),
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(server) => upsert::add_member(server, workspace, user),
    }
}

fn add_member_to_file(connection: &mut SqliteConnection, workspace: &str, user: &str) -> QueryResult<()> {
    if diesel::select(exists(memberships::table.find((workspace, user)))).get_result(connection)? {
        return Ok(());
    }
    // The schema would see to the role, by writing the row a second time.
    let role = table::table.find(user).select(table::role).get_result::<String>(connection).optional()?;
    let role = memberships::role.eq(role.unwrap_or_default());
    let row = (memberships::workspace_id.eq(workspace), memberships::user_id.eq(user), role);
    diesel::insert_into(memberships::table).values(row).execute(connection).map(|_| ())
}

/// Says how many there were.
pub(crate) fn remove_member(connection: &mut AnyConnection, workspace: &str, user: &str) -> QueryResult<usize> {
    diesel::delete(memberships::table.find((workspace, user))).execute(connection)
}

pub(crate) fn set_fact(connection: &mut AnyConnection, name: &str, value: &str) -> QueryResult<()> {
    #[cfg(feature = "postgres")]
    if let AnyConnection::Postgres(connection) = connection {
        return upsert::set_fact(connection, name, value);
    }
    if diesel::update(facts::table.find(name)).set(facts::value.eq(value)).execute(connection)? > 0 {
        return Ok(());
    }
    let row = (facts::name.eq(name), facts::value.eq(value));
    diesel::insert_into(facts::table).values(row).execute(connection).map(|_| ())
}

pub(crate) fn remove_fact(connection: &mut AnyConnection, name: &str) -> QueryResult<()> {
    diesel::delete(facts::table.find(name)).execute(connection).map(|_| ())
}
