//! `/activate/resend`: another link is asked for here, by a person or by a program.

use actix_web::http::StatusCode;
use users::json::{Json, decode};
use users::{Email, email::EmailError};

use super::form::{self, Fields};
use super::views::{self, Problem};
use super::{Accounts, Answer, Visit};

/// Shows the form.
pub fn show() -> Answer {
    views::resend_form("", &[])
}

/// Takes the form, or an object with an `email`. What is said depends on the text of the address alone.
pub async fn ask(accounts: &dyn Accounts, visit: &Visit<'_>, body: &[u8]) -> Answer {
    if form::is_json(visit.headers) {
        return ask_in_json(accounts, visit, body).await;
    }
    let fields = Fields::of(visit.headers, body)?;
    let given = fields.text("email").trim();
    match Email::parse(given) {
        Ok(address) => {
            accounts.ask_for_link(address, visit.origin).await?;
            views::asked()
        }
        Err(error) => views::resend_form(given, &[Problem::new("email", complaint(&error))]),
    }
}

async fn ask_in_json(accounts: &dyn Accounts, visit: &Visit<'_>, body: &[u8]) -> Answer {
    let Ok(object) = decode(body) else {
        return Ok(views::error_in_json(StatusCode::BAD_REQUEST, "BAD_REQUEST", "The body is no JSON."));
    };
    let refused =
        |message: &str| Ok(views::error_in_json(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR", message));
    let Some(Json::String(given)) = object.get("email") else {
        return refused("An object with an email, a string, is expected.");
    };
    match Email::parse(given) {
        Ok(address) => {
            accounts.ask_for_link(address, visit.origin).await?;
            Ok(views::asked_in_json())
        }
        Err(error) => refused(&complaint(&error)),
    }
}

fn complaint(error: &EmailError) -> String {
    format!("This is no e-mail address: {}", error.reason())
}
