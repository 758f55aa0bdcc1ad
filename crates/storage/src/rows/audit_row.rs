//! What has happened.

use std::borrow::Cow;

use diesel::prelude::{Insertable, Queryable};
use users::audit::{Action, Actor, Event, Occasion, Outcome, Reason};
use users::error::Result;
use users::key::KeyId;
use users::{EventId, UserId, WorkspaceId};

use super::{damaged, list, list_text, time};
use crate::schema::audit as table;

/// An event as read: all columns.
#[derive(Queryable)]
pub(crate) struct EventRow {
    at: i64,
    id: String,
    actor: String,
    actor_key: Option<String>,
    actor_user: Option<String>,
    action: String,
    user_id: Option<String>,
    key_id: Option<String>,
    workspace_id: Option<String>,
    operation: String,
    request_id: Option<String>,
    reason: Option<String>,
    fields: String,
    _repetition: Option<String>,
}

impl EventRow {
    /// What events are listed by.
    pub fn place(&self) -> (i64, &str) {
        (self.at, &self.id)
    }

    /// The record.
    pub fn into_event(self) -> Result<Event> {
        let actor = match (self.actor.as_str(), self.actor_key, self.actor_user) {
            ("key", Some(key), owner) => {
                Actor::Key { key: KeyId::from_stored(key), owner: owner.map(UserId::from_stored) }
            }
            ("user", None, Some(user)) => Actor::User(UserId::from_stored(user)),
            ("operator", None, None) => Actor::Operator,
            ("nobody", None, None) => Actor::Nobody,
            _ => return Err(damaged("actor of an event")),
        };
        let outcome = match self.reason {
            None => Outcome::Done,
            Some(word) => Outcome::Refused(Reason::parse(&word).ok_or_else(|| damaged("reason of a refusal"))?),
        };
        Ok(Event {
            id: EventId::from_stored(self.id),
            at: time(self.at, "time of an event")?,
            actor,
            action: Action::parse(&self.action).ok_or_else(|| damaged("action of an event"))?,
            user: self.user_id.map(UserId::from_stored),
            key: self.key_id.map(KeyId::from_stored),
            workspace: self.workspace_id.map(WorkspaceId::from_stored),
            occasion: Occasion { operation: self.operation.into(), request_id: self.request_id.map(Into::into) },
            outcome,
            fields: list(&self.fields, "fields of an event")?.into_iter().map(Cow::Owned).collect(),
        })
    }
}

/// An event as written.
#[derive(Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub(crate) struct NewEventRow<'a> {
    at: i64,
    id: &'a str,
    actor: &'a str,
    actor_key: Option<&'a str>,
    actor_user: Option<&'a str>,
    action: &'a str,
    user_id: Option<&'a str>,
    key_id: Option<&'a str>,
    workspace_id: Option<&'a str>,
    operation: &'a str,
    request_id: Option<&'a str>,
    reason: Option<&'a str>,
    fields: String,
    repetition: Option<String>,
}

impl<'a> From<&'a Event> for NewEventRow<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            at: event.at.micros(),
            id: event.id.as_str(),
            actor: event.actor.kind(),
            actor_key: event.actor.key().map(KeyId::as_str),
            actor_user: event.actor.user().map(UserId::as_str),
            action: event.action.as_str(),
            user_id: event.user.as_ref().map(UserId::as_str),
            key_id: event.key.as_ref().map(KeyId::as_str),
            workspace_id: event.workspace.as_ref().map(WorkspaceId::as_str),
            operation: &event.occasion.operation,
            request_id: event.occasion.request_id.as_deref(),
            reason: event.outcome.reason().map(Reason::as_str),
            fields: list_text(event.fields.iter().map(AsRef::as_ref)),
            repetition: event.repetition(),
        }
    }
}
