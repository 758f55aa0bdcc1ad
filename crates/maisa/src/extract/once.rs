//! The key under which a request has its effect once.

use dialect::{Head, once};
use users::once::IdempotencyKey;

use crate::errors::ApiError;

/// The request's key, if it has one.
///
/// # Errors
/// `Invalid` if the header holds no key.
pub(crate) fn idempotency_key(head: &Head) -> Result<Option<IdempotencyKey>, ApiError> {
    once::key(head).map_err(|once::NoKey| ApiError::invalid(once::IDEMPOTENCY_KEY.as_str(), once::FORM))
}
