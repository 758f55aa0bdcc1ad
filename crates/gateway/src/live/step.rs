//! What other settings change.

use serde_json::{Value, json};

use crate::outline::{self, Change};
use crate::settings::Settings;

/// What the step from some settings to others changes.
#[derive(Debug)]
pub struct Step {
    /// What is different for operations.
    pub changes: Vec<Change>,
    /// What else is different, by its section or key.
    pub others: Vec<&'static str>,
    /// What only a restart can do, likewise.
    pub restart: Vec<&'static str>,
}

impl Step {
    /// The step from `old` to `new`, in a process that was started with `started`.
    #[must_use]
    pub fn between(started: &Settings, old: &Settings, new: &Settings) -> Self {
        let others = [
            ("server.body_timeout", old.server.body_timeout != new.server.body_timeout),
            ("docs", old.docs != new.docs),
            ("cors", old.cors != new.cors),
            ("plans", old.limits.plans != new.limits.plans),
            ("limits", limits(old) != limits(new)),
        ];
        Self { changes: outline::changes(old, new), others: named(&others), restart: restart(started, new) }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.changes.is_empty() && self.others.is_empty() && self.restart.is_empty()
    }

    /// As an object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let changes: Vec<Value> = self.changes.iter().map(Change::to_json).collect();
        json!({"changes": changes, "others": self.others, "needs_restart": self.restart})
    }
}

/// All of `[limits]`; the plans have a section of their own.
fn limits(settings: &Settings) -> (&impl PartialEq, &impl PartialEq) {
    (&settings.limits.failed_authentications, &settings.limits.trusted_proxies)
}

fn named(pairs: &[(&'static str, bool)]) -> Vec<&'static str> {
    pairs.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect()
}

/// What is bound when the process starts: its addresses and threads, the store and what is kept of it, roles, the log, what is counted.
fn restart(started: &Settings, new: &Settings) -> Vec<&'static str> {
    let (old_server, server) = (&started.server, &new.server);
    named(&[
        ("server.bind", old_server.bind != server.bind),
        ("server.admin_bind", old_server.admin_bind != server.admin_bind),
        ("server.workers", old_server.workers != server.workers),
        ("server.max_connections", old_server.max_connections != server.max_connections),
        ("server.head_timeout", old_server.head_timeout != server.head_timeout),
        ("server.drain_delay", old_server.drain_delay != server.drain_delay),
        ("server.shutdown_timeout", old_server.shutdown_timeout != server.shutdown_timeout),
        ("server.control", old_server.control != server.control),
        ("database", started.database != new.database),
        ("cache", started.cache != new.cache),
        ("passwords.bcrypt_cost", started.bcrypt_cost != new.bcrypt_cost),
        ("sign_in", started.sign_in != new.sign_in),
        ("roles", started.roles != new.roles),
        ("usage", started.usage != new.usage),
        ("audit", started.audit != new.audit),
        ("mail", started.mail != new.mail),
        ("log", started.log != new.log),
    ])
}
