//! Messages and tokens of the in-memory store.

use super::tables::Tables;
use crate::error::Result;
use crate::id::{MessageId, UserId};
use crate::outbox::{Backlog, MessageKind, OutboxMessage};
use crate::ports::{MailReads, MailTx};
use crate::time::Timestamp;
use crate::token::{IssuedToken, Purpose, TokenHash};

fn waits(message: &&OutboxMessage) -> bool {
    message.delivery.abandoned_at.is_none()
}

impl Tables {
    fn held(&mut self, id: &MessageId, attempts: u32) -> Option<usize> {
        self.outbox.iter().position(|message| message.id == *id && message.delivery.attempts == attempts)
    }
}

impl MailReads for Tables {
    fn message(&mut self, id: &MessageId) -> Result<Option<OutboxMessage>> {
        Ok(self.outbox.iter().find(|message| message.id == *id).cloned())
    }

    fn messages(&mut self, after: Option<&MessageId>, limit: u32) -> Result<Vec<OutboxMessage>> {
        let is_behind = |message: &&OutboxMessage| after.is_none_or(|after| message.id > *after);
        let mut messages: Vec<OutboxMessage> = self.outbox.iter().filter(is_behind).cloned().collect();
        messages.sort_by_key(|message| message.id.clone());
        messages.truncate(limit as usize);
        Ok(messages)
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.outbox.iter().filter(waits).map(|message| message.delivery.due_at).min())
    }

    fn backlog(&mut self) -> Result<Backlog> {
        let waiting = self.outbox.iter().filter(waits).count();
        Ok(Backlog { waiting: waiting as u64, abandoned: (self.outbox.len() - waiting) as u64 })
    }

    fn token(&mut self, hash: &TokenHash) -> Result<Option<IssuedToken>> {
        Ok(self.tokens.get(hash).cloned())
    }
}

impl MailTx for Tables {
    fn enqueue(&mut self, message: &OutboxMessage) -> Result<()> {
        self.require_user(&message.user)?;
        self.outbox.push(message.clone());
        Ok(())
    }

    fn due_messages(&mut self, now: Timestamp, limit: u32) -> Result<Vec<OutboxMessage>> {
        let due = |message: &&OutboxMessage| message.delivery.due_at <= now;
        let mut messages: Vec<OutboxMessage> = self.outbox.iter().filter(waits).filter(due).cloned().collect();
        messages.sort_by_key(|message| message.delivery.due_at);
        messages.truncate(limit as usize);
        Ok(messages)
    }

    fn update_message(&mut self, message: &OutboxMessage, attempts: u32) -> Result<bool> {
        let Some(at) = self.held(&message.id, attempts) else { return Ok(false) };
        self.outbox[at].delivery = message.delivery.clone();
        Ok(true)
    }

    fn delete_message(&mut self, id: &MessageId, attempts: u32) -> Result<bool> {
        Ok(self.held(id, attempts).map(|at| self.outbox.remove(at)).is_some())
    }

    fn withdraw_messages(&mut self, user: &UserId, kind: MessageKind) -> Result<bool> {
        let before = self.outbox.len();
        self.outbox.retain(|message| message.user != *user || message.kind != kind);
        Ok(self.outbox.len() < before)
    }

    fn insert_token(&mut self, token: &IssuedToken) -> Result<()> {
        self.require_user(&token.user)?;
        super::rules::insert_new(&mut self.tokens, token.hash.clone(), token.clone())
    }

    fn delete_tokens_of(&mut self, user: &UserId) -> Result<()> {
        self.tokens.retain(|_, token| token.user != *user);
        Ok(())
    }

    fn delete_tokens_for(&mut self, user: &UserId, purpose: Purpose) -> Result<()> {
        self.tokens.retain(|_, token| token.user != *user || token.purpose != purpose);
        Ok(())
    }

    fn remove_tokens(&mut self, expired: Timestamp, limit: u32) -> Result<()> {
        let mut old: Vec<&IssuedToken> = self.tokens.values().filter(|token| !token.is_live(expired)).collect();
        old.sort_by_key(|token| token.expires_at);
        let old: Vec<TokenHash> = old.into_iter().take(limit as usize).map(|token| token.hash.clone()).collect();
        old.iter().for_each(|hash| drop(self.tokens.remove(hash)));
        Ok(())
    }
}
