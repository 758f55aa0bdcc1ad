//! The errors that have the reference's envelope.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use dialect::conditional::Unreadable;
use dialect::{DirectoryError, Gone, answer, retry};
use serde_json::{Map, Value};
use users::error::Resource;
use users::{Conflict, Permission, Timestamp, UserError};

use crate::wire::{self, ErrorBody};

/// Why an operation does not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The request makes no sense as a whole; why.
    BadRequest(&'static str),
    /// No key, or none that is good for anything.
    Unauthenticated,
    /// This permission is lacking.
    Forbidden(Permission),
    /// There is no such thing of that id within reach.
    NotFound(Resource, String),
    /// The user is not in the state that the client takes for granted.
    PreconditionFailed,
    /// The change collides with what is there.
    Conflict(Conflict),
    /// The request did not arrive in time.
    Timeout,
    /// More than is taken.
    TooLarge,
    /// The key is no session.
    NoSession,
    /// The key belongs to the API of this name.
    Pinned(String),
    /// The operation is not there any more, or not now.
    Gone(Gone),
    /// Too often; when to come again.
    RateLimited(Duration),
    /// Not now; when to come again.
    Unavailable(Duration),
    /// A fault of ours.
    Internal,
}

impl Failure {
    /// The response, as of that time.
    pub(crate) fn to_response(&self, now: Timestamp) -> HttpResponse {
        let (status, error, message) = self.words();
        let body = ErrorBody {
            error: error.to_owned(),
            message: message.to_owned(),
            details: self.details(),
            timestamp: wire::naive_time(now),
            status_code: status.as_u16(),
        };
        let response = wire::render(status, &body);
        match self {
            Failure::Unauthenticated => answer::with_header(response, WWW_AUTHENTICATE, "Bearer"),
            Failure::Unavailable(wait)
            | Failure::RateLimited(wait)
            | Failure::Gone(Gone::Brownout { retry_after: wait }) => {
                answer::with_header(response, RETRY_AFTER, &retry::seconds(*wait).to_string())
            }
            Failure::BadRequest(_)
            | Failure::Forbidden(_)
            | Failure::NoSession
            | Failure::Pinned(_)
            | Failure::NotFound(..)
            | Failure::Gone(Gone::Removed | Gone::Sunset)
            | Failure::PreconditionFailed
            | Failure::Conflict(_)
            | Failure::Timeout
            | Failure::TooLarge
            | Failure::Internal => response,
        }
    }

