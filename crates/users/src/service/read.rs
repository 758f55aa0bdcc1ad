//! Reading users.

use super::Users;
use crate::access;
use crate::caller::{Caller, Reach};
use crate::changes::{Changes, Moment};
use crate::error::{Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::page::{ListUsers, Page, Scope};
use crate::ports::{Reads, Store};
use crate::role::Permission;
use crate::shown::Shown;
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
        self.look(caller, id, workspace).map(|look| look.user)
    }

    /// The same, with what is needed to keep it.
    ///
    /// # Errors
    /// As [`Users::get`].
    pub fn look(&self, caller: &Caller, id: &str, workspace: Option<&str>) -> Result<Look> {
        let target = UserId::parse(id);
        access::may_read(caller, target.as_ref())?;
        let since = self.moment_of_look();
        // Whoever reaches everyone sees it wherever it is a member; but what is kept is for others as well.
        let everywhere = since.is_none() && workspace.is_none() && caller.reach == Reach::Installation;
        if let Some(target) = target.as_ref().filter(|_| everywhere) {
            let user = self.store.glance(|reads| reads.user(target))?.ok_or_else(|| UserError::no_user(id))?;
            return Ok(Look { user, memberships: Vec::new(), since });
        }
        self.store.read(|reads| {
            let within = workspace.map(|id| access::reachable_workspace(reads, caller, id)).transpose()?;
            let found = find(reads, caller, target.as_ref())?;
            let in_context = |memberships: &[_]| within.is_none_or(|workspace| memberships.contains(&workspace));
            let Found { user, memberships } =
                found.filter(|found| in_context(&found.memberships)).ok_or_else(|| UserError::no_user(id))?;
            Ok(Look { user, memberships, since })
        })
    }

    /// The user on whose behalf the caller acts.
    ///
    /// # Errors
    /// `NotFound` for a key without an owner.
    pub fn get_own(&self, caller: &Caller) -> Result<User> {
        self.look_own(caller).map(|look| look.user)
    }

    /// The same, with what is needed to keep it.
    ///
    /// # Errors
    /// As [`Users::get_own`].
    pub fn look_own(&self, caller: &Caller) -> Result<Look> {
        let owner = own_id(caller)?;
        let since = self.moment_of_look();
        self.store.read(|reads| {
            let user = reads.user(owner)?.ok_or(UserError::Unauthenticated)?;
            // They are for whoever else is shown the same text, so where none is kept nobody needs them.
            let memberships = if since.is_some() { reads.workspaces_of(owner)? } else { Vec::new() };
            Ok(Look { user, memberships, since })
        })
    }

    /// What that view shows of the user of this id, as [`Users::get`] would find it without a workspace named; `None` if it is
    /// not known without asking the store.
    pub fn shown(&self, caller: &Caller, view: &'static str, id: &str) -> Option<Result<Shown>> {
        let target = UserId::parse(id)?;
        let known = self.kept.shown(self.store.changes()?, caller, view, &target)?;
        let allowed = access::may_read(caller, Some(&target));
        Some(allowed.and_then(|_| known.ok_or_else(|| UserError::no_user(id))))
    }

    /// What that view shows of the user on whose behalf the caller acts; `None` if it is not known without asking the store.
    pub fn shown_own(&self, caller: &Caller, view: &'static str) -> Option<Shown> {
        let owner = caller.owner.as_ref()?;
        self.kept.shown(self.store.changes()?, caller, view, &owner.id)?
    }

    /// Keeps what a view showed of a user, for as long as that look at it holds.
    pub fn keep_shown(&self, view: &'static str, look: &Look, shown: &Shown) {
        self.kept.keep_shown(view, look, shown);
    }

    /// The present, if what is shown is kept, and the store can tell it.
    fn moment_of_look(&self) -> Option<Moment> {
        if self.kept.keeps_shown() { self.now() } else { None }
    }

    /// The present, if the store can tell it.
    pub(super) fn now(&self) -> Option<Moment> {
        self.store.changes().and_then(Changes::now)
    }
}

/// A user as it was found, and what else was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The user.
    pub user: User,
    /// Where it is a member.
    pub(super) memberships: Vec<WorkspaceId>,
    /// From before the look.
    pub(super) since: Option<Moment>,
}

/// How a caller names the user that it acts for, where a dialect has a word for it.
const OWN: &str = "me";

/// The id of the user that the caller acts for.
pub(super) fn own_id(caller: &Caller) -> Result<&UserId> {
    caller.owner.as_ref().map(|owner| &owner.id).ok_or_else(|| UserError::no_user(OWN))
}

/// A user, and where it is a member.
pub(super) struct Found {
    pub user: User,
    pub memberships: Vec<WorkspaceId>,
}

impl Found {
    fn of(reads: &mut dyn Reads, id: &UserId) -> Result<Option<Self>> {
        let Some(user) = reads.user(id)? else { return Ok(None) };
        Ok(Some(Self { user, memberships: reads.workspaces_of(id)? }))
    }
}

/// The user of that id, if it exists and the caller is it or reaches it.
pub(super) fn find(reads: &mut dyn Reads, caller: &Caller, id: Option<&UserId>) -> Result<Option<Found>> {
    let Some(id) = id else { return Ok(None) };
    Ok(Found::of(reads, id)?.filter(|found| access::sees(caller, id, &found.memberships)))
}
