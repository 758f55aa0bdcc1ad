//! Creating a user.

use super::Users;
use super::attempt::Attempt;
use crate::access;
use crate::audit::{About, Act, Action, Actor};
use crate::caller::Caller;
use crate::email::Email;
use crate::error::{Conflict, Result, UserError};
use crate::id::{MessageId, UserId, WorkspaceId};
use crate::json::FreeObject;
use crate::once::{Created, Once};
use crate::outbox::{MessageKind, OutboxMessage};
use crate::password::{PasswordHash, PlainPassword};
use crate::ports::{Reads, Store, Tx};
use crate::profile::{AvatarUrl, Bio, Department, FullName, Locale, Timezone, Username};
use crate::role::{Permission, RolePolicy, Roles};
use crate::user::{Status, User};

/// Who vouches for a user that was created here.
pub(crate) const LOCAL_PROVIDER: &str = "local";

/// How often a name is made for a user before others took it each time.
pub(crate) const NAMING_ATTEMPTS: usize = 16;

/// A user to be created.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Must not be taken.
    pub email: Email,
    /// Must not be taken; `None` for one made from the e-mail address.
    pub username: Option<Username>,
    /// `None` for a user who cannot sign in by password yet.
    pub password: Option<PlainPassword>,
    /// See [`User`], as the following ones.
    pub full_name: Option<FullName>,
    #[allow(missing_docs)]
    pub avatar_url: Option<AvatarUrl>,
    #[allow(missing_docs)]
    pub bio: Option<Bio>,
    #[allow(missing_docs)]
    pub timezone: Option<Timezone>,
    #[allow(missing_docs)]
    pub locale: Option<Locale>,
    #[allow(missing_docs)]
    pub department: Option<Department>,
    #[allow(missing_docs)]
    pub preferences: FreeObject,
    #[allow(missing_docs)]
    pub settings: FreeObject,
    #[allow(missing_docs)]
    pub metadata: FreeObject,
    /// `None` for the default of the installation.
    pub roles: Option<Roles>,
    /// Whether the user must accept an invitation, sent by mail, before it may act.
    pub invite: bool,
    /// The workspace to join, by the id that the caller gave; `None` for the caller's own.
    pub workspace: Option<String>,
}

impl<S: Store> Users<S> {
    /// Creates a user; where it is to happen once, only if it has not happened yet. Who repeats a request must still be permitted
    /// to make it.
    ///
    /// # Errors
    /// `WorkspaceRequired` if none is named and the caller has none of its own; `Forbidden` without `users:write` or for
    /// roles that permit more than the caller may; `NotFound` for a workspace out of reach; `IdempotencyKeyReused`;
    /// `Conflict`; `Busy`. After none of them has anything happened, and the same key can be used again.
    pub fn create(&self, caller: &Caller, new: NewUser, once: Option<Once>) -> Result<Created> {
        let roles = new.roles.clone().unwrap_or_else(|| self.policy.default_roles());
        let attempt = once.map(|once| Attempt::of(caller, once));
        let now = self.environment.clock.now();
        let before = self.store.read(|reads| {
            admit(reads, caller, &new, &roles, &self.policy)?;
            Attempt::answered(attempt.as_ref(), reads, now)
        })?;
        if let Some(answer) = before {
            return Ok(Created::Before(answer));
        }
        let _entered = attempt.as_ref().map(|attempt| self.under_way.enter(attempt)).transpose()?;
        let hash = new.password.as_ref().map(|password| self.environment.hasher.hash(password)).transpose()?;

        let (key, policy) = (caller.key.clone(), self.policy.clone());
        let (act, id) = (self.act(Actor::of(caller)), UserId::from(self.environment.randomness.uuid()));
        let invitation = MessageId::from(self.environment.randomness.uuid());
        let is_named = new.username.is_some();
        let work = move |tx: &mut dyn Tx| {
            Attempt::lock(attempt.as_ref(), tx)?;
            let caller = Caller::of_key(tx, &key, &policy, act.at)?;
            let workspace = admit(tx, &caller, &new, &roles, &policy)?;
            // Another process may have been quicker.
            if let Some(answer) = Attempt::answered(attempt.as_ref(), tx, act.at)? {
                return Ok(Created::Before(answer));
            }
            let user = insert(tx, &new, &id, &roles, hash.as_ref(), &workspace, &act)?;
            if new.invite {
                tx.enqueue(&OutboxMessage::new(invitation.clone(), id.clone(), MessageKind::Activation, act.at))?;
                act.note(tx, Action::UserInvited, About::user(&user))?;
            }
            Attempt::succeed(attempt.as_ref(), tx, &user)?;
            Ok(Created::Now(user))
        };
        for _ in 0..NAMING_ATTEMPTS {
            match self.store.write(work.clone()) {
                // A name that was free a moment ago: the next one will be.
                Err(UserError::Conflict(Conflict::Username)) if !is_named => {}
                done => return done,
            }
        }
        Err(UserError::Busy("too many want the same username"))
    }
}

