//! `POST /v1/users`: a new user.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use dialect::once::IDEMPOTENT_REPLAYED;
use dialect::openapi::{Members, Operation};
use dialect::{DirectoryError, Head, Request, answer, once};
use serde_json::{Value, json};
use users::json::FreeObject;
use users::profile::{AvatarUrl, Bio, FullName, Locale, Timezone, Username};
use users::{NewUser, PlainPassword, RolePolicy, User, UserError};

use crate::caller::call_of;
use crate::document::authorization;
use crate::errors::{ApiError, Published};
use crate::extract::{Body, idempotency_key, key_reused, parse, schema};
use crate::routes::{self, USERS};
use crate::wire;

/// The name of the body's schema.
pub(crate) const BODY: &str = "UserCreate";

/// The member that names the workspace to join.
const WORKSPACE: &str = "default_workspace_id";

/// Creates a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let body = Body::read(&request)?;
    let call = call_of(&request).await?;
    let new = read(&body, &request.services.policy);
    let (key, new) = ApiError::of_both(idempotency_key(&request.head), new)?;
    let once = key.map(|key| once::once(&request, key, body.fingerprint(), respond));
    let created =
        request.directory.create(&call, new, once).await.map_err(|error| blame(error, &request.head, &body))?;
    Ok(once::answer(&request, created, respond)?)
}

/// The user, and where it is.
fn respond(request: &Request, user: &User) -> Result<HttpResponse, UserError> {
    let path = format!("{USERS}/{}", user.id);
    let address = routes::local_address(&request.head, &path);
    Ok(answer::with_header(wire::user(StatusCode::CREATED, user)?, LOCATION, &address))
}

fn read(body: &Body, policy: &RolePolicy) -> Result<NewUser, ApiError> {
    let mut body = body.fields()?;
    let email = body.required("email", parse::email);
    let username = body.required("username", parse::text(Username::parse));
    let password = body.required("password", parse::text(PlainPassword::parse));
    let full_name = body.optional("full_name", parse::text(FullName::parse));
    let avatar_url = body.optional("avatar_url", parse::text(AvatarUrl::parse));
    let bio = body.optional("bio", parse::text(Bio::parse));
    let timezone = body.optional("timezone", parse::form(Timezone::parse));
    let locale = body.optional("locale", parse::form(Locale::parse));
    let preferences = body.optional("preferences", parse::object);
    let settings = body.optional("settings", parse::object);
    let roles = body.optional("roles", parse::roles(policy));
    let workspace = body.optional(WORKSPACE, parse::string);
    body.finish(|| {
        Ok(NewUser {
            email: email?,
            username: Some(username?),
            password: Some(password?),
            full_name: full_name?,
            avatar_url: avatar_url?,
            bio: bio?,
            timezone: timezone?,
            locale: locale?,
            department: None,
            preferences: preferences?.unwrap_or_else(FreeObject::empty),
            settings: settings?.unwrap_or_else(FreeObject::empty),
            metadata: FreeObject::empty(),
            roles: roles?,
            invite: false,
            workspace: workspace?,
        })
    })
}

/// A workspace that the directory cannot do without is a missing member, and a used key a fault of its header.
fn blame(error: DirectoryError, head: &Head, body: &Body) -> ApiError {
    match error {
        DirectoryError::User(UserError::WorkspaceRequired) => body.missing(WORKSPACE),
        DirectoryError::User(UserError::IdempotencyKeyReused) => key_reused(head),
        other => other.into(),
    }
}

/// The schema of the body, line by line as it is read.
pub(crate) fn schema(policy: &RolePolicy) -> Value {
    Members::titled()
        .required("email", schema::email())
        .required("username", schema::text(Username::RULE))
        .required("password", schema::password())
        .nullable("full_name", schema::text(FullName::RULE))
        .nullable("avatar_url", schema::avatar_url())
        .nullable("bio", schema::text(Bio::RULE))
        .nullable("timezone", schema::timezone())
        .nullable("locale", schema::locale())
        .nullable("preferences", schema::object())
        .nullable("settings", schema::object())
        .nullable("roles", schema::roles(policy))
        .nullable(WORKSPACE, schema::string())
        .schema()
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    let example = json!({"email": "user@example.com", "username": "string", "password": "stringst"});
    let created = wire::described_user(StatusCode::CREATED).header(LOCATION).header(IDEMPOTENT_REPLAYED.clone());
    let created = created.links(&["getUser", "updateUser", "deleteUser"], "user_id", "$response.body#/user_id");
    Operation::new("Create User", created)
        .parameter(authorization())
        .once()
        .body(schema::named(BODY), example)
        .or(Published::BODIED)
        .or([Published::NotFound, Published::Conflict])
}

#[cfg(test)]
mod tests;
