//! What can go wrong in the core. No protocol's words: each dialect maps these to its own, exhaustively.

use std::time::Duration;

use thiserror::Error;

use crate::role::Permission;
use crate::user::Status;

/// The result of a core operation.
pub type Result<T, E = UserError> = std::result::Result<T, E>;

/// Why the core does not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UserError {
    /// The key is unknown, expired or revoked, or its owner may not act.
    #[error("authentication required")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("the permission {required} is required")]
    Forbidden {
        /// The permission that is missing, or that does not reach far enough.
        required: Permission,
    },
    /// There is no such thing within the caller's reach.
    #[error("no such {resource:?}")]
    NotFound {
        /// What was looked for.
        resource: Resource,
        /// Its id, as the caller gave it.
        id: String,
    },
    /// The user is not in the state that the caller takes for granted.
    #[error("the user is in another state")]
    PreconditionFailed,
    /// The change collides with what is there.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The key of this request was used for one that said something else.
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// A new user needs a workspace, and none was named or follows from the caller.
    #[error("a workspace is required")]
    WorkspaceRequired,
    /// The status cannot be set by a caller, only kept.
    #[error("the status cannot be changed to {0:?}")]
    StatusNotSettable(Status),
    /// A free object would grow beyond its limit.
    #[error("an object would be larger than {} bytes", crate::json::FreeObject::MAX_BYTES)]
    TooLarge,
    /// The key was not made by signing in, so signing out does not end it.
    #[error("the key is no session")]
    NoSession,
    /// Somebody has tried too often.
    #[error("tried too often")]
    TooOften {
        /// When to try again.
        retry_after: Duration,
    },
    /// Too much waits already; later it may go.
    #[error("busy: {0}")]
    Busy(&'static str),
    /// The store cannot do it now: away, full, read-only.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours or damage to the store.
    #[error("internal error: {0}")]
    Internal(String),
}

/// A change that collides with what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Conflict {
    /// Another user has this e-mail address.
    #[error("the e-mail address is taken")]
    Email,
    /// Another user has this username.
    #[error("the username is taken")]
    Username,
    /// The installation would be left without an active administrator.
    #[error("The last administrator must stay")]
    LastAdministrator,
    /// The same request was sent before, and nothing has come of it yet.
    #[error("The same request is still being processed")]
    UnderWay,
    /// The same request was sent before, and what it created is gone.
    #[error("The user that this request created has been deleted")]
    CreatedUserDeleted,
}

/// What can be looked for by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A user.
    User,
    /// A workspace.
    Workspace,
}

impl Resource {
    /// Its name, as clients are told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Resource::User => "user",
            Resource::Workspace => "workspace",
        }
    }
}

impl UserError {
    /// No user of that id within reach.
    #[must_use]
    pub fn no_user(id: &str) -> Self {
        Self::NotFound { resource: Resource::User, id: id.to_owned() }
    }

    /// No workspace of that id within reach.
    #[must_use]
    pub fn no_workspace(id: &str) -> Self {
        Self::NotFound { resource: Resource::Workspace, id: id.to_owned() }
    }
}
