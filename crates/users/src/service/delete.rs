//! Deleting a user.

use super::Users;
use super::read::find;
use crate::access;
use crate::audit::{About, Action, Actor};
use crate::caller::Caller;
use crate::error::{Conflict, Result, UserError};
use crate::id::UserId;
use crate::ports::{Lock, Reads, Store};
use crate::role::{Permission, RolePolicy};
use crate::user::User;
use crate::version::Precondition;

impl<S: Store> Users<S> {
    /// Deletes a user for good, with all that belongs to it.
    ///
    /// # Errors
    /// `Forbidden` without `users:delete`, or if the user is a member of a workspace out of reach as well; `NotFound`;
    /// `PreconditionFailed`; `Conflict` for the last administrator.
    pub fn delete(&self, caller: &Caller, id: &str, precondition: Precondition) -> Result<()> {
        access::require(caller, Permission::users_delete())?;
        let (key, policy, act) = (caller.key.clone(), self.policy.clone(), self.act(Actor::of(caller)));
        let (id, actor) = (id.to_owned(), caller.owner.as_ref().map(|owner| owner.id.clone()));
        self.store.write(move |tx| {
            if let Some(target) = &UserId::parse(&id) {
                tx.lock(Lock::User { target, actor: actor.as_ref() })?;
            }
            tx.lock(Lock::Administrators)?;
            let caller = Caller::of_key(tx, &key, &policy, act.at)?;
            let required = Permission::users_delete();
            access::require(&caller, required.clone())?;
            let found = find(tx, &caller, UserId::parse(&id).as_ref())?.ok_or_else(|| UserError::no_user(&id))?;
            if !access::reaches(&caller, &found.memberships) {
                return Err(UserError::Forbidden { required });
            }
            access::require_whole_reach(&caller, &found.memberships, required)?;
            precondition.check(&found.user)?;
            require_other_administrator(tx, &policy, &found.user)?;
            tx.delete_user(&found.user.id)?;
            act.note(tx, Action::UserDeleted, About::user(&found.user))
        })
    }
}

/// An active administrator may go only if another one stays.
pub(crate) fn require_other_administrator(reads: &mut dyn Reads, policy: &RolePolicy, leaving: &User) -> Result<()> {
    let administrator = policy.administrator();
    let goes = leaving.is_active() && leaving.roles.has(administrator);
    if goes && !reads.has_active_with_role(administrator, Some(&leaving.id))? {
        return Err(Conflict::LastAdministrator.into());
    }
    Ok(())
}
