//! Which dialect and which operation a request is for. Pure data: the host decides, then the prefix, then, on the
//! shared mount, the header that carries the credential.

mod choose;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use dialect::{Dialect, Directory, Guard, Refusal, Route};

use crate::answer;
use crate::calendar::Announcement;
use crate::settings::{Host, Mounting, Mountings, State};

/// One operation, and how it is deployed.
pub struct Deployed {
    /// The dialect's route.
    pub route: Route,
    /// The operation's full name, `dialect.operation`.
    pub name: Arc<str>,
    /// Who answers it.
    pub directory: Arc<dyn Directory>,
    /// Who is let in.
    pub guard: Arc<dyn Guard>,
    /// What is announced of it, and whether it is away.
    pub announcement: Announcement,
    /// Whether it is served.
    pub state: State,
    /// The most that its body may have, in bytes.
    pub max_body: usize,
    /// How long a request may take as a whole.
    pub timeout: Duration,
}

/// One dialect, and where it is found.
pub struct Mounted {
    /// The dialect.
    pub dialect: Arc<dyn Dialect>,
    header: HeaderName,
    written: &'static str,
    hosts: Vec<Host>,
    prefix: String,
    shared: bool,
    routes: Vec<Deployed>,
}

impl Mounted {
    /// A dialect where the settings put it, with its operations, in their order. `written` is its credential's header as people
    /// write it.
    pub fn new(dialect: Arc<dyn Dialect>, written: &'static str, at: &Mounting, routes: Vec<Deployed>) -> Self {
        Self {
            routes,
            header: dialect.credential_header(),
            written,
            hosts: at.hosts.clone(),
            prefix: at.prefix.clone(),
            shared: at.shared,
            dialect,
        }
    }

    /// What this dialect has at a path of its own. What is gone is found: it has an answer.
    fn find(&self, method: &Method, path: &str) -> Result<(&Deployed, Vec<String>), Refusal> {
        for deployed in self.routes.iter().filter(|deployed| answers(&deployed.route, method)) {
            let Some(parameters) = deployed.route.matches(path) else { continue };
            if matches!(deployed.state, State::On | State::Gone) {
                return Ok((deployed, parameters));
            }
            break;
        }
        let claims = claims(self.routes.iter().map(|deployed| &deployed.route), path);
        let claimed = claims.into_iter().map(|claim| (&self.routes[claim.route], claim.method));
        let allow: Vec<Method> =
            claimed.filter(|(deployed, _)| deployed.state == State::On).map(|(_, method)| method).collect();
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
        let is_there = |deployed: &Deployed| matches!(deployed.state, State::On | State::Gone);
        self.routes.iter().any(|deployed| is_there(deployed) && deployed.route.matches(&twin).is_some()).then_some(twin)
    }
}

/// A method of a path, and the route that it belongs to.
pub struct Claim {
    /// The method.
    pub method: Method,
    /// Which of the routes.
    pub route: usize,
}

/// What these routes have at a path. Where two of them match, a method belongs to the first, served or not: what is off does not
/// become something else.
pub fn claims<'a>(routes: impl Iterator<Item = &'a Route>, path: &str) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for (at, route) in routes.enumerate() {
        if route.matches(path).is_none() {
            continue;
        }
        for method in methods(route) {
            if claims.iter().all(|claim| claim.method != method) {
                claims.push(Claim { method, route: at });
            }
        }
    }
    claims
}

/// Whether a route answers this method.
fn answers(route: &Route, method: &Method) -> bool {
    route.method == *method || (route.method == Method::GET && *method == Method::HEAD)
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

    /// Whether answers of some operation have dates from its calendar.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        let mut deployed = self.mounted.iter().flat_map(|mounted| &mounted.routes);
        deployed.any(|deployed| deployed.announcement.has_dates())
    }

    /// The operation of that full name, served or not.
    #[must_use]
    pub fn deployed(&self, name: &str) -> Option<&Deployed> {
        self.mounted.iter().flat_map(|mounted| &mounted.routes).find(|deployed| *deployed.name == *name)
    }

    /// Every method that some operation answers, here or in another process of the installation.
    #[must_use]
    pub fn methods(&self) -> Vec<Method> {
        let deployed = self.mounted.iter().flat_map(|mounted| &mounted.routes);
        let served = deployed.filter(|deployed| matches!(deployed.state, State::On | State::Gone | State::Elsewhere));
        served.flat_map(|deployed| methods(&deployed.route)).collect()
    }

    /// The headers that decide between the dialects where nothing else does, as `Vary` names them to caches.
    #[must_use]
    pub fn vary(&self) -> &HeaderValue {
        &self.vary
    }
}
