//! The errors as this API's document names them. Each is taken from answers of its kind, so that the document shows what is sent.

use std::time::Duration;

use actix_web::http::StatusCode;
use dialect::openapi::{Response, Shared, schema};
use dialect::{Gone, Refusal, retry};
use users::error::Resource;
use users::{Conflict, Permission};

use super::ApiError;
use crate::wire::{Code, ERROR};

/// An error that operations share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// 400
    Invalid,
    /// 401
    Unauthenticated,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 408
    Timeout,
    /// 409 of a change
    Conflict,
    /// 409 of a new user
    Taken,
    /// 410
    Gone,
    /// 412
    PreconditionFailed,
    /// 413
    TooLarge,
    /// 415
    UnsupportedMediaType,
    /// 429
    RateLimited,
    /// 500
    Internal,
    /// 503
    Unavailable,
}

use Published as P;

/// The wait of examples.
const A_MINUTE: Duration = Duration::from_secs(60);

/// What the document says of an error.
struct Kind {
    name: &'static str,
    about: &'static str,
    samples: Vec<(&'static str, ApiError)>,
}

impl Published {
    /// Every one, by status.
    pub(crate) const ALL: [P; 14] = [
        P::Invalid,
        P::Unauthenticated,
        P::Forbidden,
        P::NotFound,
        P::Timeout,
        P::Conflict,
        P::Taken,
        P::Gone,
        P::PreconditionFailed,
        P::TooLarge,
        P::UnsupportedMediaType,
        P::RateLimited,
        P::Internal,
        P::Unavailable,
    ];

    /// What every operation may answer.
    pub(crate) const ALWAYS: [P; 7] =
        [P::Invalid, P::Unauthenticated, P::Forbidden, P::Gone, P::RateLimited, P::Internal, P::Unavailable];

    /// What every operation with a body may answer beside those.
    pub(crate) const OF_BODY: [P; 3] = [P::Timeout, P::TooLarge, P::UnsupportedMediaType];

    /// The component of the document.
    pub(crate) fn component(self) -> (&'static str, Response) {
        let Kind { name, about, samples } = self.kind();
        let samples = samples.into_iter().map(|(name, error)| (name, error.to_response())).collect();
        (name, Response::sampled(self.status(), about, schema::named(ERROR), samples))
    }

    /// The codes of all errors.
    pub(crate) fn codes() -> Vec<Code> {
        let mut codes = Vec::new();
        for (_, error) in Self::ALL.into_iter().flat_map(|published| published.kind().samples) {
            if !codes.contains(&error.code()) {
                codes.push(error.code());
            }
        }
        codes
    }

    fn status(self) -> StatusCode {
        let sample = self.kind().samples.into_iter().next();
        sample.map_or(StatusCode::INTERNAL_SERVER_ERROR, |(_, error)| error.code().status())
    }

    /// The words are the reference's where it has some.
    fn kind(self) -> Kind {
        let kind = |name, about, samples| Kind { name, about, samples };
        let one = |error| vec![("example", error)];
        match self {
            P::Invalid => kind(
                "BadRequest",
                "Bad request",
                vec![
                    ("validation", ApiError::invalid("email", "is required")),
                    ("broken", Refusal::BrokenBody.into()),
                    ("twoCredentials", Refusal::TwoCredentials.into()),
                ],
            ),
            P::Unauthenticated => kind("Unauthorized", "Unauthorized", one(ApiError::Unauthenticated)),
            P::Forbidden => kind(
                "Forbidden",
                "Forbidden",
                vec![
                    ("permission", ApiError::Forbidden(Permission::users_read())),
                    ("pinned", ApiError::Pinned("other".to_owned())),
                ],
            ),
            P::NotFound => {
                let id = "123e4567-e89b-12d3-a456-426614174000".to_owned();
                kind("NotFound", "Resource not found", one(ApiError::NotFound(Resource::User, id)))
            }
            P::Timeout => kind("RequestTimeout", "The body did not arrive in time", one(ApiError::Timeout)),
            P::Conflict => kind(
                "Conflict",
                "The last administrator must stay",
                one(ApiError::Conflict(Conflict::LastAdministrator)),
            ),
            P::Taken => {
                let conflict = |name, conflict| (name, ApiError::Conflict(conflict));
                kind(
                    "AlreadyExists",
                    "User with email already exists",
                    vec![
                        conflict("email", Conflict::Email),
                        conflict("underWay", Conflict::UnderWay),
                        conflict("createdUserDeleted", Conflict::CreatedUserDeleted),
                    ],
                )
            }
            P::Gone => kind(
                "Gone",
                "The operation is not served any more, or not now; see `Sunset` and `Link`",
                vec![
                    ("removed", ApiError::Gone(Gone::Removed)),
                    ("brownout", ApiError::Gone(Gone::Brownout { retry_after: A_MINUTE })),
                    ("sunset", ApiError::Gone(Gone::Sunset)),
                ],
            ),
            P::RateLimited => kind(
                "RateLimited",
                "Rate limit exceeded, by this key or by failed attempts to present one",
                one(ApiError::RateLimited(A_MINUTE)),
            ),
            P::PreconditionFailed => kind(
                "PreconditionFailed",
                "The user is not in the state that `If-Match` or `If-None-Match` asks for",
                one(ApiError::PreconditionFailed),
            ),
            P::TooLarge => kind("PayloadTooLarge", "The request is too large", one(ApiError::TooLarge)),
            P::UnsupportedMediaType => {
                kind("UnsupportedMediaType", "The body is not JSON", one(ApiError::UnsupportedMediaType))
            }
            P::Internal => kind("InternalError", "A fault of the server", one(ApiError::Internal)),
            P::Unavailable => kind(
                "Unavailable",
                "Too much is being done already, or the store is away",
                one(ApiError::Unavailable(retry::SOON)),
            ),
        }
    }
}

impl From<Published> for Shared {
    fn from(published: Published) -> Self {
        Self { status: published.status(), name: published.kind().name }
    }
}
