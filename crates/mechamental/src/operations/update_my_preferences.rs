//! `PATCH /v1/users/me/preferences`: a JSON Merge Patch (RFC 7396) on the preferences of the user that the key acts for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::Request;
use dialect::openapi::{Members, Operation};
use serde_json::{Value, json};
use users::RolePolicy;
use users::json::FreeObject;

use crate::caller::call_of;
use crate::document::authorization;
use crate::errors::{ApiError, Published};
use crate::extract::{Body, parse, schema};
use crate::{tag, wire};

/// The name of the body's schema.
pub(crate) const BODY: &str = "UserPreferencesUpdate";

/// Merges preferences.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let body = Body::read(&request)?;
    let call = call_of(&request).await?;
    let patch = read(&body)?;
    let precondition = tag::precondition(&request)?;
    let user = request.directory.merge_own_preferences(&call, patch, precondition).await?;
    Ok(wire::user(StatusCode::OK, &user)?)
}

fn read(body: &Body) -> Result<FreeObject, ApiError> {
    let mut body = body.fields()?;
    let preferences = body.required("preferences", parse::object);
    body.finish(|| preferences)
}

/// The schema of the body.
pub(crate) fn schema() -> Value {
    Members::titled().required("preferences", schema::object()).schema()
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Update My Preferences", wire::described_user(StatusCode::OK))
        .about("The object is merged into the preferences that are there (JSON Merge Patch, RFC 7396).")
        .parameter(authorization())
        .changes_one()
        .body(schema::named(BODY), json!({"preferences": {}}))
        .or(Published::BODIED)
        .or([Published::PreconditionFailed, Published::NotFound])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_reads_what_is_registered, json_body};

    #[test]
    fn every_field_is_in_the_registry() {
        let body = json_body("{}").expect("a body");
        assert_reads_what_is_registered("updateMyPreferences", || read(&body));
    }
}
