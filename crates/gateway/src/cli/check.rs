//! `diglot check`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use storage::ReplicaFault;
use users::Operator;
use users::key::Key;
use users::ports::Clock;

use super::{Context, Form, output};
use crate::environment::SystemClock;
use crate::exit::{Failure, Outcome};
use crate::settings::{Problem, Settings, SettingsError, replica_key, written};
use crate::store::{Installation, InstallationError, Store};

/// Look at the settings and the store, without serving
///
/// With FILE, that file of settings is looked at and nothing else: no variable, no store, no
/// other server. Everything that is wrong with it is told at once, with its line and key, and the
/// exit code is 2:
///
///     diglot check new.toml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Check {
    /// A file with settings that is to be looked at alone
    #[arg(conflicts_with = "deep")]
    file: Option<PathBuf>,
    /// Read the whole store, and see whether all that is kept for lists and searches agrees with the users
    #[arg(long)]
    deep: bool,
    #[command(flatten)]
    form: Form,
}

impl Check {
    pub fn run(self, context: &Context) -> Outcome {
        if let Some(file) = &self.file {
            return look_at(file, self.form);
        }
        let settings = context.settings()?;
        let installation = Installation::existing(&settings)?;
        let users = installation.users();
        let faults = storage::replica_faults(&settings.database).map_err(InstallationError::from)?;
        if !faults.is_empty() {
            return Err(replicas(context, faults));
        }
        if !users.has_administrator()? {
            return Err(Failure::No("there is no administrator yet: run `diglot init`".to_owned()));
        }
        let operator = installation.operator();
        let strays = [strays(&settings, &operator.keys()?), unknown(&settings, &operator)?].concat();
        if !strays.is_empty() {
            return Err(Failure::No(strays.join("\n")));
        }
        let amiss =
            if self.deep { storage::verify(&settings.database).map_err(InstallationError::from)? } else { Vec::new() };
        let store = if amiss.is_empty() { "ok" } else { "amiss" };
        let replicas = settings.database.replicas.urls.len();
        let mut object = json!({"settings": "ok", "store": store, "replicas": replicas, "administrator": true});
        if self.deep {
            object["amiss"] = json!(amiss);
        }
        if amiss.is_empty() {
            return output::result(self.form, &object, "The settings and the store are in order.");
        }
        output::result(self.form, &object, &amiss.join("\n"))?;
        Err(Failure::No("the store is not in order".to_owned()))
    }
}

/// Looks at one file alone.
fn look_at(file: &Path, form: Form) -> Outcome {
    let shown = file.display();
    match Settings::load(Some(file), std::iter::empty()) {
        Ok(_) => output::result(
            form,
            &json!({"file": shown.to_string(), "settings": "ok", "problems": []}),
            &format!("{shown} is in order. It was looked at alone, without variables, and without the store."),
        ),
        Err(SettingsError(problems)) => {
            if form.json {
                let objects: Vec<Value> = problems.iter().map(Problem::to_json).collect();
                output::result(
                    form,
                    &json!({"file": shown.to_string(), "settings": "wrong", "problems": objects}),
                    "",
                )?;
            }
            Err(Failure::Usage(SettingsError(problems).to_string()))
        }
    }
}

/// Live keys whose plan the settings do not have: they are not limited, though somebody wanted it.
fn strays(settings: &Settings, keys: &[Key]) -> Vec<String> {
    let now = SystemClock.now();
    let stray = |key: &Key| {
        let plan = key.plan.as_ref().filter(|plan| key.is_live(now) && !settings.limits.plans.contains_key(*plan))?;
        Some(format!("the key {} has the plan {plan}, which [plans] does not have: it is not limited", key.id))
    };
    keys.iter().filter_map(stray).collect()
}

/// Exempt keys that are none: whoever is meant is told that the operation is gone like all others.
fn unknown(settings: &Settings, operator: &Operator<Store>) -> Result<Vec<String>, Failure> {
    let mut lines = BTreeSet::new();
    for (key, id) in settings.routes.iter().flat_map(|how| how.exempt.value.iter().map(|id| (&how.exempt.key, id))) {
        if !operator.has_key(id)? {
            lines.insert(format!("{} names {id}, and there is no such key", written(key)));
        }
    }
    Ok(lines.into_iter().collect())
}

/// What is wrong with replicas: a mistake in the settings, or only that some are away now.
fn replicas(context: &Context, faults: Vec<ReplicaFault>) -> Failure {
    let is_mistake = faults.iter().any(|fault| fault.is_lasting);
    let problems = faults.into_iter().map(|fault| context.problem(replica_key(fault.n), fault.reason));
    let error = SettingsError(problems.collect());
    if is_mistake {
        return Failure::Usage(error.to_string());
    }
    let lines: Vec<String> = error.0.iter().map(|problem| format!("  {problem}")).collect();
    Failure::No(format!("replicas cannot be asked now\n{}", lines.join("\n")))
}
