//! Messages and tokens.

use crate::error::Result;
use crate::id::{MessageId, UserId};
use crate::outbox::{Backlog, MessageKind, OutboxMessage};
use crate::time::Timestamp;
use crate::token::{IssuedToken, Purpose, TokenHash};

/// What can be read of messages and tokens.
pub trait MailReads {
    /// The message of that id.
    fn message(&mut self, id: &MessageId) -> Result<Option<OutboxMessage>>;
    /// At most `limit` messages behind that one, or from the first on, by id, which is the order in which they were asked for. Those of
    /// kinds that this program does not know are left out, here and everywhere.
    fn messages(&mut self, after: Option<&MessageId>, limit: u32) -> Result<Vec<OutboxMessage>>;
    /// When the next message is due, which may be long ago. `None` if none waits.
    fn next_due(&mut self) -> Result<Option<Timestamp>>;
    /// How many messages there are.
    fn backlog(&mut self) -> Result<Backlog>;
    /// The token of that hash, whether or not it counts.
    fn token(&mut self, hash: &TokenHash) -> Result<Option<IssuedToken>>;
}

/// What can be done to messages and tokens.
pub trait MailTx {
    /// Asks for a message to be sent.
    fn enqueue(&mut self, message: &OutboxMessage) -> Result<()>;
    /// At most `limit` messages that are due, the earliest first. Until the end no other transaction gets the same ones, nor changes the
    /// users whom they concern. Those of which that cannot be said now are left out.
    fn due_messages(&mut self, now: Timestamp, limit: u32) -> Result<Vec<OutboxMessage>>;
    /// Replaces how far the message of the same id is, if so many attempts were made until now. Says whether that is so.
    fn update_message(&mut self, message: &OutboxMessage, attempts: u32) -> Result<bool>;
    /// Removes a message, if so many attempts were made until now. Says whether that is so.
    fn delete_message(&mut self, id: &MessageId, attempts: u32) -> Result<bool>;
    /// Removes every message of that kind to the user. Says whether there was one.
    fn withdraw_messages(&mut self, user: &UserId, kind: MessageKind) -> Result<bool>;
    /// Adds a token.
    fn insert_token(&mut self, token: &IssuedToken) -> Result<()>;
    /// Removes every token of the user.
    fn delete_tokens_of(&mut self, user: &UserId) -> Result<()>;
    /// Removes every token of the user that is for that.
    fn delete_tokens_for(&mut self, user: &UserId, purpose: Purpose) -> Result<()>;
    /// Removes tokens that have expired by then, the earliest first, and no more than `limit`. Leaves those that another transaction is
    /// about to remove.
    fn remove_tokens(&mut self, expired: Timestamp, limit: u32) -> Result<()>;
}
