//! Keys.

use diesel::prelude::{Insertable, Queryable};
use users::error::Result;
use users::key::{Key, KeyId, KeyReach, SecretHash};
use users::{Permission, Permissions, UserId, WorkspaceId};

use super::{damaged, list, list_text, time};
use crate::schema::keys as table;

const INSTALLATION: &str = "installation";
const WORKSPACE: &str = "workspace";
/// Of a key that reaches where its owner is a member.
pub(crate) const OWNER: &str = "owner";

/// A key as read: all columns.
#[derive(Queryable)]
pub(crate) struct KeyRow {
    id: String,
    name: String,
    secret_hash: Vec<u8>,
    reach: String,
    workspace_id: Option<String>,
    owner_id: Option<String>,
    permissions: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    pinned: Option<String>,
    plan: Option<String>,
    session: bool,
}

impl KeyRow {
    /// The record.
    pub fn into_key(self) -> Result<Key> {
        let reach = match (self.reach.as_str(), self.workspace_id) {
            (INSTALLATION, None) => KeyReach::Installation,
            (WORKSPACE, Some(id)) => KeyReach::Workspace(WorkspaceId::from_stored(id)),
            (OWNER, None) => KeyReach::Owner,
            _ => return Err(damaged("reach of a key")),
        };
        Ok(Key {
            id: KeyId::from_stored(self.id),
            name: self.name,
            secret: SecretHash::from_stored(self.secret_hash),
            reach,
            owner: self.owner_id.map(UserId::from_stored),
            permissions: self.permissions.as_deref().map(permissions).transpose()?,
            created_at: time(self.created_at, "time of creation")?,
            expires_at: self.expires_at.map(|micros| time(micros, "end of a key")).transpose()?,
            revoked_at: self.revoked_at.map(|micros| time(micros, "time of revocation")).transpose()?,
            pinned: self.pinned,
            plan: self.plan,
            session: self.session,
        })
    }
}

fn permissions(text: &str) -> Result<Permissions> {
    let parse = |name: String| Permission::parse(&name).ok_or_else(|| damaged("permissions of a key"));
    list(text, "permissions of a key")?.into_iter().map(parse).collect()
}

/// A key as written.
#[derive(Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub(crate) struct NewKeyRow<'a> {
    id: &'a str,
    name: &'a str,
    secret_hash: &'a [u8],
    reach: &'a str,
    workspace_id: Option<&'a str>,
    owner_id: Option<&'a str>,
    permissions: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    pinned: Option<&'a str>,
    plan: Option<&'a str>,
    session: bool,
}

impl<'a> From<&'a Key> for NewKeyRow<'a> {
    fn from(key: &'a Key) -> Self {
        let (reach, workspace_id) = match &key.reach {
            KeyReach::Installation => (INSTALLATION, None),
            KeyReach::Workspace(id) => (WORKSPACE, Some(id.as_str())),
            KeyReach::Owner => (OWNER, None),
        };
        Self {
            id: key.id.as_str(),
            name: &key.name,
            secret_hash: key.secret.as_bytes(),
            reach,
            workspace_id,
            owner_id: key.owner.as_ref().map(UserId::as_str),
            permissions: key.permissions.as_ref().map(|all| list_text(all.iter().map(Permission::as_str))),
            created_at: key.created_at.micros(),
            expires_at: key.expires_at.map(users::Timestamp::micros),
            revoked_at: key.revoked_at.map(users::Timestamp::micros),
            pinned: key.pinned.as_deref(),
            plan: key.plan.as_deref(),
            session: key.session,
        }
    }
}
