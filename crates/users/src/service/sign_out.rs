//! Signing out.

use super::{Users, end_session};
use crate::audit::Actor;
use crate::caller::Caller;
use crate::error::Result;
use crate::ports::Store;

impl<S: Store> Users<S> {
    /// Ends the session that the caller's key is, from this moment on.
    ///
    /// # Errors
    /// `NoSession` for a key that was made otherwise; `Unauthenticated` for one that is over.
    pub fn sign_out(&self, caller: &Caller) -> Result<()> {
        let (id, act) = (caller.key.clone(), self.act(Actor::of(caller)));
        self.store.write(move |tx| end_session(tx, &id, &act))
    }
}
