//! What the in-memory store holds, and the rules that a schema would enforce.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::AuditTable;
use super::rules::insert_new;
use super::usage::UsageTable;
use crate::attempts::Subject;
use crate::error::{Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::key::{Key, KeyId, KeyReach};
use crate::once::{Claim, ClaimId};
use crate::outbox::OutboxMessage;
use crate::page::{Filter, Scope, Start};
use crate::password::PasswordHash;
use crate::ports::{Enrolment, Found, Lock, OwnedKey, Principal, Reads, Tx};
use crate::role::RoleName;
use crate::time::Timestamp;
use crate::token::{IssuedToken, TokenHash};
use crate::usage::{Day, Usage, Used};
use crate::user::User;
use crate::workspace::Workspace;

/// The tables, plainly.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub users: BTreeMap<UserId, User>,
    pub passwords: BTreeMap<UserId, PasswordHash>,
    pub workspaces: BTreeMap<WorkspaceId, Workspace>,
    pub memberships: BTreeSet<(WorkspaceId, UserId)>,
    pub keys: BTreeMap<KeyId, Key>,
    pub facts: BTreeMap<String, String>,
    pub outbox: Vec<OutboxMessage>,
    pub tokens: BTreeMap<TokenHash, IssuedToken>,
    pub claims: BTreeMap<ClaimId, Claim>,
    pub usage: UsageTable,
    pub audit: AuditTable,
    pub arrivals: BTreeMap<Subject, Timestamp>,
}

impl Tables {
    fn matching(&self, scope: &Scope, filter: &Filter) -> impl Iterator<Item = &User> {
        let in_scope = |user: &&User| match scope {
            Scope::Installation => true,
            Scope::Members(workspaces) => {
                workspaces.iter().any(|workspace| self.memberships.contains(&(workspace.clone(), user.id.clone())))
            }
        };
        let passes = |user: &&User| {
            filter.search.as_ref().is_none_or(|search| search.matches(user))
                && filter.role.as_ref().is_none_or(|role| role == user.shown_role())
        };
        self.users.values().filter(in_scope).filter(passes)
    }
}

impl Reads for Tables {
    fn key(&mut self, id: &KeyId) -> Result<Option<Key>> {
        Ok(self.keys.get(id).cloned())
    }

    fn owned_key(&mut self, id: &KeyId) -> Result<Option<OwnedKey>> {
        let Some(key) = self.key(id)? else { return Ok(None) };
        let owner = key.owner.as_ref().map(|owner| self.principal(owner)).transpose()?.flatten();
        let reached = key.owner.as_ref().filter(|_| key.reach == KeyReach::Owner);
        let workspaces = reached.map(|owner| self.workspaces_of(owner)).transpose()?.unwrap_or_default();
        Ok(Some(OwnedKey { key, owner, workspaces }))
    }

    fn owned_key_and_user(&mut self, id: &KeyId, user: &UserId) -> Result<Option<(OwnedKey, Option<Found>)>> {
        self.owned_key(id)?.map(|owned| Ok((owned, self.user_and_workspaces(user)?))).transpose()
    }

    fn keys(&mut self) -> Result<Vec<Key>> {
        let mut keys: Vec<Key> = self.keys.values().filter(|key| !key.session).cloned().collect();
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }

    fn user(&mut self, id: &UserId) -> Result<Option<User>> {
        Ok(self.users.get(id).cloned())
    }

    fn user_and_workspaces(&mut self, id: &UserId) -> Result<Option<Found>> {
        self.user(id)?.map(|user| Ok(Found { user, memberships: self.workspaces_of(id)? })).transpose()
    }

    fn principal(&mut self, id: &UserId) -> Result<Option<Principal>> {
        let principal = |user: &User| Principal {
            status: user.status,
            roles: user.roles.clone(),
            default_workspace: user.default_workspace.clone(),
        };
        Ok(self.users.get(id).map(principal))
    }

    fn user_by_email_key(&mut self, key: &str) -> Result<Option<User>> {
        Ok(self.users.values().find(|user| user.email.key() == key).cloned())
    }

