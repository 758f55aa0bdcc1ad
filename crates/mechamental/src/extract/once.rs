//! The key under which a request has its effect once.

use dialect::{Head, once};
use users::Json;
use users::once::IdempotencyKey;

use crate::errors::{ApiError, Fault, Rule, Step};

/// The request's key, if it has one.
///
/// # Errors
/// The header holds no key.
pub(crate) fn idempotency_key(head: &Head) -> Result<Option<IdempotencyKey>, ApiError> {
    once::key(head).map_err(|once::NoKey| refused(head, once::FORM))
}

/// What is answered when the key turns out to be that of another request.
pub(crate) fn key_reused(head: &Head) -> ApiError {
    refused(head, "was used for another request")
}

fn refused(head: &Head, why: &str) -> ApiError {
    let name = once::IDEMPOTENCY_KEY.as_str();
    let place = vec![Step::Name("header"), Step::Name(name)];
    let rule = Rule::Own(format!("{name} {why}"));
    ApiError::Invalid(vec![Fault { place, rule, input: Json::String(once::sent(head)) }])
}
