//! `diglot user invite`

use serde_json::json;

use super::super::mail::OFF;
use super::super::{Context, Form, output};
use crate::exit::Outcome;

pub fn run(context: &Context, user: &str, form: Form) -> Outcome {
    let is_sent = context.settings()?.mail.is_some();
    let invited = context.operator()?.invite(user)?;
    let id = invited.id;
    let object = json!({
        "user_id": id.as_str(),
        "status": invited.status.as_str(),
        "mail": if is_sent { "queued" } else { "off" },
    });
    let next = if is_sent {
        "a server process sends the mail within a second or so; `diglot mail queue` tells if it cannot".to_owned()
    } else {
        format!("{OFF} (mail.transport): the mail waits until a server with mail takes it")
    };
    output::result(form, &object, &format!("{id} is invited: {next}"))
}
