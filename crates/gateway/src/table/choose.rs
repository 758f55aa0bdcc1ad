//! The choice of the dialect.

use actix_web::http::header::HeaderMap;
use dialect::Refusal;

use super::{Asked, Mounted, Resolved, Table};

/// What all paths of the shared mount begin with.
const SHARED_MOUNT: &str = "/v1/";

/// Which dialect the headers ask for.
enum Sign<'a> {
    One(&'a Mounted),
    Several,
}

impl Table {
    /// Finds out where a request goes.
    #[must_use]
    pub fn resolve<'a>(&'a self, asked: &Asked<'_>) -> Resolved<'a> {
        if let Some(mount) = self.by_host(asked.host) {
            return mount.resolve(asked, "", asked.path);
        }
        if let Some((mount, path)) = self.by_prefix(asked.path) {
            return mount.resolve(asked, &mount.prefix, path);
        }
        let is_shared = self.shared && asked.path.starts_with(SHARED_MOUNT);
        let (mount, refusal) = match self.by_header(asked.headers, is_shared) {
            Sign::One(mount) if is_shared => (mount, None),
            Sign::One(mount) => (mount, Some(Refusal::NotFound { slash_twin: None })),
            Sign::Several if is_shared => (self.default(), Some(Refusal::TwoCredentials)),
            Sign::Several => (self.default(), Some(Refusal::NotFound { slash_twin: None })),
        };
        let target = match refusal {
            Some(refusal) => Err(refusal),
            None => mount.find(asked.method, asked.path),
        };
        Resolved { dialect: &mount.dialect, mount: "", path: asked.path.to_owned(), by_header: true, target }
    }

    fn default(&self) -> &Mounted {
        &self.mounted[self.default]
    }

    /// A host with a port is closer than the same host without.
    fn by_host(&self, host: &str) -> Option<&Mounted> {
        if host.is_empty() || self.mounted.iter().all(|mount| mount.hosts.is_empty()) {
            return None;
        }
        let host = host.to_ascii_lowercase();
        let exact = self.mounted.iter().find(|mount| mount.hosts.iter().any(|own| own.is(&host)));
        exact.or_else(|| self.mounted.iter().find(|mount| mount.hosts.iter().any(|own| own.matches(&host))))
    }

    /// The longest prefix wins.
    fn by_prefix<'p>(&self, path: &'p str) -> Option<(&Mounted, &'p str)> {
        let below =
            |mount: &Mounted| path.strip_prefix(&mount.prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let prefixed = self.mounted.iter().filter(|mount| !mount.prefix.is_empty());
        let found = prefixed.filter_map(|mount| below(mount).map(|rest| (mount, rest)));
        found.max_by_key(|(mount, _)| mount.prefix.len())
    }

    /// The dialect whose credential is there; the default one if there is none, or if several share the header. On the shared
    /// mount only those count that take part in it.
    fn by_header(&self, headers: &HeaderMap, is_shared: bool) -> Sign<'_> {
        let default = self.default();
        let candidates = self.mounted.iter().filter(|mount| mount.shared || !is_shared);
        let mut present = candidates.filter(|mount| headers.contains_key(&mount.header));
        let Some(first) = present.next() else { return Sign::One(default) };
        if present.any(|other| other.header != first.header) {
            return Sign::Several;
        }
        Sign::One(if default.header == first.header { default } else { first })
    }
}

impl Mounted {
    fn resolve<'a>(&'a self, asked: &Asked<'_>, mount: &'a str, path: &str) -> Resolved<'a> {
        let path = if path.is_empty() { "/" } else { path };
        let target = self.find(asked.method, path);
        Resolved { dialect: &self.dialect, mount, path: path.to_owned(), by_header: false, target }
    }
}
