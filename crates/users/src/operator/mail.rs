//! Messages that wait, or were given up.

use super::{Operator, OperatorError};
use crate::audit::{About, Act, Action};
use crate::error::Result;
use crate::id::MessageId;
use crate::outbox::{Delivery, OutboxMessage};
use crate::ports::{Store, Tx};
use crate::time::Timestamp;

impl<S: Store> Operator<S> {
    /// Every message, by time of creation.
    ///
    /// # Errors
    /// As the store's.
    pub fn mail_queue(&self) -> Result<Vec<OutboxMessage>> {
        self.store.read(|reads| reads.messages())
    }

    /// Has a message sent as soon as possible, and, if that fails, tried for as long as a new one.
    ///
    /// # Errors
    /// `Refused` if there is none of that id, or it is being sent at this moment.
    pub fn retry_mail(&self, id: &str) -> Result<OutboxMessage, OperatorError> {
        let none = || OperatorError::Refused(format!("there is no message {id}; perhaps it was sent"));
        let parsed = MessageId::parse(id).ok_or_else(none)?;
        let act = self.act();
        let done = self.store.write(move |tx| match tx.message(&parsed)? {
            Some(message) if is_being_sent(&message, act.at) => Ok(Some(None)),
            Some(message) => retry(tx, message, &act).map(Some),
            None => Ok(None),
        })?;
        let being_sent = || OperatorError::Refused(format!("the message {id} is being sent at this moment"));
        done.ok_or_else(none)?.ok_or_else(being_sent)
    }

    /// The same, of every message that nobody sends at this moment. Says how many there were.
    ///
    /// # Errors
    /// As the store's.
    pub fn retry_all_mail(&self) -> Result<usize> {
        let act = self.act();
        self.store.write(move |tx| {
            let mut retried = 0;
            for message in tx.messages()?.into_iter().filter(|message| !is_being_sent(message, act.at)) {
                retried += usize::from(retry(tx, message, &act)?.is_some());
            }
            Ok(retried)
        })
    }
}

fn is_being_sent(message: &OutboxMessage, now: Timestamp) -> bool {
    message.delivery.leased_until.is_some_and(|until| now < until)
}

/// `None` if somebody has just taken it.
fn retry(tx: &mut dyn Tx, message: OutboxMessage, act: &Act) -> Result<Option<OutboxMessage>> {
    let delivery =
        Delivery { due_at: act.at, leased_until: None, tried_since: None, abandoned_at: None, ..message.delivery };
    let message = OutboxMessage { delivery, ..message };
    if !tx.update_message(&message, message.delivery.attempts)? {
        return Ok(None);
    }
    let about = About::user_of(tx, &message.user)?;
    act.note(tx, Action::MailRetried, about)?;
    Ok(Some(message))
}
