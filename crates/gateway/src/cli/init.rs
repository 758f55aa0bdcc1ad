//! `diglot init`

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::Args;
use serde_json::json;
use users::profile::Username;
use users::{Administrator, Email, Initialised};

use super::{Context, Form, output, workspace};
use crate::dialects::{DIALECTS, Example};
use crate::exit::{Failure, Outcome};
use crate::settings::Settings;
use crate::store::Installation;

/// Make the store, the first workspace, the administrator and its key, which is shown once
///
/// Nothing is changed, and the command ends with 1, if there is an administrator already.
#[derive(Debug, Args)]
pub struct Init {
    /// The administrator's e-mail address
    #[arg(long, default_value = "admin@example.com", value_parser = email)]
    email: Email,
    /// The administrator's username
    #[arg(long, default_value = "admin", value_parser = username)]
    username: Username,
    /// The first workspace
    #[arg(long, default_value = "Default", value_name = "NAME", value_parser = workspace::name)]
    workspace_name: String,
    #[command(flatten)]
    form: Form,
}

fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| error.reason().to_owned())
}

fn username(text: &str) -> Result<Username, String> {
    Username::parse(text).map_err(|error| format!("a username {error}"))
}

impl Init {
    pub fn run(self, context: &Context) -> Outcome {
        let settings = context.settings()?;
        let installation = Installation::create(&settings)?;
        let Self { email, username, workspace_name, form } = self;
        let address = email.as_str().to_owned();
        let made = installation.operator().init(Administrator { email, username, workspace_name })?;
        let object = json!({
            "workspace_id": made.workspace.as_str(),
            "user_id": made.user.as_str(),
            "key": made.key.reveal(),
        });
        let lines = explain(&made, &address, &settings).map_err(|error| Failure::No(error.to_string()))?;
        output::result(form, &object, &lines)
    }
}

/// What a newcomer needs to know.
fn explain(made: &Initialised, email: &str, settings: &Settings) -> Result<String, std::fmt::Error> {
    let key = made.key.reveal();
    let mut text = format!(
        "The store is ready.\n\n  workspace      {}\n  administrator  {}  {email}\n  key            {key}\n\n\
         The key is shown this once. Start the server with `diglot serve`, then try:\n",
        made.workspace, made.user
    );
    let server = format!("http://{}", reachable(settings.server.bind));
    for entry in DIALECTS {
        let Some(mounting) = settings.dialects.served.iter().find(|mounting| mounting.name == entry.name) else {
            continue;
        };
        let base = format!("{server}{}", mounting.prefix);
        writeln!(text, "\n# {}", entry.name)?;
        for line in (entry.examples)(&Example { base: &base, key: &key, workspace: made.workspace.as_str() }) {
            writeln!(text, "{line}")?;
        }
    }
    Ok(text)
}

/// An address that a client on this machine can reach.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}
