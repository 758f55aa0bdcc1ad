//! The directory's operations, each with its rules. All of them block; who calls decides on which thread.

mod attempt;
mod change;
mod create;
mod delete;
mod read;
mod start;
mod under_way;
mod update;

#[cfg(test)]
mod tests;

pub use change::{FullNameChange, RoleChange, StatusChange, UserChange};
pub use create::NewUser;
pub(crate) use create::insert;
pub(crate) use delete::require_other_administrator;
pub(crate) use update::save;

use std::sync::Arc;

use crate::caller::Caller;
use crate::error::{Result, UserError};
use crate::key::PresentedKey;
use crate::ports::{Environment, Store};
use crate::role::RolePolicy;
use under_way::UnderWay;

/// The directory of users on a store. Cheap to clone. The clones of one know what the others are doing.
pub struct Users<S> {
    store: Arc<S>,
    policy: Arc<RolePolicy>,
    environment: Environment,
    under_way: Arc<UnderWay>,
}

impl<S> Clone for Users<S> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            policy: self.policy.clone(),
            environment: self.environment.clone(),
            under_way: self.under_way.clone(),
        }
    }
}

impl<S: Store> Users<S> {
    /// The directory that keeps its users in `store`.
    pub fn new(store: Arc<S>, policy: Arc<RolePolicy>, environment: Environment) -> Self {
        Self { store, policy, environment, under_way: Arc::default() }
    }

    /// Finds who presents this key.
    ///
    /// # Errors
    /// `Unauthenticated` for a key that is not known, not live, or whose owner may not act.
    pub fn authenticate(&self, presented: &PresentedKey) -> Result<Caller> {
        let now = self.environment.clock.now();
        self.store.read(|reads| {
            let key = reads.key(presented.id())?.filter(|key| presented.matches(&key.secret) && key.is_live(now));
            Caller::of_record(reads, key.ok_or(UserError::Unauthenticated)?, &self.policy)
        })
    }
}
