//! Messages that wait, or were given up.

use super::{Operator, OperatorError};
use crate::audit::{About, Act, Action};
use crate::error::Result;
use crate::id::MessageId;
use crate::outbox::{Delivery, OutboxMessage};
use crate::ports::{Store, Tx};
use crate::time::Timestamp;

impl<S: Store> Operator<S> {
    /// At most `limit` messages behind that one, or from the first on, in the order in which they were asked for.
    ///
    /// # Errors
    /// As the store's.
    pub fn mail_queue(&self, after: Option<&MessageId>, limit: u32) -> Result<Vec<OutboxMessage>> {
        self.store.read(|reads| reads.messages(after, limit))
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

    /// The same, of every message that nobody sends at this moment and that is not due anyway. Says how many there were. So many at a time
    /// that nobody waits for it.
    ///
    /// # Errors
    /// As the store's; some may be retried then.
    pub fn retry_all_mail(&self) -> Result<usize> {
        let (mut retried, mut last) = (0, None::<MessageId>);
        loop {
            let (act, after) = (self.act(), last.take());
            let (count, end) = self.store.write(move |tx| {
                let messages = tx.messages(after.as_ref(), AT_ONCE)?;
                let end = messages.last().map(|message| message.id.clone());
                let mut count = 0;
                for message in messages.into_iter().filter(|message| can_be_retried(message, act.at)) {
                    count += usize::from(retry(tx, message, &act)?.is_some());
                }
                Ok((count, end))
            })?;
            retried += count;
            match end {
                Some(end) => last = Some(end),
                None => return Ok(retried),
            }
        }
    }
}

/// How many messages one transaction looks at.
const AT_ONCE: u32 = 500;

/// What waits for its turn keeps its place in the line.
fn can_be_retried(message: &OutboxMessage, now: Timestamp) -> bool {
    let is_due = message.delivery.abandoned_at.is_none() && message.delivery.due_at <= now;
    !is_due && !is_being_sent(message, now)
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
