//! Errors: what can go wrong, in this API's terms, and the one form in which all of it is answered.
//!
//! The reference shows no body of an error; the form is diglot's own: `{"error": {"code", "message", "details"}}`.

mod published;

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use dialect::conditional::Unreadable;
use dialect::once::IDEMPOTENCY_KEY;
use dialect::{DirectoryError, Gone, Refusal, answer, retry};
use users::error::Resource;
use users::{Conflict, Permission, UserError};

use crate::caller::KEY_HEADER;
use crate::wire::{self, Code, Details, ErrorBody, ErrorObject, FieldError};

pub(crate) use published::Published;

/// The clients of this API repeat a request that ends in 409 unless this header says `false`; a conflict does not go away
/// by itself.
pub(crate) static SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// What a client gets instead of a success.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// These values are refused, in the order in which the operation declares them.
    Invalid(Vec<FieldError>),
    /// The body calls itself something other than JSON.
    UnsupportedMediaType,
    /// No key, or none that is good for anything.
    Unauthenticated,
    /// This permission is lacking.
    Forbidden(Permission),
    /// No operation has this path.
    UnknownRoute,
    /// There is no such thing of that id within reach.
    NotFound(Resource, String),
    /// The operations of this path have these methods.
    MethodNotAllowed(Vec<Method>),
    /// The user is not in the state that the client takes for granted.
    PreconditionFailed,
    /// The change collides with what is there.
    Conflict(Conflict),
    /// The request did not arrive in time.
    Timeout,
    /// More than is taken.
    TooLarge,
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

impl ApiError {
    /// One value is refused.
    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        ApiError::Invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// What two parts of a request say, or everything that is wrong with either.
    pub(crate) fn of_both<A, B>(one: Result<A, Self>, other: Result<B, Self>) -> Result<(A, B), Self> {
        match (one, other) {
            (Ok(one), Ok(other)) => Ok((one, other)),
            (Err(ApiError::Invalid(faults)), Err(ApiError::Invalid(more))) => {
                Err(ApiError::Invalid([faults, more].concat()))
            }
            (Err(error), _) | (Ok(_), Err(error)) => Err(error),
        }
    }

    /// The response.
    pub(crate) fn to_response(&self) -> HttpResponse {
        let response = wire::render(self.code().status(), &self.to_body());
        match self {
            ApiError::Unauthenticated => answer::with_header(response, WWW_AUTHENTICATE, "ApiKey"),
            ApiError::Conflict(_) => answer::with_header(response, SHOULD_RETRY.clone(), "false"),
            ApiError::MethodNotAllowed(methods) => {
                let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
                answer::with_header(response, ALLOW, &names.join(", "))
            }
            ApiError::Unavailable(wait)
            | ApiError::RateLimited(wait)
            | ApiError::Gone(Gone::Brownout { retry_after: wait }) => {
                answer::with_header(response, RETRY_AFTER, &retry::seconds(*wait).to_string())
            }
            ApiError::Invalid(_)
            | ApiError::UnsupportedMediaType
            | ApiError::Forbidden(_)
            | ApiError::Pinned(_)
            | ApiError::UnknownRoute
            | ApiError::NotFound(..)
            | ApiError::Gone(Gone::Removed | Gone::Sunset)
            | ApiError::PreconditionFailed
            | ApiError::Timeout
            | ApiError::TooLarge
            | ApiError::Internal => response,
        }
    }

    /// The body of the response.
    pub(crate) fn to_body(&self) -> ErrorBody {
        let (code, message, details) = (self.code(), self.message().to_owned(), self.details());
        ErrorBody { error: ErrorObject { code, message, details } }
    }

    fn code(&self) -> Code {
        match self {
            ApiError::Invalid(_) => Code::ValidationError,
            ApiError::UnsupportedMediaType => Code::UnsupportedMediaType,
            ApiError::Unauthenticated => Code::Unauthorized,
            ApiError::Forbidden(_) | ApiError::Pinned(_) => Code::Forbidden,
            ApiError::UnknownRoute | ApiError::NotFound(..) => Code::NotFound,
            ApiError::MethodNotAllowed(_) => Code::MethodNotAllowed,
            ApiError::PreconditionFailed => Code::PreconditionFailed,
            ApiError::Conflict(_) => Code::Conflict,
            ApiError::Timeout => Code::RequestTimeout,
            ApiError::TooLarge => Code::PayloadTooLarge,
            ApiError::Gone(Gone::Removed) => Code::Gone,
            ApiError::Gone(Gone::Brownout { .. }) => Code::RouteBrownout,
            ApiError::Gone(Gone::Sunset) => Code::RouteSunset,
            ApiError::RateLimited(_) => Code::RateLimited,
            ApiError::Unavailable(_) => Code::Unavailable,
            ApiError::Internal => Code::InternalError,
        }
    }

