//! `diglot user`

use clap::Subcommand;
use serde_json::{Value, json};
use users::json::FreeObject;
use users::page::Start;
use users::{Operator, UserDetails};

use super::member::BATCH;
use super::output::{self, List, user_item, user_object};
use super::{Context, Form, password};
use crate::exit::{Failure, Outcome};
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
    /// Set a user's password, asked for at the terminal or read from the first line of the input
    SetPassword {
        /// The user's id or e-mail address
        user: String,
        #[command(flatten)]
        form: Form,
    },
}

impl User {
    pub fn run(self, context: &Context) -> Outcome {
        let operator = context.installation()?.operator();
        match self {
            User::List { form } => list(&operator, form),
            User::Show { user, form } => show(&operator.user(&user)?, form),
            User::Delete { user, form } => {
                let id = operator.delete_user(&user)?.id;
                output::result(form, &json!({"user_id": id.as_str(), "deleted": true}), &format!("{id} is deleted"))
            }
            User::SetPassword { user, form } => {
                // Nobody types a password for a user that does not exist.
                operator.user(&user)?;
                let id = operator.set_password(&user, &password::read()?)?.id;
                output::result(form, &json!({"user_id": id.as_str()}), &format!("{id} has a new password"))
            }
        }
    }
}

fn list(operator: &Operator<Store>, form: Form) -> Outcome {
    let mut users = operator.users(&Start::Beginning, BATCH)?;
    let mut list = List::begin(form)?;
    while let Some(last) = users.last() {
        let next = Start::After(last.id.clone());
        users.iter().try_for_each(|user| user_item(&mut list, user))?;
        users = operator.users(&next, BATCH)?;
    }
    list.end()
}

fn show(details: &UserDetails, form: Form) -> Outcome {
    let object = object(details)?;
    let mut lines = String::new();
    if let Value::Object(members) = &object {
        for (name, value) in members {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            lines.push_str(&format!("{name:<22}{}\n", text.replace(char::is_control, " ")));
        }
    }
    output::result(form, &object, &lines)
}

fn object(details: &UserDetails) -> Result<Value, Failure> {
    let user = &details.user;
    let mut object = user_object(user);
    let more = json!({
        "permissions": details.permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>(),
        "workspaces": details.workspaces.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        "department": user.department.as_ref().map(|text| text.as_str()),
        "avatar_url": user.avatar_url.as_ref().map(|text| text.as_str()),
        "bio": user.bio.as_ref().map(|text| text.as_str()),
        "timezone": user.timezone.as_ref().map(|text| text.as_str()),
        "locale": user.locale.as_ref().map(|text| text.as_str()),
        "auth_provider": user.auth_provider,
        "preferences": free(&user.preferences)?,
        "settings": free(&user.settings)?,
        "metadata": free(&user.metadata)?,
        "revision": user.revision,
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut object, more) {
        all.extend(more);
    }
    Ok(object)
}

fn free(object: &FreeObject) -> Result<Value, Failure> {
    serde_json::from_str(object.as_str()).map_err(|error| Failure::No(format!("the record is damaged: {error}")))
}
