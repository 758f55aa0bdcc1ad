//! One row.

use std::borrow::Cow;
use std::sync::Arc;

use super::words::{Action, Reason};
use crate::caller::Caller;
use crate::id::{EventId, UserId, WorkspaceId};
use crate::key::KeyId;
use crate::time::Timestamp;
use crate::usage::door;

const MINUTE: i64 = 60_000_000;

/// Something that has happened, or was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its own.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To which user, whether or not it is there any more.
    pub user: Option<UserId>,
    /// To which key.
    pub key: Option<KeyId>,
    /// In which workspace, as far as it belongs to one: the one that somebody joins or leaves; of a user its default; of a key the one
    /// that it reaches, or its owner's default; of a refusal that of whoever was refused.
    pub workspace: Option<WorkspaceId>,
    /// On which occasion.
    pub occasion: Occasion,
    /// What came of it.
    pub outcome: Outcome,
    /// The names of the fields that were changed.
    pub fields: Vec<Cow<'static, str>>,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A client.
    Key {
        /// What it presents.
        key: KeyId,
        /// Whom it acts for.
        owner: Option<UserId>,
    },
    /// A user, known by its password or by a link that was mailed to it.
    User(UserId),
    /// The operator, at the command line or by the settings.
    Operator,
    /// Somebody who is not known, or the program by itself.
    Nobody,
}

/// The occasion of an act: what was asked of the program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Occasion {
    /// The operation's full name, that of its door first: `door.operation`; or the words of a command, which have no dot.
    pub operation: Arc<str>,
    /// The request's id; a command has none.
    pub request_id: Option<Arc<str>>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused(Reason),
}

/// Somebody who is known, and why it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
    /// Whom it concerns, where nobody is known to act.
    pub user: Option<UserId>,
    /// Where the one or the other starts.
    pub workspace: Option<WorkspaceId>,
}

impl Refusal {
    /// What was refused.
    #[must_use]
    pub fn action(&self) -> Action {
        match self.reason {
            Reason::Revoked | Reason::Expired | Reason::OwnerInactive | Reason::Forbidden | Reason::OtherDialect => {
                Action::AccessRefused
            }
            Reason::WrongPassword | Reason::UserInactive | Reason::TooManyAttempts => Action::SignInRefused,
            Reason::VoidLink | Reason::TooManyLinks => Action::LinkRefused,
        }
    }
}

/// A place between two events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Events of this moment and later ones follow,
    pub at: Timestamp,
    /// but of this moment only those behind this one.
    pub id: Option<EventId>,
}

impl Actor {
    /// Who presents this key.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        Self::Key { key: caller.key.clone(), owner: caller.owner.as_ref().map(|owner| owner.id.clone()) }
    }

    /// The name of the kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::Key { .. } => "key",
            Actor::User(_) => "user",
            Actor::Operator => "operator",
            Actor::Nobody => "nobody",
        }
    }

    /// The key that was presented.
    #[must_use]
    pub fn key(&self) -> Option<&KeyId> {
        match self {
            Actor::Key { key, .. } => Some(key),
            Actor::User(_) | Actor::Operator | Actor::Nobody => None,
        }
    }

    /// The user who acts, or for whom the key does.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Actor::Key { owner, .. } => owner.as_ref(),
            Actor::User(user) => Some(user),
            Actor::Operator | Actor::Nobody => None,
        }
    }
}

impl Occasion {
    /// A request to this operation.
    #[must_use]
    pub fn request(operation: impl Into<Arc<str>>, request_id: impl Into<Arc<str>>) -> Self {
        Self { operation: operation.into(), request_id: Some(request_id.into()) }
    }

    /// A command, without the program's name.
    #[must_use]
    pub fn command(words: &str) -> Self {
        Self { operation: words.into(), request_id: None }
    }

    /// The door by which the request came in, if it was one.
    #[must_use]
    pub fn door(&self) -> Option<&str> {
        self.operation.contains('.').then(|| door(&self.operation))
    }
}

impl Outcome {
    /// Why it was refused, if it was.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Outcome::Done => None,
            Outcome::Refused(reason) => Some(reason),
        }
    }
}

impl Place {
    /// In front of all events of this moment.
    #[must_use]
    pub fn before(at: Timestamp) -> Self {
        Self { at, id: None }
    }
}

impl Event {
    /// Behind this one.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { at: self.at, id: Some(self.id.clone()) }
    }

    /// The minute in which it happened, by a number of its own.
    #[must_use]
    pub fn minute(&self) -> i64 {
        self.at.micros().div_euclid(MINUTE)
    }

    /// What refusals have in common of which only the first is kept: the caller, the reason and the minute. `None` for what was done.
    #[must_use]
    pub fn repetition(&self) -> Option<String> {
        let reason = self.outcome.reason()?;
        let caller = self.actor.key().map(KeyId::as_str);
        let caller = caller.or(self.actor.user().map(UserId::as_str)).or(self.user.as_ref().map(UserId::as_str));
        Some(format!("{} {} {}", caller.unwrap_or("-"), reason.as_str(), self.minute()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(actor: Actor, reason: Reason, at: i64) -> Event {
        Event {
            id: EventId::from_stored(String::new()),
            at: Timestamp::from_micros(at).expect("a time"),
            actor,
            action: Action::AccessRefused,
            user: None,
            key: None,
            workspace: None,
            occasion: Occasion::default(),
            outcome: Outcome::Refused(reason),
            fields: Vec::new(),
        }
    }

    #[test]
    fn refusals_repeat_themselves_by_caller_reason_and_minute() {
        let key = |name: &str| Actor::Key { key: KeyId::from_stored(name.to_owned()), owner: None };
        let a = refused(key("a"), Reason::Forbidden, 0).repetition();
        assert!(a.is_some());
        assert_eq!(refused(key("a"), Reason::Forbidden, MINUTE - 1).repetition(), a);
        for other in [
            refused(key("a"), Reason::Forbidden, MINUTE),
            refused(key("a"), Reason::Forbidden, -1),
            refused(key("a"), Reason::Expired, 0),
            refused(key("b"), Reason::Forbidden, 0),
            refused(Actor::Nobody, Reason::Forbidden, 0),
        ] {
            assert_ne!(other.repetition(), a);
        }
        let of = |n: &str| Event {
            user: Some(UserId::from_stored(n.to_owned())),
            ..refused(Actor::Nobody, Reason::Expired, 0)
        };
        assert_ne!(of("1").repetition(), of("2").repetition(), "where nobody acts, it is told apart whom it concerns");
        assert_eq!(Event { outcome: Outcome::Done, ..of("1") }.repetition(), None);
    }

    #[test]
    fn a_command_came_by_no_door() {
        assert_eq!(Occasion::request("one.createUser", "r").door(), Some("one"));
        assert_eq!(Occasion::command("user delete").door(), None);
        assert_eq!(Occasion::default().door(), None);
    }
}
