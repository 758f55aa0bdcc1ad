//! Ending sessions before their time. Whichever way one ends, it is told once.

use crate::audit::{About, Act, Action, Event};
use crate::error::{Result, UserError};
use crate::key::KeyId;
use crate::ports::{Tx, held_key};
use crate::user::User;

/// Ends this one.
///
/// # Errors
/// `Unauthenticated` for one that is over; `NoSession` for a key that is none.
pub(crate) fn end_session(tx: &mut dyn Tx, id: &KeyId, act: &Act) -> Result<()> {
    let key = held_key(tx, id)?.filter(|key| key.is_live(act.at)).ok_or(UserError::Unauthenticated)?;
    if !key.session {
        return Err(UserError::NoSession);
    }
    tx.revoke_key(id, act.at)?;
    let about = About::key(tx, &key)?;
    act.note(tx, Action::SessionEnded, about)
}

/// Ends all of a user whose password was changed, but this one.
pub(crate) fn end_sessions(tx: &mut dyn Tx, user: &User, except: Option<&KeyId>, act: &Act) -> Result<()> {
    let ended = tx.end_sessions(&user.id, except, act.at)?;
    let event = |key| act.event(Action::SessionEnded, About { key: Some(key), ..About::user(user) });
    tx.audit(&ended.into_iter().map(event).collect::<Vec<Event>>())
}
