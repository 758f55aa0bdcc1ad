//! Single records, and the short lists. On unique keys `get_result`, not `first`: that would bind a LIMIT, which makes
//! SQLite prepare the statement anew at each call.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Text;
use users::key::KeyId;
use users::ports::Login;
use users::{RoleName, UserId};

use crate::connection::{AnyConnection, natively};
use crate::rows::{
    BETWEEN_IDS, ClaimRow, CredentialsRow, FoundRow, KeyRow, OWNER, OwnedKeyRow, PRINCIPAL_COLUMNS, PrincipalRow,
    USER_COLUMNS, UserRow, WorkspaceRow,
};
use crate::schema::{claims, facts, keys, memberships, users as table, workspaces};

#[diesel::declare_sql_function]
extern "SQL" {
    /// All of a group, behind one another with that in between (both backends call it so).
    #[aggregate]
    fn string_agg(each: Text, between: Text) -> Nullable<Text>;
}

/// The ids of the workspaces of these memberships, in one text: a row for each would bring a whole user with it.
macro_rules! workspaces {
    ($which:expr) => {
        memberships::table.filter($which).select(string_agg(memberships::workspace_id, BETWEEN_IDS)).single_value()
    };
}

/// A key's columns, those of its owner that count, and where that one is a member if the key reaches there.
macro_rules! owned_key_columns {
    () => {{
        let reached = workspaces!(memberships::user_id.nullable().eq(keys::owner_id).and(keys::reach.eq(OWNER)));
        (keys::all_columns, PRINCIPAL_COLUMNS.nullable(), reached)
    }};
}

pub(crate) fn user(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<UserRow>> {
    natively!(connection, own => table::table.find(id).select(USER_COLUMNS).get_result(own)).optional()
}

/// A user, and where it is a member, all in one text.
pub(crate) fn user_and_workspaces(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<FoundRow>> {
    let memberships = workspaces!(memberships::user_id.eq(table::id));
    let found = table::table.find(id).select((USER_COLUMNS, memberships));
    natively!(connection, own => found.get_result(own)).optional()
}

pub(crate) fn principal(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<PrincipalRow>> {
    let of_user = table::table.find(id).select(PRINCIPAL_COLUMNS);
    natively!(connection, own => of_user.get_result(own)).optional()
}

pub(crate) fn user_by_email_key(connection: &mut AnyConnection, key: &str) -> QueryResult<Option<UserRow>> {
    let user = table::table.filter(table::email_key.eq(key)).select(USER_COLUMNS);
    natively!(connection, own => user.get_result(own)).optional()
}

pub(crate) fn username_key_taken(connection: &mut AnyConnection, key: &str) -> QueryResult<bool> {
    let taken = diesel::select(exists(table::table.filter(table::username_key.eq(key))));
    natively!(connection, own => taken.get_result(own))
}

pub(crate) fn credentials(connection: &mut AnyConnection, login: Login<'_>) -> QueryResult<Option<CredentialsRow>> {
    let columns = (table::id, table::status, table::password_hash, table::default_workspace_id);
    match login {
        Login::Email(key) => table::table.filter(table::email_key.eq(key)).select(columns).get_result(connection),
        Login::Username(key) => table::table.filter(table::username_key.eq(key)).select(columns).get_result(connection),
    }
    .optional()
}

pub(crate) fn password_hash(connection: &mut AnyConnection, user: &str) -> QueryResult<Option<String>> {
    let hash = table::table.find(user).select(table::password_hash).get_result(connection).optional()?;
    Ok(hash.flatten())
}

pub(crate) fn has_active_with_role(
    connection: &mut AnyConnection,
    role: &RoleName,
    except: Option<&UserId>,
) -> QueryResult<bool> {
    // No user has the empty id.
    let except = except.map_or("", UserId::as_str);
    let active =
        table::table.filter(table::role.eq(role.as_str())).filter(table::status.eq(users::Status::Active.as_str()));
    // In this order there is one index only; whether anybody exists could be asked of all users, one after the other.
    let others = active.filter(table::id.ne(except)).order((table::role, table::id)).select(table::id).limit(1);
    others.get_result::<String>(connection).optional().map(|other| other.is_some())
}

pub(crate) fn key(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<KeyRow>> {
    natively!(connection, own => keys::table.find(id).get_result(own)).optional()
}

/// A key, what counts of its owner if it has one who is there, and where that one is a member if the key reaches there.
pub(crate) fn owned_key(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<OwnedKeyRow>> {
    let found = keys::table.left_join(table::table).filter(keys::id.eq(id));
    let found = found.select(owned_key_columns!());
    natively!(connection, own => found.get_result(own)).optional()
}

/// The same, with a user that is asked for if it is there, and where that is a member.
pub(crate) fn owned_key_and_user(
    connection: &mut AnyConnection,
    id: &str,
    user: &str,
) -> QueryResult<Option<(OwnedKeyRow, Option<FoundRow>)>> {
    let asked = diesel::alias!(table as asked);
    let memberships = workspaces!(memberships::user_id.eq(asked.field(table::id)));
    let found = keys::table.left_join(table::table).left_join(asked.on(asked.field(table::id).eq(user.to_owned())));
    let user = (asked.fields(USER_COLUMNS), memberships).nullable();
    let found = found.filter(keys::id.eq(id)).select((owned_key_columns!(), user));
    natively!(connection, own => found.get_result(own)).optional()
}

pub(crate) fn keys(connection: &mut AnyConnection) -> QueryResult<Vec<KeyRow>> {
    keys::table.filter(keys::session.eq(false)).order((keys::created_at, keys::id)).load(connection)
}

pub(crate) fn sessions(
    connection: &mut AnyConnection,
    after: Option<(i64, &str)>,
    limit: i64,
) -> QueryResult<Vec<KeyRow>> {
    // No key has the empty id.
    let (end, id) = after.unwrap_or((i64::MIN, ""));
    let later = keys::expires_at.gt(end).or(keys::expires_at.eq(end).and(keys::id.gt(id)));
    let sessions = keys::table.filter(keys::session.eq(true)).filter(keys::expires_at.ge(end)).filter(later);
    sessions.order((keys::expires_at, keys::id)).limit(limit).load(connection)
}

pub(crate) fn owners(connection: &mut AnyConnection, keys: &[KeyId]) -> QueryResult<Vec<(String, Option<String>)>> {
    let owned = keys::table.filter(keys::id.eq_any(keys.iter().map(KeyId::as_str)));
    owned.filter(keys::owner_id.is_not_null()).select((keys::id, keys::owner_id)).load(connection)
}

pub(crate) fn claim(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<ClaimRow>> {
    claims::table.find(id).get_result(connection).optional()
}

pub(crate) fn workspace(connection: &mut AnyConnection, id: &str) -> QueryResult<Option<WorkspaceRow>> {
    natively!(connection, own => workspaces::table.find(id).get_result(own)).optional()
}

pub(crate) fn workspaces(connection: &mut AnyConnection) -> QueryResult<Vec<WorkspaceRow>> {
    workspaces::table.order((workspaces::created_at, workspaces::id)).load(connection)
}

pub(crate) fn fact(connection: &mut AnyConnection, name: &str) -> QueryResult<Option<String>> {
    facts::table.find(name).select(facts::value).get_result(connection).optional()
}

pub(crate) fn workspaces_of(connection: &mut AnyConnection, user: &UserId) -> QueryResult<Vec<String>> {
    let theirs = memberships::table.filter(memberships::user_id.eq(user.as_str()));
    let ids = theirs.order(memberships::workspace_id).select(memberships::workspace_id);
    natively!(connection, own => ids.load(own))
}
