//! Signing out.

use super::Users;
use crate::caller::Caller;
use crate::error::{Result, UserError};
use crate::ports::Store;

impl<S: Store> Users<S> {
    /// Ends the session that the caller's key is, from this moment on.
    ///
    /// # Errors
    /// `NoSession` for a key that was made otherwise; `Unauthenticated` for one that is over.
    pub fn sign_out(&self, caller: &Caller) -> Result<()> {
        let (id, now) = (caller.key.clone(), self.environment.clock.now());
        self.store.write(move |tx| {
            let key = tx.key(&id)?.filter(|key| key.is_live(now)).ok_or(UserError::Unauthenticated)?;
            if !key.session {
                return Err(UserError::NoSession);
            }
            tx.revoke_key(&id, now).map(|_| ())
        })
    }
}
