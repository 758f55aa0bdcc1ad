//! `diglot check`

use clap::Args;
use serde_json::json;
use storage::ReplicaFault;

use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::settings::{SettingsError, replica_key};
use crate::store::{Installation, InstallationError};

/// Look at the settings and the store, without serving
#[derive(Debug, Args)]
pub struct Check {
    /// Read the whole store, and see whether all that is kept for lists and searches agrees with the users
    #[arg(long)]
    deep: bool,
    #[command(flatten)]
    form: Form,
}

impl Check {
    pub fn run(self, context: &Context) -> Outcome {
        let settings = context.settings()?;
        let users = Installation::existing(&settings)?.users();
        let faults = storage::replica_faults(&settings.database).map_err(InstallationError::from)?;
        if !faults.is_empty() {
            return Err(replicas(context, faults));
        }
        if !users.has_administrator()? {
            return Err(Failure::No("there is no administrator yet: run `diglot init`".to_owned()));
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
