//! What is to become of a user, and how it is applied to the record.

use crate::email::Email;
use crate::error::{Result, UserError};
use crate::json::FreeObject;
use crate::password::PlainPassword;
use crate::profile::{AvatarUrl, Bio, Department, FullName, Locale, Timezone, Username};
use crate::role::{RoleName, RolePolicy, Roles};
use crate::user::{Status, User};

/// Changes to a user: `None` keeps what is there, `Some(None)` clears it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct UserChange {
    pub email: Option<Email>,
    pub username: Option<Username>,
    pub password: Option<PlainPassword>,
    pub full_name: Option<FullNameChange>,
    pub avatar_url: Option<Option<AvatarUrl>>,
    pub bio: Option<Option<Bio>>,
    pub timezone: Option<Option<Timezone>>,
    pub locale: Option<Option<Locale>>,
    pub department: Option<Option<Department>>,
    pub preferences: Option<FreeObject>,
    pub settings: Option<FreeObject>,
    pub metadata: Option<FreeObject>,
    pub status: Option<StatusChange>,
    pub roles: Option<RoleChange>,
    /// By the id that the caller gave; the user joins it if it is no member.
    pub default_workspace: Option<Option<String>>,
}

/// What is to become of the full name.
#[derive(Debug, Clone)]
pub enum FullNameChange {
    /// This, or nothing.
    Set(Option<FullName>),
    /// The name to be shown is this. Where it is shown already, nothing changes.
    Shown(FullName),
}

/// What is to become of the status.
#[derive(Debug, Clone, Copy)]
pub enum StatusChange {
    /// The user may act, or no longer: a user who may not anyway stays as it is.
    MayAct(bool),
    /// This status. Pending can only be kept.
    To(Status),
}

/// What is to become of the roles.
#[derive(Debug, Clone)]
pub enum RoleChange {
    /// Exactly these.
    To(Roles),
    /// The role to be shown is this. Where it is shown already, nothing changes; else it becomes the only one, so that a
    /// demotion is a demotion.
    Shown(RoleName),
}

impl UserChange {
    /// The record as it would be; password, workspace, revision and times are not looked at.
    ///
    /// # Errors
    /// `StatusNotSettable`.
    pub(crate) fn applied_to(&self, user: &User, policy: &RolePolicy) -> Result<User> {
        let mut next = user.clone();
        set(&mut next.email, &self.email);
        set(&mut next.username, &self.username);
        set(&mut next.avatar_url, &self.avatar_url);
        set(&mut next.bio, &self.bio);
        set(&mut next.timezone, &self.timezone);
        set(&mut next.locale, &self.locale);
        set(&mut next.department, &self.department);
        set(&mut next.preferences, &self.preferences);
        set(&mut next.settings, &self.settings);
        set(&mut next.metadata, &self.metadata);
        match &self.full_name {
            Some(FullNameChange::Set(name)) => next.full_name = name.clone(),
            Some(FullNameChange::Shown(name)) if name.as_str() != user.shown_name() => {
                next.full_name = Some(name.clone())
            }
            Some(FullNameChange::Shown(_)) | None => {}
        }
        if let Some(change) = self.status {
            next.status = change.applied_to(user.status)?;
        }
        if let Some(change) = &self.roles {
            next.roles = change.applied_to(&user.roles, policy);
        }
        if next.email != user.email {
            next.verified = false;
        }
        Ok(next)
    }
}

impl StatusChange {
    fn applied_to(self, status: Status) -> Result<Status> {
        match (self, status) {
            (StatusChange::MayAct(true), _) => Ok(Status::Active),
            (StatusChange::MayAct(false), Status::Active) => Ok(Status::Inactive),
            (StatusChange::MayAct(false), other) => Ok(other),
            (StatusChange::To(wanted), current) if wanted == current => Ok(current),
            (StatusChange::To(Status::Pending), _) => Err(UserError::StatusNotSettable(Status::Pending)),
            (StatusChange::To(wanted), _) => Ok(wanted),
        }
    }
}

impl RoleChange {
    fn applied_to(&self, roles: &Roles, policy: &RolePolicy) -> Roles {
        match self {
            RoleChange::To(roles) => roles.clone(),
            RoleChange::Shown(role) if role == roles.highest() => roles.clone(),
            RoleChange::Shown(role) => policy.roles([role.clone()]).unwrap_or_else(|| roles.clone()),
        }
    }
}

fn set<T: Clone>(field: &mut T, change: &Option<T>) {
    if let Some(value) = change {
        *field = value.clone();
    }
}
