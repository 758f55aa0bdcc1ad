//! What has happened.

use super::{Operator, user_named};
use crate::audit::{Event, Place};
use crate::error::Result;
use crate::id::UserId;
use crate::ports::Store;

impl<S: Store> Operator<S> {
    /// The id that is meant. Who is gone is known by its id alone.
    ///
    /// # Errors
    /// `NotFound` for what is no id and no user's e-mail address.
    pub fn user_id(&self, name: &str) -> Result<UserId> {
        match UserId::parse(name) {
            Some(id) => Ok(id),
            None => self.store.read(|reads| Ok(user_named(reads, name)?.id)),
        }
    }

    /// At most `limit` events behind that place, or from the first on, by time; with a user named, those that it caused or that
    /// concern it.
    ///
    /// # Errors
    /// As the store's.
    pub fn events(&self, user: Option<&UserId>, after: Option<&Place>, limit: u32) -> Result<Vec<Event>> {
        self.store.read(|reads| reads.events(user, after, limit))
    }
}
