//! `POST /v1/auth/login`: from a password to a key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::Request;
use dialect::openapi::{Members, Operation};
use serde_json::{Value, json};
use users::password::TypedPassword;
use users::{AccountName, RolePolicy, SignIn};

use crate::errors::{ApiError, Published};
use crate::extract::{Body, parse, schema};
use crate::wire::{self, SessionBody};

/// The name of the body's schema.
pub(crate) const BODY: &str = "LoginRequest";

/// Signs somebody in.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    request.come_in()?;
    let body = Body::read(&request)?;
    let (account, password) = read(&body)?;
    let signed_in = request.directory.sign_in(SignIn { account, password, origin: request.origin }).await?;
    Ok(wire::render(StatusCode::OK, &SessionBody::try_from(&signed_in)?))
}

/// The password is compared as it is: no rule for new ones holds here.
fn read(body: &Body) -> Result<(AccountName, TypedPassword), ApiError> {
    let mut fields = body.fields()?;
    let email = fields.optional("email", parse::email);
    let username = fields.optional("username", parse::string);
    let password = fields.required("password", parse::string);
    let (email, username, password) = fields.finish(|| Ok((email?, username?, password?)))?;
    let account = match (email, username) {
        (Some(email), None) => AccountName::Email(email),
        (None, Some(username)) => AccountName::Username(username),
        (Some(_), Some(_)) | (None, None) => {
            return Err(body.contradiction("either email or username is required, and not both"));
        }
    };
    Ok((account, TypedPassword::new(password)))
}

/// The schema of the body, line by line as it is read.
pub(crate) fn schema() -> Value {
    let members = Members::titled()
        .nullable("email", schema::email())
        .nullable("username", schema::string())
        .required("password", schema::typed_password());
    let has = |name: &str| json!({"required": [name], "properties": {name: {"not": {"type": "null"}}}});
    schema::with(members.schema(), "oneOf", json!([has("email"), has("username")]))
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    let example = json!({"email": "user@example.com", "password": "string"});
    Operation::new("Login", wire::described_session())
        .about(
            "The account is named by its e-mail address or by its username. The answer does not tell whether there is one: a wrong \
             password, an unknown account and one that may not act are refused alike. The token is a key with the rights of the user; it \
             ends by itself, by `logout`, and when the password changes.",
        )
        .open()
        .body(schema::named(BODY), example)
        .or(Published::OPEN_BODIED)
        .or([Published::Unauthenticated])
}

#[cfg(test)]
mod tests;
