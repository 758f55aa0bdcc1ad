//! What became of a wish for other settings.

use serde_json::{Value, json};

use crate::outline::{self, Change};
use crate::settings::Settings;

/// What became of it.
#[derive(Debug)]
pub enum Verdict {
    /// The new settings are in force.
    Done {
        /// What is different for operations.
        changes: Vec<Change>,
        /// What else is different, by its section or key.
        others: Vec<&'static str>,
        /// What was changed in the settings and is not in force, since only a restart can do it.
        restart: Vec<&'static str>,
    },
    /// They are wrong, and those before are still in force. All that is wrong.
    Refused(String),
}

impl Verdict {
    /// What the step from `old` to `new` does, in a process that was started with `started`.
    pub(super) fn of(started: &Settings, old: &Settings, new: &Settings) -> Self {
        let others = [
            ("server.body_timeout", old.server.body_timeout != new.server.body_timeout),
            ("docs", old.docs != new.docs),
            ("cors", old.cors != new.cors),
            ("plans", old.limits.plans != new.limits.plans),
            ("limits", limits(old) != limits(new)),
        ];
        Verdict::Done { changes: outline::changes(old, new), others: named(&others), restart: restart(started, new) }
    }

    /// As an object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Verdict::Done { changes, others, restart } => {
                let changes: Vec<Value> = changes.iter().map(Change::to_json).collect();
                json!({"reloaded": true, "changes": changes, "others": others, "needs_restart": restart})
            }
            Verdict::Refused(why) => json!({"reloaded": false, "reason": why}),
        }
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
        ("roles", started.roles != new.roles),
        ("usage", started.usage != new.usage),
        ("mail", started.mail != new.mail),
        ("log", started.log != new.log),
    ])
}
