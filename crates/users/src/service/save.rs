//! Writing what has become of a user, and ending what led to what it was.

use super::end_sessions;
use crate::attempts::{self, Subject};
use crate::audit::{About, Act, Action, changed_fields};
use crate::error::Result;
use crate::id::MessageId;
use crate::key::KeyId;
use crate::outbox::{MessageKind, OutboxMessage};
use crate::password::PasswordHash;
use crate::ports::Tx;
use crate::user::User;

/// A password that a user is to have from now on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewPassword<'a> {
    /// What is kept of it.
    pub hash: &'a PasswordHash,
    /// The one session that does not end.
    pub stays: Option<&'a KeyId>,
}

/// Writes what differs, if anything does, as the next revision, and notes it.
pub(crate) fn save(
    tx: &mut dyn Tx,
    old: &User,
    new: &mut User,
    password: Option<NewPassword<'_>>,
    act: &Act,
) -> Result<()> {
    save_as(tx, old, new, password, act, Action::UserChanged)
}

/// The same, where what happens to the record has a name of its own.
pub(crate) fn save_as(
    tx: &mut dyn Tx,
    old: &User,
    new: &mut User,
    password: Option<NewPassword<'_>>,
    act: &Act,
    action: Action,
) -> Result<()> {
    if *new == *old && password.is_none() {
        return Ok(());
    }
    new.revision = old.revision + 1;
    new.updated_at = act.at.max(old.updated_at);
    tx.update_user(new)?;
    let fields = changed_fields(old, new);
    if !fields.is_empty() {
        act.note(tx, action, About { fields, ..About::user(old) })?;
    }
    if let Some(NewPassword { hash, stays }) = password {
        tx.set_password(&new.id, hash)?;
        act.note(tx, Action::PasswordChanged, About::user(old))?;
        end_sessions(tx, old, stays, act)?;
        // Whoever was locked out by the guesses of others can come in.
        attempts::clear(tx, &Subject::account(&new.id))?;
    }
    let ends = password.is_some() || old.status.takes_links() && !new.status.takes_links();
    let moves = new.email.key() != old.email.key();
    let was_invited = (ends || moves) && close_links(tx, new)?;
    // An invitation is to the user, wherever it is; who forgot a password has named the address.
    if was_invited && !ends {
        let id = MessageId::from(act.randomness.uuid());
        OutboxMessage::new(id, new.id.clone(), MessageKind::Activation, act.at).ask_anew(tx)?;
        act.note(tx, Action::UserInvited, About::user(new))?;
    }
    Ok(())
}

/// Ends every link that was mailed to the user, and takes back the messages that would bring one. Says whether there was an invitation among
/// these, which waited or had been given up.
fn close_links(tx: &mut dyn Tx, user: &User) -> Result<bool> {
    tx.delete_tokens_of(&user.id)?;
    let mut was_invited = false;
    for kind in MessageKind::ALL {
        let some = tx.withdraw_messages(&user.id, kind)?;
        was_invited |= some && kind == MessageKind::Activation;
    }
    Ok(was_invited)
}
