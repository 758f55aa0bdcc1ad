//! `diglot check`

use serde_json::json;

use super::{Context, Form, output};
use crate::exit::{Failure, Outcome};
use crate::store::Installation;

pub fn run(context: &Context, form: Form) -> Outcome {
    let settings = context.settings()?;
    let users = Installation::existing(&settings)?.users();
    if !users.has_administrator()? {
        return Err(Failure::No("there is no administrator yet: run `diglot init`".to_owned()));
    }
    let object = json!({"settings": "ok", "store": "ok", "administrator": true});
    output::result(form, &object, "The settings and the store are in order.")
}
