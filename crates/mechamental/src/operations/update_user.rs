//! `PUT /v1/users/{user_id}`: changes to a user. What is not named stays.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::Request;
use dialect::openapi::{Members, Operation};
use serde_json::{Value, json};
use users::json::FreeObject;
use users::profile::{AvatarUrl, Bio, FullName, Locale, Timezone, Username};
use users::{FullNameChange, PlainPassword, RoleChange, RolePolicy, StatusChange, UserChange};

use crate::caller::call_of;
use crate::document::{authorization, user_id};
use crate::errors::{ApiError, Published};
use crate::extract::{Body, parse, schema};
use crate::{tag, wire};

/// The name of the body's schema.
pub(crate) const BODY: &str = "UserUpdate";

/// Changes a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let body = Body::read(&request)?;
    let call = call_of(&request).await?;
    let change = read(&body, &request.services.policy)?;
    let precondition = tag::precondition(&request)?;
    let user = request.directory.update(&call, request.parameter(0), change, precondition).await?;
    Ok(wire::user(StatusCode::OK, &user)?)
}

fn read(body: &Body, policy: &RolePolicy) -> Result<UserChange, ApiError> {
    let mut body = body.fields()?;
    let email = body.optional("email", parse::email);
    let username = body.optional("username", parse::text(Username::parse));
    let password = body.optional("password", parse::text(PlainPassword::parse));
    let full_name = body.clearable("full_name", parse::text(FullName::parse));
    let avatar_url = body.clearable("avatar_url", parse::text(AvatarUrl::parse));
    let bio = body.clearable("bio", parse::text(Bio::parse));
    let timezone = body.clearable("timezone", parse::form(Timezone::parse));
    let locale = body.clearable("locale", parse::form(Locale::parse));
    let preferences = body.clearable("preferences", parse::object);
    let settings = body.clearable("settings", parse::object);
    let is_active = body.optional("is_active", parse::boolean);
    let roles = body.optional("roles", parse::roles(policy));
    let default_workspace = body.clearable("default_workspace_id", parse::string);
    body.finish(|| {
        Ok(UserChange {
            email: email?,
            username: username?,
            password: password?,
            full_name: full_name?.map(FullNameChange::Set),
            avatar_url: avatar_url?,
            bio: bio?,
            timezone: timezone?,
            locale: locale?,
            department: None,
            preferences: preferences?.map(or_empty),
            settings: settings?.map(or_empty),
            metadata: None,
            status: is_active?.map(StatusChange::MayAct),
            roles: roles?.map(RoleChange::To),
            default_workspace: default_workspace?,
        })
    })
}

/// A free object cannot be null; clearing it leaves it without members.
fn or_empty(object: Option<FreeObject>) -> FreeObject {
    object.unwrap_or_else(FreeObject::empty)
}

/// The schema of the body, line by line as it is read.
pub(crate) fn schema(policy: &RolePolicy) -> Value {
    Members::titled()
        .nullable("email", schema::email())
        .nullable("username", schema::text(Username::RULE))
        .nullable("password", schema::password())
        .nullable("full_name", schema::text(FullName::RULE))
        .nullable("avatar_url", schema::avatar_url())
        .nullable("bio", schema::text(Bio::RULE))
        .nullable("timezone", schema::timezone())
        .nullable("locale", schema::locale())
        .nullable("preferences", schema::object())
        .nullable("settings", schema::object())
        .nullable("is_active", schema::boolean())
        .nullable("roles", schema::roles(policy))
        .nullable("default_workspace_id", schema::string())
        .schema()
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Update User", wire::described_user(StatusCode::OK))
        .about("What is absent stays. `null` clears what may be empty, and otherwise means the same as absent.")
        .parameter(user_id())
        .parameter(authorization())
        .changes_one()
        .body(schema::named(BODY), json!({}))
        .or(Published::BODIED)
        .or([Published::PreconditionFailed, Published::NotFound, Published::Conflict])
}

#[cfg(test)]
mod tests;
