//! The directory on this process's own store. The core blocks; here is decided where that may happen.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dialect::directory::Result;
use dialect::{Begin, Call, Directory, DirectoryError, ListQuery, Page, Position};
use users::json::FreeObject;
use users::page::{ListUsers, Start};
use users::ports::Store;
use users::{Caller, Created, NewUser, Once, Precondition, PresentedKey, User, UserChange, UserId, Users};

use super::lane::{Answers, Lane};
use crate::telemetry::caller;

/// How much a local directory does at once.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    /// Reads at a time: one for each of the store's connections.
    pub reads: usize,
    /// Writes at a time, those that wait for the store or for a password's hash included.
    pub writes: usize,
    /// Reads that may wait.
    pub queue: usize,
    /// How long they do.
    pub patience: Duration,
}

/// The core on a store. Reads and writes do not stand in each other's way.
pub struct LocalDirectory<S> {
    users: Users<S>,
    /// For what only reads.
    pub reads: Lane,
    /// For what may write.
    pub writes: Lane,
}

impl<S: Store> LocalDirectory<S> {
    /// The directory of `users`, on a store that `answers`, or not.
    #[must_use]
    pub fn new(users: Users<S>, width: Width, answers: Answers) -> Arc<Self> {
        let reads = Lane::new(width.reads, width.queue, width.patience, answers.clone());
        // A writer waits where it is at work: in the store's queue or the hasher's.
        let writes = Lane::new(width.writes, 0, width.patience, answers);
        Arc::new(Self { users, reads, writes })
    }

    /// Whether there is somebody who can be served.
    ///
    /// # Errors
    /// As the store's.
    pub async fn has_administrator(&self) -> Result<bool> {
        let users = self.users.clone();
        self.reads.run(move || users.has_administrator()).await
    }
}

#[async_trait]
impl<S: Store> Directory for LocalDirectory<S> {
    async fn authenticate(&self, presented: &PresentedKey) -> Result<Caller> {
        let (users, presented) = (self.users.clone(), presented.clone());
        let caller = self.reads.run(move || users.authenticate(&presented)).await?;
        caller::note(&caller.key);
        Ok(caller)
    }

    async fn list(&self, call: &Call, query: ListQuery) -> Result<Page> {
        let (users, caller) = (self.users.clone(), call.caller.clone());
        let ListQuery { workspace, filter, begin, limit } = query;
        let query = ListUsers { workspace, filter, start: start(begin)?, limit };
        let page = self.reads.run(move || users.list(&caller, &query)).await?;
        let last = page.users.last().filter(|_| page.has_more);
        let next = last.map(|user| Position(user.id.as_str().to_owned()));
        Ok(Page { users: page.users, total: page.total, has_more: page.has_more, next })
    }

    async fn create(&self, call: &Call, new: NewUser, once: Option<Once>) -> Result<Created> {
        let (users, caller) = (self.users.clone(), call.caller.clone());
        self.writes.run(move || users.create(&caller, new, once)).await
    }

    async fn get(&self, call: &Call, id: &str, workspace: Option<&str>) -> Result<User> {
        let (users, caller) = (self.users.clone(), call.caller.clone());
        let (id, workspace) = (id.to_owned(), workspace.map(str::to_owned));
        self.reads.run(move || users.get(&caller, &id, workspace.as_deref())).await
    }

    async fn get_own(&self, call: &Call) -> Result<User> {
        let (users, caller) = (self.users.clone(), call.caller.clone());
        self.reads.run(move || users.get_own(&caller)).await
    }

    async fn update(&self, call: &Call, id: &str, change: UserChange, precondition: Precondition) -> Result<User> {
        let (users, caller, id) = (self.users.clone(), call.caller.clone(), id.to_owned());
        self.writes.run(move || users.update(&caller, &id, change, precondition)).await
    }

    async fn merge_own_preferences(&self, call: &Call, patch: FreeObject, precondition: Precondition) -> Result<User> {
        let (users, caller) = (self.users.clone(), call.caller.clone());
        self.writes.run(move || users.merge_own_preferences(&caller, patch, precondition)).await
    }

    async fn delete(&self, call: &Call, id: &str, precondition: Precondition) -> Result<()> {
        let (users, caller, id) = (self.users.clone(), call.caller.clone(), id.to_owned());
        self.writes.run(move || users.delete(&caller, &id, precondition)).await
    }
}

/// A position of ours is the id of the last user before it.
fn start(begin: Begin) -> Result<Start> {
    match begin {
        Begin::Beginning => Ok(Start::Beginning),
        Begin::Skip(count) => Ok(Start::Skip(count)),
        Begin::At(Position(id)) => UserId::parse(&id).map(Start::After).ok_or(DirectoryError::UnknownPosition),
    }
}

#[cfg(test)]
mod tests;
