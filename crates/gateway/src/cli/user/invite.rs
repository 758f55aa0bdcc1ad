//! `diglot user invite`

use serde_json::json;

use super::super::{Context, Form, output};
use crate::exit::Outcome;

pub fn run(context: &Context, user: &str, form: Form) -> Outcome {
    let invited = context.installation()?.operator().invite(user)?;
    let id = invited.id;
    let object = json!({"user_id": id.as_str(), "status": invited.status.as_str(), "invited": true});
    output::result(form, &object, &format!("{id} is invited: a mail with a link is on its way"))
}
