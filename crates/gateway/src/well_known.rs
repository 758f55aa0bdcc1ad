//! What this server tells of itself to whoever asks: which dialects it speaks, where, and how each operation is served. Nothing in it is
//! secret: whoever tries an operation learns the same.

use dialect::{Dialect, Route};
use serde_json::{Value, json};

use crate::dialects::{self, DIALECTS};
use crate::pages::DOCUMENTS;
use crate::settings::{Mounting, Mountings, Settings};

/// The text that is served.
#[must_use]
pub fn text(settings: &Settings) -> String {
    let services = dialects::offline(settings.roles.clone());
    let served = DIALECTS.iter().filter_map(|entry| {
        let at = settings.dialects.of(entry.name)?;
        Some(about(&*(entry.build)(&services), entry.header, at, &settings.dialects))
    });
    let about = json!({
        "diglot": env!("CARGO_PKG_VERSION"),
        "default": settings.dialects.default,
        "dialects": served.collect::<Vec<_>>(),
    });
    format!("{about:#}\n")
}

/// What is told of one dialect.
fn about(dialect: &dyn Dialect, credential: &str, at: &Mounting, all: &Mountings) -> Value {
    let hosts: Vec<&str> = at.hosts.iter().map(|host| host.as_str()).collect();
    json!({
        "name": dialect.name(),
        "hosts": hosts,
        "prefix": at.prefix,
        "shared": all.shared,
        "credential": credential,
        "document": format!("{DOCUMENTS}/{}.json", dialect.name()),
        "routes": dialect.routes().iter().map(|route| deployed(dialect, route, at, all)).collect::<Vec<_>>(),
    })
}

/// What is told of one operation. Addresses name no host but the dialect's own, so that they hold behind a proxy that keeps paths.
fn deployed(dialect: &dyn Dialect, route: &Route, at: &Mounting, all: &Mountings) -> Value {
    let prefix = (!at.prefix.is_empty()).then(|| format!("{}{}", at.prefix, route.path));
    let shared = all.shared.then(|| route.path.to_owned());
    let hosts = at.hosts.iter().map(|host| format!("//{}{}", host.as_str(), route.path));
    json!({
        "operation": format!("{}.{}", dialect.name(), route.operation),
        "method": route.method.as_str(),
        "addresses": prefix.into_iter().chain(shared).chain(hosts).collect::<Vec<_>>(),
        "state": "on",
    })
}
