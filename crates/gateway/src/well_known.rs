//! What this server tells of itself to whoever asks: which dialects it speaks, where, and how each operation is served until when.
//! Nothing in it is secret: whoever tries the operations learns the same.

use serde_json::{Value, json};

use crate::dialects::DIALECTS;
use crate::outline::{brownout, time};
use crate::pages::DOCUMENTS;
use crate::settings::{Deployment, Mounting, Settings, State};

/// The text that is served.
#[must_use]
pub fn text(settings: &Settings) -> String {
    let served = DIALECTS.iter().filter_map(|entry| {
        let at = settings.dialects.of(entry.name)?;
        Some(about(entry.header, at, settings))
    });
    let about = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "default": settings.dialects.default,
        "dialects": served.collect::<Vec<_>>(),
    });
    format!("{about:#}\n")
}

/// What is told of one dialect.
fn about(credential: &str, at: &Mounting, settings: &Settings) -> Value {
    let hosts: Vec<&str> = at.hosts.iter().map(|host| host.as_str()).collect();
    let routes = settings.routes.iter().filter(|how| how.dialect == at.name);
    json!({
        "name": at.name,
        "hosts": hosts,
        "prefix": at.prefix,
        "shared": at.shared,
        "credential": credential,
        "document": format!("{DOCUMENTS}/{}.json", at.name),
        "routes": routes.map(|how| deployed(how, at)).collect::<Vec<_>>(),
    })
}

/// What is told of one operation. For whom an exception is made, is nobody else's business.
fn deployed(how: &Deployment, at: &Mounting) -> Value {
    let state = state(how.anywhere);
    let addresses = if state == OFF { Vec::new() } else { addresses(how.route.path, at) };
    json!({
        "operation": how.name,
        "method": how.route.method.as_str(),
        "addresses": addresses,
        "state": state,
        "deprecated": how.deprecated.value.map(time),
        "sunset": how.sunset.value.map(time),
        "successor": how.successor.value.as_ref().map(|successor| successor.text()),
        "brownouts": how.brownouts.value.iter().map(brownout).collect::<Vec<_>>(),
    })
}

/// The word for what is not there.
const OFF: &str = "off";

/// How an operation looks from outside: what another process of the installation serves is there, since a front leads to it, and why
/// something is not there makes no difference.
fn state(state: State) -> &'static str {
    match state {
        State::On => State::On.as_str(),
        State::Gone => State::Gone.as_str(),
        State::Off | State::ReadOnly | State::Disabled | State::Elsewhere => OFF,
    }
}

/// Addresses name no host but the dialect's own, so that they hold behind a proxy that keeps paths.
fn addresses(path: &str, at: &Mounting) -> Vec<String> {
    let prefix = (!at.prefix.is_empty()).then(|| format!("{}{path}", at.prefix));
    let shared = at.shared.then(|| path.to_owned());
    let hosts = at.hosts.iter().map(|host| format!("//{}{path}", host.as_str()));
    prefix.into_iter().chain(shared).chain(hosts).collect()
}
