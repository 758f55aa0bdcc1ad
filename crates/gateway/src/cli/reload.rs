//! `diglot reload`

use clap::Args;
use serde_json::Value;

use super::running::{self, Told};
use super::{Context, Form, output};
use crate::control::Question;
use crate::exit::{Failure, Outcome};

/// Have running servers read their settings again, without a restart
///
/// A server reads the file and the variables that it was started with, and serves as they say from then on; no connection is dropped,
/// and a request that is being answered is answered as before. Wrong settings change nothing: those before stay in force, what is
/// wrong is printed, and the exit code is 1. Sending SIGHUP to a server does the same, and says so in its log alone.
///
/// Routes, dialects, limits, plans, calendars, cors and docs are changed at once. What a server can only be started with (addresses,
/// threads, the database, roles, the log) is named as needing a restart, and is left as it was.
///
/// Servers are found at `server.control` of the settings that this command reads: all that serve the same database file, or the one
/// at the path that is set there.
///
///     diglot check new.toml && cp new.toml diglot.toml && diglot reload --config diglot.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Reload {
    #[command(flatten)]
    form: Form,
}

impl Reload {
    pub fn run(self, context: &Context) -> Outcome {
        let told = running::tell(context, &Question::Reload)?;
        let text: Vec<String> = told.iter().map(lines).collect();
        running::print(self.form, &told, &text.join("\n"))?;
        let refused = told.iter().filter(|told| !told.done).count();
        match refused {
            0 => Ok(()),
            _ => Err(Failure::No("the settings are as they were before".to_owned())),
        }
    }
}

/// What one server has made of it.
fn lines(Told { pid, done, result }: &Told) -> String {
    if !done {
        return format!("Process {pid} refuses: {}", output::words(&result["reason"]));
    }
    let mut text = format!("Process {pid} serves by the new settings.");
    let members = |name: &str| result[name].as_array().cloned().unwrap_or_default();
    for change in members("changes") {
        text.push_str(&format!("\n{}", output::words(&change["name"])));
        for (name, step) in change["changes"].as_object().into_iter().flatten() {
            text.push('\n');
            text.push_str(output::step(name, &step["from"], &step["to"]).trim_end());
        }
    }
    let named = |names: Vec<Value>| names.iter().map(output::words).collect::<Vec<_>>().join(", ");
    for (name, about) in [("others", "Changed as well"), ("needs_restart", "Needs a restart, and is as before")] {
        let names = members(name);
        if !names.is_empty() {
            text.push_str(&format!("\n{about}: {}", named(names)));
        }
    }
    text
}
