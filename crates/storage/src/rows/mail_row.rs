//! Messages and tokens.

use diesel::prelude::{AsChangeset, Insertable, Queryable};
use users::error::Result;
use users::outbox::{Delivery, MessageKind, OutboxMessage};
use users::token::{IssuedToken, Purpose, TokenHash};
use users::{MessageId, Timestamp, UserId};

use super::{damaged, time};
use crate::schema::{outbox, tokens};

/// A message as read: all columns.
#[derive(Queryable)]
pub(crate) struct MessageRow {
    id: String,
    user_id: String,
    kind: String,
    created_at: i64,
    attempts: i64,
    due_at: i64,
    leased_until: Option<i64>,
    tried_since: Option<i64>,
    last_error: Option<String>,
    abandoned_at: Option<i64>,
}

impl MessageRow {
    /// The record.
    pub fn into_message(self) -> Result<OutboxMessage> {
        let optional = |micros: Option<i64>, what| micros.map(|micros| time(micros, what)).transpose();
        let delivery = Delivery {
            attempts: u32::try_from(self.attempts).map_err(|_| damaged("number of attempts"))?,
            due_at: time(self.due_at, "time of the next attempt")?,
            leased_until: optional(self.leased_until, "end of a lease")?,
            tried_since: optional(self.tried_since, "time of the first attempt")?,
            last_error: self.last_error,
            abandoned_at: optional(self.abandoned_at, "time of giving up")?,
        };
        Ok(OutboxMessage {
            id: MessageId::from_stored(self.id),
            user: UserId::from_stored(self.user_id),
            kind: MessageKind::parse(&self.kind).ok_or_else(|| damaged("kind of a message"))?,
            created_at: time(self.created_at, "time of creation")?,
            delivery,
        })
    }
}

/// A message as written for the first time.
#[derive(Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub(crate) struct NewMessageRow<'a> {
    id: &'a str,
    user_id: &'a str,
    kind: &'a str,
    created_at: i64,
    #[diesel(embed)]
    delivery: DeliveryRow<'a>,
}

/// How far a message is, as written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = outbox, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct DeliveryRow<'a> {
    attempts: i64,
    due_at: i64,
    leased_until: Option<i64>,
    tried_since: Option<i64>,
    last_error: Option<&'a str>,
    abandoned_at: Option<i64>,
}

impl<'a> From<&'a OutboxMessage> for NewMessageRow<'a> {
    fn from(message: &'a OutboxMessage) -> Self {
        Self {
            id: message.id.as_str(),
            user_id: message.user.as_str(),
            kind: message.kind.as_str(),
            created_at: message.created_at.micros(),
            delivery: (&message.delivery).into(),
        }
    }
}

impl<'a> From<&'a Delivery> for DeliveryRow<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            attempts: delivery.attempts.into(),
            due_at: delivery.due_at.micros(),
            leased_until: delivery.leased_until.map(Timestamp::micros),
            tried_since: delivery.tried_since.map(Timestamp::micros),
            last_error: delivery.last_error.as_deref(),
            abandoned_at: delivery.abandoned_at.map(Timestamp::micros),
        }
    }
}

/// A token as read: all columns.
#[derive(Queryable)]
pub(crate) struct TokenRow {
    hash: String,
    user_id: String,
    purpose: String,
    email_key: String,
    message_id: String,
    created_at: i64,
    expires_at: i64,
}

impl TokenRow {
    /// The record.
    pub fn into_token(self) -> Result<IssuedToken> {
        Ok(IssuedToken {
            hash: TokenHash::from_stored(self.hash),
            user: UserId::from_stored(self.user_id),
            purpose: Purpose::parse(&self.purpose).ok_or_else(|| damaged("purpose of a token"))?,
            email_key: self.email_key,
            message: MessageId::from_stored(self.message_id),
            created_at: time(self.created_at, "time of creation")?,
            expires_at: time(self.expires_at, "time of expiry")?,
        })
    }
}

/// A token as written.
#[derive(Insertable)]
#[diesel(table_name = tokens)]
pub(crate) struct NewTokenRow<'a> {
    hash: &'a str,
    user_id: &'a str,
    purpose: &'a str,
    email_key: &'a str,
    message_id: &'a str,
    created_at: i64,
    expires_at: i64,
}

impl<'a> From<&'a IssuedToken> for NewTokenRow<'a> {
    fn from(token: &'a IssuedToken) -> Self {
        Self {
            hash: token.hash.as_str(),
            user_id: token.user.as_str(),
            purpose: token.purpose.as_str(),
            email_key: &token.email_key,
            message_id: token.message.as_str(),
            created_at: token.created_at.micros(),
            expires_at: token.expires_at.micros(),
        }
    }
}
