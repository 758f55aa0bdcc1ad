//! Who presents a key.

use std::sync::Arc;

use super::Users;
use crate::audit::{Actor, Reason, Refusal};
use crate::caller::{self, Caller};
use crate::error::Result;
use crate::id::WorkspaceId;
use crate::key::{KeyReach, KeyState, PresentedKey};
use crate::ports::{Holder, Store};
use crate::time::Timestamp;

/// What came of a key that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identified {
    /// It is good.
    Caller(Arc<Caller>),
    /// It is known, and good for nothing.
    Refused(Refusal),
    /// There is no such key. Who knows the name of one and not its secret has none.
    Unknown,
}

impl<S: Store> Users<S> {
    /// Finds who presents this key, or why it is refused.
    ///
    /// # Errors
    /// As the store's.
    pub fn identify(&self, presented: &PresentedKey) -> Result<Identified> {
        let now = self.environment.clock.now();
        let since = if self.kept.keeps_callers() { self.now() } else { None };
        let found = self.store.glance(|reads| reads.holder(presented.id()))?;
        let Some(mut holder) = found.filter(|holder| presented.matches(&holder.key.secret)) else {
            return Ok(Identified::Unknown);
        };
        let mut workspaces = Vec::new();
        if holder.key.reach == KeyReach::Owner {
            // Where the owner is a member is another question, about the same state.
            match self.store.read(|reads| caller::holder(reads, presented.id()))? {
                Some(found) => (holder, workspaces) = found,
                None => return Ok(Identified::Unknown),
            }
        }
        let key = holder.key.clone();
        let home = caller::home(&key.reach, holder.owner.as_ref());
        Ok(match self.caller(holder, workspaces, now) {
            Err(reason) => {
                let actor = Actor::Key { key: key.id, owner: key.owner };
                Identified::Refused(Refusal { actor, reason, user: None, workspace: home })
            }
            Ok(caller) => {
                if let Some(since) = since {
                    self.kept.keep_caller(since, &key, &caller);
                }
                Identified::Caller(caller)
            }
        })
    }

    /// Whoever holds this key, or why nobody may.
    fn caller(&self, holder: Holder, workspaces: Vec<WorkspaceId>, now: Timestamp) -> Result<Arc<Caller>, Reason> {
        match holder.key.state(now) {
            KeyState::Revoked => Err(Reason::Revoked),
            KeyState::Expired => Err(Reason::Expired),
            KeyState::Active => {
                Caller::of_holder(holder, workspaces, &self.policy).map(Arc::new).ok_or(Reason::OwnerInactive)
            }
        }
    }
}
