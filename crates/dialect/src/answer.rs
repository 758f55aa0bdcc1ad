//! Parts of answers that all dialects have.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LINK};
use serde::Serialize;
use serde_json::value::{self, RawValue};
use users::UserError;
use users::json::FreeObject;

/// The media type of JSON, as a header's value at hand.
#[must_use]
pub fn json() -> HeaderValue {
    HeaderValue::from_static("application/json")
}

/// The answer with one more header.
#[must_use]
pub fn with_header(mut response: HttpResponse, name: HeaderName, value: &str) -> HttpResponse {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().insert(name, value);
            response
        }
        // All values are made of words of ours, numbers, ids, methods, and what was a header or percent-encoded.
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// The answer that shows one page of a list, and leads to the next one if there is one (RFC 8288).
#[must_use]
pub fn page(response: HttpResponse, next: Option<String>) -> HttpResponse {
    match next {
        Some(address) => with_header(response, LINK, &format!("<{address}>; rel=\"next\"")),
        None => response,
    }
}

/// JSON of about so many bytes: room that is made at once need not be made again, and again filled with what is there already.
fn written(body: &impl Serialize, bytes: usize) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(bytes);
    serde_json::to_writer(&mut json, body)?;
    Ok(json)
}

/// A JSON text, to stand in answers.
///
/// # Errors
/// `Internal` if the body has what JSON cannot say, which no wire type does.
pub fn text(body: &impl Serialize) -> Result<Box<RawValue>, UserError> {
    value::to_raw_value(body).map_err(|error| UserError::Internal(error.to_string()))
}

/// A response with a body of about so many bytes.
pub fn rendered(status: StatusCode, body: &impl Serialize, bytes: usize) -> HttpResponse {
    match written(body, bytes) {
        Ok(body) => HttpResponse::build(status).insert_header((CONTENT_TYPE, json())).body(body),
        // No wire type has a map with keys other than strings, nor anything else that JSON cannot say.
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// A free object as it stands in a body: its own text, so that its numbers stay as they were sent.
///
/// # Errors
/// `Internal` if the stored text is no JSON, which only damage from outside can cause.
pub fn raw(object: &FreeObject) -> Result<Cow<'_, RawValue>, UserError> {
    let raw: serde_json::Result<&RawValue> = serde_json::from_str(object.as_str());
    raw.map(Cow::Borrowed).map_err(|error| UserError::Internal(format!("a stored object: {error}")))
}
