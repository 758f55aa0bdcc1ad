//! `GET /v1/users/me`: the user that the key acts for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::Request;
use dialect::openapi::Operation;
use users::RolePolicy;

use crate::caller::call_of;
use crate::document::authorization;
use crate::errors::{ApiError, Published};
use crate::wire;

/// Reads the user that the key acts for.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    let user = request.directory.get_own(&call).await?;
    Ok(wire::user(StatusCode::OK, &user)?)
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Get Current User Profile", wire::described_user(StatusCode::OK))
        .parameter(authorization())
        .or(Published::BODILESS)
        .or([Published::NotFound])
}
