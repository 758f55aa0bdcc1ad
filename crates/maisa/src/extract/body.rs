//! The body of a request.

use actix_web::http::header::CONTENT_TYPE;
use dialect::request::Repeated;
use dialect::{Head, Request, content};
use users::Json;
use users::json::{DecodeError, decode};
use users::once::Fingerprint;

use super::Fields;
use crate::errors::ApiError;

/// How an error names the body as a whole.
const BODY: &str = "body";

/// A body that is JSON, or none at all. Whether it is what the operation needs is asked later, when it is known who asks.
pub(crate) enum Body {
    /// There is none.
    Absent,
    /// A JSON value.
    Json(Json),
}

impl Body {
    /// Reads the body. Its media type counts first: what does not call itself JSON is not parsed.
    ///
    /// # Errors
    /// `UnsupportedMediaType`; `Invalid` for malformed JSON.
    pub(crate) fn read(request: &Request) -> Result<Self, ApiError> {
        check_content_type(&request.head)?;
        if request.body.is_empty() {
            return Ok(Body::Absent);
        }
        decode(&request.body).map(Body::Json).map_err(malformed)
    }

    /// What tells it from a body that says something else.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        match self {
            Body::Json(value) => Fingerprint::of(value),
            Body::Absent => Fingerprint::of(&Json::Null),
        }
    }

    /// The body's members, to be read one by one.
    ///
    /// # Errors
    /// `Invalid` if there is no body, or if it is no object.
    pub(crate) fn fields(&self) -> Result<Fields<'_>, ApiError> {
        match self {
            Body::Json(Json::Object(members)) => Ok(Fields::of_body(members)),
            Body::Json(_) => Err(ApiError::invalid(BODY, "must be a JSON object")),
            Body::Absent => Err(ApiError::invalid(BODY, "is required")),
        }
    }
}

/// Where the text stops being JSON, or why it is not looked at.
fn malformed(error: DecodeError) -> ApiError {
    match error {
        DecodeError::Malformed { message, position } => {
            ApiError::invalid(BODY, format!("is not valid JSON: {message} (character {position})"))
        }
        DecodeError::Unreadable(why) => ApiError::invalid(BODY, format!("cannot be read: {why}")),
    }
}

/// A body without a media type is taken for JSON; with two of them it could be anything.
fn check_content_type(head: &Head) -> Result<(), ApiError> {
    match head.single(&CONTENT_TYPE).map(|value| value.map(|value| value.to_str())) {
        Ok(None) => Ok(()),
        Ok(Some(Ok(name))) if content::is_json(name) => Ok(()),
        Ok(Some(_)) | Err(Repeated) => Err(ApiError::UnsupportedMediaType),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Asked, request};
    use crate::wire::{Details, FieldError};

    fn fault(request: Asked) -> Option<String> {
        let body = match Body::read(&request.build()) {
            Ok(body) => body,
            Err(error) => return Some(first_message(&error)),
        };
        body.fields().err().map(|error| first_message(&error))
    }

    fn first_message(error: &ApiError) -> String {
        match error.to_body().error.details {
            Details::Fields(faults) => {
                faults.iter().map(|FieldError { field, message }| format!("{field} {message}")).collect()
            }
            _ => error.to_body().error.message,
        }
    }

    #[test]
    fn only_an_object_has_fields() {
        for (sent, expected) in [
            ("{}", None),
            (" {\"a\":1}\n", None),
            ("", Some("body is required")),
            ("null", Some("body must be a JSON object")),
            ("[]", Some("body must be a JSON object")),
            ("\"{}\"", Some("body must be a JSON object")),
            ("{\"a\":", Some("body is not valid JSON: Expecting value (character 5)")),
            (
                "{\"é\":1,}",
                Some("body is not valid JSON: Expecting property name enclosed in double quotes (character 7)"),
            ),
            ("{\"a\":1,\"a\":2}", Some("body is not valid JSON: Duplicate property name (character 7)")),
            ("\u{feff}{}", Some("body cannot be read: it begins with a byte order mark")),
            ("{\"a", Some("body is not valid JSON: Unterminated string starting at (character 1)")),
            ("   ", Some("body is not valid JSON: Expecting value (character 3)")),
        ] {
            assert_eq!(fault(request().with_body(sent)).as_deref(), expected, "{sent}");
        }
    }

    #[test]
    fn the_media_type_counts_before_the_text() {
        for json in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert_eq!(fault(request().with_header("content-type", json).with_body("{}")), None, "{json}");
        }
        for other in ["", "text/json", "application/x-www-form-urlencoded", "multipart/form-data", "jsön"] {
            let refused = fault(request().with_header("content-type", other).with_body("{"));
            assert_eq!(refused.as_deref(), Some("The request body must be JSON"), "{other}");
        }
        let json = "application/json";
        let twice = request().with_header("content-type", json).with_header("content-type", json).with_body("{}");
        assert_eq!(fault(twice).as_deref(), Some("The request body must be JSON"));
    }
}
