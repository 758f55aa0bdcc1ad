//! A transaction as the core sees it.

mod audit;
mod mail;
mod sessions;

use diesel::QueryResult;
use users::changes::Subject;
use users::error::{Resource, Result};
use users::key::{Key, KeyId};
use users::once::{Claim, ClaimId};
use users::page::{Filter, Scope, Start};
use users::password::PasswordHash;
use users::ports::{Enrolment, Found, Lock, OwnedKey, Principal, Reads, Tx};
use users::usage::{Day, Usage, Used};
use users::workspace::Workspace;
use users::{RoleName, Timestamp, User, UserError, UserId, WorkspaceId};

use crate::connection::AnyConnection;
use crate::error::{Failure, Harm};
use crate::reads::{self, Narrowed};
use crate::rows::{self, ClaimRow, KeyRow, PrincipalRow, UserRow, WorkspaceRow};
use crate::writes;

/// An open transaction, or a single question outside of any. Once a query fails in a way that may have ended the transaction, every
/// later one fails too: otherwise it would run, and be committed, on its own.
pub(crate) struct Session<'a> {
    connection: &'a mut AnyConnection,
    broken: Option<Failure>,
    changed: Vec<Subject>,
}

impl<'a> Session<'a> {
    /// Of a transaction that was begun on this connection, or of none.
    pub fn new(connection: &'a mut AnyConnection) -> Self {
        Self { connection, broken: None, changed: Vec::new() }
    }

    /// Runs a query, unless the transaction is broken.
    pub fn run<T>(&mut self, query: impl FnOnce(&mut AnyConnection) -> QueryResult<T>) -> Result<T> {
        if let Some(failure) = &self.broken {
            return Err(failure.error.clone());
        }
        query(self.connection).map_err(|error| {
            let failure = Failure::from(error);
            if failure.harm != Harm::None || self.connection.any_failure_ends_transaction() {
                self.broken = Some(failure.clone());
            }
            failure.error
        })
    }

    /// Why the transaction is no more, if it is.
    pub fn broken(&self) -> Option<&Failure> {
        self.broken.as_ref()
    }

    /// Whom the transaction has changed so far, as far as they were there before it.
    pub fn changed(&mut self) -> Vec<Subject> {
        std::mem::take(&mut self.changed)
    }

    fn changes_user(&mut self, id: &UserId) {
        self.changed.push(Subject::User(id.clone()));
    }

    /// Runs a change of one existing record.
    fn change(
        &mut self,
        resource: Resource,
        id: &str,
        query: impl FnOnce(&mut AnyConnection) -> QueryResult<usize>,
    ) -> Result<()> {
        match self.run(query)? {
            0 => Err(UserError::NotFound { resource, id: id.to_owned() }),
            _ => Ok(()),
        }
    }
}

