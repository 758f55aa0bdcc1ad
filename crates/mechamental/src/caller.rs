//! Who asks: from the `Authorization` header to a caller.

use actix_web::http::header::AUTHORIZATION;
use dialect::{Call, Request};
use users::PresentedKey;

use crate::errors::{ApiError, Failure};

/// The scheme in which keys are presented; its case does not count (RFC 9110 §11.1).
pub(crate) const SCHEME: &str = "Bearer";

/// Finds who asks, and makes the call that this request is.
///
/// # Errors
/// No key, a key that is good for nothing, or more than one credential.
pub(crate) async fn call_of(request: &Request) -> Result<Call, ApiError> {
    Ok(request.call(presented_key(request)?).await?)
}

/// The same where the user of this id is asked for, or the one that the key acts for.
///
/// # Errors
/// As [`call_of`].
pub(crate) async fn call_to_see(request: &Request, id: Option<&str>) -> Result<Call, ApiError> {
    Ok(request.call_to_see(presented_key(request)?, id).await?)
}

fn presented_key(request: &Request) -> Result<PresentedKey, Failure> {
    let header = request.head.single(&AUTHORIZATION);
    let header = header.map_err(|_| Failure::BadRequest("The header Authorization occurs more than once"))?;
    let text = header.ok_or(Failure::Unauthenticated)?.to_str().map_err(|_| Failure::Unauthenticated)?;
    bearer(text).and_then(PresentedKey::parse).ok_or(Failure::Unauthenticated)
}

/// What follows the scheme, if it is the right one.
fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_at_checked(SCHEME.len())?;
    let is_ours = scheme.eq_ignore_ascii_case(SCHEME) && token.starts_with(' ');
    is_ours.then(|| token.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::bearer;

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        for (credentials, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc", Some("abc")),
            ("BEARER abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(bearer(credentials), token, "{credentials}");
        }
    }
}
