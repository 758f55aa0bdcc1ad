//! The OpenAPI documents of the dialects, as they are served here.

use dialect::Dialect;
use dialect::openapi::{self, Header, Setting, Shown, schema, yaml};
use serde_json::Value;

use crate::answer::REQUEST_ID;
use crate::dialects::{DIALECTS, offline};
use crate::settings::{Deployment, Mounting, Settings, State};

/// The document of one dialect.
pub struct Document {
    /// The dialect.
    pub name: &'static str,
    /// The name of the API, for people.
    pub title: String,
    value: Value,
}

impl Document {
    fn new(dialect: &dyn Dialect, at: &Mounting, settings: &Settings) -> Self {
        let (servers, headers) = (servers(at), [request_id()]);
        let shown = |operation: &str| shown(settings.routes.get(&format!("{}.{operation}", dialect.name())));
        let setting = Setting { policy: &settings.roles, servers: &servers, headers: &headers, shown: &shown };
        let value = openapi::document(dialect, &setting);
        let title = value["info"]["title"].as_str().unwrap_or(dialect.name()).to_owned();
        Self { name: dialect.name(), title, value }
    }

    /// As JSON, with line breaks.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.value)
    }

    /// As YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        yaml::to_yaml(&self.value)
    }
}

/// The documents of all dialects that are served, in order.
#[must_use]
pub fn documents(settings: &Settings) -> Vec<Document> {
    let services = offline(settings.roles.clone());
    let mut documents = Vec::new();
    for entry in DIALECTS {
        if let Some(mounting) = settings.dialects.of(entry.name) {
            documents.push(Document::new(&*(entry.build)(&services), mounting, settings));
        }
    }
    documents
}

/// How an operation appears. What another process of the installation serves is there for whoever reads: a front leads to it.
fn shown(deployment: Option<&Deployment>) -> Shown {
    match deployment {
        Some(how) if how.anywhere == State::On => {
            if how.deprecated.value.is_some() {
                Shown::Deprecated
            } else {
                Shown::Plain
            }
        }
        Some(_) | None => Shown::Not,
    }
}

/// Where a dialect is found. Addresses name no host but the dialect's own, so that they hold behind a proxy that keeps paths.
fn servers(at: &Mounting) -> Vec<(String, String)> {
    let server = |url: String, about: &str| (url, about.to_owned());
    let prefix = (!at.prefix.is_empty()).then(|| server(at.prefix.clone(), "This API alone"));
    let shared = at.shared.then(|| {
        server("/".to_owned(), "Together with the other APIs: the header with the key tells which one is meant")
    });
    let hosts = at.hosts.iter().map(|host| server(format!("//{}", host.as_str()), "A host of this API alone"));
    prefix.into_iter().chain(shared).chain(hosts).collect()
}

/// The header of every answer.
fn request_id() -> Header {
    Header {
        name: REQUEST_ID,
        written: "X-Request-Id",
        about: "Names the request in the server's log: the client's own name for it, or a new one.",
        schema: schema::string(),
        required: true,
    }
}
