//! How the operations are deployed, in words: for people, for programs, and to compare two states of the settings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};
use users::Timestamp;

use crate::dialects::DIALECTS;
use crate::settings::{Brownout, Deployment, Set, Settings, State, duration, written};

/// An address at which an operation is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// All of it; parameters stand in it as in the path of the route.
    pub url: String,
    /// What leads to the dialect: `host`, `prefix`, or `header` on the shared mount.
    pub by: &'static str,
    /// The header that a request must have there.
    pub header: Option<&'static str>,
    /// Whether the request may as well have no such header.
    pub is_default: bool,
}

impl Address {
    /// As an object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Self { url, by, header, is_default } = self;
        match header {
            Some(header) => json!({"url": url, "by": by, "header": header, "default": is_default}),
            None => json!({"url": url, "by": by}),
        }
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self.header {
            Some(header) if self.is_default => format!("{} with {header}, or without", self.url),
            Some(header) => format!("{} with {header}", self.url),
            None => self.url.clone(),
        }
    }
}

/// The address of this server for a client on the same machine.
#[must_use]
pub fn local(settings: &Settings) -> String {
    format!("http://{}", reachable(settings.server.bind))
}

/// Where a client can connect that is to reach this address.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Every address at which an operation has an answer of its own. `base` is what clients call the server, such as
/// `https://api.example.com`.
#[must_use]
pub fn addresses(settings: &Settings, deployment: &Deployment, base: &str) -> Vec<Address> {
    if !matches!(deployment.state.value, State::On | State::Gone) {
        return Vec::new();
    }
    let Some(at) = settings.dialects.of(&deployment.dialect) else { return Vec::new() };
    let path = deployment.route.path;
    let scheme = base.split_once("://").map_or("http", |(scheme, _)| scheme);
    let plain = |url: String, by| Address { url, by, header: None, is_default: false };
    let hosts = at.hosts.iter().map(|host| plain(format!("{scheme}://{}{path}", host.as_str()), "host"));
    let prefix = (!at.prefix.is_empty()).then(|| plain(format!("{base}{}{path}", at.prefix), "prefix"));
    let shared = at.shared.then(|| Address {
        url: format!("{base}{path}"),
        by: "header",
        header: DIALECTS.iter().find(|entry| entry.name == deployment.dialect).map(|entry| entry.header),
        is_default: settings.dialects.default == deployment.dialect,
    });
    hosts.chain(prefix).chain(shared).collect()
}

/// One thing that can be said of an operation, and where it was set.
pub struct Facet {
    /// What it is about, such as `state`.
    pub name: &'static str,
    /// The value; null for none.
    pub value: Value,
    /// The key that counts, as it is written, and where it stands; where it is about one.
    pub set: Option<(String, crate::settings::Place)>,
}

/// All that can be said of an operation.
#[must_use]
pub fn facets(settings: &Settings, how: &Deployment, base: &str) -> Vec<Facet> {
    let urls = addresses(settings, how, base).iter().map(Address::to_json).collect();
    vec![
        facet("state", &how.state, |state| json!(state.as_str())),
        Facet { name: "urls", value: Value::Array(urls), set: None },
        facet("rate_limit", &how.rate_limit, |rate| json!(rate.map(|rate| rate.text()))),
        facet("max_body", &how.max_body, |size| json!(size)),
        facet("timeout", &how.timeout, |length| json!(duration::text(*length))),
        facet("deprecated", &how.deprecated, |at| json!(at.map(time))),
        facet("sunset", &how.sunset, |at| json!(at.map(time))),
        facet("successor", &how.successor, |successor| json!(successor.as_ref().map(|successor| successor.text()))),
        facet("brownouts", &how.brownouts, |all| json!(all.iter().map(brownout).collect::<Vec<_>>())),
        facet("exempt", &how.exempt, |keys| json!(keys.iter().map(|key| key.as_str()).collect::<Vec<_>>())),
    ]
}

/// A brownout as an object.
#[must_use]
pub fn brownout(brownout: &Brownout) -> Value {
    json!({"from": time(brownout.at), "until": time(brownout.until)})
}

fn facet<T>(name: &'static str, set: &Set<T>, value: impl Fn(&T) -> Value) -> Facet {
    Facet { name, value: value(&set.value), set: Some((written(&set.key), set.place.clone())) }
}

/// RFC 3339, UTC.
#[must_use]
pub fn time(time: Timestamp) -> String {
    time.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// An operation as an object.
#[must_use]
pub fn object(settings: &Settings, how: &Deployment, base: &str) -> Value {
    let route = &how.route;
    let mut object = Map::new();
    for (name, text) in [
        ("name", how.name.as_str()),
        ("dialect", how.dialect.as_str()),
        ("operation", route.operation),
        ("method", route.method.as_str()),
        ("path", route.path),
    ] {
        object.insert(name.to_owned(), json!(text));
    }
    let mut set = Map::new();
    for facet in facets(settings, how, base) {
        if let Some((key, place)) = facet.set {
            let mut from = place.to_json();
            from["key"] = json!(key);
            set.insert(facet.name.to_owned(), from);
        }
        object.insert(facet.name.to_owned(), facet.value);
    }
    object.insert("set".to_owned(), Value::Object(set));
    Value::Object(object)
}

/// What another state of the settings changes of one operation.
#[derive(Debug, PartialEq)]
pub struct Change {
    /// The operation's full name.
    pub name: String,
    /// What is about to change: its name, and the value before and after.
    pub facets: Vec<(&'static str, Value, Value)>,
}

impl Change {
    /// As an object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let facets = self.facets.iter();
        let facets = facets.map(|(name, from, to)| ((*name).to_owned(), json!({"from": from, "to": to})));
        json!({"name": self.name, "changes": facets.collect::<Map<_, _>>()})
    }
}

/// What is different between two states of the settings, by operation.
#[must_use]
pub fn changes(old: &Settings, new: &Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    for after in new.routes.iter() {
        let Some(before) = old.routes.get(&after.name) else { continue };
        // The address of the listener is no matter of routes.
        let pairs = facets(old, before, "").into_iter().zip(facets(new, after, ""));
        let facets: Vec<_> = pairs
            .filter(|(before, after)| before.value != after.value)
            .map(|(before, after)| (after.name, before.value, after.value))
            .collect();
        if !facets.is_empty() {
            changes.push(Change { name: after.name.clone(), facets });
        }
    }
    changes
}
