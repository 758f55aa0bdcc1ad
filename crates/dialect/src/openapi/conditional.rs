//! Operations on one resource that heed preconditions (RFC 9110 §13). They read alike in every dialect.

use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;

use super::operation::{Operation, Shared};
use super::parameter::Parameter;
use super::response::Response;
use super::schema;

/// The answer to a reader who has it all already.
const NOT_MODIFIED: Shared = Shared { status: StatusCode::NOT_MODIFIED, name: "NotModified" };

/// `*`, or a list of entity tags (RFC 9110 §5.6.1, §8.8.3), which may be empty, as may its elements.
const TAGS: &str = r#"^(\*|((W/)?"[!#-~]*")?( *, *((W/)?"[!#-~]*")?)*)$"#;

impl Operation {
    /// An operation that reads one resource, unless the client has it already.
    #[must_use]
    pub fn reads_one(self) -> Self {
        self.heeds("Only if the resource is in none of these states, by the entity tags of earlier answers; else 304.")
            .or([NOT_MODIFIED])
    }

    /// An operation that changes one resource, if it is as the client believes.
    #[must_use]
    pub fn changes_one(self) -> Self {
        self.heeds("Only if the resource is in none of these states, by the entity tags of earlier answers; else 412.")
    }

    fn heeds(self, excluded: &str) -> Self {
        let tags = || schema::with(schema::string(), "pattern", TAGS);
        let expected = "Only if the resource is in one of these states, by the entity tags of earlier answers, or in any \
            (`*`); else 412. Who sends the tag of what was read overwrites nobody else's change.";
        self.parameter(Parameter::header("If-Match", tags()).about(expected))
            .parameter(Parameter::header("If-None-Match", tags()).about(excluded))
    }
}

/// The response that readers share, by its name.
pub(super) fn response() -> (&'static str, Response) {
    let about = "The resource is in a state that the client has already.";
    (NOT_MODIFIED.name, Response::empty(NOT_MODIFIED.status, about).header(ETAG))
}
