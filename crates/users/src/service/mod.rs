//! The directory's operations, each with its rules. All of them block; who calls decides on which thread.

mod ask_for_mail;
mod attempt;
mod audit;
mod change;
mod create;
mod delete;
mod end_sessions;
mod identify;
mod kept;
mod list;
mod mail;
mod read;
mod redeem;
mod save;
mod seen;
mod sign_in;
mod sign_out;
mod start;
mod under_way;
mod update;
mod usage;

#[cfg(test)]
pub(crate) mod tests;

pub use change::{FullNameChange, RoleChange, StatusChange, UserChange};
pub use create::NewUser;
pub(crate) use create::{LOCAL_PROVIDER, NAMING_ATTEMPTS, free_username, free_username_in, insert};
pub(crate) use delete::require_other_administrator;
pub(crate) use end_sessions::{end_session, end_sessions};
pub use identify::Identified;
pub use kept::Keep;
pub use mail::{Fate, Held, Letter, Setback, Taken};
pub use redeem::{Holder, Redeemed};
pub(crate) use save::{NewPassword, save, save_as};
pub use seen::{Look, Seen};
pub use sign_in::{AccountName, Denied, SignIn, SignInRules, SignedIn};

use std::sync::Arc;

use crate::audit::{Act, Actor, Occasion};
use crate::caller::Caller;
use crate::changes::Changes;
use crate::error::{Result, UserError};
use crate::key::PresentedKey;
use crate::ports::{Environment, Store};
use crate::role::RolePolicy;
use kept::Kept;
use under_way::UnderWay;

/// The directory of users on a store. Cheap to clone. The clones of one know what the others are doing.
pub struct Users<S> {
    store: Arc<S>,
    policy: Arc<RolePolicy>,
    environment: Environment,
    under_way: Arc<UnderWay>,
    kept: Arc<Kept>,
    occasion: Option<Occasion>,
    sign_in: SignInRules,
}

impl<S> Clone for Users<S> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            policy: self.policy.clone(),
            environment: self.environment.clone(),
            under_way: self.under_way.clone(),
            kept: self.kept.clone(),
            occasion: self.occasion.clone(),
            sign_in: self.sign_in,
        }
    }
}

impl<S: Store> Users<S> {
    /// The directory that has its users in `store`, and keeps nothing of what it reads.
    pub fn new(store: Arc<S>, policy: Arc<RolePolicy>, environment: Environment) -> Self {
        let sign_in = SignInRules::default();
        Self { store, policy, environment, under_way: Arc::default(), kept: Arc::default(), occasion: None, sign_in }
    }

    /// The same, but so much of what it reads is kept for as long as it holds; users only where the store hears of every change.
    #[must_use]
    pub fn keeping(self, keep: Keep) -> Self {
        let shown_bytes = if self.hears_others() { keep.shown_bytes } else { 0 };
        Self { kept: Arc::new(Kept::new(Keep { shown_bytes, ..keep })), ..self }
    }

    /// Whether what was read is used only while nobody, in whichever process, has changed it.
    fn hears_others(&self) -> bool {
        self.store.changes().is_some_and(Changes::hears_others)
    }

    /// The same, where all that is changed is noted with this occasion.
    #[must_use]
    pub fn on(&self, occasion: Occasion) -> Self {
        Self { occasion: Some(occasion), ..self.clone() }
    }

    /// An act of this moment.
    fn act(&self, actor: Actor) -> Act {
        let occasion = self.occasion.clone().unwrap_or_default();
        Act { at: self.environment.clock.now(), actor, occasion, randomness: self.environment.randomness.clone() }
    }

    /// The same, where one signs in by these rules.
    #[must_use]
    pub fn signing_in(self, sign_in: SignInRules) -> Self {
        Self { sign_in, ..self }
    }

    /// The present, if anything is kept, and the store can tell it.
    #[must_use]
    pub fn present(&self) -> Seen {
        if !self.kept.keeps_anything() {
            return Seen::default();
        }
        Seen::at(self.store.changes().and_then(Changes::now))
    }

    /// Who presents this key, if that is known without asking the store.
    #[must_use]
    pub fn known_caller(&self, presented: &PresentedKey, seen: &Seen) -> Option<Arc<Caller>> {
        self.kept.caller((self.store.changes()?, seen.moment()?), presented, &*self.environment.clock)
    }

    /// Finds who presents this key.
    ///
    /// # Errors
    /// `Unauthenticated` for a key that is not known, not live, or whose owner may not act.
    pub fn authenticate(&self, presented: &PresentedKey) -> Result<Arc<Caller>> {
        match self.identify(presented, None, self.present())? {
            Identified::Caller(caller, _) => Ok(caller),
            Identified::Refused(_) | Identified::Unknown => Err(UserError::Unauthenticated),
        }
    }
}
