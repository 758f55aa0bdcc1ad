//! `diglot init`

use std::fmt::{self, Write};
use std::path::Path;

use clap::Args;
use serde_json::json;
use users::profile::Username;
use users::{Administrator, Email, Initialised, OperatorError};

use super::{Context, Form, output, workspace};
use crate::dialects::{DIALECTS, Example};
use crate::exit::{Failure, Outcome};
use crate::outline;
use crate::settings::{Mounting, Settings};
use crate::store::Installation;

/// Make the store, the first workspace, the administrator and its key, which is shown once
///
/// If there is an administrator already, nothing is changed, and the command ends with 1.
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
    /// End with 0 if there is an administrator already
    #[arg(long)]
    if_needed: bool,
    #[command(flatten)]
    form: Form,
}

/// What is said where nothing needs to be done.
const NOT_NEEDED: &str = "The store has an administrator already; for another key: \
                          diglot key create --user EMAIL --workspace '*'";

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
        let Self { email, username, workspace_name, if_needed, form } = self;
        let address = email.as_str().to_owned();
        let made = match installation.operator().on(context.occasion()).init(Administrator {
            email,
            username,
            workspace_name,
        }) {
            Err(OperatorError::HasAdministrator) if if_needed => {
                return output::result(form, &json!({"administrator": true}), NOT_NEEDED);
            }
            made => made?,
        };
        let object = json!({
            "workspace_id": made.workspace.as_str(),
            "user_id": made.user.as_str(),
            "key": made.key.reveal(),
        });
        let lines = explain(&made, &address, context.file(), &settings);
        output::result(form, &object, &lines.map_err(|error| Failure::No(error.to_string()))?)
    }
}

/// What a newcomer needs to know.
fn explain(made: &Initialised, email: &str, file: Option<&Path>, settings: &Settings) -> Result<String, fmt::Error> {
    let (key, workspace) = (made.key.reveal(), &made.workspace);
    let config = file.map(|path| format!(" --config {}", quoted(&path.display().to_string()))).unwrap_or_default();
    let mut text = format!(
        "The store is ready.\n\n  workspace      {workspace}\n  administrator  {}  {email}\n  key            {key}\n\n\
         The key is shown this once. Start the server with `diglot serve{config}`, then try:\n\n\
         export KEY={key} WORKSPACE={workspace}\n",
        made.user
    );
    let server = outline::local(settings);
    for entry in DIALECTS {
        let mounting = settings.dialects.of(entry.name);
        let Some((mounting, curl)) = mounting.and_then(|at| Some((at, curl(at)?))) else {
            continue;
        };
        let base = format!("{server}{}", mounting.prefix);
        writeln!(text, "\n# {}", entry.name)?;
        let example = Example { curl: &curl, base: &base, key: &key, workspace: workspace.as_str() };
        for line in (entry.examples)(&example) {
            writeln!(text, "{line}")?;
        }
    }
    Ok(text)
}

/// The command that reaches a dialect: where neither a prefix nor the shared mount leads to it, its host is named. `None` if
/// it has none either.
fn curl(mounting: &Mounting) -> Option<String> {
    if mounting.shared || !mounting.prefix.is_empty() {
        return Some("curl".to_owned());
    }
    mounting.hosts.first().map(|host| format!("curl -H 'Host: {}'", host.as_str()))
}

/// The text as a shell reads it as one word.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
