//! The directory on this process's own store. The core blocks; here is decided where that may happen.

mod accounts;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dialect::directory::Result;
use dialect::{Begin, Call, Directory, DirectoryError, ListQuery, Page, Position, Whom};
use users::audit::Event;
use users::json::FreeObject;
use users::page::{ListUsers, Start};
use users::ports::Store;
use users::usage::{Day, Usage};
use users::{
    Caller, Created, Email, Identified, Look, NewUser, Once, Precondition, PresentedKey, Reach, Seen, Shown, SignIn,
    SignedIn, Timestamp, User, UserChange, UserError, UserId, Users, View,
};

use super::even_time::in_even_time;
use super::lane::{Answers, Lane};
use super::lines::Lines;
use crate::audit;
use crate::retention::Past;
use crate::telemetry::answering::{self, Sender};
use crate::usage::Book;

/// Passwords of one address that are compared at a time, or wait for the hasher.
const PASSWORDS: usize = 8;

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
    /// Whether a small read takes no longer than going to another thread for it.
    pub reads_at_once: bool,
}

/// The core on a store. Reads and writes do not stand in each other's way.
///
/// What is known without asking the store is answered where the question arises; what the store answers as quickly as another
/// thread would be found for it, there too, as long as there is a place; everything else has threads of its own.
pub struct LocalDirectory<S> {
    pub(super) users: Users<S>,
    /// For what only reads.
    pub reads: Lane,
    /// For what may write.
    pub writes: Lane,
    pub(super) lines: Arc<Lines>,
}

impl<S: Store> LocalDirectory<S> {
    /// The directory of `users`, on a store that `answers`, or not.
    #[must_use]
    pub fn new(users: Users<S>, width: Width, answers: Answers) -> Arc<Self> {
        let reads = Lane::new(width.reads, width.queue, width.patience, answers.clone());
        let reads = if width.reads_at_once { reads.at_once() } else { reads };
        // A writer waits where it is at work: in the store's queue or the hasher's.
        let writes = Lane::new(width.writes, 0, width.patience, answers);
        Arc::new(Self { users, reads, writes, lines: Lines::new(PASSWORDS) })
    }

    /// The core, where what this call changes is noted with it.
    fn on(&self, call: &Call) -> Users<S> {
        self.users.on(call.occasion())
    }

