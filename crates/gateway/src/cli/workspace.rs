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
        #[arg(value_parser = name)]
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

/// Reads a workspace's name, so that a bad one is refused before there is a store.
pub fn name(text: &str) -> Result<String, String> {
    Record::check_name(text).map(|()| text.to_owned()).map_err(|error| format!("a workspace's name {error}"))
}

impl Workspace {
    pub fn run(self, context: &Context) -> Outcome {
        let operator = context.operator()?;
        match self {
            Workspace::Create { name, form } => {
                let made = operator.create_workspace(&name)?;
                output::result(form, &object(&made), made.id.as_str())
            }
            Workspace::List { form } => {
                let workspaces = operator.workspaces()?;
                let mut list = List::begin(form, &["id", "name"])?;
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
