//! The ports: what the core asks of the outside. Time, ids and randomness are ports too, so that tests need none of the real ones.

mod audit;
mod mail;
mod sessions;

pub use audit::{AuditReads, AuditTx};
pub use mail::{MailReads, MailTx};
pub use sessions::{Credentials, Login, SessionReads, SessionTx};

use std::sync::Arc;

use uuid::Uuid;

use crate::changes::Changes;
use crate::error::Result;
use crate::id::{UserId, WorkspaceId};
use crate::key::{Key, KeyId, PresentedKey};
use crate::once::{Claim, ClaimId};
use crate::page::{Filter, Scope, Start};
use crate::password::{PasswordHash, PlainPassword, TypedPassword};
use crate::role::{RoleName, Roles};
use crate::strength::Verdict;
use crate::time::Timestamp;
use crate::usage::{Day, Usage, Used};
use crate::user::{Status, User};
use crate::workspace::Workspace;

/// What can be read from a store. Every method fails with `Unavailable` when the store cannot answer now, and with
/// `Internal` when what it holds makes no sense; never with "not found" for either.
pub trait Reads: AuditReads + MailReads + SessionReads {
    /// The key of that id.
    fn key(&mut self, id: &KeyId) -> Result<Option<Key>>;
    /// The same, with what counts of its owner.
    fn owned_key(&mut self, id: &KeyId) -> Result<Option<OwnedKey>>;
    /// The same, with what there is of a user that is asked for with it: as [`Reads::user_and_workspaces`] finds it.
    fn owned_key_and_user(&mut self, id: &KeyId, user: &UserId) -> Result<Option<(OwnedKey, Option<Found>)>>;
    /// Every key that is no session, by time of creation. There may be very many sessions.
    fn keys(&mut self) -> Result<Vec<Key>>;
    /// The user of that id.
    fn user(&mut self, id: &UserId) -> Result<Option<User>>;
    /// The same, and where it is a member.
    fn user_and_workspaces(&mut self, id: &UserId) -> Result<Option<Found>>;
    /// What counts of the user of that id where a key of its own is used, and where it starts.
    fn principal(&mut self, id: &UserId) -> Result<Option<Principal>>;
    /// The user whose [`crate::Email::key`] this is.
    fn user_by_email_key(&mut self, key: &str) -> Result<Option<User>>;
    /// Whether a user has this [`crate::profile::Username::key`].
    fn username_key_taken(&mut self, key: &str) -> Result<bool>;
    /// At most `limit` users of the scope that pass the filter, ordered by id.
    fn users(&mut self, scope: &Scope, filter: &Filter, start: &Start, limit: u32) -> Result<Vec<User>>;
    /// The ids of the same; `None` where the users themselves are found as soon.
    fn user_ids(&mut self, scope: &Scope, filter: &Filter, start: &Start, limit: u32) -> Result<Option<Vec<UserId>>>;
    /// Those of these users, which are ordered by id, who are there.
    fn users_by_ids(&mut self, ids: &[UserId]) -> Result<Vec<User>> {
        ids.iter().filter_map(|id| self.user(id).transpose()).collect()
    }
    /// How many users of the scope pass the filter.
    fn count_users(&mut self, scope: &Scope, filter: &Filter) -> Result<u64>;
    /// Whether an active user other than `except` shows this role.
    fn has_active_with_role(&mut self, role: &RoleName, except: Option<&UserId>) -> Result<bool>;
    /// The workspace of that id.
    fn workspace(&mut self, id: &WorkspaceId) -> Result<Option<Workspace>>;
    /// Every workspace, by time of creation.
    fn workspaces(&mut self) -> Result<Vec<Workspace>>;
    /// What the installation remembers under this name.
    fn fact(&mut self, name: &str) -> Result<Option<String>>;
    /// The workspaces that the user is a member of, ordered by id.
    fn workspaces_of(&mut self, user: &UserId) -> Result<Vec<WorkspaceId>>;
    /// The claim of that id, however old it is.
    fn claim(&mut self, id: &ClaimId) -> Result<Option<Claim>>;
    /// What each key called from that day on, by key and operation.
    fn usage(&mut self, since: Day) -> Result<Vec<Used>>;
    /// What a key called from that day on, by day and operation.
    fn usage_of(&mut self, key: &KeyId, since: Day) -> Result<Vec<Usage>>;
    /// The clients of these keys that are told apart, on each day from that one on. One may be there more than once.
    fn agents(&mut self, keys: &[KeyId], since: Day) -> Result<Vec<(KeyId, Day, String)>>;
}

