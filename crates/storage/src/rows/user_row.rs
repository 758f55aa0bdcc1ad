//! Users.

use diesel::prelude::{AsChangeset, Insertable, Queryable};
use users::error::Result;
use users::json::FreeObject;
use users::page::Search;
use users::password::PasswordHash;
use users::ports::{Credentials, Principal};
use users::profile::{AvatarUrl, Bio, Department, FullName, Locale, Timezone, Username};
use users::{Email, RoleName, Roles, Status, User, UserId, WorkspaceId};

use super::{damaged, list, list_text, time};
use crate::schema::users as table;

/// A user as read.
#[derive(Debug, Queryable)]
pub(crate) struct UserRow {
    pub id: String,
    revision: i64,
    email: String,
    email_key: String,
    verified: bool,
    username: String,
    full_name: Option<String>,
    status: String,
    roles: String,
    department: Option<String>,
    timezone: Option<String>,
    locale: Option<String>,
    auth_provider: Option<String>,
    created_at: i64,
    updated_at: i64,
    last_login: Option<i64>,
    default_workspace_id: Option<String>,
    avatar_url: Option<String>,
    bio: Option<String>,
    preferences: String,
    settings: String,
    metadata: String,
}

/// Names the columns to select: as a type and as its one value.
macro_rules! columns {
    ($($column:ident),+ $(,)?) => {
        type UserColumns = ($(table::$column,)+);

        /// The columns of [`UserRow`], in its order.
        pub(crate) const USER_COLUMNS: UserColumns = ($(table::$column,)+);
    };
}

columns! {
    id, revision, email, email_key, verified, username, full_name, status, roles, department, timezone, locale,
    auth_provider, created_at, updated_at, last_login, default_workspace_id, avatar_url, bio, preferences, settings, metadata
}

/// The columns of [`PrincipalRow`], in its order.
pub(crate) const PRINCIPAL_COLUMNS: (table::status, table::roles, table::default_workspace_id) =
    (table::status, table::roles, table::default_workspace_id);

/// What counts of a user where its key is used, as read.
#[derive(Debug, Queryable)]
pub(crate) struct PrincipalRow {
    status: String,
    roles: String,
    default_workspace_id: Option<String>,
}

impl PrincipalRow {
    /// The part of the record.
    pub fn into_principal(self) -> Result<Principal> {
        Ok(Principal {
            status: status(&self.status)?,
            roles: roles(&self.roles)?,
            default_workspace: self.default_workspace_id.map(WorkspaceId::from_stored),
        })
    }
}

/// What decides whether a user may sign in, as read.
#[derive(Debug, Queryable)]
pub(crate) struct CredentialsRow {
    id: String,
    status: String,
    password_hash: Option<String>,
    default_workspace_id: Option<String>,
}

impl CredentialsRow {
    /// The part of the record.
    pub fn into_credentials(self) -> Result<Credentials> {
        Ok(Credentials {
            user: UserId::from_stored(self.id),
            status: status(&self.status)?,
            password: self.password_hash.map(PasswordHash::from_stored),
            home: self.default_workspace_id.map(WorkspaceId::from_stored),
        })
    }
}

fn status(text: &str) -> Result<Status> {
    Status::parse(text).ok_or_else(|| damaged("status"))
}

fn roles(text: &str) -> Result<Roles> {
    let names = list(text, "roles")?.into_iter().map(RoleName::from_stored).collect();
    Roles::from_stored(names).ok_or_else(|| damaged("roles"))
}

impl UserRow {
    /// The record.
    pub fn into_user(self) -> Result<User> {
        Ok(User {
            id: UserId::from_stored(self.id),
            revision: self.revision,
            email: Email::from_stored(self.email, self.email_key),
            verified: self.verified,
            username: Username::from_stored(self.username),
            full_name: self.full_name.map(FullName::from_stored),
            status: status(&self.status)?,
            roles: roles(&self.roles)?,
            department: self.department.map(Department::from_stored),
            avatar_url: self.avatar_url.map(AvatarUrl::from_stored),
            bio: self.bio.map(Bio::from_stored),
            timezone: self.timezone.map(Timezone::from_stored),
            locale: self.locale.map(Locale::from_stored),
            auth_provider: self.auth_provider,
            preferences: FreeObject::from_stored(self.preferences),
            settings: FreeObject::from_stored(self.settings),
            metadata: FreeObject::from_stored(self.metadata),
            created_at: time(self.created_at, "time of creation")?,
            updated_at: time(self.updated_at, "time of change")?,
            last_login: self.last_login.map(|micros| time(micros, "time of sign-in")).transpose()?,
            default_workspace: self.default_workspace_id.map(WorkspaceId::from_stored),
        })
    }
}

/// A user as written: all but the password. An absent value is written as such.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = table, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct UserRowChange<'a> {
    id: &'a str,
    revision: i64,
    email: &'a str,
    email_key: &'a str,
    verified: bool,
    username: &'a str,
    username_key: String,
    full_name: Option<&'a str>,
    status: &'a str,
    role: &'a str,
    roles: String,
    department: Option<&'a str>,
    timezone: Option<&'a str>,
    locale: Option<&'a str>,
    auth_provider: Option<&'a str>,
    created_at: i64,
    updated_at: i64,
    last_login: Option<i64>,
    default_workspace_id: Option<&'a str>,
    search_text: String,
    avatar_url: Option<&'a str>,
    bio: Option<&'a str>,
    preferences: &'a str,
    settings: &'a str,
    metadata: &'a str,
}

impl<'a> From<&'a User> for UserRowChange<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id.as_str(),
            revision: user.revision,
            email: user.email.as_str(),
            email_key: user.email.key(),
            verified: user.verified,
            username: user.username.as_str(),
            username_key: user.username.key(),
            full_name: user.full_name.as_ref().map(FullName::as_str),
            status: user.status.as_str(),
            role: user.shown_role().as_str(),
            roles: list_text(user.roles.iter().map(RoleName::as_str)),
            department: user.department.as_ref().map(Department::as_str),
            timezone: user.timezone.as_ref().map(Timezone::as_str),
            locale: user.locale.as_ref().map(Locale::as_str),
            auth_provider: user.auth_provider.as_deref(),
            created_at: user.created_at.micros(),
            updated_at: user.updated_at.micros(),
            last_login: user.last_login.map(users::Timestamp::micros),
            default_workspace_id: user.default_workspace.as_ref().map(WorkspaceId::as_str),
            search_text: Search::text_of(user),
            avatar_url: user.avatar_url.as_ref().map(AvatarUrl::as_str),
            bio: user.bio.as_ref().map(Bio::as_str),
            preferences: user.preferences.as_str(),
            settings: user.settings.as_str(),
            metadata: user.metadata.as_str(),
        }
    }
}
