//! Who presents a key.

use std::sync::Arc;

use super::{Seen, Users};
use crate::audit::{Actor, Reason, Refusal};
use crate::caller::{self, Caller};
use crate::error::Result;
use crate::id::UserId;
use crate::key::{KeyState, PresentedKey};
use crate::ports::{OwnedKey, Store};
use crate::time::Timestamp;

/// What came of a key that was presented.
#[derive(Debug, Clone, PartialEq)]
pub enum Identified {
    /// It is good; and what was seen beside it.
    Caller(Arc<Caller>, Seen),
    /// It is known, and good for nothing.
    Refused(Refusal),
    /// There is no such key. Who knows the name of one and not its secret has none.
    Unknown,
}

impl<S: Store> Users<S> {
    /// Finds who presents this key, or why it is refused. Where somebody is asked for with it, that is the same question to the store.
    ///
    /// # Errors
    /// As the store's.
    pub fn identify(&self, presented: &PresentedKey, target: Option<&UserId>, seen: Seen) -> Result<Identified> {
        let now = self.environment.clock.now();
        let found = self.store.glance(|reads| match target {
            Some(target) => reads.owned_key_and_user(presented.id(), target),
            None => Ok(reads.owned_key(presented.id())?.map(|owned| (owned, None))),
        });
        let Some((owned, found)) = found?.filter(|(owned, _)| presented.matches(&owned.key.secret)) else {
            return Ok(Identified::Unknown);
        };
        Ok(match self.caller(&owned, now) {
            Err(reason) => {
                let workspace = caller::home(&owned.key.reach, owned.owner.as_ref());
                let actor = Actor::Key { key: owned.key.id, owner: owned.key.owner };
                Identified::Refused(Refusal { actor, reason, user: None, workspace })
            }
            Ok(caller) => {
                // Who signs out at one process is out at all of them.
                if let Some(since) = seen.moment().filter(|_| !owned.key.session || self.hears_others()) {
                    self.kept.keep_caller(since, &owned.key, &caller);
                }
                Identified::Caller(caller, seen.with(target, found))
            }
        })
    }

    /// Whoever holds this key, or why nobody may.
    fn caller(&self, owned: &OwnedKey, now: Timestamp) -> Result<Arc<Caller>, Reason> {
        match owned.key.state(now) {
            KeyState::Revoked => Err(Reason::Revoked),
            KeyState::Expired => Err(Reason::Expired),
            KeyState::Active => Caller::of_owned_key(owned, &self.policy).map(Arc::new).ok_or(Reason::OwnerInactive),
        }
    }
}
