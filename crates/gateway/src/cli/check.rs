//! `diglot check`

use serde_json::json;
use storage::ReplicaFault;

use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::settings::{SettingsError, replica_key};
use crate::store::{Installation, InstallationError};

pub fn run(context: &Context, form: Form) -> Outcome {
    let settings = context.settings()?;
    let users = Installation::existing(&settings)?.users();
    let faults = storage::replica_faults(&settings.database).map_err(InstallationError::from)?;
    if !faults.is_empty() {
        return Err(replicas(context, faults));
    }
    if !users.has_administrator()? {
        return Err(Failure::No("there is no administrator yet: run `diglot init`".to_owned()));
    }
    let replicas = settings.database.replicas.urls.len();
    let object = json!({"settings": "ok", "store": "ok", "replicas": replicas, "administrator": true});
    output::result(form, &object, "The settings and the store are in order.")
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
