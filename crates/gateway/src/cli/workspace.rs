//! `diglot workspace`

use clap::Subcommand;
use serde_json::{Value, json};
use users::workspace::Workspace as Record;

use super::output::{self, List, time};
use super::{Context, Form};
use crate::exit::Outcome;

/// Workspaces, the tenants
#[derive(Debug, Subcommand)]
pub enum Workspace {
    /// Make a workspace
    Create {
        /// What people call it; need not be unique
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// Print every workspace, the oldest first
    List {
        #[command(flatten)]
        form: Form,
    },
}

impl Workspace {
    pub fn run(self, context: &Context) -> Outcome {
        let operator = context.installation()?.operator();
        match self {
            Workspace::Create { name, form } => {
                let made = operator.create_workspace(&name)?;
                output::result(form, &object(&made), made.id.as_str())
            }
            Workspace::List { form } => {
                let workspaces = operator.workspaces()?;
                let mut list = List::begin(form)?;
                for workspace in workspaces {
                    list.item(&object(&workspace), &[workspace.id.as_str(), &workspace.name])?;
                }
                list.end()
            }
        }
    }
}

fn object(workspace: &Record) -> Value {
    json!({
        "workspace_id": workspace.id.as_str(),
        "name": workspace.name,
        "created_at": time(workspace.created_at),
    })
}
