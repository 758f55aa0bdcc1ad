//! The body of every error.

use actix_web::http::StatusCode;
use dialect::openapi::{Members, schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The whole body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErrorBody {
    /// What went wrong.
    pub(crate) error: ErrorObject,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErrorObject {
    /// For programs.
    pub(crate) code: Code,
    /// A sentence for people.
    pub(crate) message: String,
    /// What belongs to the code.
    pub(crate) details: Details,
}

/// Every code that this API has, some of which only what stands in front of an operation gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Code {
    /// 400
    ValidationError,
    /// 401
    Unauthorized,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 408
    RequestTimeout,
    /// 409
    Conflict,
    /// 410
    Gone,
    /// 410 for a short time
    RouteBrownout,
    /// 410 from the announced end on
    RouteSunset,
    /// 412
    PreconditionFailed,
    /// 413
    PayloadTooLarge,
    /// 415
    UnsupportedMediaType,
    /// 429
    RateLimited,
    /// 500
    InternalError,
    /// 503
    Unavailable,
}

impl Code {
    /// The status of a response with this code.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Code::ValidationError => StatusCode::BAD_REQUEST,
            Code::Unauthorized => StatusCode::UNAUTHORIZED,
            Code::Forbidden => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Code::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Code::Conflict => StatusCode::CONFLICT,
            Code::Gone | Code::RouteBrownout | Code::RouteSunset => StatusCode::GONE,
            Code::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Code::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Code::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// What a program may want to know: for `VALIDATION_ERROR` a list, for everything else an object, empty where there is
/// nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum Details {
    /// `VALIDATION_ERROR`: every value that is refused, in the order in which the operation declares them.
    Fields(Vec<FieldError>),
    /// `FORBIDDEN`.
    Permission {
        /// The permission that is missing, or that does not reach far enough.
        required_permission: String,
    },
    /// `FORBIDDEN` to a key that is for another API.
    Pinned {
        /// The name of that API.
        pinned_to: String,
    },
    /// `NOT_FOUND` within an operation.
    Resource {
        /// `user` or `workspace`.
        resource_type: String,
        /// Its id as the client gave it.
        resource_id: String,
    },
    /// `CONFLICT` with another user.
    Field {
        /// The field whose value is taken.
        field: String,
    },
    /// Everything else: `{}`.
    None {},
}

impl Details {
    /// The schema: a list, or an object whose members belong to the code.
    fn schema() -> Value {
        let members = Members::new()
            .optional("requiredPermission", schema::string())
            .optional("pinnedTo", schema::string())
            .optional("resourceType", schema::string())
            .optional("resourceId", schema::string())
            .optional("field", schema::string());
        json!({"anyOf": [schema::array(schema::named(super::FAULT)), members.schema()]})
    }
}

/// One value that is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FieldError {
    /// The name of the body's member, the query's parameter, or the header; `body` for the body as a whole.
    pub(crate) field: String,
    /// What is wrong with it, to be read behind the name.
    pub(crate) message: String,
}

impl ErrorBody {
    /// The schema, where these are all codes that there are.
    pub(super) fn schema(codes: &[Code]) -> Value {
        let error = Members::new()
            .required("code", json!({"type": "string", "enum": codes}))
            .required("message", schema::string())
            .required("details", Details::schema());
        Members::new().required("error", error.schema()).schema()
    }
}

impl FieldError {
    /// The schema, member by member.
    pub(super) fn schema() -> Value {
        Members::new().required("field", schema::string()).required("message", schema::string()).schema()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_reads_back_as_what_was_said() {
        for (details, text) in [
            (
                Details::Fields(vec![FieldError { field: "name".into(), message: "is required".into() }]),
                r#"[{"field":"name","message":"is required"}]"#,
            ),
            (Details::Permission { required_permission: "a:b".into() }, r#"{"requiredPermission":"a:b"}"#),
            (Details::Pinned { pinned_to: "other".into() }, r#"{"pinnedTo":"other"}"#),
            (
                Details::Resource { resource_type: "user".into(), resource_id: "7".into() },
                r#"{"resourceType":"user","resourceId":"7"}"#,
            ),
            (Details::Field { field: "email".into() }, r#"{"field":"email"}"#),
            (Details::None {}, "{}"),
        ] {
            assert_eq!(serde_json::to_string(&details).expect("JSON"), text);
            assert_eq!(serde_json::from_str::<Details>(text).expect("details"), details);
        }
    }

    #[test]
    fn codes_are_spelled_as_published() {
        for (text, status) in [
            ("VALIDATION_ERROR", 400),
            ("UNAUTHORIZED", 401),
            ("FORBIDDEN", 403),
            ("NOT_FOUND", 404),
            ("METHOD_NOT_ALLOWED", 405),
            ("REQUEST_TIMEOUT", 408),
            ("CONFLICT", 409),
            ("GONE", 410),
            ("ROUTE_BROWNOUT", 410),
            ("ROUTE_SUNSET", 410),
            ("PRECONDITION_FAILED", 412),
            ("PAYLOAD_TOO_LARGE", 413),
            ("UNSUPPORTED_MEDIA_TYPE", 415),
            ("RATE_LIMITED", 429),
            ("INTERNAL_ERROR", 500),
            ("UNAVAILABLE", 503),
        ] {
            let code: Code = serde_json::from_str(&format!("\"{text}\"")).expect("a code");
            assert_eq!(code.status().as_u16(), status, "{text}");
        }
    }
}
