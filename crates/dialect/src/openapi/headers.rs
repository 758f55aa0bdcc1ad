//! Headers of responses. A document describes each once, and responses refer to it.

use actix_web::http::header::{self, HeaderName};
use serde_json::{Map, Value, json};

use super::schema;
use crate::announced::{DEPRECATION, SUNSET};
use crate::once::IDEMPOTENT_REPLAYED;

/// A header under description.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name.
    pub name: HeaderName,
    /// The name as people write it.
    pub written: &'static str,
    /// What it tells.
    pub about: &'static str,
    /// What its value may be.
    pub schema: Value,
    /// Whether every answer of the kind has it.
    pub required: bool,
}

impl Header {
    /// The header object.
    fn object(&self, required: bool) -> Value {
        json!({"description": self.about, "required": required, "schema": self.schema})
    }
}

/// A strong entity tag (RFC 9110 §8.8.3).
const TAG: &str = r#"^"[!#-~]*"$"#;

/// A time, as a structured field has it (RFC 9651 §3.3.7).
const UNIX_DATE: &str = r"^@-?[0-9]{1,15}$";

/// The headers that any answer of an operation may have: whether it is going to go.
static ANNOUNCED: [HeaderName; 3] = [DEPRECATION, SUNSET, header::LINK];

/// The headers that all dialects' responses may have (RFC 9110).
fn standard() -> Vec<Header> {
    let header = |name, written, about, schema| Header { name, written, about, schema, required: true };
    vec![
        header(
            header::LOCATION,
            "Location",
            "Where the new resource is: a path on the server that was asked.",
            schema::with(schema::string(), "format", "uri-reference"),
        ),
        header(
            header::WWW_AUTHENTICATE,
            "WWW-Authenticate",
            "The scheme in which a key is to be presented.",
            schema::string(),
        ),
        header(header::RETRY_AFTER, "Retry-After", "When to try again, in seconds.", schema::integer(1..=u64::MAX)),
        header(
            header::ETAG,
            "ETag",
            "The state of what is shown, for `If-Match` and `If-None-Match`.",
            schema::with(schema::string(), "pattern", TAG),
        ),
        Header {
            required: false,
            ..header(
                header::LINK,
                "Link",
                "Leads to the next page of a list (`rel=\"next\"`, RFC 8288), which the last one has not; and from an operation that is \
                 announced to go to the one that takes its place (`rel=\"successor-version\"`, RFC 5829).",
                schema::string(),
            )
        },
        Header {
            required: false,
            ..header(
                DEPRECATION,
                "Deprecation",
                "Since when or from when on the operation should not be used any more: `@` and seconds since 1970 (RFC 9745).",
                schema::with(schema::string(), "pattern", UNIX_DATE),
            )
        },
        Header {
            required: false,
            ..header(
                SUNSET,
                "Sunset",
                "From when on the operation answers with 410, as an HTTP date (RFC 8594).",
                schema::string(),
            )
        },
        Header {
            required: false,
            ..header(
                IDEMPOTENT_REPLAYED.clone(),
                "Idempotent-Replayed",
                "`true` where this is the first answer to the same request, given again.",
                schema::with(schema::boolean(), "const", true),
            )
        },
    ]
}

/// The headers that a document can describe, and those that it has described.
pub(super) struct Headers {
    /// The names of those that every answer has, or may have.
    common: Vec<HeaderName>,
    known: Vec<Header>,
    used: Vec<HeaderName>,
}

impl Headers {
    /// Those of every answer, those of all APIs, and those of one alone.
    pub(super) fn new(common: &[Header], own: Vec<Header>) -> Self {
        let names = common.iter().map(|header| &header.name).chain(&ANNOUNCED).cloned().collect();
        Self { common: names, known: [common.to_vec(), standard(), own].concat(), used: Vec::new() }
    }

    /// References to the headers of an answer: those that every one has, these, and these that only some of its kind have. One that
    /// nobody describes has a reference to nothing, which any linter finds.
    pub(super) fn refer(&mut self, names: &[HeaderName], sometimes: &[HeaderName]) -> Map<String, Value> {
        let names = [&self.common, names].concat();
        let references = names.iter().map(|name| {
            let known = self.known.iter().find(|header| header.name == *name);
            let written = known.map_or(name.as_str(), |header| header.written);
            (written.to_owned(), json!({"$ref": format!("#/components/headers/{written}")}))
        });
        let optional = self.known.iter().filter(|header| sometimes.contains(&header.name));
        let optional = optional.map(|header| (header.written.to_owned(), header.object(false)));
        let references = references.chain(optional).collect();
        self.used.extend(names);
        references
    }

    /// The descriptions of all headers that were referred to.
    pub(super) fn components(&self) -> Map<String, Value> {
        let used = self.known.iter().filter(|header| self.used.contains(&header.name));
        used.map(|header| (header.written.to_owned(), header.object(header.required))).collect()
    }
}
