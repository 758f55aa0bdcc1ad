//! `diglot plan`

use std::fmt::Write;
use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};
use users::Client;
use users::ports::Clock;
use users::usage::Day;

use super::{Context, Form, output};
use crate::environment::SystemClock;
use crate::exit::{Failure, Outcome};
use crate::live::Step;
use crate::outline::Change;
use crate::settings::Settings;
use crate::store::Installation;

/// How far back it is looked who calls an operation.
const DAYS: i64 = 30;

/// Show what another file of settings would change for each operation
///
/// FILE is compared with the settings that hold now: the built-in ones, the file named by
/// --config, and the variables, which beat FILE as well; nothing is changed. Addresses, states,
/// limits and dates of operations are compared one by one, the rest by section: what a reload
/// would change beside operations, and what would need a restart. For each operation that would
/// change, the keys are named that have called it in the last 30 days, as the store has noted it.
/// Exit code 0: nothing would change; 1: something would; 2: FILE is wrong, and all that is wrong
/// with it is told.
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
        let step = Step::between(&old, &old, &new);
        // What would change is told in any case. A store that is not there notes nothing.
        let callers = if step.changes.is_empty() { Ok(Vec::new()) } else { callers(&old) };
        let changes = step.changes.iter().map(|change| object(change, callers.as_deref().ok()));
        let mut result = step.to_json();
        result["file"] = json!(self.file.display().to_string());
        result["changes"] = changes.collect();
        let text = lines(&step, &callers).map_err(|error| Failure::No(error.to_string()))?;
        output::result(self.form, &result, &text)?;
        match step.changes.len() {
            0 if step.is_nothing() => Ok(()),
            0 => Err(Failure::No("no operation would change, but what is named above".to_owned())),
            1 => Err(Failure::No("one operation would change".to_owned())),
            count => Err(Failure::No(format!("{count} operations would change"))),
        }
    }
}

/// A key that calls an operation.
struct Caller {
    operation: String,
    key: Option<String>,
    name: String,
    is_revoked: bool,
    calls: u64,
    last_seen: String,
}

/// Who has called what in that time.
fn callers(settings: &Settings) -> Result<Vec<Caller>, String> {
    let operator = Installation::existing(settings).map_err(|error| error.to_string())?.operator();
    let since = Day::of_earlier(SystemClock.now(), TimeDelta::days(DAYS));
    let clients = operator.clients(since).map_err(|error| error.to_string())?;
    let callers = clients.into_iter().flat_map(|Client { key, owner, calls }| {
        let whose = owner.map_or_else(String::new, |owner| format!("sessions of {}", owner.email.as_str()));
        calls.into_iter().map(move |(operation, tally)| Caller {
            operation,
            name: key.as_ref().map_or_else(|| whose.clone(), |key| key.name.clone()),
            is_revoked: key.as_ref().is_some_and(|key| key.revoked_at.is_some()),
            key: key.as_ref().map(|key| key.id.as_str().to_owned()),
            calls: tally.calls,
            last_seen: output::time(tally.last_seen),
        })
    });
    Ok(callers.collect())
}

fn object(change: &Change, callers: Option<&[Caller]>) -> Value {
    let keys = callers.map(|callers| {
        let own = callers.iter().filter(|caller| caller.operation == change.name);
        let own = own.map(|caller| {
            let Caller { operation: _, key, name, is_revoked, calls, last_seen } = caller;
            json!({"key_id": key, "name": name, "revoked": is_revoked, "calls": calls, "last_seen": last_seen})
        });
        own.collect::<Vec<_>>()
    });
    let mut object = change.to_json();
    object["keys"] = json!(keys);
    object
}

fn lines(step: &Step, callers: &Result<Vec<Caller>, String>) -> Result<String, std::fmt::Error> {
    if step.is_nothing() {
        return Ok("Nothing would change.".to_owned());
    }
    let (changes, mut text) = (&step.changes, String::new());
    for change in changes {
        writeln!(text, "{}", change.name)?;
        for (name, from, to) in &change.facets {
            text.push_str(&output::step(name, from, to));
        }
        let own = callers.iter().flatten().filter(|caller| caller.operation == change.name);
        for Caller { operation: _, key, name, is_revoked, calls, last_seen } in own {
            let revoked = if *is_revoked { ", revoked" } else { "" };
            let who = key.as_ref().map_or_else(|| name.clone(), |key| format!("{key} ({name}{revoked})"));
            writeln!(text, "    used by {who}, calls in {DAYS} days: {calls}, the last at {last_seen}")?;
        }
    }
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    text.push_str(&output::beside(&owned(&step.others), &owned(&step.restart)));
    match callers {
        Ok(_) if changes.is_empty() => {}
        Ok(callers) if changes.iter().all(|change| callers.iter().all(|caller| caller.operation != change.name)) => {
            writeln!(text, "No key has called any of these operations in the last {DAYS} days.")?;
        }
        Ok(_) => {}
        Err(error) => writeln!(text, "Which keys have called them is not known: {error}")?,
    }
    Ok(text)
}
