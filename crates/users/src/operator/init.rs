//! The first administrator.

use super::keys::{KeyRequest, create_key};
use super::workspaces::insert_workspace;
use super::{NewKey, Operator, OperatorError};
use crate::error::UserError;
use crate::id::{UserId, WorkspaceId};
use crate::json::FreeObject;
use crate::key::KeyReach;
use crate::ports::{Lock, Store};
use crate::profile::Username;
use crate::service::{NewUser, insert};
use crate::workspace::Workspace;
use crate::{Email, PresentedKey};

/// Who the first administrator will be, and what the first workspace will be called.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// Its e-mail address.
    pub email: Email,
    /// Its username.
    pub username: Username,
    /// The first workspace.
    pub workspace_name: String,
}

/// A store that can be served.
#[derive(Debug)]
pub struct Initialised {
    /// The first workspace.
    pub workspace: WorkspaceId,
    /// The administrator.
    pub user: UserId,
    /// Its key, which reaches the installation. To be shown once.
    pub key: PresentedKey,
}

impl<S: Store> Operator<S> {
    /// Makes the first workspace, the first administrator and its key.
    ///
    /// # Errors
    /// `HasAdministrator` on a store that has an active one; `Usage` for a bad name.
    pub fn init(&self, administrator: Administrator) -> Result<Initialised, OperatorError> {
        Workspace::check_name(&administrator.workspace_name)
            .map_err(|e| OperatorError::Usage(format!("the workspace's name {e}")))?;
        let act = self.act();
        let workspace = Workspace {
            id: self.environment.randomness.uuid().into(),
            name: administrator.workspace_name,
            created_at: act.at,
        };
        let user = UserId::from(self.environment.randomness.uuid());
        let secret = self.random_key()?;
        let request = KeyRequest {
            name: "first administrator".to_owned(),
            reach: KeyReach::Installation,
            owner: Some(user.as_str().to_owned()),
            permissions: None,
            expires_at: None,
            plan: None,
        };
        let role = self.policy.administrator().clone();
        let roles = self.policy.roles([role.clone()]);
        let roles = roles.ok_or_else(|| UserError::Internal("no role is defined".to_owned()))?;
        let initialised = Initialised { workspace: workspace.id.clone(), user: user.clone(), key: secret.clone() };
        let new = first_user(administrator.email, administrator.username);
        let done = self.store.write(move |tx| {
            tx.lock(Lock::Administrators)?;
            if tx.has_active_with_role(&role, None)? {
                return Ok(false);
            }
            insert_workspace(tx, &workspace, &act)?;
            insert(tx, &new, &user, &roles, None, &workspace.id, &act)?;
            create_key(tx, &secret, &request, &act).map(|_: NewKey| true)
        })?;
        if done { Ok(initialised) } else { Err(OperatorError::HasAdministrator) }
    }
}

fn first_user(email: Email, username: Username) -> NewUser {
    NewUser {
        email,
        username: Some(username),
        password: None,
        full_name: None,
        avatar_url: None,
        bio: None,
        timezone: None,
        locale: None,
        department: None,
        preferences: FreeObject::empty(),
        settings: FreeObject::empty(),
        metadata: FreeObject::empty(),
        roles: None,
        invite: false,
        workspace: None,
    }
}
