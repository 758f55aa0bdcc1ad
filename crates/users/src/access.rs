//! Who may do what: the only place where that is decided, whichever way the caller came in.
//!
//! A caller may act on a user if the user is itself, or if it holds the permission in a workspace that the user
//! is a member of. Lacking the permission is `Forbidden` for every id; holding it, a user out of reach is `NotFound`, as if
//! there were none.

use crate::caller::{Caller, Reach};
use crate::error::{Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::ports::Reads;
use crate::role::{Permission, Permissions};

/// The caller must hold the permission, over whomever.
pub(crate) fn require(caller: &Caller, required: Permission) -> Result<()> {
    if caller.permissions.has(&required) { Ok(()) } else { Err(UserError::Forbidden { required }) }
}

/// What the caller may do to a user before it is known whether there is one.
pub(crate) enum Standing {
    /// It is the user itself, and may act as such.
    Own,
    /// It holds the permission over those within reach.
    Other,
}

/// To read: oneself, or with `users:read`.
pub(crate) fn may_read(caller: &Caller, target: Option<&UserId>) -> Result<Standing> {
    standing(caller, target.is_some_and(|id| caller.is(id)), Permission::users_read())
}

/// To change: oneself with a key that permits all that the owner may, or with `users:write`.
pub(crate) fn may_write(caller: &Caller, target: Option<&UserId>) -> Result<Standing> {
    let own = target.is_some_and(|id| caller.is(id)) && caller.stands_for_owner();
    standing(caller, own, Permission::users_write())
}

fn standing(caller: &Caller, own: bool, required: Permission) -> Result<Standing> {
    if own {
        return Ok(Standing::Own);
    }
    require(caller, required)?;
    Ok(Standing::Other)
}

/// Whether the caller is the user, or reaches it.
pub(crate) fn sees(caller: &Caller, user: &UserId, memberships: &[WorkspaceId]) -> bool {
    caller.is(user) || reaches(caller, memberships)
}

/// Whether the user is within reach: a member of a workspace that the caller reaches, or anyone for the installation.
pub(crate) fn reaches(caller: &Caller, memberships: &[WorkspaceId]) -> bool {
    match &caller.reach {
        Reach::Installation => true,
        reach @ Reach::Workspaces(_) => memberships.iter().any(|workspace| reach.covers(workspace)),
    }
}

/// The workspace of that id, if it exists and is within reach.
pub(crate) fn reachable_workspace(reads: &mut dyn Reads, caller: &Caller, id: &str) -> Result<WorkspaceId> {
    let found = match WorkspaceId::parse(id).filter(|workspace| caller.reach.covers(workspace)) {
        Some(workspace) => reads.workspace(&workspace)?.map(|found| found.id),
        None => None,
    };
    found.ok_or_else(|| UserError::no_workspace(id))
}

/// To delete a user, or to take over its account, the caller must reach all of its workspaces.
pub(crate) fn require_whole_reach(caller: &Caller, memberships: &[WorkspaceId], required: Permission) -> Result<()> {
    if memberships.iter().all(|workspace| caller.reach.covers(workspace)) {
        Ok(())
    } else {
        Err(UserError::Forbidden { required })
    }
}

/// Nobody can give, or take over, rights that it does not hold.
pub(crate) fn require_all(caller: &Caller, permissions: &Permissions) -> Result<()> {
    match caller.permissions.first_missing(permissions) {
        Some(missing) => Err(UserError::Forbidden { required: missing.clone() }),
        None => Ok(()),
    }
}