    fn username_key_taken(&mut self, key: &str) -> Result<bool> {
        Ok(self.users.values().any(|user| user.username.key() == key))
    }

    fn users(&mut self, scope: &Scope, filter: &Filter, start: &Start, limit: u32) -> Result<Vec<User>> {
        let matching = self.matching(scope, filter);
        let from_start: Box<dyn Iterator<Item = &User>> = match start {
            Start::Beginning => Box::new(matching),
            Start::After(id) => Box::new(matching.filter(move |user| user.id > *id)),
            Start::Skip(count) => Box::new(matching.skip(usize::try_from(*count).unwrap_or(usize::MAX))),
        };
        Ok(from_start.take(limit as usize).cloned().collect())
    }

    fn user_ids(&mut self, scope: &Scope, filter: &Filter, start: &Start, limit: u32) -> Result<Option<Vec<UserId>>> {
        Ok(Some(self.users(scope, filter, start, limit)?.into_iter().map(|user| user.id).collect()))
    }

    fn count_users(&mut self, scope: &Scope, filter: &Filter) -> Result<u64> {
        Ok(self.matching(scope, filter).count() as u64)
    }

    fn has_active_with_role(&mut self, role: &RoleName, except: Option<&UserId>) -> Result<bool> {
        let is_other = |user: &User| except.is_none_or(|id| *id != user.id);
        Ok(self.users.values().any(|user| user.is_active() && user.shown_role() == role && is_other(user)))
    }

    fn workspace(&mut self, id: &WorkspaceId) -> Result<Option<Workspace>> {
        Ok(self.workspaces.get(id).cloned())
    }

    fn workspaces(&mut self) -> Result<Vec<Workspace>> {
        let mut workspaces: Vec<Workspace> = self.workspaces.values().cloned().collect();
        workspaces.sort_by_key(|workspace| workspace.created_at);
        Ok(workspaces)
    }

    fn fact(&mut self, name: &str) -> Result<Option<String>> {
        Ok(self.facts.get(name).cloned())
    }

    fn workspaces_of(&mut self, user: &UserId) -> Result<Vec<WorkspaceId>> {
        Ok(self.memberships.iter().filter(|(_, member)| member == user).map(|(id, _)| id.clone()).collect())
    }

    fn claim(&mut self, id: &ClaimId) -> Result<Option<Claim>> {
        Ok(self.claims.get(id).cloned())
    }

    fn usage(&mut self, since: Day) -> Result<Vec<Used>> {
        Ok(self.usage.totals(since))
    }

    fn usage_of(&mut self, key: &KeyId, since: Day) -> Result<Vec<Usage>> {
        Ok(self.usage.of(key, since))
    }

    fn agents(&mut self, keys: &[KeyId], since: Day) -> Result<Vec<(KeyId, Day, String)>> {
        Ok(self.usage.agents(keys, since))
    }
}

impl Tx for Tables {
    fn lock(&mut self, _: Lock<'_>) -> Result<()> {
        Ok(())
    }

    fn insert_user(&mut self, user: &User, password: Option<&PasswordHash>) -> Result<()> {
        self.check(user)?;
        insert_new(&mut self.users, user.id.clone(), user.clone())?;
        if let Some(hash) = password {
            self.passwords.insert(user.id.clone(), hash.clone());
        }
        Ok(())
    }

    fn enrol(&mut self, users: &[&Enrolment]) -> Result<Vec<bool>> {
        users.iter().map(|enrolment| self.enrol_one(enrolment)).collect()
    }

    fn update_user(&mut self, user: &User) -> Result<()> {
        if !self.users.contains_key(&user.id) {
            return Err(UserError::no_user(user.id.as_str()));
        }
        self.check(user)?;
        self.users.insert(user.id.clone(), user.clone());
        Ok(())
    }

    fn set_password(&mut self, user: &UserId, password: &PasswordHash) -> Result<()> {
        if !self.users.contains_key(user) {
            return Err(UserError::no_user(user.as_str()));
        }
        self.passwords.insert(user.clone(), password.clone());
        Ok(())
    }

