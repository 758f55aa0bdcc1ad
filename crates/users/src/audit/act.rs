//! Noting what is done, while it is done.

use std::borrow::Cow;
use std::sync::Arc;

use super::event::{Actor, Event, Occasion, Outcome};
use super::words::Action;
use crate::caller;
use crate::error::Result;
use crate::id::{UserId, WorkspaceId};
use crate::key::{Key, KeyId, KeyReach};
use crate::ports::{Randomness, Reads, Tx};
use crate::time::Timestamp;
use crate::user::User;

/// Somebody's act, of which everything that comes of it is noted.
#[derive(Clone)]
pub(crate) struct Act {
    /// When it is done.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// On which occasion.
    pub occasion: Occasion,
    /// Makes ids.
    pub randomness: Arc<dyn Randomness>,
}

/// Whom and what an event concerns.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub user: Option<UserId>,
    pub key: Option<KeyId>,
    pub workspace: Option<WorkspaceId>,
    pub fields: Vec<&'static str>,
}

impl Act {
    /// An event of this act.
    pub fn event(&self, action: Action, about: About) -> Event {
        let About { user, key, workspace, fields } = about;
        Event {
            id: self.randomness.uuid().into(),
            at: self.at,
            actor: self.actor.clone(),
            action,
            user,
            key,
            workspace,
            occasion: self.occasion.clone(),
            outcome: Outcome::Done,
            fields: fields.into_iter().map(Cow::Borrowed).collect(),
        }
    }

    /// Notes what was done.
    pub fn note(&self, tx: &mut dyn Tx, action: Action, about: About) -> Result<()> {
        tx.audit(&[self.event(action, about)])
    }
}

impl About {
    /// A user, and where it starts.
    pub fn user(user: &User) -> Self {
        Self { user: Some(user.id.clone()), workspace: user.default_workspace.clone(), ..Self::default() }
    }

    /// The user of that id, and where it starts.
    pub fn user_of(reads: &mut dyn Reads, user: &UserId) -> Result<Self> {
        let workspace = reads.principal(user)?.and_then(|user| user.default_workspace);
        Ok(Self { user: Some(user.clone()), workspace, ..Self::default() })
    }

    /// A key, whom it acts for, and where it starts.
    pub fn key(reads: &mut dyn Reads, key: &Key) -> Result<Self> {
        let owner = match (&key.reach, &key.owner) {
            // Nobody asks for an owner who does not count: a key must end however its owner stands.
            (KeyReach::Workspace(_), _) | (_, None) => None,
            (KeyReach::Installation | KeyReach::Owner, Some(owner)) => reads.principal(owner)?,
        };
        let workspace = caller::home(&key.reach, owner.as_ref());
        Ok(Self { key: Some(key.id.clone()), user: key.owner.clone(), workspace, ..Self::default() })
    }

    /// A membership.
    pub fn member(user: &UserId, workspace: &WorkspaceId) -> Self {
        Self { user: Some(user.clone()), workspace: Some(workspace.clone()), ..Self::default() }
    }
}

/// The names of the fields in which two states of a user differ. What every change moves, the revision and its time, is none.
pub(crate) fn changed_fields(old: &User, new: &User) -> Vec<&'static str> {
    // In full, so that a field that is added to a user must be added here.
    let User {
        id: _,
        revision: _,
        email,
        verified,
        username,
        full_name,
        status,
        roles,
        department,
        avatar_url,
        bio,
        timezone,
        locale,
        auth_provider,
        preferences,
        settings,
        metadata,
        created_at,
        updated_at: _,
        last_login,
        default_workspace,
    } = old;
    let fields = [
        ("email", *email != new.email),
        ("verified", *verified != new.verified),
        ("username", *username != new.username),
        ("full_name", *full_name != new.full_name),
        ("status", *status != new.status),
        ("roles", *roles != new.roles),
        ("department", *department != new.department),
        ("avatar_url", *avatar_url != new.avatar_url),
        ("bio", *bio != new.bio),
        ("timezone", *timezone != new.timezone),
        ("locale", *locale != new.locale),
        ("auth_provider", *auth_provider != new.auth_provider),
        ("preferences", *preferences != new.preferences),
        ("settings", *settings != new.settings),
        ("metadata", *metadata != new.metadata),
        ("created_at", *created_at != new.created_at),
        ("last_login", *last_login != new.last_login),
        ("default_workspace", *default_workspace != new.default_workspace),
    ];
    fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
}
