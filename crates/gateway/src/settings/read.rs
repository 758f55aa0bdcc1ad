//! From what is written to what is meant.

use std::ffi::OsString;
use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use users::password::Cost;
use users::role::{RoleDefinition, RoleName, RolePolicyError};
use users::{Keep, Permission, Permissions, RolePolicy};

use super::built_in::Known;
use super::layers::Layers;
use super::problem::{Place, Problem, SettingsError};
use super::raw::{self, Raw};
use super::{
    Control, LogFormat, LogSettings, ServerSettings, Settings, UsageSettings, audit, cors, database, deployment,
    duration, limits, mail, mounting, sign_in,
};

/// The shortest time for which anything is kept.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads the settings of a program that has these dialects. All that is wrong is told at once, as far as the file can be read.
pub fn settings(
    dialects: &[Known<'_>],
    file: Option<&Path>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Settings, SettingsError> {
    let mut problems = Vec::new();
    let layers = Layers::read(dialects, file, environment, &mut problems);
    if problems.iter().any(|problem| problem.key.is_empty()) {
        return Err(SettingsError::in_order(problems));
    }
    let raw: Raw = layers.merged().and_then(config::Config::try_deserialize).map_err(|error| {
        // Each layer has the shape of the built-in file by now, so this is a fault of the program. The text may hold a value, so
        // it is left out.
        let key = match error {
            config::ConfigError::At { key: Some(key), .. } | config::ConfigError::Type { key: Some(key), .. } => key,
            _ => "a setting".to_owned(),
        };
        let place = layers.place(&key);
        SettingsError(vec![Problem::new(key, &place, "cannot be read")])
    })?;
    let mut reader = Reader { layers: &layers, problems };
    let read = (
        server(&mut reader, &raw.server),
        database::database(&mut reader, &raw.database),
        cache(&mut reader, &raw.cache),
        mounting::mountings(&mut reader, dialects, &raw.dialects),
        deployment::routes(&mut reader, dialects, &raw),
        cors::cors(&mut reader, &raw.cors),
        limits::limits(&mut reader, &raw),
        bcrypt_cost(&mut reader, raw.passwords.bcrypt_cost),
        sign_in::sign_in(&mut reader, &raw.sign_in),
        roles(&mut reader, &raw.roles),
        log(&mut reader, raw.log),
        usage(&mut reader, &raw.usage),
        audit::audit(&mut reader, &raw.audit),
        mail::mail(&mut reader, &raw.mail),
    );
    match read {
        (
            Some(server),
            Some(database),
            Some(cache),
            Some(dialects),
            Some(routes),
            Some(cors),
            Some(limits),
            Some(bcrypt_cost),
            Some(sign_in),
            Some(roles),
            Some(log),
            Some(usage),
            Some(audit),
            Some(mail),
        ) if reader.problems.is_empty() => {
            let (docs, roles) = (raw.docs.enabled, Arc::new(roles));
            Ok(Settings {
                server,
                database,
                cache,
                dialects,
                routes,
                docs,
                cors,
                limits,
                bcrypt_cost,
                sign_in,
                roles,
                log,
                usage,
                audit,
                mail,
            })
        }
        _ => Err(SettingsError::in_order(reader.problems)),
    }
}

/// Where a key stands.
pub fn place(
    dialects: &[Known<'_>],
    file: Option<&Path>,
    environment: impl Iterator<Item = (OsString, OsString)>,
    key: &str,
) -> Place {
    // Whatever is wrong with them was told when they were read.
    Layers::read(dialects, file, environment, &mut Vec::new()).place(key)
}

/// Where the control socket of a server is that was started with such settings, and the file of its database, whatever is wrong
/// with them now.
pub fn control(
    dialects: &[Known<'_>],
    file: Option<&Path>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> (Control, Option<PathBuf>) {
    let layers = Layers::read(dialects, file, environment, &mut Vec::new());
    let control = layers.text("server.control").map_or(Control::Off, |text| Control::parse(&text));
    // An address that cannot be read leads to no file.
    let url = layers.text("database.url").and_then(|text| text.parse::<storage::Url>().ok());
    (control, url.and_then(|url| url.path().map(Path::to_owned)))
}

/// Collects what is wrong.
pub struct Reader<'a> {
    layers: &'a Layers,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Notes that something is wrong with `key`.
    pub fn problem(&mut self, key: &str, message: impl Display) {
        let place = self.place(key);
        self.problems.push(Problem::new(key, &place, message.to_string()));
    }

    /// The value, or a note that it must be something else.
    pub fn require<T>(&mut self, key: &str, value: Option<T>, form: impl Display) -> Option<T> {
        if value.is_none() {
            self.problem(key, format!("must be {form}"));
        }
        value
    }

    /// Where a key stands.
    pub fn place(&self, key: &str) -> Place {
        self.layers.place(key)
    }

    /// Whether the operator has said anything about the key.
    pub fn is_default(&self, key: &str) -> bool {
        self.layers.place(key) == Place::BuiltIn
    }

    fn address(&mut self, key: &str, text: &str) -> Option<SocketAddr> {
        self.require(key, text.parse().ok(), "an IP address and a port, such as 127.0.0.1:8080")
    }

    /// A length of time, not zero.
    pub fn time(&mut self, key: &str, text: &str) -> Option<Duration> {
        self.require(key, duration::positive(text), format!("{}, not zero", duration::FORM))
    }

    /// A number within bounds.
    pub fn count(&mut self, key: &str, number: u64, range: RangeInclusive<u32>) -> Option<u32> {
        let count = u32::try_from(number).ok().filter(|count| range.contains(count));
        self.require(key, count, format!("a number from {} to {}", range.start(), range.end()))
    }
}

/// How many processors there are.
pub fn processors() -> u32 {
    available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(u32::MAX))
}

fn server(reader: &mut Reader<'_>, raw: &raw::Server) -> Option<ServerSettings> {
    let bind = reader.address("server.bind", &raw.bind);
    let admin_bind = match raw.admin_bind.as_str() {
        "" => Some(None),
        text => reader.address("server.admin_bind", text).map(Some),
    };
    if admin_bind.flatten().is_some_and(|address| address.port() != 0 && bind == Some(address)) {
        reader.problem("server.admin_bind", "must differ from server.bind");
    }
    let workers = reader.count("server.workers", raw.workers, 0..=1_024);
    let max_connections = reader.count("server.max_connections", raw.max_connections, 1..=1_000_000);
    let head_timeout = reader.time("server.head_timeout", &raw.head_timeout);
    let body_timeout = reader.time("server.body_timeout", &raw.body_timeout);
    let request_timeout = reader.time("server.request_timeout", &raw.request_timeout);
    let drain_delay = reader.require("server.drain_delay", duration::parse(&raw.drain_delay), duration::FORM);
    let shutdown_timeout = reader.time("server.shutdown_timeout", &raw.shutdown_timeout);
    Some(ServerSettings {
        bind: bind?,
        admin_bind: admin_bind?,
        workers: workers.map(|count| if count == 0 { processors() } else { count })? as usize,
        max_connections: max_connections? as usize,
        head_timeout: head_timeout?,
        body_timeout: body_timeout?,
        request_timeout: request_timeout?,
        drain_delay: drain_delay?,
        shutdown_timeout: shutdown_timeout?,
        control: Control::parse(&raw.control),
    })
}

fn cache(reader: &mut Reader<'_>, raw: &raw::Cache) -> Option<Keep> {
    let callers = reader.count("cache.callers", raw.callers, 0..=10_000_000);
    let shown_mib = reader.count("cache.shown_mib", raw.shown_mib, 0..=1_048_576);
    Some(Keep { callers: callers? as usize, shown_bytes: u64::from(shown_mib?) << 20 })
}

fn usage(reader: &mut Reader<'_>, raw: &raw::Usage) -> Option<UsageSettings> {
    let retention = duration::parse(&raw.retention).filter(|length| *length >= DAY);
    let retention = reader.require("usage.retention", retention, "a time of one day at least, such as 400d");
    Some(UsageSettings { enabled: raw.enabled, retention: retention? })
}

fn bcrypt_cost(reader: &mut Reader<'_>, number: u64) -> Option<Cost> {
    let cost = u32::try_from(number).ok().and_then(Cost::new);
    reader.require("passwords.bcrypt_cost", cost, format!("a number from {} to {}", Cost::MIN, Cost::MAX))
}

fn roles(reader: &mut Reader<'_>, raw: &[raw::Role]) -> Option<RolePolicy> {
    let mut definitions = Vec::new();
    for (at, role) in raw.iter().enumerate() {
        let mut permissions = Vec::new();
        for (n, text) in role.permissions.iter().enumerate() {
            let key = format!("roles[{at}].permissions[{n}]");
            permissions.extend(reader.require(&key, Permission::parse(text), "a permission, such as users:read"));
        }
        let permissions: Permissions = permissions.into_iter().collect();
        definitions.push(RoleDefinition { name: RoleName::from_stored(role.name.clone()), permissions });
    }
    match RolePolicy::new(definitions) {
        Ok(policy) => Some(policy),
        Err(RolePolicyError::Empty) => reader.require("roles", None, "a list of one role at least"),
        Err(RolePolicyError::BadName(name)) => {
            bad_role_name(reader, raw, &name);
            None
        }
    }
}

/// Says where a name stands that is empty, or where it stands again.
fn bad_role_name(reader: &mut Reader<'_>, raw: &[raw::Role], name: &str) {
    let mut places = raw.iter().enumerate().filter(|(_, role)| role.name == name).map(|(at, _)| at);
    if name.is_empty() {
        places.for_each(|at| reader.problem(&format!("roles[{at}].name"), "must not be empty"));
    } else if let Some(first) = places.next() {
        let message = format!("is the name of roles[{first}] already");
        places.for_each(|at| reader.problem(&format!("roles[{at}].name"), &message));
    }
}

fn log(reader: &mut Reader<'_>, raw: raw::Log) -> Option<LogSettings> {
    let format = match raw.format.as_str() {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    };
    let format = reader.require("log.format", format, "\"text\" or \"json\"");
    let is_filter = EnvFilter::try_new(&raw.filter).is_ok();
    let filter = reader.require(
        "log.filter",
        is_filter.then_some(raw.filter),
        "a level, such as info, or a list such as info,gateway=debug",
    );
    Some(LogSettings { format: format?, filter: filter? })
}
