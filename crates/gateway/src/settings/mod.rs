//! The settings: `config/default.toml`, then a file, then the environment.

mod audit;
mod built_in;
pub mod calendar;
pub mod control;
mod cors;
mod database;
mod deployment;
pub mod duration;
mod layers;
mod limits;
mod mail;
mod mounting;
mod near;
pub mod network;
mod only;
mod problem;
pub mod rate;
mod raw;
mod read;
mod shape;
mod sign_in;
pub mod size;
#[cfg(test)]
mod tests;
mod written;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use users::password::Cost;
use users::{Keep, RolePolicy, SignInRules};

pub use audit::AuditSettings;
pub use built_in::Known;
pub use calendar::{Brownout, Calendar, Successor};
pub use control::Control;
pub use database::replica_key;
pub use deployment::{Deployment, Routes, Set, State};
pub use layers::{CONFIG_VARIABLE, variable};
pub use limits::{LimitSettings, NO_PLAN};
pub use mail::{Login, MailSettings, Secret, Security, SmtpSettings, Transport};
pub use mounting::{Host, Mounting, Mountings};
pub use only::{Only, no_such};
pub use problem::{Place, Problem, SettingsError, written};
pub use rate::Rate;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `[server]`
    pub server: ServerSettings,
    /// `[database]`
    pub database: storage::Settings,
    /// `[cache]`
    pub cache: Keep,
    /// `[dialects]`
    pub dialects: Mountings,
    /// `[routes]`, and what `[dialects]` says of all routes
    pub routes: Routes,
    /// Whether the documents of the dialects are served, and the page that shows them: `docs.enabled`
    pub docs: bool,
    /// `[cors]`
    pub cors: CorsSettings,
    /// `[plans]` and `[limits]`
    pub limits: LimitSettings,
    /// `passwords.bcrypt_cost`
    pub bcrypt_cost: Cost,
    /// `[sign_in]`
    pub sign_in: SignInRules,
    /// `[[roles]]`
    pub roles: Arc<RolePolicy>,
    /// `[log]`
    pub log: LogSettings,
    /// `[usage]`
    pub usage: UsageSettings,
    /// `[audit]`
    pub audit: AuditSettings,
    /// `[mail]`; `None` if it is off
    pub mail: Option<MailSettings>,
}

/// The listeners, and how patient they are.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Where the API is served.
    pub bind: SocketAddr,
    /// Where the metrics are served, if anywhere.
    pub admin_bind: Option<SocketAddr>,
    /// How many threads serve.
    pub workers: usize,
    /// How many connections may be open.
    pub max_connections: usize,
    /// How long a request head may take, from the opening of the connection or the last answer.
    pub head_timeout: Duration,
    /// How long a body may take after its head.
    pub body_timeout: Duration,
    /// How long a request may take as a whole.
    pub request_timeout: Duration,
    /// How long the server goes on serving when it is asked to stop.
    pub drain_delay: Duration,
    /// How long requests may take to finish when the server stops.
    pub shutdown_timeout: Duration,
    /// Where the server listens to its operator.
    pub control: Control,
}

/// Whether it is counted who calls what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageSettings {
    /// Whether it is.
    pub enabled: bool,
    /// How long it is known.
    pub retention: Duration,
}

/// Which pages of other origins may use the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsSettings {
    /// Their origins.
    pub origins: Origins,
    /// How long a browser may remember the answer to a preflight.
    pub max_age: Duration,
}

/// Some origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// None: all of this is off.
    None,
    /// Every one.
    Any,
    /// These, as browsers send them.
    These(Vec<String>),
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object a line.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// How lines look.
    pub format: LogFormat,
    /// Which are written, as `tracing_subscriber::EnvFilter` reads it.
    pub filter: String,
}

impl Settings {
    /// Reads the settings from a file, if there is one, and the environment.
    ///
    /// # Errors
    /// Everything that is wrong, with the names of the keys and where they stand.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingsError> {
        read::settings(&crate::dialects::known(), file, environment)
    }

    /// Where a key stands, of settings that were read from these.
    #[must_use]
    pub fn place(file: Option<&Path>, environment: impl Iterator<Item = (OsString, OsString)>, key: &str) -> Place {
        read::place(&crate::dialects::known(), file, environment, key)
    }

    /// Where the control socket of a server is that was started with such settings, and the file of its database, if there is one,
    /// whatever is wrong with the settings now.
    #[must_use]
    pub fn control(
        file: Option<&Path>,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> (Control, Option<PathBuf>) {
        read::control(&crate::dialects::known(), file, environment)
    }

    /// The same for a process that serves only some operations.
    #[must_use]
    pub fn narrowed(self, only: Only) -> Self {
        Self { routes: self.routes.narrowed(only), ..self }
    }

    /// The defaults alone.
    ///
    /// # Errors
    /// None, unless the program was built with a broken file.
    pub fn built_in() -> Result<Self, SettingsError> {
        Self::load(None, std::iter::empty())
    }
}
