//! Reading pages of users.

use super::Users;
use crate::access;
use crate::caller::Caller;
use crate::changes::Moment;
use crate::error::Result;
use crate::id::UserId;
use crate::page::{ListUsers, Page, Scope};
use crate::ports::{Reads, Store};
use crate::role::Permission;
use crate::shown::{Shown, View};
use crate::user::User;

/// Who stands in a page.
enum Listed {
    /// As the view showed it before.
    Known(Shown),
    /// As it was found.
    Found(Box<User>),
}

impl Listed {
    fn found(user: User) -> Self {
        Self::Found(Box::new(user))
    }
}

impl<S: Store> Users<S> {
    /// One page of the users of a workspace, or of all that the caller reaches, as that view shows them.
    ///
    /// # Errors
    /// `Forbidden` without `users:read`; `NotFound` for a workspace out of reach; what the view says.
    pub fn list(&self, caller: &Caller, query: &ListUsers, view: View<'_>) -> Result<Page> {
        access::require(caller, Permission::users_read())?;
        let since = self.present().moment().filter(|_| self.kept.keeps_shown());
        let (listed, has_more, total) = self.store.read(|reads| {
            let scope = match &query.workspace {
                Some(id) => Scope::Members(vec![access::reachable_workspace(reads, caller, id)?]),
                None => caller.reach.scope(),
            };
            let (listed, has_more) = self.listed(reads, since, &scope, query, view.name)?;
            Ok((listed, has_more, reads.count_users(&scope, &query.filter)?))
        })?;
        let shown = |listed| match listed {
            Listed::Known(shown) => Ok(shown),
            Listed::Found(user) => {
                let shown = Shown::of(&user, view)?;
                self.kept.keep_listed(view.name, since, &shown);
                Ok(shown)
            }
        };
        Ok(Page { users: listed.into_iter().map(shown).collect::<Result<_>>()?, has_more, total })
    }

    /// Those of the page, and whether there are more. Who is known, and from before that moment on is the same, is not read again.
    fn listed(
        &self,
        reads: &mut dyn Reads,
        since: Option<Moment>,
        scope: &Scope,
        query: &ListUsers,
        view: &'static str,
    ) -> Result<(Vec<Listed>, bool)> {
        let ListUsers { workspace: _, filter, start, limit } = query;
        let with_next = limit.saturating_add(1);
        let kept = self.store.changes().zip(since);
        let ids = match kept {
            Some(_) => reads.user_ids(scope, filter, start, with_next)?,
            None => None,
        };
        let (Some(kept), Some(mut ids)) = (kept, ids) else {
            let mut users = reads.users(scope, filter, start, with_next)?;
            let has_more = shorten(&mut users, *limit);
            return Ok((users.into_iter().map(Listed::found).collect(), has_more));
        };
        let has_more = shorten(&mut ids, *limit);
        let known = self.kept.listed(kept, view, &ids);
        let unknown: Vec<_> =
            ids.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(id, _)| id.clone()).collect();
        let mut found = reads.users_by_ids(&unknown)?.into_iter().peekable();
        // Whoever is not there, as a hand may have left behind, is left out, as a join would.
        let listed = |(id, known): (UserId, Option<Shown>)| match known {
            Some(shown) => Some(Listed::Known(shown)),
            None => found.next_if(|user| user.id == id).map(Listed::found),
        };
        Ok((ids.into_iter().zip(known).filter_map(listed).collect(), has_more))
    }
}

/// Takes away what is more than a page; says whether there was anything.
fn shorten<T>(page: &mut Vec<T>, limit: u32) -> bool {
    let has_more = page.len() > limit as usize;
    page.truncate(limit as usize);
    has_more
}
