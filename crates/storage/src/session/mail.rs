//! Messages and tokens.

use users::error::Result;
use users::outbox::{Backlog, MessageKind, OutboxMessage};
use users::ports::{MailReads, MailTx};
use users::token::{IssuedToken, Purpose, TokenHash};
use users::{MessageId, Timestamp, UserError, UserId};

use super::Session;
use crate::rows::{MessageRow, TokenRow};
use crate::{reads, writes};

fn count(count: i64) -> Result<u64> {
    u64::try_from(count).map_err(|_| UserError::Internal("a count below zero".to_owned()))
}

impl MailReads for Session<'_> {
    fn message(&mut self, id: &MessageId) -> Result<Option<OutboxMessage>> {
        self.run(|connection| reads::message(connection, id.as_str()))?.map(MessageRow::into_message).transpose()
    }

    fn messages(&mut self, after: Option<&MessageId>, limit: u32) -> Result<Vec<OutboxMessage>> {
        let after = after.map(MessageId::as_str);
        let rows = self.run(|connection| reads::messages(connection, after, limit.into()))?;
        rows.into_iter().map(MessageRow::into_message).collect()
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>> {
        let due = self.run(reads::next_due)?;
        let sense = |micros| {
            Timestamp::from_micros(micros).ok_or_else(|| UserError::Internal("a due time makes no sense".to_owned()))
        };
        due.map(sense).transpose()
    }

    fn backlog(&mut self) -> Result<Backlog> {
        let (waiting, abandoned) = self.run(reads::backlog)?;
        Ok(Backlog { waiting: count(waiting)?, abandoned: count(abandoned)? })
    }

    fn token(&mut self, hash: &TokenHash) -> Result<Option<IssuedToken>> {
        self.run(|connection| reads::token(connection, hash.as_str()))?.map(TokenRow::into_token).transpose()
    }
}

impl MailTx for Session<'_> {
    fn enqueue(&mut self, message: &OutboxMessage) -> Result<()> {
        self.run(|connection| writes::enqueue(connection, message))
    }

    fn due_messages(&mut self, now: Timestamp, limit: u32) -> Result<Vec<OutboxMessage>> {
        let due = self.run(|connection| writes::due_messages(connection, now.micros(), limit.into()))?;
        due.into_iter().map(MessageRow::into_message).collect()
    }

    fn update_message(&mut self, message: &OutboxMessage, attempts: u32) -> Result<bool> {
        Ok(self.run(|connection| writes::update_message(connection, message, attempts))? > 0)
    }

    fn delete_message(&mut self, id: &MessageId, attempts: u32) -> Result<bool> {
        Ok(self.run(|connection| writes::delete_message(connection, id.as_str(), attempts))? > 0)
    }

    fn withdraw_messages(&mut self, user: &UserId, kind: MessageKind) -> Result<bool> {
        Ok(self.run(|connection| writes::withdraw_messages(connection, user.as_str(), kind.as_str()))? > 0)
    }

    fn insert_token(&mut self, token: &IssuedToken) -> Result<()> {
        self.run(|connection| writes::insert_token(connection, token))
    }

    fn delete_tokens_of(&mut self, user: &UserId) -> Result<()> {
        self.run(|connection| writes::delete_tokens_of(connection, user.as_str()))
    }

    fn delete_tokens_for(&mut self, user: &UserId, purpose: Purpose) -> Result<()> {
        self.run(|connection| writes::delete_tokens_for(connection, user.as_str(), purpose.as_str()))
    }

    fn remove_tokens(&mut self, expired: Timestamp, limit: u32) -> Result<()> {
        self.run(|connection| writes::remove_tokens(connection, expired.micros(), limit.into()))
    }
}