    /// The sentence for people; the reference's words where it has some.
    fn message(&self) -> &'static str {
        match self {
            ApiError::Invalid(_) => "The request is not valid",
            ApiError::UnsupportedMediaType => "The request body must be JSON",
            ApiError::Unauthenticated => "A valid API key is required",
            ApiError::Forbidden(_) => "The API key does not permit this",
            ApiError::UnknownRoute | ApiError::NotFound(..) => "Resource not found",
            ApiError::MethodNotAllowed(_) => "The resource does not have this method",
            ApiError::PreconditionFailed => "The resource is not in the state that the request expects",
            ApiError::Conflict(Conflict::Email) => "User with email already exists",
            ApiError::Conflict(Conflict::Username) => "User with username already exists",
            ApiError::Conflict(Conflict::LastAdministrator) => "The last administrator must stay",
            ApiError::Conflict(Conflict::UnderWay) => "The same request is still being processed",
            ApiError::Conflict(Conflict::CreatedUserDeleted) => "The user that this request created has been deleted",
            ApiError::Timeout => "The request did not arrive in time",
            ApiError::TooLarge => "The request is too large",
            ApiError::Pinned(_) => "The API key is for another API",
            ApiError::Gone(Gone::Removed) => "This operation is no longer available",
            ApiError::Gone(Gone::Brownout { .. }) => {
                "This operation is about to be removed, and is switched off for a short time"
            }
            ApiError::Gone(Gone::Sunset) => "This operation has reached its announced end",
            ApiError::RateLimited(_) => "Too many requests",
            ApiError::Unavailable(_) => "The service is temporarily unavailable",
            ApiError::Internal => "An unexpected error occurred",
        }
    }

    fn details(&self) -> Details {
        match self {
            ApiError::Invalid(faults) => Details::Fields(faults.clone()),
            ApiError::Forbidden(required) => Details::Permission { required_permission: required.as_str().to_owned() },
            ApiError::Pinned(name) => Details::Pinned { pinned_to: name.clone() },
            ApiError::NotFound(resource, id) => {
                Details::Resource { resource_type: resource.as_str().to_owned(), resource_id: id.clone() }
            }
            ApiError::Conflict(Conflict::Email) => Details::Field { field: "email".to_owned() },
            ApiError::Conflict(Conflict::Username) => Details::Field { field: "username".to_owned() },
            ApiError::Conflict(Conflict::LastAdministrator | Conflict::UnderWay | Conflict::CreatedUserDeleted)
            | ApiError::UnsupportedMediaType
            | ApiError::Unauthenticated
            | ApiError::UnknownRoute
            | ApiError::MethodNotAllowed(_)
            | ApiError::PreconditionFailed
            | ApiError::Timeout
            | ApiError::TooLarge
            | ApiError::Gone(_)
            | ApiError::RateLimited(_)
            | ApiError::Unavailable(_)
            | ApiError::Internal => Details::None {},
        }
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Unauthenticated => ApiError::Unauthenticated,
            UserError::Forbidden { required } => ApiError::Forbidden(required),
            UserError::NotFound { resource, id } => ApiError::NotFound(resource, id),
            UserError::PreconditionFailed => ApiError::PreconditionFailed,
            UserError::Conflict(conflict) => ApiError::Conflict(conflict),
            // This API has no word for a workspace: which one it is follows from the key.
            UserError::WorkspaceRequired => {
                ApiError::invalid(KEY_HEADER.as_str(), "belongs to no workspace that a new user could join")
            }
            UserError::IdempotencyKeyReused => {
                ApiError::invalid(IDEMPOTENCY_KEY.as_str(), "was used for another request")
            }
            UserError::StatusNotSettable(status) => {
                ApiError::invalid("status", format!("cannot be changed to {}", status.as_str()))
            }
            UserError::TooLarge => ApiError::TooLarge,
            UserError::TooOften { retry_after } => ApiError::RateLimited(retry_after),
            UserError::Busy(_) | UserError::Unavailable(_) => ApiError::Unavailable(retry::SOON),
            // Nobody signs out of this API.
            UserError::NoSession | UserError::Internal(_) => ApiError::Internal,
        }
    }
}

impl From<DirectoryError> for ApiError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::User(error) => error.into(),
            DirectoryError::UnknownPosition => ApiError::invalid("offset", "is not known here"),
            DirectoryError::RateLimited { retry_after } => ApiError::RateLimited(retry_after),
            DirectoryError::OtherDialect { pinned } => ApiError::Pinned(pinned),
            DirectoryError::Unavailable { retry_after } => ApiError::Unavailable(retry_after),
        }
    }
}

impl From<Unreadable> for ApiError {
    fn from(header: Unreadable) -> Self {
        ApiError::invalid(header.header().as_str(), "must be * or a list of entity tags in double quotes")
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            // A path with a slash too many is another path here.
            Refusal::NotFound { slash_twin: _ } => ApiError::UnknownRoute,
            Refusal::MethodNotAllowed { allow } => ApiError::MethodNotAllowed(allow),
            Refusal::TwoCredentials => {
                ApiError::invalid(KEY_HEADER.as_str(), "must not be sent together with another credential")
            }
            Refusal::BrokenBody => ApiError::invalid("body", "did not arrive whole"),
            Refusal::BodyTooLarge => ApiError::TooLarge,
            Refusal::BodyTimeout => ApiError::Timeout,
            Refusal::Gone { why } => ApiError::Gone(why),
            Refusal::TooManyRequests { retry_after } => ApiError::RateLimited(retry_after),
            Refusal::Unavailable { retry_after } => ApiError::Unavailable(retry_after),
            Refusal::Internal => ApiError::Internal,
        }
    }
}

#[cfg(test)]
mod tests;
