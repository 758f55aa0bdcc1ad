//! Reading one user.

use std::sync::Arc;

use super::{Look, Seen, Users};
use crate::access;
use crate::caller::{Caller, Reach};
use crate::error::{Result, UserError};
use crate::id::UserId;
use crate::ports::{Found, Reads, Store};
use crate::shown::Shown;
use crate::user::User;

impl<S: Store> Users<S> {
    /// One user; with a workspace named, as a member of it.
    ///
    /// # Errors
    /// `Forbidden` without `users:read`, but for oneself; `NotFound` for a user or a workspace out of reach, and for a
    /// user who is no member of that workspace.
    pub fn get(&self, caller: &Caller, id: &str, workspace: Option<&str>) -> Result<User> {
        self.look(caller, &Seen::default(), id, workspace).map(|look| Arc::unwrap_or_clone(look).into_user())
    }

    /// The same, with what is needed to keep it. What was seen already is not asked again.
    ///
    /// # Errors
    /// As [`Users::get`].
    pub fn look(&self, caller: &Caller, seen: &Seen, id: &str, workspace: Option<&str>) -> Result<Arc<Look>> {
        let target = UserId::parse(id);
        access::may_read(caller, target.as_ref())?;
        let look = match (&target, workspace) {
            (None, None) => None,
            (Some(target), None) => match seen.look(target) {
                Some(look) => look,
                None => self.look_at(target, seen, caller.reach != Reach::Installation)?,
            },
            (target, Some(workspace)) => self.look_within(caller, seen, target.as_ref(), workspace)?,
        };
        let is_seen = |look: &Arc<Look>| access::sees(caller, &look.found.user.id, &look.found.memberships);
        look.filter(is_seen).ok_or_else(|| UserError::no_user(id))
    }

    /// The user on whose behalf the caller acts.
    ///
    /// # Errors
    /// `NotFound` for a key without an owner.
    pub fn get_own(&self, caller: &Caller) -> Result<User> {
        self.look_own(caller, &Seen::default()).map(|look| Arc::unwrap_or_clone(look).into_user())
    }

    /// The same, with what is needed to keep it.
    ///
    /// # Errors
    /// As [`Users::get_own`].
    pub fn look_own(&self, caller: &Caller, seen: &Seen) -> Result<Arc<Look>> {
        self.look_at(own_id(caller)?, seen, false)?.ok_or(UserError::Unauthenticated)
    }

    /// The user, if it is there. Where it is a member is left out if nobody asks: what is kept is for others as well.
    fn look_at(&self, target: &UserId, seen: &Seen, with_memberships: bool) -> Result<Option<Arc<Look>>> {
        let found = self.store.glance(|reads| {
            if with_memberships || self.kept.keeps_shown() {
                return reads.user_and_workspaces(target);
            }
            Ok(reads.user(target)?.map(|user| Found { user, memberships: Vec::new() }))
        })?;
        Ok(found.map(|found| Arc::new(Look { found, since: seen.moment() })))
    }

    /// The user as a member of that workspace, which the caller must reach.
    fn look_within(
        &self,
        caller: &Caller,
        seen: &Seen,
        target: Option<&UserId>,
        workspace: &str,
    ) -> Result<Option<Arc<Look>>> {
        self.store.read(|reads| {
            let workspace = access::reachable_workspace(reads, caller, workspace)?;
            let found = find(reads, caller, target)?.filter(|found| found.memberships.contains(&workspace));
            Ok(found.map(|found| Arc::new(Look { found, since: seen.moment() })))
        })
    }

    /// What that view shows of the user of this id, as [`Users::get`] would find it without a workspace named; `None` if it is
    /// not known without asking the store.
    pub fn shown(&self, caller: &Caller, seen: &Seen, view: &'static str, id: &str) -> Option<Result<Shown>> {
        let target = UserId::parse(id)?;
        let known = self.kept.shown((self.store.changes()?, seen.moment()?), caller, view, &target)?;
        let allowed = access::may_read(caller, Some(&target));
        Some(allowed.and_then(|_| known.ok_or_else(|| UserError::no_user(id))))
    }

    /// What that view shows of the user on whose behalf the caller acts; `None` if it is not known without asking the store.
    pub fn shown_own(&self, caller: &Caller, seen: &Seen, view: &'static str) -> Option<Shown> {
        let owner = caller.owner.as_ref()?;
        self.kept.shown((self.store.changes()?, seen.moment()?), caller, view, &owner.id)?
    }

    /// Keeps what a view showed of a user, for as long as that look at it holds.
    pub fn keep_shown(&self, view: &'static str, look: &Look, shown: &Shown) {
        self.kept.keep_shown(view, look, shown);
    }
}

/// How a caller names the user that it acts for, where a dialect has a word for it.
const OWN: &str = "me";

/// The id of the user that the caller acts for.
pub(super) fn own_id(caller: &Caller) -> Result<&UserId> {
    caller.owner.as_ref().map(|owner| &owner.id).ok_or_else(|| UserError::no_user(OWN))
}

/// The user of that id, if it exists and the caller is it or reaches it.
pub(super) fn find(reads: &mut dyn Reads, caller: &Caller, id: Option<&UserId>) -> Result<Option<Found>> {
    let Some(id) = id else { return Ok(None) };
    Ok(reads.user_and_workspaces(id)?.filter(|found| access::sees(caller, id, &found.memberships)))
}
