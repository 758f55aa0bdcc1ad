//! The directory as the dialects see it: a port, so that an answer may come from this process's store or from elsewhere.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use thiserror::Error;
use users::audit::Occasion;
use users::json::FreeObject;
use users::page::Filter;
use users::{
    Caller, Created, Email, NewUser, Once, Precondition, PresentedKey, Seen, Shown, SignIn, SignedIn, User, UserChange,
    UserError, View,
};

/// Who asks for what, and until when.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who asks.
    pub caller: Arc<Caller>,
    /// The credential that was presented for it.
    pub presented: PresentedKey,
    /// The operation's full name, `dialect.operation`.
    pub operation: Arc<str>,
    /// The request's id, as logged and answered.
    pub request_id: Arc<str>,
    /// After that, nobody waits for the answer.
    pub deadline: Instant,
    /// What the directory saw while it found out who asks. It is the directory's own.
    pub seen: Seen,
}

impl Call {
    /// What is noted with a change that this call makes.
    #[must_use]
    pub fn occasion(&self) -> Occasion {
        Occasion::request(self.operation.clone(), self.request_id.clone())
    }
}

/// Why a directory does not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DirectoryError {
    /// The core's refusal.
    #[error(transparent)]
    User(#[from] UserError),
    /// A position that this directory did not make, or no longer knows.
    #[error("unknown position")]
    UnknownPosition,
    /// The key asks for more than is allowed in so short a time.
    #[error("the key asks too often")]
    RateLimited {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The key may be used with another dialect only.
    #[error("the key is pinned to {pinned}")]
    OtherDialect {
        /// The name of that dialect.
        pinned: String,
    },
    /// The directory cannot be reached, or has too much to do.
    #[error("the directory is unavailable")]
    Unavailable {
        /// When to ask again.
        retry_after: Duration,
    },
}

/// The result of a directory's operation.
pub type Result<T> = std::result::Result<T, DirectoryError>;

/// A place between two users of a list. It belongs to the directory that made it, and only that one can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(pub String);

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// At the first user.
    Beginning,
    /// Where an earlier page ended.
    At(Position),
    /// Behind that many users.
    Skip(u64),
}

/// Which users are listed.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// The workspace, by the id that the caller gave; `None` for all that the caller reaches.
    pub workspace: Option<String>,
    /// Which of its users.
    pub filter: Filter,
    /// Where the page begins.
    pub begin: Begin,
    /// How many at most.
    pub limit: u32,
}

/// One page of users, ordered by id.
#[derive(Debug, Clone)]
pub struct Page {
    /// At most as many as were asked for.
    pub users: Vec<Shown>,
    /// How many match in all.
    pub total: u64,
    /// Whether more follow.
    pub has_more: bool,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Position>,
}

/// Whom a caller wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom<'a> {
    /// The user of this id; with a workspace named, as a member of it.
    User {
        /// The id, as the caller gave it.
        id: &'a str,
        /// The workspace, likewise.
        workspace: Option<&'a str>,
    },
    /// The user that the caller acts for.
    Own,
}

/// A directory of users. The methods are the operations; see [`users::Users`] for their rules and errors. One that cannot decide
/// a precondition in one step with the change that depends on it must not make the change.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Finds who presents a key.
    async fn authenticate(&self, presented: &PresentedKey) -> Result<Arc<Caller>>;
    /// The same for somebody who wants to see a user; if it is the one of this id and nothing else is asked, a directory may look at both at once.
    async fn authenticate_to_see(&self, presented: &PresentedKey, _id: Option<&str>) -> Result<(Arc<Caller>, Seen)> {
        Ok((self.authenticate(presented).await?, Seen::default()))
    }
    /// One page of users, each as that view shows it.
    async fn list(&self, call: &Call, query: ListQuery, view: View<'static>) -> Result<Page>;
    /// Creates a user, where it is to happen once only if it has not happened yet. A directory that cannot promise that must refuse
    /// such a request.
    async fn create(&self, call: &Call, new: NewUser, once: Option<Once>) -> Result<Created>;
    /// One user; with a workspace named, as a member of it.
    async fn get(&self, call: &Call, id: &str, workspace: Option<&str>) -> Result<User>;
    /// The user that the caller acts for.
    async fn get_own(&self, call: &Call) -> Result<User>;
    /// One user, as that view shows it. A directory that knows what it showed before need not make it anew.
    async fn show(&self, call: &Call, whom: Whom<'_>, view: View<'_>) -> Result<Shown> {
        let user = match whom {
            Whom::User { id, workspace } => self.get(call, id, workspace).await?,
            Whom::Own => self.get_own(call).await?,
        };
        Ok(Shown::of(&user, view)?)
    }
    /// Changes a user.
    async fn update(&self, call: &Call, id: &str, change: UserChange, precondition: Precondition) -> Result<User>;
    /// Applies a JSON Merge Patch (RFC 7396) to the preferences of the user that the caller acts for.
    async fn merge_own_preferences(&self, call: &Call, patch: FreeObject, precondition: Precondition) -> Result<User>;
    /// Deletes a user.
    async fn delete(&self, call: &Call, id: &str, precondition: Precondition) -> Result<()>;
    /// Signs somebody in.
    async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn>;
    /// Ends the session that the caller's key is.
    async fn sign_out(&self, call: &Call) -> Result<()>;
    /// Asks from there for a mail to this address with the way to a new password. Whether there is somebody whom it is sent to, nobody
    /// learns.
    async fn ask_for_mail(&self, address: Email, origin: Option<IpAddr>) -> Result<()>;
}
