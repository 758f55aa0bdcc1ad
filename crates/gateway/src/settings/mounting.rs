//! Where the dialects are found.

use super::built_in::Known;
use super::raw;
use super::read::Reader;
use crate::{accounts, pages};

/// Paths that no prefix may take: the shared mount, the probes, and the server's own pages.
const RESERVED: [&str; 7] =
    ["/v1", "/healthz", "/readyz", pages::DOCUMENTS, pages::PAGE, pages::WELL_KNOWN, accounts::PAGES];

/// A host name, lower-cased, with a port if it is to match that port alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host(String);

impl Host {
    /// Reads a name or an address in brackets, and perhaps a port. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (name, port) = split_port(&lower);
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let is_name = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)),
        };
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        (is_name && is_port).then_some(Self(lower))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `host` (lower-cased) is this very text, port or not.
    #[must_use]
    pub fn is(&self, host: &str) -> bool {
        self.0 == host
    }

    /// Whether a request to `host` (lower-cased) is meant.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        self.0 == host || self.0 == split_port(host).0
    }
}

/// Cuts off the port. An address in brackets keeps its colons.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    }
}

/// Where one dialect is found.
#[derive(Debug, Clone)]
pub struct Mounting {
    /// The dialect.
    pub name: String,
    /// Hosts that are its own.
    pub hosts: Vec<Host>,
    /// The path before its own; empty for none.
    pub prefix: String,
    /// Whether it takes part in the shared mount.
    pub shared: bool,
}

/// Where all of them are found.
#[derive(Debug, Clone)]
pub struct Mountings {
    /// The dialect that answers where the request does not tell.
    pub default: String,
    /// Whether there is a shared mount.
    pub shared: bool,
    /// Every dialect that is served.
    pub served: Vec<Mounting>,
}

impl Mountings {
    /// Where the dialect of that name is found, if it is served.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&Mounting> {
        self.served.iter().find(|mounting| mounting.name == name)
    }
}

/// Reads `[dialects]`. `known` are the dialects of this program, in its order.
pub fn mountings(reader: &mut Reader<'_>, known: &[Known<'_>], raw: &raw::Dialects) -> Option<Mountings> {
    let mut served = Vec::new();
    for Known { name, .. } in known {
        let Some(section) = raw.sections.get(*name).filter(|section| section.enabled) else { continue };
        let shared = raw.shared && section.shared;
        if section.hosts.is_empty() && section.prefix.is_empty() && !shared {
            let message = "cannot be reached: it has no hosts, no prefix, and no part in the shared mount";
            reader.problem(&format!("dialects.{name}"), message);
        }
        let hosts = hosts(reader, name, section);
        let prefix = prefix(reader, name, section);
        served.push(Mounting { name: (*name).to_owned(), hosts, prefix, shared });
    }
    find_clashes(reader, &served);
    find_shadows(reader, known, &served);
    let default = default(reader, known, raw, &served)?;
    Some(Mountings { default, shared: served.iter().any(|mounting| mounting.shared), served })
}

/// The dialect that answers where the request does not tell.
fn default(reader: &mut Reader<'_>, known: &[Known<'_>], raw: &raw::Dialects, served: &[Mounting]) -> Option<String> {
    let key = "dialects.default";
    let Some(first) = served.first() else {
        reader.problem("dialects", "one dialect must be enabled at least");
        return None;
    };
    let of_program = |name: &str| known.iter().any(|dialect| dialect.name == name);
    let default = match served.iter().find(|mounting| mounting.name == raw.default) {
        Some(mounting) => mounting,
        // The built-in default names a dialect that this program does not have.
        None if reader.is_default(key) && !of_program(&raw.default) => first,
        None => {
            let known: Vec<&str> = served.iter().map(|mounting| mounting.name.as_str()).collect();
            reader.problem(key, format!("must be a dialect that is served: {}", known.join(", ")));
            return None;
        }
    };
    let sharing: Vec<&str> =
        served.iter().filter(|mounting| mounting.shared).map(|mounting| mounting.name.as_str()).collect();
    if !default.shared && !sharing.is_empty() {
        reader.problem(key, format!("must take part in the shared mount, as {} does", sharing.join(", ")));
        return None;
    }
    Some(default.name.clone())
}

fn hosts(reader: &mut Reader<'_>, name: &str, section: &raw::Dialect) -> Vec<Host> {
    let form = "a host name such as api.example.com or api.example.com:8443";
    let host =
        |(n, text): (usize, &String)| reader.require(&format!("dialects.{name}.hosts[{n}]"), Host::parse(text), form);
    section.hosts.iter().enumerate().filter_map(host).collect()
}

fn prefix(reader: &mut Reader<'_>, name: &str, section: &raw::Dialect) -> String {
    let key = format!("dialects.{name}.prefix");
    let prefix = section.prefix.as_str();
    let is_segment = |segment: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        !segment.is_empty() && segment.bytes().all(is_plain) && segment.bytes().any(|b| b != b'.')
    };
    if !prefix.is_empty() && !prefix.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_segment)) {
        reader.problem(
            &key,
            "must be empty or a path such as /name, of letters, digits and -_.~, without a slash at its end",
        );
    } else if RESERVED.iter().any(|taken| is_within(prefix, taken)) {
        reader.problem(&key, format!("must not begin with {}", RESERVED.join(", ")));
    }
    prefix.to_owned()
}

/// Whether `path` is `root` or below it.
fn is_within(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn find_clashes(reader: &mut Reader<'_>, served: &[Mounting]) {
    for (at, later) in served.iter().enumerate() {
        for earlier in &served[..at] {
            if !later.prefix.is_empty() && later.prefix == earlier.prefix {
                clash(reader, [&later.name, &earlier.name], "prefix", "is the same as");
            }
            if later.hosts.iter().any(|host| earlier.hosts.contains(host)) {
                clash(reader, [&later.name, &earlier.name], "hosts", "has a host of");
            }
        }
    }
}

/// Tells it where the operator has said something, and says where the other one stands.
fn clash(reader: &mut Reader<'_>, dialects: [&str; 2], what: &str, relation: &str) {
    let [later, earlier] = dialects.map(|name| format!("dialects.{name}.{what}"));
    let (said, other) = if reader.is_default(&later) { (earlier, later) } else { (later, earlier) };
    let place = reader.place(&other);
    reader.problem(&said, format!("{relation} {other} ({place})"));
}

/// A prefix within another one takes paths away from it. That is no harm, unless there is anything at them.
fn find_shadows(reader: &mut Reader<'_>, known: &[Known<'_>], served: &[Mounting]) {
    for inner in served {
        for outer in served.iter().filter(|outer| !outer.prefix.is_empty() && outer.name != inner.name) {
            let Some(below) = inner.prefix.strip_prefix(&outer.prefix).filter(|rest| rest.starts_with('/')) else {
                continue;
            };
            let routes = known.iter().filter(|dialect| dialect.name == outer.name).flat_map(|dialect| dialect.routes);
            let hidden: Vec<&str> =
                routes.filter(|route| begins_with(route.path, below)).map(|route| route.operation).collect();
            if !hidden.is_empty() {
                let message =
                    format!("lies within dialects.{}.prefix and hides paths of its {}", outer.name, hidden.join(", "));
                reader.problem(&format!("dialects.{}.prefix", inner.name), message);
            }
        }
    }
}

/// Whether some path of a route begins with these segments.
fn begins_with(template: &str, segments: &str) -> bool {
    let mut words = template.split('/');
    segments.split('/').all(|segment| words.next().is_some_and(|word| word == segment || word.starts_with('{')))
}
