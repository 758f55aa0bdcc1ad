//! `diglot openapi`

use clap::Args;

use super::{Context, output};
use crate::documents::documents;
use crate::exit::{Failure, Outcome};

/// Print the OpenAPI document of a dialect, as it is served at /openapi
#[derive(Debug, Args)]
pub struct Openapi {
    /// The dialect's name
    dialect: String,
    /// Print YAML in place of JSON
    #[arg(long)]
    yaml: bool,
}

impl Openapi {
    pub fn run(self, context: &Context) -> Outcome {
        let documents = documents(&context.settings()?);
        let Some(document) = documents.iter().find(|document| document.name == self.dialect) else {
            let names: Vec<&str> = documents.iter().map(|document| document.name).collect();
            return Err(Failure::Usage(format!(
                "no dialect {:?} is served; there are {}",
                self.dialect,
                names.join(", ")
            )));
        };
        output::text(&if self.yaml { document.to_yaml() } else { document.to_json() })
    }
}
