//! What must be sent, kept with the change that asked for it.

use chrono::TimeDelta;

use crate::error::Result;
use crate::id::{MessageId, UserId};
use crate::ports::Tx;
use crate::time::Timestamp;
use crate::token::Purpose;

/// A message to be sent later; written in the transaction that causes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Which one.
    pub id: MessageId,
    /// Whom it concerns; goes with the user.
    pub user: UserId,
    /// What kind of message.
    pub kind: MessageKind,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How far it is.
    pub delivery: Delivery,
}

/// How far a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// How often somebody has set about sending it. Whoever has done so holds the message for as long as nobody else has.
    pub attempts: u32,
    /// Not before then is it tried again.
    pub due_at: Timestamp,
    /// Until then somebody is about to send it.
    pub leased_until: Option<Timestamp>,
    /// When it was tried for the first time, or later by as long as nobody tried it although it was due. From then on counts how long it
    /// may fail.
    pub tried_since: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was given up.
    pub abandoned_at: Option<Timestamp>,
}

impl OutboxMessage {
    /// A message that can be sent at once.
    #[must_use]
    pub fn new(id: MessageId, user: UserId, kind: MessageKind, now: Timestamp) -> Self {
        let delivery = Delivery {
            attempts: 0,
            due_at: now,
            leased_until: None,
            tried_since: None,
            last_error: None,
            abandoned_at: None,
        };
        Self { id, user, kind, created_at: now, delivery }
    }

    /// Asks for it in place of every earlier one of its kind: such messages are not sent any more, and the tokens of those that were count
    /// no more. Whoever asks has locked the user.
    ///
    /// # Errors
    /// As the store's.
    pub fn ask_anew(&self, tx: &mut dyn Tx) -> Result<()> {
        tx.withdraw_messages(&self.user, self.kind)?;
        tx.delete_tokens_for(&self.user, self.kind.purpose())?;
        tx.enqueue(self)
    }
}

/// How soon a message is tried again that failed for the first time.
const FIRST_DELAY: TimeDelta = TimeDelta::seconds(30);

/// How soon it is tried again, however often it failed.
const LONGEST_DELAY: TimeDelta = TimeDelta::hours(1);

/// How long it is tried.
const TRIED_FOR: TimeDelta = TimeDelta::hours(24);

impl Delivery {
    /// [`Self::tried_since`] of a message that is tried now. While it was due and nobody came (mail was off, or no process ran), its time
    /// stood still.
    pub(crate) fn tried_since_by(&self, now: Timestamp) -> Timestamp {
        let overdue = now.since(self.due_at).max(TimeDelta::zero());
        self.tried_since.map_or(now, |since| since.after(overdue))
    }

    /// When to try again what has failed now; `None` if it was tried for long enough. It waits as long again as it was tried already, so
    /// that each time is about twice the one before; and it is tried for the last time when its time is over.
    #[must_use]
    pub fn next_attempt(&self, now: Timestamp) -> Option<Timestamp> {
        let since = self.tried_since.unwrap_or(now);
        let end = since.after(TRIED_FOR);
        let delay = (now.utc() - since.utc()).clamp(FIRST_DELAY, LONGEST_DELAY);
        (now < end).then(|| now.after(delay).min(end))
    }
}

/// The kinds of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// The invitation to activate an account.
    Activation,
    /// The way to a new password in place of a forgotten one.
    Password,
}

impl MessageKind {
    /// Every one.
    pub const ALL: [Self; 2] = [MessageKind::Activation, MessageKind::Password];

    /// The name in stores.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.purpose().as_str()
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What the token is for that it carries.
    #[must_use]
    pub fn purpose(self) -> Purpose {
        match self {
            MessageKind::Activation => Purpose::Activation,
            MessageKind::Password => Purpose::Password,
        }
    }
}

/// How many messages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// To be sent, or being sent.
    pub waiting: u64,
    /// Given up.
    pub abandoned: u64,
}
