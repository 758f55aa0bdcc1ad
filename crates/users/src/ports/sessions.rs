//! What signing in asks of a store.

use crate::attempts::Subject;
use crate::error::Result;
use crate::id::{UserId, WorkspaceId};
use crate::key::{Key, KeyId};
use crate::password::PasswordHash;
use crate::time::Timestamp;
use crate::user::Status;

/// What somebody calls the account that it wants to sign in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login<'a> {
    /// By [`crate::Email::key`].
    Email(&'a str),
    /// By [`crate::profile::Username::key`].
    Username(&'a str),
}

/// What decides whether somebody may sign in. It takes as long to read whatever else is known of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose they are.
    pub user: UserId,
    /// Whether it may act.
    pub status: Status,
    /// What its password is checked by, if it has one.
    pub password: Option<PasswordHash>,
    /// Where it starts.
    pub home: Option<WorkspaceId>,
}

/// What can be read of it.
pub trait SessionReads {
    /// At most `limit` sessions, whether or not they are over, by their end and then by id, from behind this place on.
    fn sessions(&mut self, after: Option<&(Timestamp, KeyId)>, limit: u32) -> Result<Vec<Key>>;
    /// Whom these keys act for, those that act for nobody left out.
    fn owners(&mut self, keys: &[KeyId]) -> Result<Vec<(KeyId, UserId)>>;
    /// The credentials of the account that is called so.
    fn credentials(&mut self, login: Login<'_>) -> Result<Option<Credentials>>;
    /// The hash of the user's password, if there is the user and it has one.
    fn password_hash(&mut self, user: &UserId) -> Result<Option<PasswordHash>>;
}

/// What a transaction changes of it.
pub trait SessionTx {
    /// Revokes every session of the user that is neither revoked nor over by then, but this one. Says which: of several who end the same
    /// one, it is said to one.
    fn end_sessions(&mut self, user: &UserId, except: Option<&KeyId>, at: Timestamp) -> Result<Vec<KeyId>>;
    /// Removes sessions that were to end before then, the first to end first, and no more than `limit`. Leaves those that another
    /// transaction is about to remove. Says how many there were.
    fn remove_ended_sessions(&mut self, before: Timestamp, limit: u32) -> Result<u32>;
    /// The theoretical arrival time that is kept of a subject. From then on no other transaction looks at it until the end.
    fn arrival(&mut self, subject: &Subject) -> Result<Option<Timestamp>>;
    /// Keeps it, in place of an earlier one, or keeps none.
    fn set_arrival(&mut self, subject: &Subject, arrival: Option<Timestamp>) -> Result<()>;
    /// Removes arrival times before then, the earliest first, and no more than `limit`, as [`SessionTx::remove_ended_sessions`] does.
    fn remove_arrivals(&mut self, before: Timestamp, limit: u32) -> Result<u32>;
}
