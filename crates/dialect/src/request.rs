//! A request, as the gateway hands it to a dialect: whole, and within the limits.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use users::ports::Clock;
use users::{Caller, PresentedKey, RolePolicy, Seen};

use crate::directory::{Call, Directory, DirectoryError};
use crate::guard::Guard;

/// What all requests of a process share.
pub struct Services {
    /// The roles of the installation.
    pub policy: Arc<RolePolicy>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Known to all processes of the installation and nobody else; what is signed with it can be believed.
    pub secret: Vec<u8>,
}

/// A request without its body.
#[derive(Debug, Clone)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// What the client calls this server: the `Host` header (RFC 9110 §7.2), with the port if it names one.
    pub host: String,
    /// The path before the dialect's own, such as `/name`; empty for none.
    pub mount: String,
    /// The dialect's own path, decoded, from `/` on.
    pub path: String,
    /// The query as sent, without `?`; empty for none.
    pub query: String,
    /// All headers.
    pub headers: HeaderMap,
    /// Kept from the client or made here; logged and answered.
    pub request_id: Arc<str>,
}

impl Head {
    /// The value of a header. `None` where it is absent.
    ///
    /// # Errors
    /// The header occurs more than once.
    pub fn single(&self, name: &HeaderName) -> Result<Option<&HeaderValue>, Repeated> {
        let mut values = self.headers.get_all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(Repeated),
        }
    }
}

/// A header occurs more than once where only one can be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeated;

/// A request to an operation.
#[derive(Clone)]
pub struct Request {
    /// All but the body.
    pub head: Arc<Head>,
    /// The body; empty for methods that take none.
    pub body: Bytes,
    /// The values of the route's parameters, decoded, in the order of its path.
    pub parameters: Vec<String>,
    /// The operation's full name, `dialect.operation`.
    pub operation: Arc<str>,
    /// After that, nobody waits for the answer.
    pub deadline: Instant,
    /// From which address the request comes, as far as that is known.
    pub origin: Option<IpAddr>,
    /// Who answers.
    pub directory: Arc<dyn Directory>,
    /// Who lets callers in.
    pub guard: Arc<dyn Guard>,
    /// What all requests share.
    pub services: Arc<Services>,
}

impl Request {
    /// The call that this request is, once it is known who presents the key, and that it may come in.
    ///
    /// # Errors
    /// As [`Directory::authenticate`] and [`Guard::admit`].
    pub async fn call(&self, presented: PresentedKey) -> Result<Call, DirectoryError> {
        let caller = self.directory.authenticate(&presented).await?;
        self.admit(presented, caller, Seen::default())
    }

    /// The same for a request to see the user of this id, or the one that the caller acts for.
    ///
    /// # Errors
    /// As [`Request::call`].
    pub async fn call_to_see(&self, presented: PresentedKey, id: Option<&str>) -> Result<Call, DirectoryError> {
        let (caller, seen) = self.directory.authenticate_to_see(&presented, id).await?;
        self.admit(presented, caller, seen)
    }

    fn admit(&self, presented: PresentedKey, caller: Arc<Caller>, seen: Seen) -> Result<Call, DirectoryError> {
        self.guard.admit(&caller)?;
        Ok(Call {
            caller,
            seen,
            presented,
            operation: self.operation.clone(),
            request_id: self.head.request_id.clone(),
            deadline: self.deadline,
        })
    }

    /// Comes in without a key, where none is needed.
    ///
    /// # Errors
    /// As [`Guard::admit_stranger`].
    pub fn come_in(&self) -> Result<(), DirectoryError> {
        self.guard.admit_stranger(self.origin)
    }

    /// The value of the route's n-th parameter; empty if the route has fewer.
    #[must_use]
    pub fn parameter(&self, n: usize) -> &str {
        self.parameters.get(n).map_or("", String::as_str)
    }
}
