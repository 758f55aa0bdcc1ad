//! Users.

use super::{Operator, locked_user, user_named};
use crate::audit::{About, Action};
use crate::error::Result;
use crate::id::WorkspaceId;
use crate::page::{Filter, Scope, Start};
use crate::password::PlainPassword;
use crate::ports::{Lock, Store};
use crate::role::Permissions;
use crate::service::{NewPassword, require_other_administrator, save};
use crate::user::User;

/// A user, with what is known besides the record.
#[derive(Debug)]
pub struct UserDetails {
    /// The record.
    pub user: User,
    /// The workspaces that it is a member of.
    pub workspaces: Vec<WorkspaceId>,
    /// What its roles permit.
    pub permissions: Permissions,
}

impl<S: Store> Operator<S> {
    /// At most `limit` users, ordered by id.
    ///
    /// # Errors
    /// As the store's.
    pub fn users(&self, start: &Start, limit: u32) -> Result<Vec<User>> {
        self.store.read(|reads| reads.users(&Scope::Installation, &Filter::default(), start, limit))
    }

    /// The user of that id or e-mail address.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn user(&self, name: &str) -> Result<UserDetails> {
        self.store.read(|reads| {
            let user = user_named(reads, name)?;
            let workspaces = reads.workspaces_of(&user.id)?;
            Ok(UserDetails { permissions: self.policy.permissions(&user.roles), workspaces, user })
        })
    }

    /// Deletes a user for good.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for the last administrator.
    pub fn delete_user(&self, name: &str) -> Result<User> {
        let (name, policy, act) = (name.to_owned(), self.policy.clone(), self.act());
        self.store.write(move |tx| {
            let user = locked_user(tx, &name)?;
            tx.lock(Lock::Administrators)?;
            require_other_administrator(tx, &policy, &user)?;
            tx.delete_user(&user.id)?;
            act.note(tx, Action::UserDeleted, About::user(&user))?;
            Ok(user)
        })
    }

    /// Sets a user's password, which ends all of its sessions, and every link that was mailed to it.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn set_password(&self, name: &str, password: &PlainPassword) -> Result<User> {
        let hash = self.environment.hasher.hash(password)?;
        let (name, act) = (name.to_owned(), self.act());
        self.store.write(move |tx| {
            let user = locked_user(tx, &name)?;
            let mut next = user.clone();
            save(tx, &user, &mut next, Some(NewPassword { hash: &hash, stays: None }), &act)?;
            Ok(next)
        })
    }
}
