//! Errors, and their three forms: the framework's list of validation faults, the framework's one-line bodies for what
//! never reaches an operation, and the reference's envelope for all the rest.

mod failure;
mod fault;
mod published;

use actix_web::HttpResponse;
use actix_web::http::header::ALLOW;
use actix_web::http::{Method, StatusCode};
use dialect::conditional::Unreadable;
use dialect::{DirectoryError, Refusal, answer};
use users::{Json, Timestamp, UserError};

pub(crate) use failure::Failure;
pub(crate) use fault::{Fault, Faults, Rule, Step};
pub(crate) use published::Published;

use crate::wire;

/// What a client gets instead of a success.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The request breaks these rules.
    Invalid(Faults),
    /// The body cannot be read at all.
    UnreadableBody,
    /// No operation has this path.
    UnknownRoute,
    /// The operations of this path have these methods.
    MethodNotAllowed(Vec<Method>),
    /// The path has a slash too many or too few; where the request belongs.
    Moved(String),
    /// Anything else.
    Failed(Failure),
}

impl ApiError {
    /// The response, as of that time.
    pub(crate) fn to_response(&self, now: Timestamp) -> HttpResponse {
        match self {
            ApiError::Invalid(faults) => {
                let items = Json::Array(faults.iter().map(Fault::to_json).collect());
                detail(StatusCode::UNPROCESSABLE_ENTITY, items)
            }
            ApiError::UnreadableBody => sentence(StatusCode::BAD_REQUEST, "There was an error parsing the body"),
            ApiError::UnknownRoute => sentence(StatusCode::NOT_FOUND, "Not Found"),
            ApiError::MethodNotAllowed(methods) => {
                let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
                let response = sentence(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
                answer::with_header(response, ALLOW, &names.join(", "))
            }
            ApiError::Moved(location) => wire::moved(location),
            ApiError::Failed(failure) => failure.to_response(now),
        }
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

    /// What is answered to a request that reaches no operation, or that ends before or outside of one. `location` makes
    /// the address of a path of this API.
    pub(crate) fn of_refusal(refusal: Refusal, location: impl Fn(&str) -> String) -> Self {
        match refusal {
            Refusal::NotFound { slash_twin: Some(path) } => ApiError::Moved(location(&path)),
            Refusal::NotFound { slash_twin: None } => ApiError::UnknownRoute,
            Refusal::MethodNotAllowed { allow } => ApiError::MethodNotAllowed(allow),
            Refusal::TwoCredentials => Failure::BadRequest("Credentials of two kinds cannot be used together").into(),
            Refusal::BrokenBody => Failure::BadRequest("The body did not arrive whole").into(),
            Refusal::BodyTooLarge => Failure::TooLarge.into(),
            Refusal::BodyTimeout => Failure::Timeout.into(),
            Refusal::Gone { why } => Failure::Gone(why).into(),
            Refusal::TooManyRequests { retry_after } => Failure::RateLimited(retry_after).into(),
            Refusal::Unavailable { retry_after } => Failure::Unavailable(retry_after).into(),
            Refusal::Internal => Failure::Internal.into(),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        ApiError::Failed(failure)
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        ApiError::Failed(error.into())
    }
}

impl From<DirectoryError> for ApiError {
    fn from(error: DirectoryError) -> Self {
        ApiError::Failed(error.into())
    }
}

impl From<Unreadable> for ApiError {
    fn from(header: Unreadable) -> Self {
        ApiError::Failed(header.into())
    }
}

fn sentence(status: StatusCode, text: &str) -> HttpResponse {
    detail(status, Json::String(text.to_owned()))
}

fn detail(status: StatusCode, detail: Json) -> HttpResponse {
    wire::json(status, Json::Object(vec![("detail".to_owned(), detail)]).to_string())
}

#[cfg(test)]
mod tests;
