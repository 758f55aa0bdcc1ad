//! The errors as this API's document names them. Each is taken from answers of its kind, so that the document shows what is sent.

use std::time::Duration;

use actix_web::http::StatusCode;
use chrono::DateTime;
use dialect::openapi::{Response, Shared, schema};
use dialect::{Gone, Refusal, retry};
use serde_json::{Value, json};
use users::error::Resource;
use users::{Conflict, Permission, PlainPassword};

use super::{ApiError, Failure, Fault, Rule, Step};
use crate::extract;
use crate::wire::{DETAIL, ENVELOPE, VALIDATION};

/// The time of the reference's examples, in seconds since the Unix epoch.
const THEN: Duration = Duration::from_secs(1_735_689_600);

/// An error that operations share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    /// 400 where there is no body.
    BadRequest,
    /// 400 where there is one.
    BadBody,
    /// 401
    Unauthenticated,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 408
    Timeout,
    /// 409
    Conflict,
    /// 410
    Gone,
    /// 412
    PreconditionFailed,
    /// 413
    TooLarge,
    /// 422
    Invalid,
    /// 429
    RateLimited,
    /// 500
    Internal,
    /// 503
    Unavailable,
}

/// The wait of examples.
const A_MINUTE: Duration = Duration::from_secs(60);

use Published as P;

/// What the document says of an error.
struct Kind {
    status: StatusCode,
    name: &'static str,
    about: &'static str,
    schema: Value,
    samples: Vec<(&'static str, ApiError)>,
}

impl Published {
    /// Every one, by status.
    pub(crate) const ALL: [P; 14] = [
        P::BadRequest,
        P::BadBody,
        P::Unauthenticated,
        P::Forbidden,
        P::NotFound,
        P::Timeout,
        P::Conflict,
        P::Gone,
        P::PreconditionFailed,
        P::TooLarge,
        P::Invalid,
        P::RateLimited,
        P::Internal,
        P::Unavailable,
    ];

    /// What every operation without a body may answer.
    pub(crate) const BODILESS: [P; 7] =
        [P::BadRequest, P::Unauthenticated, P::Forbidden, P::Gone, P::RateLimited, P::Internal, P::Unavailable];

    /// What every operation with a body may answer.
    pub(crate) const BODIED: [P; 10] = [
        P::BadBody,
        P::Unauthenticated,
        P::Forbidden,
        P::Timeout,
        P::Gone,
        P::TooLarge,
        P::Invalid,
        P::RateLimited,
        P::Internal,
        P::Unavailable,
    ];

    /// What every operation without a body may answer that asks for no key.
    pub(crate) const OPEN: [P; 5] = [P::BadRequest, P::Gone, P::RateLimited, P::Internal, P::Unavailable];

    /// What every operation with a body may answer that asks for no key.
    pub(crate) const OPEN_BODIED: [P; 8] =
        [P::BadBody, P::Timeout, P::Gone, P::TooLarge, P::Invalid, P::RateLimited, P::Internal, P::Unavailable];

    /// The component of the document.
    pub(crate) fn component(self) -> (&'static str, Response) {
        let Kind { status, name, about, schema, samples } = self.kind();
        let now = (DateTime::UNIX_EPOCH + THEN).into();
        let samples = samples.into_iter().map(|(name, error)| (name, error.to_response(now))).collect();
        (name, Response::sampled(status, about, schema, samples))
    }

    /// The codes of all errors that have the reference's envelope.
    pub(crate) fn codes() -> Vec<&'static str> {
        let mut codes = Vec::new();
        for (_, error) in Self::ALL.into_iter().flat_map(|published| published.kind().samples) {
            if let ApiError::Failed(failure) = error
                && !codes.contains(&failure.code())
            {
                codes.push(failure.code());
            }
        }
        codes
    }

