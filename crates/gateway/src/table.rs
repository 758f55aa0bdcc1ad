//! Which dialect and which operation a request is for. Pure data: the host decides, then the prefix, then, on the
//! shared mount, the header that carries the credential.

mod choose;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use dialect::{Dialect, Directory, Refusal, Route};

use crate::answer;
use crate::settings::{Host, Mounting, Mountings};

/// One operation, and how it is deployed.
pub struct Deployed {
    /// The dialect's route.
    pub route: Route,
    /// The operation's full name, `dialect.operation`.
    pub name: Arc<str>,
    /// Who answers it.
    pub directory: Arc<dyn Directory>,
}

/// One dialect, and where it is found.
pub struct Mounted {
    /// The dialect.
    pub dialect: Arc<dyn Dialect>,
    header: HeaderName,
    written: &'static str,
    hosts: Vec<Host>,
    prefix: String,
    routes: Vec<Deployed>,
}

impl Mounted {
    /// A dialect where the settings put it. `written` is its credential's header as people write it; `directory` says who
    /// answers an operation of that name.
    pub fn new(
        dialect: Arc<dyn Dialect>,
        written: &'static str,
        at: &Mounting,
        directory: impl Fn(&str) -> Arc<dyn Directory>,
    ) -> Self {
        let deploy = |route: &Route| {
            let name = format!("{}.{}", dialect.name(), route.operation);
            Deployed { route: route.clone(), directory: directory(&name), name: name.into() }
        };
        Self {
            routes: dialect.routes().iter().map(deploy).collect(),
            header: dialect.credential_header(),
            written,
            hosts: at.hosts.clone(),
            prefix: at.prefix.clone(),
            dialect,
        }
    }

    /// What this dialect has at a path of its own.
    fn find(&self, method: &Method, path: &str) -> Result<(&Deployed, Vec<String>), Refusal> {
        let mut allow: Vec<Method> = Vec::new();
        for deployed in &self.routes {
            let Some(parameters) = deployed.route.matches(path) else { continue };
            if methods(&deployed.route).any(|answered| answered == *method) {
                return Ok((deployed, parameters));
            }
            for method in methods(&deployed.route) {
                if !allow.contains(&method) {
                    allow.push(method);
                }
            }
        }
        Err(if allow.is_empty() {
            Refusal::NotFound { slash_twin: self.slash_twin(path) }
        } else {
            Refusal::MethodNotAllowed { allow }
        })
    }

    /// The path without its trailing slashes, or with one if it has none, if there is anything at that one.
    fn slash_twin(&self, path: &str) -> Option<String> {
        let twin = match path.trim_end_matches('/') {
            "" => return None,
            bare if bare.len() < path.len() => bare.to_owned(),
            bare => format!("{bare}/"),
        };
        self.routes.iter().any(|deployed| deployed.route.matches(&twin).is_some()).then_some(twin)
    }
}

/// The methods that a route answers: HEAD is GET without the body (RFC 9110 §9.3.2).
fn methods(route: &Route) -> impl Iterator<Item = Method> {
    let head = (route.method == Method::GET).then_some(Method::HEAD);
    std::iter::once(route.method.clone()).chain(head)
}

/// What is known of a request before its body.
pub struct Asked<'a> {
    /// The method.
    pub method: &'a Method,
    /// The host, as the client calls it.
    pub host: &'a str,
    /// The whole path, decoded.
    pub path: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
}

/// Where a request goes.
pub struct Resolved<'a> {
    /// The dialect that answers.
    pub dialect: &'a Arc<dyn Dialect>,
    /// The path before the dialect's own.
    pub mount: &'a str,
    /// The dialect's own path.
    pub path: String,
    /// Whether the headers have decided on the dialect, so that the answer differs with them.
    pub by_header: bool,
    /// The operation and the values of its parameters, or why there is none.
    pub target: Result<(&'a Deployed, Vec<String>), Refusal>,
}

/// Every dialect that is served, and where.
pub struct Table {
    mounted: Vec<Mounted>,
    default: usize,
    shared: bool,
    vary: HeaderValue,
}

impl Table {
    /// The dialects where the settings put them. `None` if the default is not among them.
    #[must_use]
    pub fn new(mounted: Vec<Mounted>, settings: &Mountings) -> Option<Self> {
        let default = mounted.iter().position(|mount| mount.dialect.name() == settings.default)?;
        let vary = answer::list(mounted.iter().map(|mount| mount.written)).ok()?;
        Some(Self { mounted, default, shared: settings.shared, vary })
    }

    /// The dialects.
    pub fn dialects(&self) -> impl Iterator<Item = &Arc<dyn Dialect>> {
        self.mounted.iter().map(|mounted| &mounted.dialect)
    }

    /// Every method that some operation answers.
    #[must_use]
    pub fn methods(&self) -> Vec<Method> {
        let deployed = self.mounted.iter().flat_map(|mounted| &mounted.routes);
        deployed.flat_map(|deployed| methods(&deployed.route)).collect()
    }

    /// The headers that decide between the dialects where nothing else does, as `Vary` names them to caches.
    #[must_use]
    pub fn vary(&self) -> &HeaderValue {
        &self.vary
    }
}
