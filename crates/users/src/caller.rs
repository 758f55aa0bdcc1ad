//! Who asks.

use crate::error::{Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::key::{KeyId, KeyReach};
use crate::page::Scope;
use crate::ports::{OwnedKey, Principal, Reads};
use crate::role::{Permissions, RolePolicy};
use crate::time::Timestamp;
use crate::user::Status;

/// How far a caller reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everyone in the installation.
    Installation,
    /// The members of these workspaces.
    Workspaces(Vec<WorkspaceId>),
}

impl Reach {
    /// Whether the workspace is within reach. (Whether it exists is another question.)
    #[must_use]
    pub fn covers(&self, workspace: &WorkspaceId) -> bool {
        match self {
            Reach::Installation => true,
            Reach::Workspaces(workspaces) => workspaces.contains(workspace),
        }
    }

    /// The users within reach.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Reach::Installation => Scope::Installation,
            Reach::Workspaces(workspaces) => Scope::Members(workspaces.clone()),
        }
    }
}

/// On whose behalf a caller acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub id: UserId,
    /// All that its roles permit, whether or not the key does.
    pub permissions: Permissions,
}

/// A live key, and what it may do at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The key.
    pub key: KeyId,
    /// The user that it acts for.
    pub owner: Option<Owner>,
    /// What it may do: the key's permissions, as far as the owner has them.
    pub permissions: Permissions,
    /// To whom it may do it.
    pub reach: Reach,
    /// Where the users that it creates belong, unless another workspace is named.
    pub home: Option<WorkspaceId>,
    /// The key's; see [`Key::pinned`].
    pub pinned: Option<String>,
    /// The key's; see [`Key::plan`].
    pub plan: Option<String>,
    /// The key's; see [`Key::session`].
    pub session: bool,
}

/// Where a key starts, whoever may use it: the workspace that it reaches, or its owner's default one.
pub(crate) fn home(reach: &KeyReach, owner: Option<&Principal>) -> Option<WorkspaceId> {
    match reach {
        KeyReach::Workspace(id) => Some(id.clone()),
        KeyReach::Installation | KeyReach::Owner => owner.and_then(|owner| owner.default_workspace.clone()),
    }
}

impl Caller {
    /// Finds what the key of that id may do now.
    ///
    /// # Errors
    /// `Unauthenticated` if the key is gone, revoked or expired, or its owner is gone or may not act.
    pub(crate) fn of_key(reads: &mut dyn Reads, id: &KeyId, policy: &RolePolicy, now: Timestamp) -> Result<Self> {
        let owned = reads.owned_key(id)?.filter(|owned| owned.key.is_live(now));
        owned.and_then(|owned| Self::of_owned_key(&owned, policy)).ok_or(UserError::Unauthenticated)
    }

    /// The same for a live key that is at hand. `None` if its owner is gone or may not act.
    pub(crate) fn of_owned_key(owned: &OwnedKey, policy: &RolePolicy) -> Option<Self> {
        let OwnedKey { key, owner, workspaces } = owned;
        let reach = match &key.reach {
            KeyReach::Installation => Reach::Installation,
            KeyReach::Workspace(id) => Reach::Workspaces(vec![id.clone()]),
            KeyReach::Owner => Reach::Workspaces(workspaces.clone()),
        };
        let (owner, permissions) = match &key.owner {
            None => (None, key.permissions.clone().unwrap_or_default()),
            Some(id) => {
                let held = policy.permissions(&owner.as_ref().filter(|owner| owner.status == Status::Active)?.roles);
                let permissions = match &key.permissions {
                    Some(permissions) => permissions.clone().within(&held),
                    None => held.clone(),
                };
                (Some(Owner { id: id.clone(), permissions: held }), permissions)
            }
        };
        Some(Self {
            key: key.id.clone(),
            owner,
            permissions,
            reach,
            home: home(&key.reach, owned.owner.as_ref()),
            pinned: key.pinned.clone(),
            plan: key.plan.clone(),
            session: key.session,
        })
    }

    /// Whether the caller acts for this user.
    #[must_use]
    pub fn is(&self, user: &UserId) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.id == *user)
    }

    /// Whether the key permits all that its owner's roles do, so that it may act as the owner itself.
    #[must_use]
    pub fn stands_for_owner(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| self.permissions.first_missing(&owner.permissions).is_none())
    }
}
