//! The error envelope.

use dialect::openapi::{Members, schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Every error but those of validation and routing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ErrorBody {
    /// The code, for programs.
    pub(crate) error: String,
    /// The sentence, for people.
    pub(crate) message: String,
    /// What belongs to the code; `{}` for nothing.
    pub(crate) details: Map<String, Value>,
    /// When it happened, UTC, with six digits and no zone.
    pub(crate) timestamp: String,
    /// The status of the response again.
    pub(crate) status_code: u16,
}

impl ErrorBody {
    /// The schema, where these are all codes that there are.
    pub(super) fn schema(codes: Vec<&'static str>) -> Value {
        Members::titled()
            .required("error", schema::one_of(codes))
            .required("message", schema::string())
            .required("details", schema::object())
            .required("timestamp", schema::with(schema::string(), "description", "UTC, with microseconds."))
            .required("status_code", schema::integer(400..=599))
            .schema()
    }
}

/// The schema of the framework's one-line bodies.
pub(super) fn detail() -> Value {
    Members::titled().required("detail", schema::string()).schema()
}

/// The schema of the framework's list of validation faults.
pub(super) fn validation() -> Value {
    let detail = schema::array(schema::named(super::FAULT));
    schema::with(Members::titled().required("detail", detail).schema(), "title", super::VALIDATION)
}

/// The schema of one such fault; its members are in the framework's order here, which is not the one on the wire.
pub(super) fn fault() -> Value {
    json!({
        "type": "object",
        "properties": {
            "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "title": "Location"},
            "msg": {"type": "string", "title": "Message"},
            "type": {"type": "string", "title": "Error Type"},
            "input": {"title": "Input"},
            "ctx": {"type": "object", "title": "Context"},
        },
        "required": ["loc", "msg", "type"],
        "title": super::FAULT,
    })
}