impl Reads for Session<'_> {
    fn key(&mut self, id: &KeyId) -> Result<Option<Key>> {
        self.run(|connection| reads::key(connection, id.as_str()))?.map(KeyRow::into_key).transpose()
    }

    fn owned_key(&mut self, id: &KeyId) -> Result<Option<OwnedKey>> {
        self.run(|connection| reads::owned_key(connection, id.as_str()))?.map(rows::owned_key).transpose()
    }

    fn owned_key_and_user(&mut self, id: &KeyId, user: &UserId) -> Result<Option<(OwnedKey, Option<Found>)>> {
        let found = self.run(|connection| reads::owned_key_and_user(connection, id.as_str(), user.as_str()))?;
        found.map(|(key, user)| Ok((rows::owned_key(key)?, user.map(rows::found).transpose()?))).transpose()
    }

    fn keys(&mut self) -> Result<Vec<Key>> {
        self.run(reads::keys)?.into_iter().map(KeyRow::into_key).collect()
    }

    fn user(&mut self, id: &UserId) -> Result<Option<User>> {
        self.run(|connection| reads::user(connection, id.as_str()))?.map(UserRow::into_user).transpose()
    }

    fn user_and_workspaces(&mut self, id: &UserId) -> Result<Option<Found>> {
        self.run(|connection| reads::user_and_workspaces(connection, id.as_str()))?.map(rows::found).transpose()
    }

    fn principal(&mut self, id: &UserId) -> Result<Option<Principal>> {
        self.run(|connection| reads::principal(connection, id.as_str()))?.map(PrincipalRow::into_principal).transpose()
    }

    fn user_by_email_key(&mut self, key: &str) -> Result<Option<User>> {
        self.run(|connection| reads::user_by_email_key(connection, key))?.map(UserRow::into_user).transpose()
    }

    fn username_key_taken(&mut self, key: &str) -> Result<bool> {
        self.run(|connection| reads::username_key_taken(connection, key))
    }

    fn users(&mut self, scope: &Scope, filter: &Filter, start: &Start, limit: u32) -> Result<Vec<User>> {
        let Some(filter) = Narrowed::of(filter) else { return Ok(Vec::new()) };
        let rows = self.run(|connection| reads::list_users(connection, scope, &filter, start, limit))?;
        rows.into_iter().map(UserRow::into_user).collect()
    }

    fn user_ids(&mut self, scope: &Scope, filter: &Filter, start: &Start, limit: u32) -> Result<Option<Vec<UserId>>> {
        let Some(filter) = Narrowed::of(filter) else { return Ok(Some(Vec::new())) };
        let ids = self.run(|connection| reads::list_ids(connection, scope, &filter, start, limit))?;
        Ok(ids.map(|ids| ids.into_iter().map(UserId::from_stored).collect()))
    }

    fn users_by_ids(&mut self, ids: &[UserId]) -> Result<Vec<User>> {
        let ids: Vec<&str> = ids.iter().map(UserId::as_str).collect();
        let rows = self.run(|connection| reads::users_by_ids(connection, &ids))?;
        rows.into_iter().map(UserRow::into_user).collect()
    }

    fn count_users(&mut self, scope: &Scope, filter: &Filter) -> Result<u64> {
        let Some(filter) = Narrowed::of(filter) else { return Ok(0) };
        let count = self.run(|connection| reads::count_users(connection, scope, &filter))?;
        u64::try_from(count).map_err(|_| UserError::Internal("a count below zero".to_owned()))
    }

    fn has_active_with_role(&mut self, role: &RoleName, except: Option<&UserId>) -> Result<bool> {
        self.run(|connection| reads::has_active_with_role(connection, role, except))
    }

    fn workspace(&mut self, id: &WorkspaceId) -> Result<Option<Workspace>> {
        self.run(|connection| reads::workspace(connection, id.as_str()))?.map(WorkspaceRow::into_workspace).transpose()
    }

    fn workspaces(&mut self) -> Result<Vec<Workspace>> {
        self.run(reads::workspaces)?.into_iter().map(WorkspaceRow::into_workspace).collect()
    }

    fn fact(&mut self, name: &str) -> Result<Option<String>> {
        self.run(|connection| reads::fact(connection, name))
    }

    fn workspaces_of(&mut self, user: &UserId) -> Result<Vec<WorkspaceId>> {
        let ids = self.run(|connection| reads::workspaces_of(connection, user))?;
        Ok(ids.into_iter().map(WorkspaceId::from_stored).collect())
    }

    fn claim(&mut self, id: &ClaimId) -> Result<Option<Claim>> {
        self.run(|connection| reads::claim(connection, id.as_str()))?.map(ClaimRow::into_claim).transpose()
    }

    fn usage(&mut self, since: Day) -> Result<Vec<Used>> {
        let calls = self.run(|connection| reads::usage(connection, since.number()))?;
        let details = self.run(|connection| reads::usage_details(connection, since.number()))?;
        rows::totals(calls, details)
    }

    fn usage_of(&mut self, key: &KeyId, since: Day) -> Result<Vec<Usage>> {
        let calls = self.run(|connection| reads::usage_of(connection, key.as_str(), since.number()))?;
        let details = self.run(|connection| reads::usage_details_of(connection, key.as_str(), since.number()))?;
        rows::days(calls, details)
    }

    fn agents(&mut self, keys: &[KeyId], since: Day) -> Result<Vec<(KeyId, Day, String)>> {
        let agents = self.run(|connection| reads::agents(connection, keys, since.number()))?;
        let agent = |(key, day, name)| (KeyId::from_stored(key), Day::from_number(day), name);
        Ok(agents.into_iter().map(agent).collect())
    }
}

