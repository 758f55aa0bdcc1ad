//! Where the dialects are found.

use super::raw;
use super::read::Reader;
use crate::pages;

/// Paths that no prefix may take: the shared mount, the probes, and the server's own pages.
const RESERVED: [&str; 6] = ["/v1", "/healthz", "/readyz", pages::DOCUMENTS, pages::PAGE, pages::WELL_KNOWN];

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

/// Reads `[dialects]`. `names` are the dialects of this program, in its order.
pub fn mountings(reader: &mut Reader<'_>, names: &[&str], raw: &raw::Dialects) -> Option<Mountings> {
    let mut served = Vec::new();
    for name in names {
        let Some(section) = raw.sections.get(*name).filter(|section| section.enabled) else { continue };
        let hosts = hosts(reader, name, section);
        let prefix = prefix(reader, name, section);
        served.push(Mounting { name: (*name).to_owned(), hosts, prefix });
    }
    find_clashes(reader, &served);
    let is_served = |name: &str| served.iter().any(|mounting| mounting.name == name);
    let default = match served.first() {
        _ if is_served(&raw.default) => raw.default.clone(),
        // The built-in default names a dialect that this program does not have.
        Some(first) if reader.is_default("dialects.default") && !names.contains(&raw.default.as_str()) => {
            first.name.clone()
        }
        Some(_) => {
            let known: Vec<&str> = served.iter().map(|mounting| mounting.name.as_str()).collect();
            reader.problem("dialects.default", format!("must be a dialect that is served: {}", known.join(", ")));
            return None;
        }
        None => {
            reader.problem("dialects", "one dialect must be enabled at least");
            return None;
        }
    };
    Some(Mountings { default, shared: raw.shared, served })
}

fn hosts(reader: &mut Reader<'_>, name: &str, section: &raw::Dialect) -> Vec<Host> {
    let key = format!("dialects.{name}.hosts");
    let form = "host names such as api.example.com or api.example.com:8443";
    section.hosts.iter().filter_map(|text| reader.require(&key, Host::parse(text), form)).collect()
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
            let owner = &earlier.name;
            if !later.prefix.is_empty() && later.prefix == earlier.prefix {
                let key = format!("dialects.{}.prefix", later.name);
                reader.problem(&key, format!("dialects.{owner} has the same prefix"));
            }
            if later.hosts.iter().any(|host| earlier.hosts.contains(host)) {
                let key = format!("dialects.{}.hosts", later.name);
                reader.problem(&key, format!("dialects.{owner} has one of these hosts as well"));
            }
        }
    }
}