/// Whether the caller may create this user; the workspace that it will join.
fn admit(
    reads: &mut dyn Reads,
    caller: &Caller,
    new: &NewUser,
    roles: &Roles,
    policy: &RolePolicy,
) -> Result<WorkspaceId> {
    if new.workspace.is_none() && caller.home.is_none() {
        return Err(UserError::WorkspaceRequired);
    }
    access::require(caller, Permission::users_write())?;
    access::require_all(caller, &policy.permissions(roles))?;
    match (&new.workspace, &caller.home) {
        (Some(id), _) => access::reachable_workspace(reads, caller, id),
        (None, Some(home)) => Ok(home.clone()),
        (None, None) => Err(UserError::WorkspaceRequired),
    }
}

/// Writes the record and its membership.
pub(crate) fn insert(
    tx: &mut dyn Tx,
    new: &NewUser,
    id: &UserId,
    roles: &Roles,
    password: Option<&PasswordHash>,
    workspace: &WorkspaceId,
    act: &Act,
) -> Result<User> {
    let username = match &new.username {
        Some(username) => username.clone(),
        None if tx.user_by_email_key(new.email.key())?.is_some() => return Err(Conflict::Email.into()),
        None => free_username_in(tx, &new.email)?,
    };
    let user = User {
        id: id.clone(),
        revision: 1,
        email: new.email.clone(),
        verified: false,
        username,
        full_name: new.full_name.clone(),
        status: if new.invite { Status::Pending } else { Status::Active },
        roles: roles.clone(),
        department: new.department.clone(),
        avatar_url: new.avatar_url.clone(),
        bio: new.bio.clone(),
        timezone: new.timezone.clone(),
        locale: new.locale.clone(),
        auth_provider: Some(LOCAL_PROVIDER.to_owned()),
        preferences: new.preferences.clone(),
        settings: new.settings.clone(),
        metadata: new.metadata.clone(),
        created_at: act.at,
        updated_at: act.at,
        last_login: None,
        default_workspace: Some(workspace.clone()),
    };
    tx.insert_user(&user, password)?;
    tx.add_member(workspace, &user.id)?;
    act.note(tx, Action::UserCreated, About::user(&user))?;
    Ok(user)
}

/// The address's local part, or the first of `…-2`, `…-3` that is free.
pub(crate) fn free_username(email: &Email, mut taken: impl FnMut(&str) -> Result<bool>) -> Result<Username> {
    let local = email.local_part();
    let mut candidate = Username::from_stored(local.to_owned());
    for n in 2_u32.. {
        if !taken(&candidate.key())? {
            break;
        }
        candidate = Username::from_stored(format!("{local}-{n}"));
    }
    Ok(candidate)
}

/// The same, of a store.
pub(crate) fn free_username_in<R: Reads + ?Sized>(reads: &mut R, email: &Email) -> Result<Username> {
    free_username(email, |key| reads.username_key_taken(key))
}