impl Tx for Session<'_> {
    fn lock(&mut self, lock: Lock<'_>) -> Result<()> {
        self.run(|connection| connection.lock(lock))
    }

    fn insert_user(&mut self, user: &User, password: Option<&PasswordHash>) -> Result<()> {
        self.run(|connection| writes::insert_user(connection, user, password.map(PasswordHash::as_str)))
    }

    fn enrol(&mut self, users: &[&Enrolment]) -> Result<Vec<bool>> {
        self.run(|connection| writes::enrol(connection, users))
    }

    fn update_user(&mut self, user: &User) -> Result<()> {
        self.changes_user(&user.id);
        self.change(Resource::User, user.id.as_str(), |connection| writes::update_user(connection, user))
    }

    fn set_password(&mut self, user: &UserId, password: &PasswordHash) -> Result<()> {
        let set = |connection: &mut _| writes::set_password(connection, user.as_str(), password.as_str());
        self.change(Resource::User, user.as_str(), set)
    }

    fn delete_user(&mut self, id: &UserId) -> Result<()> {
        self.changes_user(id);
        self.change(Resource::User, id.as_str(), |connection| writes::delete_user(connection, id.as_str()))
    }

    fn insert_workspace(&mut self, workspace: &Workspace) -> Result<()> {
        self.run(|connection| writes::insert_workspace(connection, workspace))
    }

    fn add_member(&mut self, workspace: &WorkspaceId, user: &UserId) -> Result<()> {
        self.changes_user(user);
        self.run(|connection| writes::add_member(connection, workspace.as_str(), user.as_str()))
    }

    fn remove_member(&mut self, workspace: &WorkspaceId, user: &UserId) -> Result<bool> {
        self.changes_user(user);
        Ok(self.run(|connection| writes::remove_member(connection, workspace.as_str(), user.as_str()))? > 0)
    }

    fn insert_key(&mut self, key: &Key) -> Result<()> {
        self.run(|connection| writes::insert_key(connection, key))
    }

    fn revoke_key(&mut self, id: &KeyId, at: Timestamp) -> Result<bool> {
        self.changed.push(Subject::Key(id.clone()));
        self.run(|connection| writes::revoke_key(connection, id.as_str(), at.micros()))
    }

    fn pin_key(&mut self, id: &KeyId, door: Option<&str>) -> Result<bool> {
        self.changed.push(Subject::Key(id.clone()));
        self.run(|connection| writes::pin_key(connection, id.as_str(), door))
    }

    fn set_key_plan(&mut self, id: &KeyId, plan: Option<&str>) -> Result<bool> {
        self.changed.push(Subject::Key(id.clone()));
        self.run(|connection| writes::set_key_plan(connection, id.as_str(), plan))
    }

    fn hold_keys(&mut self, ids: &[KeyId]) -> Result<Vec<KeyId>> {
        let held = self.run(|connection| writes::hold_keys(connection, ids))?;
        Ok(held.into_iter().map(KeyId::from_stored).collect())
    }

    fn add_usage(&mut self, usage: &[Usage]) -> Result<()> {
        self.run(|connection| writes::add_usage(connection, usage))
    }

    fn forget_usage(&mut self, before: Day, limit: u32) -> Result<u32> {
        let forgotten = self.run(|connection| writes::forget_usage(connection, before.number(), limit.into()))?;
        u32::try_from(forgotten).map_err(|_| UserError::Internal("more was forgotten than asked for".to_owned()))
    }

    fn set_fact(&mut self, name: &str, value: &str) -> Result<()> {
        self.run(|connection| writes::set_fact(connection, name, value))
    }

    fn remove_fact(&mut self, name: &str) -> Result<()> {
        self.run(|connection| writes::remove_fact(connection, name))
    }

    fn set_claim(&mut self, claim: &Claim) -> Result<()> {
        self.run(|connection| writes::set_claim(connection, claim))
    }

    fn remove_claims(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        let removed = self.run(|connection| writes::remove_claims(connection, before.micros(), limit.into()))?;
        u32::try_from(removed).map_err(|_| UserError::Internal("more were removed than asked for".to_owned()))
    }
}
