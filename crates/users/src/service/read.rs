//! Reading users.

use super::Users;
use crate::access;
use crate::caller::Caller;
use crate::error::{Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::page::{ListUsers, Page, Scope};
use crate::ports::{Reads, Store};
use crate::role::Permission;
use crate::user::User;

impl<S: Store> Users<S> {
    /// One page of the users of a workspace, or of all that the caller reaches.
    ///
    /// # Errors
    /// `Forbidden` without `users:read`; `NotFound` for a workspace out of reach.
    pub fn list(&self, caller: &Caller, query: &ListUsers) -> Result<Page> {
        access::require(caller, Permission::users_read())?;
        self.store.read(|reads| {
            let scope = match &query.workspace {
                Some(id) => Scope::Members(vec![access::reachable_workspace(reads, caller, id)?]),
                None => caller.reach.scope(),
            };
            let mut users = reads.users(&scope, &query.filter, &query.start, query.limit.saturating_add(1))?;
            let has_more = users.len() > query.limit as usize;
            users.truncate(query.limit as usize);
            Ok(Page { users, has_more, total: reads.count_users(&scope, &query.filter)? })
        })
    }

    /// One user; with a workspace named, as a member of it.
    ///
    /// # Errors
    /// `Forbidden` without `users:read`, but for oneself; `NotFound` for a user or a workspace out of reach, and for a
    /// user who is no member of that workspace.
    pub fn get(&self, caller: &Caller, id: &str, workspace: Option<&str>) -> Result<User> {
        let target = UserId::parse(id);
        access::may_read(caller, target.as_ref())?;
        self.store.read(|reads| {
            let within = workspace.map(|id| access::reachable_workspace(reads, caller, id)).transpose()?;
            let found = find(reads, caller, target.as_ref())?;
            let in_context = |memberships: &[_]| within.is_none_or(|workspace| memberships.contains(&workspace));
            found
                .filter(|found| in_context(&found.memberships))
                .map(|found| found.user)
                .ok_or_else(|| UserError::no_user(id))
        })
    }

    /// The user on whose behalf the caller acts.
    ///
    /// # Errors
    /// `NotFound` for a key without an owner.
    pub fn get_own(&self, caller: &Caller) -> Result<User> {
        let owner = own_id(caller)?;
        self.store.read(|reads| reads.user(owner)?.ok_or(UserError::Unauthenticated))
    }
}

/// How a caller names the user that it acts for, where a dialect has a word for it.
const OWN: &str = "me";

/// The id of the user that the caller acts for.
pub(super) fn own_id(caller: &Caller) -> Result<&UserId> {
    caller.owner.as_ref().map(|owner| &owner.id).ok_or_else(|| UserError::no_user(OWN))
}

/// A user within the caller's reach.
pub(super) struct Found {
    pub user: User,
    pub memberships: Vec<WorkspaceId>,
}

/// The user of that id, if it exists and the caller is it or reaches it.
pub(super) fn find(reads: &mut dyn Reads, caller: &Caller, id: Option<&UserId>) -> Result<Option<Found>> {
    let Some(id) = id else { return Ok(None) };
    let Some(user) = reads.user(id)? else { return Ok(None) };
    let memberships = reads.workspaces_of(id)?;
    let visible = caller.is(id) || access::reaches(caller, &memberships);
    Ok(visible.then_some(Found { user, memberships }))
}
