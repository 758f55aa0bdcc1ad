//! The OpenAPI 3.1 document of a dialect, put together from its routes: each operation brings its own description, the
//! dialect what its operations share, and whoever serves it where it is found.
//!
//! Schemas are JSON (`serde_json::json!`) and stand beside what they describe: they read as they are served, know the roles
//! of the installation, and take their figures from the constants that the parsers use.

mod conditional;
mod headers;
mod members;
mod once;
mod operation;
mod parameter;
mod response;
pub mod schema;
pub mod yaml;

use serde_json::{Map, Value, json};
use users::RolePolicy;

use crate::Dialect;
use headers::Headers;

pub use headers::Header;
pub use members::Members;
pub use operation::{Operation, Shared};
pub use parameter::Parameter;
pub use response::Response;

/// The version of the specification that documents follow.
const VERSION: &str = "3.1.0";

/// What a dialect says beside its operations.
pub struct Description {
    /// The API's name.
    pub title: &'static str,
    /// What is to be known of it, in CommonMark.
    pub about: &'static str,
    /// The area that all its operations belong to, and what that is about.
    pub tag: (&'static str, &'static str),
    /// The name of the way in which clients present their key, and the security scheme that it is.
    pub security: (&'static str, Value),
    /// Schemas by name, see [`schema::named`].
    pub schemas: Vec<(&'static str, Value)>,
    /// Responses by name, see [`Shared`].
    pub responses: Vec<(&'static str, Response)>,
    /// Headers of responses that only this API has.
    pub headers: Vec<Header>,
}

/// Where a dialect is found, and by whom it is served.
pub struct Setting<'a> {
    /// The roles of the installation.
    pub policy: &'a RolePolicy,
    /// The addresses of the API, each with a sentence.
    pub servers: &'a [(String, String)],
    /// The headers of every answer.
    pub headers: &'a [Header],
    /// How an operation of that name appears.
    pub shown: &'a dyn Fn(&str) -> Shown,
}

/// How an operation appears in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As any.
    Plain,
    /// As one that should not be used any more.
    Deprecated,
    /// Not at all: it is not served.
    Not,
}

/// The document of a dialect.
#[must_use]
pub fn document(dialect: &dyn Dialect, setting: &Setting<'_>) -> Value {
    let Description { title, about, tag, security, schemas, responses, headers } = dialect.describe(setting.policy);
    let mut headers = Headers::new(setting.headers, headers);
    let paths = paths(dialect, tag.0, setting, &mut headers);
    let responses = responses
        .into_iter()
        .chain([conditional::response()])
        .map(|(name, response)| (name.to_owned(), response.into_value(&mut headers)));
    let responses: Map<_, _> = responses.collect();
    let schemas: Map<_, _> = schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let servers = setting.servers.iter().map(|(url, about)| json!({"url": url, "description": about}));
    let (scheme, definition) = security;
    json!({
        "openapi": VERSION,
        "info": {
            "title": title,
            "description": about,
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE")},
        },
        "servers": servers.collect::<Vec<_>>(),
        "tags": [{"name": tag.0, "description": tag.1}],
        "security": [{scheme: []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "headers": headers.components(),
            "securitySchemes": {scheme: definition},
        },
    })
}

/// The operations by path and method, in the order of the routes.
fn paths(dialect: &dyn Dialect, tag: &str, setting: &Setting<'_>, headers: &mut Headers) -> Map<String, Value> {
    let mut paths = Map::new();
    for route in dialect.routes() {
        let shown = (setting.shown)(route.operation);
        if shown == Shown::Not {
            continue;
        }
        let mut operation = (route.describe)(setting.policy).into_value(route.operation, tag, headers);
        if shown == Shown::Deprecated {
            operation["deprecated"] = json!(true);
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    paths
}
