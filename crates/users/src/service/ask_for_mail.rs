//! Asking for a link with which a password can be set.

use super::{Denied, Users};
use crate::attempts::{self, Limited, Spent, Subject};
use crate::audit::{About, Action, Actor, Reason};
use crate::email::Email;
use crate::error::{Result, UserError};
use crate::id::MessageId;
use crate::outbox::{MessageKind, OutboxMessage};
use crate::ports::{Lock, Store};
use crate::user::{Status, User};

impl<S: Store> Users<S> {
    /// Has a link sent to this address, if it is that of a user who can use one: another invitation to who is pending, the way to a new
    /// password to who is active. Earlier links for the same do not count any more. Whether there is such a user is not told, and
    /// whatever is counted is counted either way, in one transaction.
    ///
    /// # Errors
    /// The inner one: `TooOften`, if one of those to whom it is counted asks too often. Else as the store's.
    pub fn ask_for_mail(&self, address: &Email, limited: Vec<Limited>) -> Result<Result<(), Denied>> {
        let (id, act) = (MessageId::from(self.environment.randomness.uuid()), self.act(Actor::Nobody));
        let address = address.clone();
        self.store.write(move |tx| {
            // First who it is and then what is counted, as everywhere: otherwise two could wait for each other.
            let found = tx.user_by_email_key(address.key())?;
            if let Some(found) = &found {
                tx.lock(Lock::User { target: &found.id, actor: None })?;
            }
            if let Err(Spent { retry_after, whose }) = attempts::count(tx, &limited, act.at)? {
                // Whoever asks too often from one place has not asked for this user.
                let found = found.filter(|_| whose == Subject::mail(&address));
                let found = found.map(|found| (found.id, found.default_workspace));
                return Ok(Err(Denied::new(UserError::TooOften { retry_after }, Reason::TooManyLinks, found)));
            }
            let Some(found) = found else { return Ok(Ok(())) };
            let user = tx.user(&found.id)?.filter(|user| user.email.key() == address.key());
            if let Some((user, kind)) = user.and_then(|user| suitable(&user).map(|kind| (user, kind))) {
                OutboxMessage::new(id.clone(), user.id.clone(), kind, act.at).ask_anew(tx)?;
                let action = match kind {
                    MessageKind::Activation => Action::UserInvited,
                    MessageKind::Password => Action::PasswordResetAsked,
                };
                act.note(tx, action, About::user(&user))?;
            }
            Ok(Ok(()))
        })
    }
}

/// What such a user can use.
fn suitable(user: &User) -> Option<MessageKind> {
    match user.status {
        Status::Pending => Some(MessageKind::Activation),
        Status::Active => Some(MessageKind::Password),
        Status::Inactive | Status::Suspended => None,
    }
}
