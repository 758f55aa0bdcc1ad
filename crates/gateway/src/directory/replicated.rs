//! A directory whose reads are spread over replicas of its store.
//!
//! A replica shows what the primary has acknowledged a little later, within a bound that it is held to. Lists and single reads can
//! go there; who somebody is and what changes stay with the primary, with all that is read on the way. A key that has written
//! through this process is answered by replicas again once they are fresher than that.
//!
//! Only what a replica finds is believed. Where it refuses, for whatever reason, the primary has the last word: a user that was
//! created a moment ago is not denied, and nobody hears that a replica is away.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use dialect::directory::Result;
use dialect::{Call, Directory, ListQuery, Page};
use futures_util::future::BoxFuture;
use users::json::FreeObject;
use users::{
    Caller, Created, Email, NewUser, Once, Precondition, PresentedKey, SignIn, SignedIn, User, UserChange, View,
};

use super::own_writes::OwnWrites;

/// One replica.
pub struct Member {
    /// Reads there.
    pub directory: Arc<dyn Directory>,
    /// Of which instant it is fresh: what the primary had acknowledged by then is there. `None` while it must not be asked.
    pub fresh_as_of: Box<dyn Fn() -> Option<Instant> + Send + Sync>,
    /// How much it has to do.
    pub load: Box<dyn Fn() -> usize + Send + Sync>,
}

/// A primary and its replicas.
pub struct ReplicatedDirectory {
    primary: Arc<dyn Directory>,
    members: Vec<Member>,
    own_writes: OwnWrites,
    next: AtomicUsize,
    answered: AtomicUsize,
    passed_on: AtomicUsize,
}

impl ReplicatedDirectory {
    /// Of replicas that are never asked while they are staler than `staleness`.
    #[must_use]
    pub fn new(primary: Arc<dyn Directory>, members: Vec<Member>, staleness: Duration) -> Self {
        let own_writes = OwnWrites::new(staleness);
        let (answered, passed_on) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { primary, members, own_writes, next: AtomicUsize::new(0), answered, passed_on }
    }

    /// How many replicas can be asked now.
    #[must_use]
    pub fn fit(&self) -> usize {
        self.members.iter().filter(|member| (member.fresh_as_of)().is_some()).count()
    }

    /// How many reads a replica has answered.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// How many reads a replica has refused, so that the primary was asked.
    #[must_use]
    pub fn passed_on(&self) -> usize {
        self.passed_on.load(Ordering::Relaxed)
    }

    /// The least busy of the replicas that have what the caller's key has written.
    fn choose(&self, call: &Call) -> Option<&Member> {
        let written = self.own_writes.last(&call.caller.key);
        let has_all = |member: &&Member| {
            (member.fresh_as_of)().is_some_and(|instant| written.is_none_or(|written| instant > written))
        };
        // Of those that are equally busy, each in its turn.
        let (before, from) =
            self.members.split_at(self.next.fetch_add(1, Ordering::Relaxed) % self.members.len().max(1));
        from.iter().chain(before).filter(has_all).min_by_key(|member| (member.load)())
    }

    /// Asks a replica, where one may answer, and the primary where none did.
    async fn read<'a, T>(
        &'a self,
        call: &Call,
        ask: impl Fn(&'a dyn Directory) -> BoxFuture<'a, Result<T>> + Send,
    ) -> Result<T> {
        if let Some(member) = self.choose(call) {
            if let Ok(found) = ask(&*member.directory).await {
                self.answered.fetch_add(1, Ordering::Relaxed);
                return Ok(found);
            }
            self.passed_on.fetch_add(1, Ordering::Relaxed);
        }
        ask(&*self.primary).await
    }
}

#[async_trait]
impl Directory for ReplicatedDirectory {
    async fn authenticate(&self, presented: &PresentedKey) -> Result<Arc<Caller>> {
        self.primary.authenticate(presented).await
    }

    async fn list(&self, call: &Call, query: ListQuery, view: View<'static>) -> Result<Page> {
        self.read(call, |directory| directory.list(call, query.clone(), view)).await
    }

    async fn create(&self, call: &Call, new: NewUser, once: Option<Once>) -> Result<Created> {
        let _writing = self.own_writes.begin(&call.caller.key);
        self.primary.create(call, new, once).await
    }

    async fn get(&self, call: &Call, id: &str, workspace: Option<&str>) -> Result<User> {
        self.read(call, |directory| directory.get(call, id, workspace)).await
    }

    async fn get_own(&self, call: &Call) -> Result<User> {
        self.read(call, |directory| directory.get_own(call)).await
    }

    async fn update(&self, call: &Call, id: &str, change: UserChange, precondition: Precondition) -> Result<User> {
        let _writing = self.own_writes.begin(&call.caller.key);
        self.primary.update(call, id, change, precondition).await
    }

    async fn merge_own_preferences(&self, call: &Call, patch: FreeObject, precondition: Precondition) -> Result<User> {
        let _writing = self.own_writes.begin(&call.caller.key);
        self.primary.merge_own_preferences(call, patch, precondition).await
    }

    async fn delete(&self, call: &Call, id: &str, precondition: Precondition) -> Result<()> {
        let _writing = self.own_writes.begin(&call.caller.key);
        self.primary.delete(call, id, precondition).await
    }

    async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn> {
        let signed_in = self.primary.sign_in(sign_in).await?;
        // Whoever has just signed in finds itself so.
        drop(self.own_writes.begin(signed_in.key.id()));
        Ok(signed_in)
    }

    async fn sign_out(&self, call: &Call) -> Result<()> {
        self.primary.sign_out(call).await
    }

    async fn ask_for_mail(&self, address: Email, origin: Option<IpAddr>) -> Result<()> {
        self.primary.ask_for_mail(address, origin).await
    }
}

#[cfg(test)]
mod tests;
