//! Reading pages of users.

use super::Users;
use crate::access;
use crate::caller::Caller;
use crate::changes::Moment;
use crate::error::{Result, UserError};
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
            let mut listed = self.listed(reads, since, &scope, query, view.name)?;
            let has_more = listed.len() > query.limit as usize;
            listed.truncate(query.limit as usize);
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

    /// Those of the page, and one more if there is one. Who is known from before that moment is not read again.
    fn listed(
        &self,
        reads: &mut dyn Reads,
        since: Option<Moment>,
        scope: &Scope,
        query: &ListUsers,
        view: &'static str,
    ) -> Result<Vec<Listed>> {
        let ListUsers { workspace: _, filter, start, limit } = query;
        let limit = limit.saturating_add(1);
        let ids = match since {
            Some(_) => reads.user_ids(scope, filter, start, limit)?,
            None => None,
        };
        let Some(ids) = ids else {
            return Ok(reads.users(scope, filter, start, limit)?.into_iter().map(Listed::found).collect());
        };
        // By now the look sees one state. What was known before it began, and holds now, was so in that state.
        let around = since.zip(self.present().moment());
        let listed = ids.iter().map(|id| {
            let known =
                around.and_then(|(before, now)| self.kept.listed((self.store.changes()?, before, now), view, id));
            match known {
                Some(shown) => Ok(Listed::Known(shown)),
                None => reads.user(id)?.map(Listed::found).ok_or_else(nobody),
            }
        });
        listed.collect()
    }
}

fn nobody() -> UserError {
    UserError::Internal("a list names somebody who is not there".to_owned())
}