    fn kind(self) -> Kind {
        use StatusCode as S;
        let kind = |status, name, about, schema, samples| Kind { status, name, about, schema, samples };
        let envelope = || schema::named(ENVELOPE);
        let one = |failure: Failure| vec![("example", failure.into())];
        let refused = |refusal| ApiError::of_refusal(refusal, str::to_owned);
        let two_credentials = || ("twoCredentials", refused(Refusal::TwoCredentials));
        match self {
            P::BadRequest => kind(
                S::BAD_REQUEST,
                "BadRequest",
                "The request makes no sense as a whole.",
                envelope(),
                vec![two_credentials()],
            ),
            P::BadBody => kind(
                S::BAD_REQUEST,
                "BadBody",
                "The request makes no sense as a whole, or its body cannot be read.",
                json!({"anyOf": [envelope(), schema::named(DETAIL)]}),
                vec![
                    ("unreadable", ApiError::UnreadableBody),
                    ("broken", refused(Refusal::BrokenBody)),
                    two_credentials(),
                ],
            ),
            P::Unauthenticated => kind(
                S::UNAUTHORIZED,
                "AuthenticationFailed",
                "There is no key, or one that is good for nothing.",
                envelope(),
                one(Failure::Unauthenticated),
            ),
            P::Forbidden => kind(
                S::FORBIDDEN,
                "Forbidden",
                "The key does not permit this: `details` name the permission. Or it is for another API, which they name.",
                envelope(),
                Permission::parse("resource:action")
                    .map(|permission| ("permission", Failure::Forbidden(permission).into()))
                    .into_iter()
                    .chain([("pinned", Failure::Pinned("other".to_owned()).into())])
                    .collect(),
            ),
            P::NotFound => kind(
                S::NOT_FOUND,
                "ResourceNotFound",
                "There is no such user or workspace within the key's reach; `details` name it.",
                envelope(),
                one(Failure::NotFound(Resource::User, "xxx".to_owned())),
            ),
            P::Timeout => kind(
                S::REQUEST_TIMEOUT,
                "RequestTimeout",
                "The body did not arrive in time.",
                envelope(),
                one(Failure::Timeout),
            ),
            P::Conflict => kind(
                S::CONFLICT,
                "Conflict",
                "The change collides with what is there; `details` name the field whose value is taken.",
                envelope(),
                vec![
                    ("email", Failure::Conflict(Conflict::Email).into()),
                    ("username", Failure::Conflict(Conflict::Username).into()),
                    ("underWay", Failure::Conflict(Conflict::UnderWay).into()),
                    ("createdUserDeleted", Failure::Conflict(Conflict::CreatedUserDeleted).into()),
                    ("lastAdministrator", Failure::Conflict(Conflict::LastAdministrator).into()),
                ],
            ),
            P::Gone => kind(
                S::GONE,
                "Gone",
                "The operation is not served any more, or not now; see `Sunset` and `Link`.",
                envelope(),
                vec![
                    ("removed", Failure::Gone(Gone::Removed).into()),
                    ("brownout", Failure::Gone(Gone::Brownout { retry_after: A_MINUTE }).into()),
                    ("sunset", Failure::Gone(Gone::Sunset).into()),
                ],
            ),
            P::RateLimited => kind(
                S::TOO_MANY_REQUESTS,
                "RateLimitExceeded",
                "Too many requests with this key, or too many failed attempts to present one, or to sign in.",
                envelope(),
                one(Failure::RateLimited(A_MINUTE)),
            ),
            P::PreconditionFailed => kind(
                S::PRECONDITION_FAILED,
                "PreconditionFailed",
                "The user is not in the state that `If-Match` or `If-None-Match` asks for.",
                envelope(),
                one(Failure::PreconditionFailed),
            ),
            P::TooLarge => kind(
                S::PAYLOAD_TOO_LARGE,
                "PayloadTooLarge",
                "The body is too large, or an object in the record would be.",
                envelope(),
                one(Failure::TooLarge),
            ),
            P::Invalid => kind(
                S::UNPROCESSABLE_ENTITY,
                "ValidationError",
                "Validation Error",
                schema::named(VALIDATION),
                vec![("example", ApiError::Invalid(vec![short_password()]))],
            ),
            P::Internal => kind(
                S::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                "A fault of the server.",
                envelope(),
                one(Failure::Internal),
            ),
            P::Unavailable => kind(
                S::SERVICE_UNAVAILABLE,
                "ServiceUnavailable",
                "Too much is being done already, or the store is away.",
                envelope(),
                one(Failure::Unavailable(retry::SOON)),
            ),
        }
    }
}

impl From<Published> for Shared {
    fn from(published: Published) -> Self {
        let Kind { status, name, .. } = published.kind();
        Self { status, name }
    }
}

fn short_password() -> Fault {
    Fault {
        place: vec![Step::Name("body"), Step::Name("password")],
        rule: Rule::StringTooShort(PlainPassword::RULE.min),
        input: extract::masked(),
    }
}