    fn delete_user(&mut self, id: &UserId) -> Result<()> {
        let user = self.users.remove(id).ok_or_else(|| UserError::no_user(id.as_str()))?;
        self.passwords.remove(id);
        self.memberships.retain(|(_, user)| user != id);
        self.keys.retain(|_, key| key.owner.as_ref() != Some(id));
        self.usage.retain(|key| self.keys.contains_key(key));
        self.outbox.retain(|message| message.user != *id);
        self.tokens.retain(|_, token| token.user != *id);
        for subject in Subject::all_of(id, user.email.key(), &user.username.key()) {
            self.arrivals.remove(&subject);
        }
        for claim in self.claims.values_mut() {
            claim.outcome = claim.outcome.take().filter(|outcome| outcome.user != *id);
        }
        Ok(())
    }

    fn insert_workspace(&mut self, workspace: &Workspace) -> Result<()> {
        insert_new(&mut self.workspaces, workspace.id.clone(), workspace.clone())
    }

    fn add_member(&mut self, workspace: &WorkspaceId, user: &UserId) -> Result<()> {
        self.require_workspace(workspace)?;
        self.require_user(user)?;
        self.memberships.insert((workspace.clone(), user.clone()));
        Ok(())
    }

    fn remove_member(&mut self, workspace: &WorkspaceId, user: &UserId) -> Result<bool> {
        Ok(self.memberships.remove(&(workspace.clone(), user.clone())))
    }

    fn insert_key(&mut self, key: &Key) -> Result<()> {
        if let KeyReach::Workspace(id) = &key.reach {
            self.require_workspace(id)?;
        }
        if let Some(owner) = &key.owner {
            self.require_user(owner)?;
        }
        insert_new(&mut self.keys, key.id.clone(), key.clone())
    }

    fn revoke_key(&mut self, id: &KeyId, at: Timestamp) -> Result<bool> {
        let Some(key) = self.keys.get_mut(id) else { return Ok(false) };
        key.revoked_at.get_or_insert(at);
        Ok(true)
    }

    fn pin_key(&mut self, id: &KeyId, door: Option<&str>) -> Result<bool> {
        let Some(key) = self.keys.get_mut(id) else { return Ok(false) };
        key.pinned = door.map(str::to_owned);
        Ok(true)
    }

    fn set_key_plan(&mut self, id: &KeyId, plan: Option<&str>) -> Result<bool> {
        let Some(key) = self.keys.get_mut(id) else { return Ok(false) };
        key.plan = plan.map(str::to_owned);
        Ok(true)
    }

    fn hold_keys(&mut self, ids: &[KeyId]) -> Result<Vec<KeyId>> {
        Ok(self.keys.keys().filter(|key| ids.contains(key)).cloned().collect())
    }

    fn add_usage(&mut self, usage: &[Usage]) -> Result<()> {
        usage.iter().for_each(|usage| self.usage.add(usage));
        Ok(())
    }

    fn forget_usage(&mut self, before: Day, limit: u32) -> Result<u32> {
        let forgotten = self.usage.forget(before, limit as usize);
        u32::try_from(forgotten).map_err(|_| UserError::Internal("more than the limit".to_owned()))
    }

    fn set_fact(&mut self, name: &str, value: &str) -> Result<()> {
        self.facts.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove_fact(&mut self, name: &str) -> Result<()> {
        self.facts.remove(name);
        Ok(())
    }

    fn set_claim(&mut self, claim: &Claim) -> Result<()> {
        if let Some(outcome) = &claim.outcome {
            self.require_user(&outcome.user)?;
        }
        self.claims.insert(claim.id.clone(), claim.clone());
        Ok(())
    }

    fn remove_claims(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        let mut old: Vec<&Claim> = self.claims.values().filter(|claim| claim.created_at < before).collect();
        old.sort_by_key(|claim| claim.created_at);
        let old: Vec<ClaimId> = old.into_iter().take(limit as usize).map(|claim| claim.id.clone()).collect();
        old.iter().for_each(|id| drop(self.claims.remove(id)));
        u32::try_from(old.len()).map_err(|_| UserError::Internal("more than the limit".to_owned()))
    }
}
