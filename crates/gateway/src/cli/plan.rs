//! `diglot plan`

use std::fmt::Write;
use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};
use users::ports::Clock;
use users::usage::{Day, Used};

use super::{Context, Form, output};
use crate::environment::SystemClock;
use crate::exit::{Failure, Outcome};
use crate::outline::{self, Change};
use crate::settings::Settings;
use crate::store::Installation;

/// How far back it is looked who calls an operation.
const DAYS: i64 = 30;

/// Show what another file of settings would change for each operation
///
/// FILE is compared with the settings that hold now: the built-in ones, the file named by
/// --config, and the variables, which beat FILE as well. Addresses, states, limits and dates are
/// compared; nothing is changed. For each operation that would change, the keys are named that
/// have called it in the last 30 days, as the store has noted it. Exit code 0: nothing would
/// change; 1: something would; 2: FILE is wrong, and all that is wrong with it is told.
///
///     diglot plan --config diglot.toml new.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Plan {
    /// The file with settings that might take the place of the present one
    file: PathBuf,
    #[command(flatten)]
    form: Form,
}

impl Plan {
    pub fn run(self, context: &Context) -> Outcome {
        let old = context.settings()?;
        let new = Settings::load(Some(&self.file), std::env::vars_os());
        let new = new.map_err(|error| Failure::Usage(error.to_string()))?;
        let changes = outline::changes(&old, &new);
        // What would change is told in any case. A store that is not there notes nothing.
        let callers = if changes.is_empty() { Ok(Vec::new()) } else { callers(&old) };
        let objects: Vec<Value> = changes.iter().map(|change| object(change, callers.as_deref().ok())).collect();
        let text = lines(&changes, &callers).map_err(|error| Failure::No(error.to_string()))?;
        let result = json!({"file": self.file.display().to_string(), "changes": objects});
        output::result(self.form, &result, &text)?;
        match changes.len() {
            0 => Ok(()),
            1 => Err(Failure::No("one operation would change".to_owned())),
            count => Err(Failure::No(format!("{count} operations would change"))),
        }
    }
}

/// A key that calls an operation.
struct Caller {
    operation: String,
    key: String,
    name: String,
    calls: u64,
    last_seen: String,
}

/// Who has called what in that time.
fn callers(settings: &Settings) -> Result<Vec<Caller>, String> {
    let operator = Installation::existing(settings).map_err(|error| error.to_string())?.operator();
    let since = Day::of_earlier(SystemClock.now(), TimeDelta::days(DAYS));
    let used = operator.usage_since(since).map_err(|error| error.to_string())?;
    let keys = operator.keys().map_err(|error| error.to_string())?;
    let name = |id| keys.iter().find(|key| key.id == id).map_or_else(String::new, |key| key.name.clone());
    let callers = used.into_iter().map(|Used { key, operation, tally }| Caller {
        operation,
        key: key.as_str().to_owned(),
        name: name(key),
        calls: tally.calls,
        last_seen: output::time(tally.last_seen),
    });
    Ok(callers.collect())
}

fn object(change: &Change, callers: Option<&[Caller]>) -> Value {
    let keys = callers.map(|callers| {
        let own = callers.iter().filter(|caller| caller.operation == change.name);
        let own = own.map(|caller| {
            let Caller { operation: _, key, name, calls, last_seen } = caller;
            json!({"key_id": key, "name": name, "calls": calls, "last_seen": last_seen})
        });
        own.collect::<Vec<_>>()
    });
    let mut object = change.to_json();
    object["keys"] = json!(keys);
    object
}

fn lines(changes: &[Change], callers: &Result<Vec<Caller>, String>) -> Result<String, std::fmt::Error> {
    if changes.is_empty() {
        return Ok("Nothing would change.".to_owned());
    }
    let mut text = String::new();
    for change in changes {
        writeln!(text, "{}", change.name)?;
        for (name, from, to) in &change.facets {
            text.push_str(&output::step(name, from, to));
        }
        let own = callers.iter().flatten().filter(|caller| caller.operation == change.name);
        for Caller { operation: _, key, name, calls, last_seen } in own {
            writeln!(text, "    used by {key} ({name}), calls in {DAYS} days: {calls}, the last at {last_seen}")?;
        }
    }
    match callers {
        Ok(callers) if changes.iter().all(|change| callers.iter().all(|caller| caller.operation != change.name)) => {
            writeln!(text, "No key has called any of these operations in the last {DAYS} days.")?;
        }
        Ok(_) => {}
        Err(error) => writeln!(text, "Which keys have called them is not known: {error}")?,
    }
    Ok(text)
}