/// What counts of a user where a key of its own is used, which is read for every request whose caller is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Whether it may act.
    pub status: Status,
    /// What it may do.
    pub roles: Roles,
    /// Where those belong whom it creates.
    pub default_workspace: Option<WorkspaceId>,
}

/// A key and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedKey {
    /// The key.
    pub key: Key,
    /// Its owner; `None` for a key without one, and for one whose owner is gone.
    pub owner: Option<Principal>,
    /// Where its owner is a member, ordered by id, if that is where it reaches.
    pub workspaces: Vec<WorkspaceId>,
}

/// A user, and where it is a member.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The record.
    pub user: User,
    /// The workspaces that it is a member of, ordered by id.
    pub memberships: Vec<WorkspaceId>,
}

/// A user from elsewhere, as it is to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrolment {
    /// The record.
    pub user: User,
    /// How it signs in, if by password.
    pub password: Option<PasswordHash>,
    /// The workspaces that it joins, each once. They are there.
    pub workspaces: Vec<WorkspaceId>,
}

/// What a transaction may need to itself until its end.
#[derive(Debug, Clone, Copy)]
pub enum Lock<'a> {
    /// This user, to change or delete it, on behalf of another, who must stay as it is meanwhile.
    User {
        /// Whom it concerns.
        target: &'a UserId,
        /// Who does it.
        actor: Option<&'a UserId>,
    },
    /// Who is an administrator.
    Administrators,
    /// What the installation remembers.
    Facts,
    /// The claim of that id, whether or not there is one.
    Claim(&'a ClaimId),
}

/// How many old rows one write removes, of each kind, that adds a new one: more than one, so that what has come together in busier times
/// goes; and few, since somebody waits for it.
pub(crate) const REMOVED_AT_ONCE: u32 = 16;

/// A transaction: all of its changes hold, or none.
pub trait Tx: Reads + AuditTx + MailTx + SessionTx {
    /// Waits until no other transaction has the same to itself. What is read afterwards stays as it is until the end. A
    /// store that runs one write after the other has nothing to do here.
    fn lock(&mut self, lock: Lock<'_>) -> Result<()>;
    /// Adds a user, with or without a password.
    ///
    /// # Errors
    /// `Conflict` if the e-mail address or the username is taken; nothing is changed then.
    fn insert_user(&mut self, user: &User, password: Option<&PasswordHash>) -> Result<()>;
    /// Adds those users whose id, e-mail address and username nobody has, one after the other, with their memberships. Says of each
    /// whether it was added. Much faster than one at a time.
    fn enrol(&mut self, users: &[&Enrolment]) -> Result<Vec<bool>>;
    /// Replaces the record of the same id, but not its password.
    ///
    /// # Errors
    /// As [`Tx::insert_user`].
    fn update_user(&mut self, user: &User) -> Result<()>;
    /// Sets the user's password.
    fn set_password(&mut self, user: &UserId, password: &PasswordHash) -> Result<()>;
    /// Deletes a user with its memberships, keys, messages, tokens and [attempts](crate::attempts::Subject::all_of). Of the claim that it was created by, nothing stays but
    /// its id and time.
    fn delete_user(&mut self, id: &UserId) -> Result<()>;
    /// Adds a workspace.
    fn insert_workspace(&mut self, workspace: &Workspace) -> Result<()>;
    /// Makes the user a member; it may be one already.
    fn add_member(&mut self, workspace: &WorkspaceId, user: &UserId) -> Result<()>;
    /// Ends a membership. Says whether there was one.
    fn remove_member(&mut self, workspace: &WorkspaceId, user: &UserId) -> Result<bool>;
    /// Adds a key.
    fn insert_key(&mut self, key: &Key) -> Result<()>;
    /// Marks a live key as revoked. Says whether there is a key of that id.
    fn revoke_key(&mut self, id: &KeyId, at: Timestamp) -> Result<bool>;
    /// Sets [`Key::pinned`]. Says whether there is a key of that id.
    fn pin_key(&mut self, id: &KeyId, door: Option<&str>) -> Result<bool>;
    /// Sets [`Key::plan`]. Says whether there is a key of that id.
    fn set_key_plan(&mut self, id: &KeyId, plan: Option<&str>) -> Result<bool>;
    /// Those of these keys that are there. Until the end nobody changes or removes them, and no other transaction holds them. They come
    /// in order, so that two who hold several do not wait for each other.
    fn hold_keys(&mut self, ids: &[KeyId]) -> Result<Vec<KeyId>>;
    /// Adds to what keys that are held have called, each key, day and operation at most once.
    fn add_usage(&mut self, usage: &[Usage]) -> Result<()>;
    /// Forgets what was called before that day: all of at most `limit` keys' days, the oldest first. Says of how many.
    fn forget_usage(&mut self, before: Day, limit: u32) -> Result<u32>;
    /// Remembers a value under this name, in place of an earlier one.
    fn set_fact(&mut self, name: &str, value: &str) -> Result<()>;
    /// Forgets the value under this name, if there is one.
    fn remove_fact(&mut self, name: &str) -> Result<()>;
    /// Writes a claim, in place of an earlier one of the same id.
    fn set_claim(&mut self, claim: &Claim) -> Result<()>;
    /// Removes claims from before then, the oldest first, and no more than `limit`. Leaves those that another transaction is
    /// about to remove. Says how many there were.
    fn remove_claims(&mut self, before: Timestamp, limit: u32) -> Result<u32>;
}

/// The key of that id, which nobody else changes until the end.
pub(crate) fn held_key(tx: &mut dyn Tx, id: &KeyId) -> Result<Option<Key>> {
    if tx.hold_keys(std::slice::from_ref(id))?.is_empty() { Ok(None) } else { tx.key(id) }
}

/// A store. Reading and writing block until the answer is there.
pub trait Store: Send + Sync + 'static {
    /// Runs `work` on one consistent state.
    ///
    /// # Errors
    /// What `work` says, or `Unavailable`.
    fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T>;

