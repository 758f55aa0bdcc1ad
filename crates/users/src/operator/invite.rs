//! Inviting a user once more.

use super::{Operator, OperatorError, locked_user};
use crate::audit::{About, Action};
use crate::id::MessageId;
use crate::outbox::{MessageKind, OutboxMessage};
use crate::ports::Store;
use crate::user::{Status, User};

impl<S: Store> Operator<S> {
    /// Has an invitation sent to a user, in place of every earlier one: with its link the user sets a password, and is active then.
    /// Who is active already can be invited as well, to set a first password or another one.
    ///
    /// # Errors
    /// `NotFound`; `Refused` for a user who may not act.
    pub fn invite(&self, name: &str) -> Result<User, OperatorError> {
        let (id, act) = (MessageId::from(self.environment.randomness.uuid()), self.act());
        let name = name.to_owned();
        let invited = self.store.write(move |tx| {
            let user = locked_user(tx, &name)?;
            match user.status {
                Status::Pending | Status::Active => {
                    OutboxMessage::new(id.clone(), user.id.clone(), MessageKind::Activation, act.at).ask_anew(tx)?;
                    act.note(tx, Action::UserInvited, About::user(&user))?;
                    Ok(Ok(user))
                }
                Status::Inactive | Status::Suspended => Ok(Err(user)),
            }
        })?;
        invited.map_err(|user| {
            let status = user.status.as_str();
            OperatorError::Refused(format!("{} is {status}; no link lets it in until that is changed", user.id))
        })
    }
}
