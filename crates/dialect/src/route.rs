//! Routes, as data.

use std::future::Future;
use std::pin::Pin;

use actix_web::HttpResponse;
use actix_web::http::Method;

use users::RolePolicy;

use crate::openapi::Operation;
use crate::request::Request;

/// An answer under way.
pub type Answer = Pin<Box<dyn Future<Output = HttpResponse>>>;

/// What answers a request.
pub type Handler = fn(Request) -> Answer;

/// What describes an operation, in an installation with these roles.
pub type Describe = fn(&RolePolicy) -> Operation;

/// One operation of a dialect, and where it is found.
#[derive(Debug, Clone)]
pub struct Route {
    /// The operation's name within its dialect.
    pub operation: &'static str,
    /// Its method. An operation on GET answers HEAD as well.
    pub method: Method,
    /// Its path; a segment `{name}` stands for any text but the empty one.
    pub path: &'static str,
    /// What answers.
    pub handler: Handler,
    /// What describes it.
    pub describe: Describe,
}

impl Route {
    /// The operation's full name, `dialect.operation`.
    #[must_use]
    pub fn full_name(&self, dialect: &str) -> String {
        format!("{dialect}.{}", self.operation)
    }

    /// The parameters' values if the (decoded) path is this route's.
    #[must_use]
    pub fn matches(&self, path: &str) -> Option<Vec<String>> {
        let (mut template, mut path, mut parameters) = (self.path, path, Vec::new());
        while let Some((words, behind)) = template.split_once('{') {
            let given = path.strip_prefix(words)?;
            let (value, rest) = given.split_at(given.find('/').unwrap_or(given.len()));
            if value.is_empty() {
                return None;
            }
            parameters.push(value.to_owned());
            (template, path) = (behind.split_once('}')?.1, rest);
        }
        (template == path).then_some(parameters)
    }

    /// Whether requests of this route have a body that counts.
    #[must_use]
    pub fn takes_body(&self) -> bool {
        matches!(self.method, Method::POST | Method::PUT | Method::PATCH)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;

    use super::*;
    use crate::openapi::Response;

    #[test]
    fn a_path_matches_segment_by_segment() {
        let route = Route {
            operation: "getThing",
            method: Method::GET,
            path: "/v1/things/{id}",
            handler: |_| Box::pin(async { HttpResponse::Ok().finish() }),
            describe: |_| Operation::new("Get a thing", Response::empty(StatusCode::OK, "A thing")),
        };
        assert_eq!(route.matches("/v1/things/a b"), Some(vec!["a b".to_owned()]));
        for other in
            ["/v1/things/", "/v1/things", "/v1/things/a/", "/v1/things/a/b", "//v1/things/a", "/V1/things/a", ""]
        {
            assert_eq!(route.matches(other), None, "{other}");
        }
    }
}
