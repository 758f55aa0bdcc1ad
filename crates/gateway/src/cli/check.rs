//! `diglot check`

use clap::Args;
use serde_json::json;

use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::store::Installation;

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
        if !users.has_administrator()? {
            return Err(Failure::No("there is no administrator yet: run `diglot init`".to_owned()));
        }
        let amiss = if self.deep { storage::verify(&settings.database).map_err(no)? } else { Vec::new() };
        let store = if amiss.is_empty() { "ok" } else { "amiss" };
        let mut object = json!({"settings": "ok", "store": store, "administrator": true});
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

fn no(error: storage::OpenError) -> Failure {
    Failure::No(error.to_string())
}
