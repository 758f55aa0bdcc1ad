//! `diglot user`

mod invite;
mod show;

use clap::Subcommand;
use serde_json::json;
use users::Operator;
use users::page::Start;

use super::output::{self, BATCH, List, USER_COLUMNS, user_item};
use super::{Context, Form, password};
use crate::exit::Outcome;
use crate::store::Store;

/// Users, beyond what the API offers
#[derive(Debug, Subcommand)]
pub enum User {
    /// Print every user of the installation
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Print all that is known of a user, but for the password
    Show {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        form: Form,
    },
    /// Delete a user for good, with its keys
    Delete {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        form: Form,
    },
    /// Send a user another invitation: a mail with a link, by which it sets its password
    ///
    /// Links of earlier invitations do not work any more. A pending user becomes active once it has set a password. One that is active can
    /// be invited as well, to set a first password or another one. The running server sends the mail, as [mail] in the settings says; see
    /// `diglot mail queue` for what is on its way. Who is suspended or inactive is not invited, and the command ends with 1.
    ///
    /// Example: diglot user invite ada@example.com
    Invite {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        form: Form,
    },
    /// Set a user's password, asked for at the terminal or read from the first line of the input
    ///
    /// At least 8 characters and at most 71 bytes. Passwords that are among the first that anybody tries are refused, such as the most common
    /// ones and the user's own name. All sessions of the user end, links that were mailed to it do not work any more, and what was counted of
    /// attempts to sign in is forgotten. Its status stays: who is pending cannot sign in by that alone.
    SetPassword {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        form: Form,
    },
}

impl User {
    pub fn run(self, context: &Context) -> Outcome {
        let operator = context.operator()?;
        match self {
            User::List { form } => list(&operator, form),
            User::Show { user, form } => show::run(&operator.user(&user)?, form),
            User::Delete { user, form } => {
                let id = operator.delete_user(&user)?.id;
                output::result(form, &json!({"user_id": id.as_str(), "deleted": true}), &format!("{id} is deleted"))
            }
            User::Invite { user, form } => invite::run(context, &user, form),
            User::SetPassword { user, form } => {
                // Nobody types a password for a user that does not exist.
                let known = operator.user(&user)?.user;
                let user = operator.set_password(&user, &password::read(&known)?)?;
                let object = json!({"user_id": user.id.as_str(), "status": user.status.as_str()});
                let but = if user.is_active() {
                    String::new()
                } else {
                    format!(", but is {} and so cannot sign in: an API can set its status", user.status.as_str())
                };
                output::result(form, &object, &format!("{} has a new password{but}", user.id))
            }
        }
    }
}

fn list(operator: &Operator<Store>, form: Form) -> Outcome {
    let mut users = operator.users(&Start::Beginning, BATCH)?;
    let mut list = List::begin(form, &USER_COLUMNS)?;
    while let Some(last) = users.last() {
        let next = Start::After(last.id.clone());
        users.iter().try_for_each(|user| user_item(&mut list, user))?;
        users = operator.users(&next, BATCH)?;
    }
    list.end()
}
