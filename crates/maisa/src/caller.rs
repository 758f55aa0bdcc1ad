//! Who asks: the key in the request's header, and the caller that the directory finds for it.

use actix_web::http::header::HeaderName;
use dialect::request::Repeated;
use dialect::{Call, Head, Request};
use users::PresentedKey;

use crate::errors::ApiError;

/// The header of the key, as people write it.
pub(crate) const WRITTEN_HEADER: &str = "X-API-Key";

/// The header in which a client presents its key.
pub(crate) static KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// Finds out who asks.
///
/// # Errors
/// `Unauthenticated` if the header is absent, occurs twice, or holds no key, and if the directory does not know the key;
/// what else the directory says.
pub(crate) async fn call_of(request: &Request) -> Result<Call, ApiError> {
    Ok(request.call(presented_key(&request.head)?).await?)
}

/// The same where the user of this id is asked for.
///
/// # Errors
/// As [`call_of`].
pub(crate) async fn call_to_see(request: &Request, id: &str) -> Result<Call, ApiError> {
    Ok(request.call_to_see(presented_key(&request.head)?, Some(id)).await?)
}

/// A key that cannot be read is worth as much as none, so that the client learns nothing from the difference.
fn presented_key(head: &Head) -> Result<PresentedKey, ApiError> {
    match head.single(&KEY_HEADER).map(|value| value.map(|value| value.to_str())) {
        Ok(Some(Ok(text))) => PresentedKey::parse(text).ok_or(ApiError::Unauthenticated),
        Ok(Some(Err(_)) | None) | Err(Repeated) => Err(ApiError::Unauthenticated),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{key, request};

    #[test]
    fn one_header_with_one_key() {
        let head = request().with_key().build().head;
        assert_eq!(presented_key(&head).map(|key| key.reveal()).ok(), Some(key().reveal()));
    }

    #[test]
    fn anything_else_is_no_key() {
        let (good, two) = (key().reveal(), format!("{0}, {0}", key().reveal()));
        for values in [
            vec![],
            vec![""],
            vec!["YOUR_API_KEY"],
            vec!["dgl_ä"],
            vec![two.as_str()],
            vec![good.as_str(), good.as_str()],
            vec![good.as_str(), ""],
        ] {
            let request = values.iter().fold(request(), |request, value| request.with_header("x-api-key", value));
            assert!(matches!(presented_key(&request.build().head), Err(ApiError::Unauthenticated)), "{values:?}");
        }
    }
}
