//! Sending what waits. Several processes may do so at once: whoever takes a message holds it for a while, and nobody else gets it
//! meanwhile. If nothing is heard of it until then, it is sent again, so each arrives at least once.

use chrono::TimeDelta;

use super::Users;
use crate::Email;
use crate::audit::{About, Act, Action, Actor};
use crate::error::Result;
use crate::id::{MessageId, UserId};
use crate::outbox::{Backlog, Delivery, MessageKind, OutboxMessage};
use crate::ports::{Environment, REMOVED_AT_ONCE, Store, Tx};
use crate::time::Timestamp;
use crate::token::{IssuedToken, Token};
use crate::user::{Status, User};

/// A message that is held, so that it can be sent.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What its holder shows to say what became of it.
    pub held: Held,
    /// What kind of message.
    pub kind: MessageKind,
    /// Whom it concerns.
    pub user: UserId,
    /// Where it goes.
    pub to: Email,
    /// What the user is called.
    pub name: String,
    /// What it carries, made for this attempt. Those of earlier attempts, which may have arrived, count as well.
    pub token: Token,
}

/// A message that somebody holds, for one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which one.
    pub id: MessageId,
    /// Which attempt it is.
    pub attempt: u32,
    /// Since when it was due. That is so again if it is given back.
    pub due_at: Timestamp,
    /// See [`Delivery::tried_since`], before this attempt.
    pub tried_since: Option<Timestamp>,
}

/// What was taken.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// To be sent.
    pub letters: Vec<Letter>,
    /// Given up, since the user may not do what they are about.
    pub abandoned: Vec<MessageId>,
}

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    /// In words, for the operator.
    pub reason: String,
    /// Whether it would fail again.
    pub is_final: bool,
}

/// What becomes of a message that was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is tried again then.
    Again(Timestamp),
    /// It is given up.
    Abandoned,
    /// It is gone, or somebody else holds it.
    NotHeld,
}

impl<S: Store> Users<S> {
    /// Whether a message is due.
    ///
    /// # Errors
    /// As the store's.
    pub fn has_mail(&self) -> Result<bool> {
        let now = self.environment.clock.now();
        self.store.read(|reads| Ok(reads.next_due()?.is_some_and(|due| due <= now)))
    }

    /// How many messages there are.
    ///
    /// # Errors
    /// As the store's.
    pub fn mail_backlog(&self) -> Result<Backlog> {
        self.store.read(|reads| reads.backlog())
    }

    /// Takes at most so many messages that are due, and holds them for that long.
    ///
    /// # Errors
    /// As the store's.
    pub fn take_mail(&self, limit: u32, lease: TimeDelta) -> Result<Taken> {
        let (environment, act) = (self.environment.clone(), self.act(Actor::Nobody));
        self.store.write(move |tx| {
            let now = environment.clock.now();
            tx.remove_tokens(now, REMOVED_AT_ONCE)?;
            let mut taken = Taken::default();
            for message in tx.due_messages(now, limit)? {
                let Some(user) = tx.user(&message.user)? else { continue };
                match user.status {
                    Status::Active | Status::Pending => {
                        taken.letters.push(take(tx, &environment, message, &user, now, lease)?);
                    }
                    Status::Inactive | Status::Suspended => {
                        taken.abandoned.push(message.id.clone());
                        let reason = format!("the user is {}, so the link would not work", user.status.as_str());
                        abandon(tx, message, reason, &Act { at: now, ..act.clone() })?;
                    }
                }
            }
            Ok(taken)
        })
    }

    /// Notes that a message was sent. Says whether it was still held.
    ///
    /// # Errors
    /// As the store's. It may have been noted all the same, and can be noted again.
    pub fn mail_sent(&self, held: &Held) -> Result<bool> {
        let held = held.clone();
        self.store.write(move |tx| tx.delete_message(&held.id, held.attempt))
    }

    /// Notes that a message was not sent, and says what becomes of it.
    ///
    /// # Errors
    /// As the store's.
    pub fn mail_failed(&self, held: &Held, setback: Setback) -> Result<Fate> {
        let (held, act) = (held.clone(), self.act(Actor::Nobody));
        self.store.write(move |tx| {
            let Some(message) = message_held(tx, &held)? else { return Ok(Fate::NotHeld) };
            let (reason, next) = (setback.reason.clone(), message.delivery.next_attempt(act.at));
            let Some(due_at) = next.filter(|_| !setback.is_final) else {
                abandon(tx, message, reason, &act)?;
                return Ok(Fate::Abandoned);
            };
            let delivery = Delivery { due_at, leased_until: None, last_error: Some(reason), ..message.delivery };
            tx.update_message(&OutboxMessage { delivery, ..message }, held.attempt)?;
            Ok(Fate::Again(due_at))
        })
    }

    /// Gives back a message as if it had not been tried, so that anybody can take it at once; `why`, if there is more to say.
    ///
    /// # Errors
    /// As the store's.
    pub fn mail_released(&self, held: &Held, why: Option<String>) -> Result<()> {
        let held = held.clone();
        self.store.write(move |tx| {
            let Some(message) = message_held(tx, &held)? else { return Ok(()) };
            let Held { due_at, tried_since, .. } = held;
            let last_error = why.clone().or(message.delivery.last_error);
            let delivery = Delivery { due_at, tried_since, leased_until: None, last_error, ..message.delivery };
            tx.update_message(&OutboxMessage { delivery, ..message }, held.attempt).map(|_| ())
        })
    }
}

fn message_held(tx: &mut dyn Tx, held: &Held) -> Result<Option<OutboxMessage>> {
    Ok(tx.message(&held.id)?.filter(|message| message.delivery.attempts == held.attempt))
}

fn take(
    tx: &mut dyn Tx,
    environment: &Environment,
    message: OutboxMessage,
    user: &User,
    now: Timestamp,
    lease: TimeDelta,
) -> Result<Letter> {
    let OutboxMessage { id, kind, delivery, .. } = message.clone();
    let (due_at, until) = (delivery.due_at, now.after(lease));
    let held = Held { id, attempt: delivery.attempts.saturating_add(1), due_at, tried_since: delivery.tried_since };
    let delivery = Delivery {
        attempts: held.attempt,
        due_at: until,
        leased_until: Some(until),
        tried_since: Some(delivery.tried_since_by(now)),
        ..delivery
    };
    let attempts = message.delivery.attempts;
    tx.update_message(&OutboxMessage { delivery, ..message }, attempts)?;
    let mut random = [0; 20];
    environment.randomness.fill(&mut random)?;
    let token = Token::from_random(&random);
    tx.insert_token(&IssuedToken {
        hash: token.hash(),
        user: user.id.clone(),
        purpose: kind.purpose(),
        email_key: user.email.key().to_owned(),
        message: held.id.clone(),
        created_at: now,
        expires_at: now.after(kind.purpose().lifetime()),
    })?;
    let (to, name) = (user.email.clone(), user.shown_name().to_owned());
    Ok(Letter { held, kind, user: user.id.clone(), to, name, token })
}

fn abandon(tx: &mut dyn Tx, message: OutboxMessage, reason: String, act: &Act) -> Result<()> {
    let (attempts, about) = (message.delivery.attempts, About::user_of(tx, &message.user)?);
    let delivery =
        Delivery { leased_until: None, last_error: Some(reason), abandoned_at: Some(act.at), ..message.delivery };
    if tx.update_message(&OutboxMessage { delivery, ..message }, attempts)? {
        act.note(tx, Action::MailAbandoned, about)?;
    }
    Ok(())
}
