//! The body of a request.

use actix_web::http::header::{self, HeaderValue};
use dialect::{Request, content};
use users::Json;
use users::json::{DecodeError, decode};
use users::once::Fingerprint;

use super::echo::{echo, masked};
use super::fields::Fields;
use crate::errors::{ApiError, Fault, Rule, Step};

/// The part of the request that this module reads.
const BODY: Step = Step::Name("body");

/// A body that is no broken JSON. Whether it is what the operation needs is asked later, when it is known who asks.
pub(crate) enum Body {
    /// There is none.
    Absent,
    /// Something that does not call itself JSON.
    Unparsed,
    /// A JSON value.
    Json(Json),
}

impl Body {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// See [`Body::parse`].
    pub(crate) fn read(request: &Request) -> Result<Self, ApiError> {
        match request.head.headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str) {
            Some(Ok(content_type)) => Self::parse(content_type, &request.body),
            // No type, or one that is no text, is none that JSON has.
            Some(Err(_)) | None => Self::parse("", &request.body),
        }
    }

    /// Reads a body of that content type; an empty body is none.
    ///
    /// # Errors
    /// It calls itself JSON and is malformed, or cannot be read at all.
    pub(crate) fn parse(content_type: &str, bytes: &[u8]) -> Result<Self, ApiError> {
        if bytes.is_empty() {
            return Ok(Body::Absent);
        }
        if !content::is_json(content_type) {
            return Ok(Body::Unparsed);
        }
        match decode(bytes) {
            Ok(value) => Ok(Body::Json(value)),
            Err(DecodeError::Malformed { message, position }) => Err(malformed(message, position)),
            Err(DecodeError::Unreadable(_)) => Err(ApiError::UnreadableBody),
        }
    }

    /// The body's members, to be read one by one.
    ///
    /// # Errors
    /// There is no body, or it is no object. A text that was not parsed may hold a password anywhere, and is not shown.
    pub(crate) fn fields(&self) -> Result<Fields<'_>, ApiError> {
        match self {
            Body::Json(object @ Json::Object(_)) => Ok(Fields::of_body(object)),
            Body::Json(other) => Err(refused(Rule::ModelAttributesType, echo(other))),
            Body::Unparsed => Err(refused(Rule::ModelAttributesType, masked())),
            Body::Absent => Err(refused(Rule::Missing, Json::Null)),
        }
    }

    /// What tells it from a body that says something else.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        match self {
            Body::Json(value) => Fingerprint::of(value),
            Body::Unparsed | Body::Absent => Fingerprint::of(&Json::Null),
        }
    }

    /// What is answered when its members, each as it should be, cannot be meant together; why.
    pub(crate) fn contradiction(&self, why: &str) -> ApiError {
        let input = match self {
            Body::Json(value) => echo(value),
            Body::Unparsed | Body::Absent => Json::Null,
        };
        refused(Rule::Own(why.to_owned()), input)
    }

    /// What is answered when a member turns out to be needed after all.
    pub(crate) fn missing(&self, member: &'static str) -> ApiError {
        let input = match self {
            Body::Json(value) => echo(value),
            Body::Unparsed | Body::Absent => Json::Null,
        };
        ApiError::Invalid(vec![Fault { place: vec![BODY, Step::Name(member)], rule: Rule::Missing, input }])
    }
}

fn malformed(message: &'static str, position: usize) -> ApiError {
    let place = vec![BODY, Step::Index(position)];
    ApiError::Invalid(vec![Fault { place, rule: Rule::JsonInvalid(message), input: Json::Object(Vec::new()) }])
}

fn refused(rule: Rule, input: Json) -> ApiError {
    ApiError::Invalid(vec![Fault { place: vec![BODY], rule, input }])
}
