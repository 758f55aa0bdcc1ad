//! The record of a user.

use crate::email::Email;
use crate::id::{UserId, WorkspaceId};
use crate::json::FreeObject;
use crate::profile::{AvatarUrl, Bio, Department, FullName, Locale, Timezone, Username};
use crate::role::{RoleName, Roles};
use crate::time::Timestamp;

/// Whether a user may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// May act.
    Active,
    /// Disabled.
    Inactive,
    /// Has not yet accepted the invitation.
    Pending,
    /// Barred.
    Suspended,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 4] = [Status::Active, Status::Inactive, Status::Pending, Status::Suspended];

    /// Whether a link that is mailed to such a user lets it set a password.
    #[must_use]
    pub fn takes_links(self) -> bool {
        match self {
            Status::Active | Status::Pending => true,
            Status::Inactive | Status::Suspended => false,
        }
    }

    /// The name in stores, and wherever a status is shown by name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Inactive => "inactive",
            Status::Pending => "pending",
            Status::Suspended => "suspended",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// One user: the union of what every dialect can say. The password's hash is not part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Never changes, never used again.
    pub id: UserId,
    /// Grows with each change, from 1.
    pub revision: i64,
    /// Unique in the installation.
    pub email: Email,
    /// Whether the address was proven to be the user's.
    pub verified: bool,
    /// Unique in the installation.
    pub username: Username,
    /// May be absent or empty.
    pub full_name: Option<FullName>,
    /// Whether the user may act.
    pub status: Status,
    /// At least one.
    pub roles: Roles,
    /// None, or not empty.
    pub department: Option<Department>,
    /// Where the picture is.
    pub avatar_url: Option<AvatarUrl>,
    /// About the user.
    pub bio: Option<Bio>,
    /// An IANA time zone.
    pub timezone: Option<Timezone>,
    /// A BCP 47 tag.
    pub locale: Option<Locale>,
    /// Who vouches for the user; `local` unless imported.
    pub auth_provider: Option<String>,
    /// The client's own: what the user prefers.
    pub preferences: FreeObject,
    /// The client's own: how the account is set.
    pub settings: FreeObject,
    /// The client's own: anything.
    pub metadata: FreeObject,
    /// When the record came to be.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The last sign-in.
    pub last_login: Option<Timestamp>,
    /// The workspace a client starts in; the user is a member of it.
    pub default_workspace: Option<WorkspaceId>,
}

impl User {
    /// The name to show where there must be one: the full name, or, where that is absent or empty, the username.
    #[must_use]
    pub fn shown_name(&self) -> &str {
        match &self.full_name {
            Some(name) if !name.as_str().is_empty() => name.as_str(),
            _ => self.username.as_str(),
        }
    }

    /// The role to show where there is only one: the highest.
    #[must_use]
    pub fn shown_role(&self) -> &RoleName {
        self.roles.highest()
    }

    /// Whether the user may act.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}