    /// The code, for programs.
    pub(super) fn code(&self) -> &'static str {
        self.words().1
    }

    /// Status, code and message.
    fn words(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Failure::BadRequest(why) => (S::BAD_REQUEST, "BAD_REQUEST", why),
            Failure::Unauthenticated => (S::UNAUTHORIZED, "AUTHENTICATION_FAILED", "Authentication required"),
            Failure::Forbidden(_) => (S::FORBIDDEN, "FORBIDDEN", "You don't have permission to perform this action"),
            Failure::NoSession => (S::FORBIDDEN, "FORBIDDEN", "This key is no session; only who made it can revoke it"),
            Failure::Pinned(_) => (S::FORBIDDEN, "FORBIDDEN", "This key is for another API"),
            Failure::NotFound(..) => (S::NOT_FOUND, "RESOURCE_NOT_FOUND", "The requested resource was not found"),
            Failure::PreconditionFailed => (
                S::PRECONDITION_FAILED,
                "PRECONDITION_FAILED",
                "The resource is not in the state that the request expects",
            ),
            Failure::Conflict(Conflict::Email | Conflict::Username) => {
                (S::CONFLICT, "CONFLICT", "Resource already exists")
            }
            Failure::Conflict(Conflict::LastAdministrator) => {
                (S::CONFLICT, "CONFLICT", "The last administrator must stay")
            }
            Failure::Conflict(Conflict::UnderWay) => {
                (S::CONFLICT, "CONFLICT", "The same request is still being processed")
            }
            Failure::Conflict(Conflict::CreatedUserDeleted) => {
                (S::CONFLICT, "CONFLICT", "The user that this request created has been deleted")
            }
            Failure::Timeout => (S::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "The request did not arrive in time"),
            Failure::TooLarge => (S::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "The request is too large"),
            Failure::Gone(Gone::Removed) => (S::GONE, "GONE", "This operation is no longer available"),
            Failure::Gone(Gone::Brownout { .. }) => (
                S::GONE,
                "ROUTE_BROWNOUT",
                "This operation is about to be removed, and is switched off for a short time",
            ),
            Failure::Gone(Gone::Sunset) => (S::GONE, "ROUTE_SUNSET", "This operation has reached its announced end"),
            Failure::RateLimited(_) => {
                (S::TOO_MANY_REQUESTS, "RATE_LIMIT_EXCEEDED", "Too many requests. Please try again later.")
            }
            Failure::Unavailable(_) => {
                (S::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", "The service is temporarily unavailable")
            }
            Failure::Internal => (S::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", "An unexpected error occurred"),
        }
    }

    /// What the client's program may want to know.
    fn details(&self) -> Map<String, Value> {
        let members: &[(&str, &str)] = match self {
            Failure::RateLimited(wait) => {
                return Map::from_iter([("retry_after".to_owned(), retry::seconds(*wait).into())]);
            }
            Failure::Pinned(name) => &[("pinned_to", name)],
            Failure::Forbidden(required) => &[("required_permission", required.as_str())],
            Failure::NotFound(resource, id) => &[("resource_type", resource.as_str()), ("resource_id", id)],
            Failure::Conflict(Conflict::Email) => &[("field", "email")],
            Failure::Conflict(Conflict::Username) => &[("field", "username")],
            Failure::Conflict(Conflict::LastAdministrator | Conflict::UnderWay | Conflict::CreatedUserDeleted)
            | Failure::BadRequest(_)
            | Failure::Unauthenticated
            | Failure::NoSession
            | Failure::PreconditionFailed
            | Failure::Timeout
            | Failure::TooLarge
            | Failure::Gone(_)
            | Failure::Unavailable(_)
            | Failure::Internal => &[],
        };
        members.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
    }
}

impl From<Unreadable> for Failure {
    fn from(header: Unreadable) -> Self {
        Failure::BadRequest(match header {
            Unreadable::IfMatch => "The header If-Match must be * or a list of entity tags in double quotes",
            Unreadable::IfNoneMatch => "The header If-None-Match must be * or a list of entity tags in double quotes",
        })
    }
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::User(error) => error.into(),
            DirectoryError::RateLimited { retry_after } => Failure::RateLimited(retry_after),
            DirectoryError::OtherDialect { pinned } => Failure::Pinned(pinned),
            DirectoryError::Unavailable { retry_after } => Failure::Unavailable(retry_after),
            // Only a list is given a position, and answers this itself.
            DirectoryError::UnknownPosition => Failure::Internal,
        }
    }
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Unauthenticated => Failure::Unauthenticated,
            UserError::Forbidden { required } => Failure::Forbidden(required),
            UserError::NotFound { resource, id } => Failure::NotFound(resource, id),
            UserError::PreconditionFailed => Failure::PreconditionFailed,
            UserError::Conflict(conflict) => Failure::Conflict(conflict),
            UserError::TooLarge => Failure::TooLarge,
            UserError::NoSession => Failure::NoSession,
            UserError::TooOften { retry_after } => Failure::RateLimited(retry_after),
            UserError::Busy(_) | UserError::Unavailable(_) => Failure::Unavailable(retry::SOON),
            // Only creating can lack a workspace or meet a used key, and answers this itself; this API has no word for a status to set.
            UserError::WorkspaceRequired | UserError::IdempotencyKeyReused | UserError::StatusNotSettable(_) => {
                Failure::Internal
            }
            UserError::Internal(_) => Failure::Internal,
        }
    }
}
