//! `PATCH /v1/users/me/preferences`: a JSON Merge Patch (RFC 7396) on the preferences of the user that the key acts for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::Request;
use users::json::FreeObject;

use crate::caller::call_of;
use crate::errors::ApiError;
use crate::extract::{Body, parse};
use crate::{tag, wire};

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
