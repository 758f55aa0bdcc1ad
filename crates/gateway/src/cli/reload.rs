//! `diglot reload`

use clap::Args;

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
        match told.iter().filter(|told| !told.done).count() {
            0 => Ok(()),
            refused if refused == told.len() => Err(Failure::No("the settings are as they were before".to_owned())),
            refused => {
                Err(Failure::No(format!("{refused} of {} servers do not serve by the new settings", told.len())))
            }
        }
    }
}

/// What one server has made of it.
fn lines(told: &Told) -> String {
    if let Some(refusal) = told.refusal() {
        return refusal;
    }
    let result = &told.result;
    let mut text = format!("Process {} serves by the new settings.", told.pid.unwrap_or_default());
    let members = |name: &str| result[name].as_array().cloned().unwrap_or_default();
    for change in members("changes") {
        text.push_str(&format!("\n{}", output::words(&change["name"])));
        for (name, step) in change["changes"].as_object().into_iter().flatten() {
            text.push('\n');
            text.push_str(output::step(name, &step["from"], &step["to"]).trim_end());
        }
    }
    let named = |name| members(name).iter().map(output::words).collect::<Vec<_>>();
    text.push('\n');
    text.push_str(output::beside(&named("others"), &named("needs_restart")).trim_end());
    text.truncate(text.trim_end().len());
    text
}
