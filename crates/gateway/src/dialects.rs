//! The dialects of this program. Each has one entry here, and nothing else outside of its own crate names it.

use std::sync::Arc;

use dialect::{Dialect, Route, Services};
use users::RolePolicy;

use crate::environment::SystemClock;
use crate::settings::Known;

/// A dialect, and how a newcomer tries it.
pub struct Entry {
    /// Its name in settings, logs, metrics and on the command line.
    pub name: &'static str,
    /// Its credential's header, as people write it.
    pub header: &'static str,
    /// Its operations.
    pub routes: &'static [Route],
    /// Makes it.
    pub build: fn(&Services) -> Arc<dyn Dialect>,
    /// Commands that list the users and create one.
    pub examples: fn(&Example<'_>) -> Vec<String>,
}

/// What the examples speak to, and as whom. Each is one line that can be pasted alone.
pub struct Example<'a> {
    /// The client's command, with what it needs to be told beside the address.
    pub curl: &'a str,
    /// The server with the dialect's prefix.
    pub base: &'a str,
    /// A key.
    pub key: &'a str,
    /// A workspace.
    pub workspace: &'a str,
}

/// Every dialect. Where nothing else decides, the first wins.
pub static DIALECTS: &[Entry] = &[
    Entry {
        name: "mechamental",
        header: "Authorization",
        routes: &mechamental::ROUTES,
        build: |services| Arc::new(mechamental::MechaMental::new(services.clock.clone())),
        examples: |Example { curl, base, key, workspace }| {
            vec![
                format!("{curl} -H 'Authorization: Bearer {key}' '{base}/v1/users?workspace_id={workspace}'"),
                format!(
                    "{curl} -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' '{base}/v1/users' \
                     -d '{{\"email\": \"ada@example.com\", \"username\": \"ada\", \"password\": \"correct horse\"}}'"
                ),
            ]
        },
    },
    Entry {
        name: "maisa",
        header: "X-API-Key",
        routes: &maisa::ROUTES,
        build: |_| Arc::new(maisa::Maisa),
        examples: |Example { curl, base, key, .. }| {
            vec![
                format!("{curl} -H 'X-API-Key: {key}' '{base}/v1/users'"),
                format!(
                    "{curl} -H 'X-API-Key: {key}' -H 'Content-Type: application/json' '{base}/v1/users' \
                     -d '{{\"email\": \"grace@example.com\", \"name\": \"Grace Hopper\", \"role\": \"user\"}}'"
                ),
            ]
        },
    },
];

/// What settings know of them, in order.
#[must_use]
pub fn known() -> Vec<Known<'static>> {
    DIALECTS.iter().map(|entry| Known { name: entry.name, routes: entry.routes }).collect()
}

/// The names, in order.
#[must_use]
pub fn names() -> Vec<&'static str> {
    DIALECTS.iter().map(|entry| entry.name).collect()
}

/// The full names of all operations, in order.
#[must_use]
pub fn operations() -> Vec<String> {
    let of = |entry: &'static Entry| entry.routes.iter().map(|route| route.full_name(entry.name));
    DIALECTS.iter().flat_map(of).collect()
}

/// What dialects need that serve nobody: the roles; nothing is signed.
#[must_use]
pub fn offline(policy: Arc<RolePolicy>) -> Services {
    Services { policy, clock: Arc::new(SystemClock), secret: Vec::new() }
}

/// All of them, in order.
#[must_use]
pub fn all(services: &Services) -> Vec<Arc<dyn Dialect>> {
    DIALECTS.iter().map(|entry| (entry.build)(services)).collect()
}