    /// Runs `work`, which asks one question at most, so that it needs no state that lasts. A store may run it again.
    ///
    /// # Errors
    /// As [`Store::read`].
    fn glance<T>(&self, work: impl Fn(&mut dyn Reads) -> Result<T>) -> Result<T> {
        self.read(work)
    }

    /// Runs `work` as a unit: after `Ok` its changes are on disk, after `Err` there are none. A store whose writes run side by
    /// side may run it again, from the beginning, where two of them stood in each other's way.
    ///
    /// # Errors
    /// What `work` says, or `Unavailable`.
    fn write<T: Send + 'static>(&self, work: impl Fn(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T>;

    /// What it knows of its own changes; `None` for a store from which nothing can be kept.
    fn changes(&self) -> Option<&dyn Changes> {
        None
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// Makes ids and secrets.
pub trait Randomness: Send + Sync {
    /// A new version 7 UUID (RFC 9562), greater than those before it.
    fn uuid(&self) -> Uuid;
    /// Fills the bytes with what nobody can guess.
    ///
    /// # Errors
    /// `Internal` if the system has none to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// Hashes passwords and weighs them, as many at a time as the machine can bear.
pub trait PasswordHasher: Send + Sync {
    /// See [`crate::strength::check`].
    ///
    /// # Errors
    /// `Busy` if too many wait already.
    fn weigh(&self, password: &PlainPassword, user: &User) -> Result<Verdict>;
    /// Hashes a password.
    ///
    /// # Errors
    /// `Busy` if too many wait already.
    fn hash(&self, password: &PlainPassword) -> Result<PasswordHash>;
    /// See [`crate::password::verify`].
    ///
    /// # Errors
    /// `Busy` if too many wait already.
    fn verify(&self, typed: &TypedPassword, hash: Option<&PasswordHash>) -> Result<bool>;
    /// See [`crate::password::renew`].
    ///
    /// # Errors
    /// `Busy` if too many wait already.
    fn renew(&self, typed: &TypedPassword, old: &PasswordHash) -> Result<Option<PasswordHash>>;
}

impl Environment {
    /// Makes a key that nobody can guess.
    ///
    /// # Errors
    /// As [`Randomness::fill`].
    pub(crate) fn random_key(&self) -> Result<PresentedKey> {
        let (mut id, mut secret) = ([0; 10], [0; 20]);
        self.randomness.fill(&mut id)?;
        self.randomness.fill(&mut secret)?;
        Ok(PresentedKey::from_random(&id, &secret))
    }
}

/// The ports other than the store, together.
#[derive(Clone)]
pub struct Environment {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and secrets.
    pub randomness: Arc<dyn Randomness>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
}