    async fn look(&self, call: &Call, whom: Whom<'_>) -> Result<Arc<Look>> {
        if let Whom::User { id, workspace: None } = whom
            && call.seen.has_looked_at(id)
        {
            // Nobody need be asked.
            return Ok(self.users.look(&call.caller, &call.seen, id, None)?);
        }
        let (users, caller, seen) = (self.users.clone(), call.caller.clone(), call.seen.clone());
        match whom {
            Whom::User { id, workspace } => {
                let (id, workspace) = (id.to_owned(), workspace.map(str::to_owned));
                self.reads.run_briefly(move || users.look(&caller, &seen, &id, workspace.as_deref())).await
            }
            Whom::Own => self.reads.run_briefly(move || users.look_own(&caller, &seen)).await,
        }
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
    async fn authenticate(&self, presented: &PresentedKey) -> Result<Arc<Caller>> {
        self.authenticate_to_see(presented, None).await.map(|(caller, _)| caller)
    }

    async fn authenticate_to_see(&self, presented: &PresentedKey, id: Option<&str>) -> Result<(Arc<Caller>, Seen)> {
        let present = self.users.present();
        let (caller, seen) = match self.users.known_caller(presented, &present) {
            Some(caller) => (caller, present),
            None => {
                // One question is worth more than two plain ones only where each is a way there and back.
                let target = id.filter(|_| !self.reads.is_at_once()).and_then(UserId::parse);
                let (users, presented) = (self.users.clone(), presented.clone());
                match self.reads.run_briefly(move || users.identify(&presented, target.as_ref(), present)).await? {
                    Identified::Caller(caller, seen) => (caller, seen),
                    Identified::Refused(refusal) => {
                        answering::note(Sender::Refused(refusal));
                        return Err(UserError::Unauthenticated.into());
                    }
                    Identified::Unknown => return Err(UserError::Unauthenticated.into()),
                }
            }
        };
        answering::note(Sender::Caller(caller.clone()));
        Ok((caller, seen))
    }

    async fn list(&self, call: &Call, query: ListQuery, view: View<'static>) -> Result<Page> {
        let (users, caller) = (self.users.clone(), call.caller.clone());
        let ListQuery { workspace, filter, begin, limit } = query;
        let query = ListUsers { workspace, filter, start: start(begin)?, limit };
        let is_brief = is_brief(&caller, &query);
        let work = move || users.list(&caller, &query, view);
        let page = if is_brief { self.reads.run_briefly(work).await? } else { self.reads.run(work).await? };
        let last = page.users.last().filter(|_| page.has_more);
        let next = last.map(|user| Position(user.version.user.as_str().to_owned()));
        Ok(Page { users: page.users, total: page.total, has_more: page.has_more, next })
    }

    async fn create(&self, call: &Call, new: NewUser, once: Option<Once>) -> Result<Created> {
        let (users, caller) = (self.on(call), call.caller.clone());
        self.writes.run(move || users.create(&caller, new, once)).await
    }

    async fn get(&self, call: &Call, id: &str, workspace: Option<&str>) -> Result<User> {
        Ok(Arc::unwrap_or_clone(self.look(call, Whom::User { id, workspace }).await?).into_user())
    }

    async fn get_own(&self, call: &Call) -> Result<User> {
        Ok(Arc::unwrap_or_clone(self.look(call, Whom::Own).await?).into_user())
    }

    async fn show(&self, call: &Call, whom: Whom<'_>, view: View<'_>) -> Result<Shown> {
        let known = match whom {
            Whom::User { id, workspace: None } => self.users.shown(&call.caller, &call.seen, view.name, id),
            Whom::User { id: _, workspace: Some(_) } => None,
            Whom::Own => self.users.shown_own(&call.caller, &call.seen, view.name).map(Ok),
        };
        if let Some(shown) = known {
            return Ok(shown?);
        }
        let look = self.look(call, whom).await?;
        let shown = Shown::of(look.user(), view)?;
        self.users.keep_shown(view.name, &look, &shown);
        Ok(shown)
    }

    async fn update(&self, call: &Call, id: &str, change: UserChange, precondition: Precondition) -> Result<User> {
        let (users, caller, id) = (self.on(call), call.caller.clone(), id.to_owned());
        self.writes.run(move || users.update(&caller, &id, change, precondition)).await
    }

    async fn merge_own_preferences(&self, call: &Call, patch: FreeObject, precondition: Precondition) -> Result<User> {
        let (users, caller) = (self.on(call), call.caller.clone());
        self.writes.run(move || users.merge_own_preferences(&caller, patch, precondition)).await
    }

    async fn delete(&self, call: &Call, id: &str, precondition: Precondition) -> Result<()> {
        let (users, caller, id) = (self.on(call), call.caller.clone(), id.to_owned());
        self.writes.run(move || users.delete(&caller, &id, precondition)).await
    }

    async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn> {
        let users = self.users.on(answering::occasion());
        let turn = match sign_in.origin {
            Some(origin) => Some(self.lines.turn(origin).await),
            None => None,
        };
        let work = move || {
            let _turn = turn;
            users.try_sign_in(&sign_in)
        };
        let denied = match self.writes.run(work).await? {
            Ok(signed_in) => return Ok(signed_in),
            Err(denied) => denied,
        };
        answering::note(Sender::Refused(denied.refusal));
        Err(denied.error.into())
    }

    async fn sign_out(&self, call: &Call) -> Result<()> {
        let (users, caller) = (self.on(call), call.caller.clone());
        self.writes.run(move || users.sign_out(&caller)).await
    }

    async fn ask_for_mail(&self, address: Email, origin: Option<IpAddr>) -> Result<()> {
        let users = self.users.on(answering::occasion());
        let limited = users.limits_of_mail(&address, origin);
        let asked = in_even_time(self.writes.run(move || users.ask_for_mail(&address, limited))).await?;
        asked.map_err(|denied| {
            answering::note(Sender::Refused(denied.refusal));
            denied.error.into()
        })
    }
}

#[async_trait]
impl<S: Store> Book for LocalDirectory<S> {
    async fn add(&self, calls: Arc<[Usage]>) -> Result<()> {
        let users = self.users.clone();
        self.writes.run(move || users.record_usage(calls)).await
    }
}

#[async_trait]
impl<S: Store> audit::Book for LocalDirectory<S> {
    async fn add(&self, refusals: Arc<[Event]>) -> Result<()> {
        let users = self.users.clone();
        self.writes.run(move || users.note_refusals(refusals)).await
    }
}

#[async_trait]
impl<S: Store> Past for LocalDirectory<S> {
    async fn forget_calls(&self, before: Day, limit: u32) -> Result<bool> {
        let users = self.users.clone();
        self.writes.run(move || users.forget_usage(before, limit)).await
    }

    async fn forget_events(&self, before: Timestamp, limit: u32) -> Result<bool> {
        let users = self.users.clone();
        self.writes.run(move || users.forget_audit(before, limit)).await
    }
}

/// Skipping so many takes no longer than the page behind them.
const NEAR: u64 = 1_000;

/// Whether a page takes little, however many users there are: it is one of a list that is kept as such, with its total, near its
/// beginning or behind a user, and is not searched for.
fn is_brief(caller: &Caller, query: &ListUsers) -> bool {
    let is_one_list = query.workspace.is_some()
        || match &caller.reach {
            Reach::Installation => true,
            Reach::Workspaces(workspaces) => workspaces.len() <= 1,
        };
    let is_near = match query.start {
        Start::Beginning | Start::After(_) => true,
        Start::Skip(count) => count <= NEAR,
    };
    is_one_list && is_near && query.filter.search.is_none()
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
