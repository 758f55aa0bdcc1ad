//! `diglot migrate`

use clap::Args;
use serde_json::json;

use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::store::{Installation, InstallationError};

/// Bring the store up to date
#[derive(Debug, Args)]
pub struct Migrate {
    /// Only say how things stand
    #[arg(long)]
    status: bool,
    #[command(flatten)]
    form: Form,
}

impl Migrate {
    pub fn run(self, context: &Context) -> Outcome {
        let settings = context.settings()?;
        if !self.status {
            Installation::create(&settings)?;
        }
        let changes = storage::schema_changes(&settings.database.url).map_err(InstallationError::from)?;
        let pending = changes.iter().filter(|change| !change.applied).count();
        let object = json!({
            "up_to_date": pending == 0,
            "changes": changes.iter().map(|c| json!({"name": c.name, "applied": c.applied})).collect::<Vec<_>>(),
        });
        let mut lines = String::new();
        for change in &changes {
            lines.push_str(&format!("{}  {}\n", if change.applied { "done   " } else { "pending" }, change.name));
        }
        output::result(self.form, &object, &lines)?;
        match pending {
            0 => Ok(()),
            _ => Err(Failure::No(format!("{pending} change(s) are to be made: run `diglot migrate`"))),
        }
    }
}
