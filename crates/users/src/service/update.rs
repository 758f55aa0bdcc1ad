//! Changing a user.

use super::Users;
use super::change::UserChange;
use super::delete::require_other_administrator;
use super::read::{find, own_id};
use super::save::{NewPassword, save};
use crate::access::{self, Standing};
use crate::audit::{About, Action, Actor};
use crate::caller::Caller;
use crate::error::{Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::json::FreeObject;
use crate::ports::{Found, Lock, Reads, Store};
use crate::role::{Permission, RolePolicy};
use crate::user::User;
use crate::version::Precondition;

impl<S: Store> Users<S> {
    /// Changes a user, and gives back what has become of it. What stays as it is leaves no trace.
    ///
    /// # Errors
    /// `Forbidden` without the right to change this user, or this of it; `NotFound` for a user or a workspace out of reach;
    /// `StatusNotSettable`; `PreconditionFailed`; `Conflict`; `TooLarge`; `Busy`.
    pub fn update(&self, caller: &Caller, id: &str, change: UserChange, precondition: Precondition) -> Result<User> {
        self.store.read(|reads| permitted(reads, caller, id, &change, &precondition, &self.policy).map(|_| ()))?;
        let hash = change.password.as_ref().map(|password| self.environment.hasher.hash(password)).transpose()?;

        let (key, policy, act) = (caller.key.clone(), self.policy.clone(), self.act(Actor::of(caller)));
        let (id, actor) = (id.to_owned(), caller.owner.as_ref().map(|owner| owner.id.clone()));
        self.store.write(move |tx| {
            if let Some(target) = &UserId::parse(&id) {
                tx.lock(Lock::User { target, actor: actor.as_ref() })?;
            }
            if change.status.is_some() || change.roles.is_some() {
                tx.lock(Lock::Administrators)?;
            }
            let caller = Caller::of_key(tx, &key, &policy, act.at)?;
            let Permitted { old, mut new, joins } = permitted(tx, &caller, &id, &change, &precondition, &policy)?;
            if let Some(workspace) = joins {
                tx.add_member(&workspace, &old.id)?;
                act.note(tx, Action::MemberAdded, About::member(&old.id, &workspace))?;
            }
            // Whoever changes its own password stays signed in where it does so.
            let stays = caller.is(&old.id).then_some(&caller.key);
            save(tx, &old, &mut new, hash.as_ref().map(|hash| NewPassword { hash, stays }), &act)?;
            Ok(new)
        })
    }

    /// Applies a JSON Merge Patch (RFC 7396) to the preferences of the user that the caller acts for.
    ///
    /// # Errors
    /// `NotFound` for a key without an owner; `Forbidden`; `PreconditionFailed`; `TooLarge`.
    pub fn merge_own_preferences(
        &self,
        caller: &Caller,
        patch: FreeObject,
        precondition: Precondition,
    ) -> Result<User> {
        let id = own_id(caller)?.clone();
        access::may_write(caller, Some(&id))?;
        let (key, policy, act) = (caller.key.clone(), self.policy.clone(), self.act(Actor::of(caller)));
        self.store.write(move |tx| {
            tx.lock(Lock::User { target: &id, actor: None })?;
            let caller = Caller::of_key(tx, &key, &policy, act.at)?;
            let Found { user, .. } = writable(tx, &caller, id.as_str())?.0;
            precondition.check(&user)?;
            let preferences = user.preferences.merged_with(&patch)?;
            preferences.check_size()?;
            let mut new = User { preferences, ..user.clone() };
            save(tx, &user, &mut new, None, &act)?;
            Ok(new)
        })
    }
}

/// A change that the caller may make.
struct Permitted {
    old: User,
    new: User,
    joins: Option<WorkspaceId>,
}

/// The user of that id, if the caller may change it at all.
fn writable(reads: &mut dyn Reads, caller: &Caller, id: &str) -> Result<(Found, Standing)> {
    let target = UserId::parse(id);
    let standing = access::may_write(caller, target.as_ref())?;
    let found = find(reads, caller, target.as_ref())?.ok_or_else(|| UserError::no_user(id))?;
    if matches!(standing, Standing::Other) && !access::reaches(caller, &found.memberships) {
        return Err(UserError::Forbidden { required: Permission::users_write() });
    }
    Ok((found, standing))
}

/// Whether the caller may change this of the user, and what comes of it.
fn permitted(
    reads: &mut dyn Reads,
    caller: &Caller,
    id: &str,
    change: &UserChange,
    precondition: &Precondition,
    policy: &RolePolicy,
) -> Result<Permitted> {
    let (Found { user: old, memberships }, standing) = writable(reads, caller, id)?;
    let mut new = change.applied_to(&old, policy)?;
    let required = Permission::users_write();

    if caller.is(&old.id) && (new.roles != old.roles || new.status != old.status) {
        return Err(UserError::Forbidden { required });
    }
    let takes_over = change.password.is_some()
        || new.email != old.email
        || new.username != old.username
        || new.status != old.status
        || new.roles != old.roles;
    if takes_over && matches!(standing, Standing::Other) {
        access::require_whole_reach(caller, &memberships, required)?;
        access::require_all(caller, &policy.permissions(&old.roles))?;
    }
    if new.roles != old.roles {
        access::require_all(caller, &policy.permissions(&new.roles))?;
    }
    let mut joins = None;
    if let Some(workspace) = &change.default_workspace {
        new.default_workspace = match workspace {
            Some(id) => Some(default_workspace(reads, caller, &old, id)?),
            None => None,
        };
        joins = new.default_workspace.clone().filter(|workspace| !memberships.contains(workspace));
    }
    precondition.check(&old)?;
    let stays_administrator = new.is_active() && new.roles.has(policy.administrator());
    if !stays_administrator {
        require_other_administrator(reads, policy, &old)?;
    }
    Ok(Permitted { old, new, joins })
}

/// A default workspace must be within reach; the one that is there already may stay.
fn default_workspace(reads: &mut dyn Reads, caller: &Caller, old: &User, id: &str) -> Result<WorkspaceId> {
    match &old.default_workspace {
        Some(kept) if WorkspaceId::parse(id).as_ref() == Some(kept) => Ok(kept.clone()),
        _ => access::reachable_workspace(reads, caller, id),
    }
}
