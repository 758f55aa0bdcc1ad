//! `POST /v1/auth/password/forgot`: the way to a new password, by mail.

use actix_web::HttpResponse;
use dialect::Request;
use dialect::openapi::{Members, Operation};
use serde_json::{Value, json};
use users::{Email, RolePolicy};

use crate::errors::{ApiError, Published};
use crate::extract::{Body, parse, schema};
use crate::wire;

/// The name of the body's schema.
pub(crate) const BODY: &str = "PasswordForgotRequest";

/// Asks for a mail.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    request.come_in()?;
    let body = Body::read(&request)?;
    let email = read(&body)?;
    request.directory.ask_for_mail(email, request.origin).await?;
    Ok(wire::no_content())
}

fn read(body: &Body) -> Result<Email, ApiError> {
    let mut body = body.fields()?;
    let email = body.required("email", parse::email);
    body.finish(|| email)
}

/// The schema of the body.
pub(crate) fn schema() -> Value {
    Members::titled().required("email", schema::email()).schema()
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Forgot Password", wire::described_nothing())
        .about("Has a mail with the way to a new password sent to this address, if it belongs to somebody who may act. The answer is the \
                same if it does not.")
        .open()
        .body(schema::named(BODY), json!({"email": "user@example.com"}))
        .or(Published::OPEN_BODIED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_reads_what_is_registered, json_body};

    #[test]
    fn every_field_is_in_the_registry() {
        let body = json_body("{}").expect("a body");
        assert_reads_what_is_registered("forgotPassword", || read(&body));
    }
}
