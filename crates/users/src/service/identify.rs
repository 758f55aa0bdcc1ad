//! Who presents a key.

use std::sync::Arc;

use super::Users;
use crate::audit::{Actor, Reason, Refusal};
use crate::caller::{self, Caller};
use crate::error::Result;
use crate::id::WorkspaceId;
use crate::key::{KeyReach, KeyState, PresentedKey};
use crate::ports::{OwnedKey, Store};
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
        let is_presented = |owned: &OwnedKey| presented.matches(&owned.key.secret);
        let Some(mut owned) = self.store.glance(|reads| reads.owned_key(presented.id()))?.filter(is_presented) else {
            return Ok(Identified::Unknown);
        };
        let mut workspaces = Vec::new();
        if owned.key.reach == KeyReach::Owner {
            // Where the owner is a member is another question. Both are asked of one state.
            let found = self.store.read(|reads| caller::owned_key(reads, presented.id()))?;
            let Some(found) = found.filter(|(owned, _)| is_presented(owned)) else { return Ok(Identified::Unknown) };
            (owned, workspaces) = found;
        }
        Ok(match self.caller(&owned, workspaces, now) {
            Err(reason) => {
                let workspace = caller::home(&owned.key.reach, owned.owner.as_ref());
                let actor = Actor::Key { key: owned.key.id, owner: owned.key.owner };
                Identified::Refused(Refusal { actor, reason, user: None, workspace })
            }
            Ok(caller) => {
                if let Some(since) = since {
                    self.kept.keep_caller(since, &owned.key, &caller);
                }
                Identified::Caller(caller)
            }
        })
    }

    /// Whoever holds this key, or why nobody may.
    fn caller(&self, owned: &OwnedKey, workspaces: Vec<WorkspaceId>, now: Timestamp) -> Result<Arc<Caller>, Reason> {
        match owned.key.state(now) {
            KeyState::Revoked => Err(Reason::Revoked),
            KeyState::Expired => Err(Reason::Expired),
            KeyState::Active => {
                Caller::of_owned_key(owned, workspaces, &self.policy).map(Arc::new).ok_or(Reason::OwnerInactive)
            }
        }
    }
}
