//! The settings as they are written, before they are understood. The documentation of each is in `config/default.toml`.

use std::collections::HashMap;

use serde::Deserialize;

use super::calendar::RawBrownout;

#[derive(Deserialize)]
pub struct Raw {
    pub server: Server,
    pub database: Database,
    pub cache: Cache,
    pub dialects: Dialects,
    pub docs: Docs,
    pub cors: Cors,
    pub passwords: Passwords,
    pub sign_in: SignIn,
    pub log: Log,
    pub usage: Usage,
    pub audit: Audit,
    pub mail: Mail,
    pub roles: Vec<Role>,
    /// By name.
    pub plans: HashMap<String, String>,
    pub limits: Limits,
    /// By dialect and operation.
    pub routes: HashMap<String, HashMap<String, Route>>,
}

#[derive(Deserialize)]
pub struct Server {
    pub bind: String,
    pub admin_bind: String,
    pub workers: u64,
    pub max_connections: u64,
    pub head_timeout: String,
    pub body_timeout: String,
    pub request_timeout: String,
    pub drain_delay: String,
    pub shutdown_timeout: String,
    pub control: String,
}

#[derive(Deserialize)]
pub struct Database {
    pub url: String,
    pub readers: u64,
    pub write_group: u64,
    pub write_queue: u64,
    pub wait: String,
    pub busy_timeout: String,
    pub pool: u64,
    pub connect_timeout: String,
    pub statement_timeout: String,
    pub lock_timeout: String,
    pub idle_timeout: String,
    pub silence: String,
    pub replica_urls: Vec<String>,
    pub replica_staleness: String,
}

#[derive(Deserialize)]
pub struct Cache {
    pub callers: u64,
    pub shown_mib: u64,
}

#[derive(Deserialize)]
pub struct Dialects {
    pub default: String,
    pub shared: bool,
    #[serde(flatten)]
    pub sections: HashMap<String, Dialect>,
}

#[derive(Deserialize)]
pub struct Dialect {
    pub enabled: bool,
    pub hosts: Vec<String>,
    pub prefix: String,
    pub shared: bool,
    /// What its routes have that say nothing else.
    #[serde(flatten)]
    pub routes: Route,
}

/// How operations are deployed.
#[derive(Deserialize)]
pub struct Route {
    pub serve: String,
    pub rate_limit: String,
    pub max_body: String,
    pub timeout: String,
    pub deprecated: String,
    pub sunset: String,
    pub successor: String,
    pub brownouts: Vec<RawBrownout>,
    pub exempt: Vec<String>,
}

#[derive(Deserialize)]
pub struct Limits {
    pub failed_authentications: String,
    pub trusted_proxies: Vec<String>,
}

#[derive(Deserialize)]
pub struct Docs {
    pub enabled: bool,
}

#[derive(Deserialize)]
pub struct Cors {
    pub origins: Vec<String>,
    pub max_age: String,
}

#[derive(Deserialize)]
pub struct Passwords {
    pub bcrypt_cost: u64,
}

#[derive(Deserialize)]
pub struct SignIn {
    pub session: String,
    pub per_account: String,
    pub per_peer: String,
    pub mails_per_account: String,
    pub mails_per_peer: String,
}

#[derive(Deserialize)]
pub struct Log {
    pub format: String,
    pub filter: String,
}

#[derive(Deserialize)]
pub struct Usage {
    pub enabled: bool,
    pub retention: String,
}

#[derive(Deserialize)]
pub struct Audit {
    pub retention: String,
}

#[derive(Deserialize)]
pub struct Mail {
    pub transport: String,
    pub sender: String,
    pub public_url: String,
    pub templates: String,
    pub folder: String,
    pub host: String,
    pub port: u64,
    pub security: String,
    pub username: String,
    pub password: String,
    pub password_file: String,
    pub ca_file: String,
    pub timeout: String,
}

#[derive(Deserialize)]
pub struct Role {
    pub name: String,
    pub permissions: Vec<String>,
}
