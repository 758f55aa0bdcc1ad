//! Signing out.

use super::Users;
use crate::audit::{About, Action, Actor};
use crate::caller::Caller;
use crate::error::{Result, UserError};
use crate::ports::Store;

impl<S: Store> Users<S> {
    /// Ends the session that the caller's key is, from this moment on.
    ///
    /// # Errors
    /// `NoSession` for a key that was made otherwise; `Unauthenticated` for one that is over.
    pub fn sign_out(&self, caller: &Caller) -> Result<()> {
        let (id, workspace, act) = (caller.key.clone(), caller.home.clone(), self.act(Actor::of(caller)));
        self.store.write(move |tx| {
            let key = tx.key(&id)?.filter(|key| key.is_live(act.at)).ok_or(UserError::Unauthenticated)?;
            if !key.session {
                return Err(UserError::NoSession);
            }
            tx.revoke_key(&id, act.at)?;
            act.note(
                tx,
                Action::SessionEnded,
                About { key: Some(key.id), user: key.owner, workspace: workspace.clone(), ..About::default() },
            )
        })
    }
}
