//! Ending the sessions of a user whose password was changed.

use crate::audit::{About, Act, Action, Event};
use crate::error::Result;
use crate::key::KeyId;
use crate::ports::Tx;
use crate::user::User;

/// Ends them all, but this one, and notes which they were.
pub(crate) fn end_sessions(tx: &mut dyn Tx, user: &User, except: Option<&KeyId>, act: &Act) -> Result<()> {
    let ended = tx.end_sessions(&user.id, except, act.at)?;
    let event = |key| act.event(Action::SessionEnded, About { key: Some(key), ..About::user(user) });
    tx.audit(&ended.into_iter().map(event).collect::<Vec<Event>>())
}
