//! `diglot member`

use clap::Subcommand;
use serde_json::json;
use users::page::Start;

use super::output::{self, BATCH, List, USER_COLUMNS, user_item};
use super::{Context, Form};
use crate::exit::Outcome;

/// Who is in which workspace
#[derive(Debug, Subcommand)]
pub enum Member {
    /// Make a user a member of a workspace
    Add {
        /// The workspace's id
        workspace: String,
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        form: Form,
    },
    /// End a membership
    Remove {
        /// The workspace's id
        workspace: String,
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        form: Form,
    },
    /// Print the members of a workspace
    List {
        /// The workspace's id
        workspace: String,
        #[command(flatten)]
        form: Form,
    },
}

impl Member {
    pub fn run(self, context: &Context) -> Outcome {
        let operator = context.operator()?;
        match self {
            Member::Add { workspace, user, form } => {
                operator.add_member(&workspace, &user)?;
                let object = json!({"workspace_id": workspace, "user": user, "member": true});
                output::result(form, &object, &format!("{user} is a member of {workspace}"))
            }
            Member::Remove { workspace, user, form } => {
                operator.remove_member(&workspace, &user)?;
                let object = json!({"workspace_id": workspace, "user": user, "member": false});
                output::result(form, &object, &format!("{user} is no longer a member of {workspace}"))
            }
            Member::List { workspace, form } => {
                let mut users = operator.members(&workspace, &Start::Beginning, BATCH)?;
                let mut list = List::begin(form, &USER_COLUMNS)?;
                while let Some(last) = users.last() {
                    let next = Start::After(last.id.clone());
                    users.iter().try_for_each(|user| user_item(&mut list, user))?;
                    users = operator.members(&workspace, &next, BATCH)?;
                }
                list.end()
            }
        }
    }
}
