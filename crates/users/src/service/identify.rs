//! Who presents a key.

use std::sync::Arc;

use super::Users;
use crate::audit::{Actor, Reason, Refusal};
use crate::caller::{self, Caller};
use crate::error::{Result, UserError};
use crate::key::{Key, PresentedKey};
use crate::ports::{Reads, Store};
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
        let found = self.store.read(|reads| {
            let Some(key) = reads.key(presented.id())?.filter(|key| presented.matches(&key.secret)) else {
                return Ok(None);
            };
            let caller = match self.caller(reads, &key, now)? {
                Ok(caller) => Ok(caller),
                Err(reason) => Err((reason, caller::home(reads, &key)?)),
            };
            Ok(Some((key, caller)))
        })?;
        Ok(match found {
            None => Identified::Unknown,
            Some((key, Err((reason, workspace)))) => {
                let actor = Actor::Key { key: key.id, owner: key.owner };
                Identified::Refused(Refusal { actor, reason, user: None, workspace })
            }
            Some((key, Ok(caller))) => {
                if let Some(since) = since {
                    self.kept.keep_caller(since, &key, &caller);
                }
                Identified::Caller(caller)
            }
        })
    }

    /// Whoever holds this key, or why nobody may.
    fn caller(&self, reads: &mut dyn Reads, key: &Key, now: Timestamp) -> Result<Result<Arc<Caller>, Reason>> {
        if key.revoked_at.is_some() {
            return Ok(Err(Reason::Revoked));
        }
        if !key.is_live(now) {
            return Ok(Err(Reason::Expired));
        }
        match Caller::of_record(reads, key.clone(), &self.policy) {
            Ok(caller) => Ok(Ok(Arc::new(caller))),
            Err(UserError::Unauthenticated) => Ok(Err(Reason::OwnerInactive)),
            Err(error) => Err(error),
        }
    }
}
