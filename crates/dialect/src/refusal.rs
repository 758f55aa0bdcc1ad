//! Requests that reach no operation, or whose operation cannot finish.

use std::time::Duration;

use actix_web::http::Method;

/// Why a request is turned away, whatever the operation. Each dialect says it in its own shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No operation has this path.
    NotFound {
        /// The path with a trailing slash less or more, if an operation has that one.
        slash_twin: Option<String>,
    },
    /// The path has operations, but none for this method.
    MethodNotAllowed {
        /// All methods of the path.
        allow: Vec<Method>,
    },
    /// Credentials of two dialects where only one can be meant.
    TwoCredentials,
    /// The body did not arrive whole.
    BrokenBody,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The operation is not served here any more, or not now.
    Gone {
        /// How that is.
        why: Gone,
    },
    /// More than is allowed in so short a time.
    TooManyRequests {
        /// When to ask again.
        retry_after: Duration,
    },
    /// Too much is being done already, or what is needed is away.
    Unavailable {
        /// When to ask again.
        retry_after: Duration,
    },
    /// A fault of ours; the log has the rest.
    Internal,
}

/// Why an operation that was there is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// The operator has taken it away.
    Removed,
    /// It is away for a short time, so that whoever still depends on it notices before it goes for good.
    Brownout {
        /// When it comes back.
        retry_after: Duration,
    },
    /// Its announced end has come (RFC 8594).
    Sunset,
}
