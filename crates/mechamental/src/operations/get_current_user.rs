//! `GET /v1/users/me`: the user that the key acts for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::openapi::Operation;
use dialect::{Request, conditional};
use users::RolePolicy;

use crate::caller::call_of;
use crate::document::authorization;
use crate::errors::{ApiError, Published};
use crate::{tag, wire};

/// Reads the user that the key acts for.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    let precondition = tag::precondition(&request)?;
    let user = request.directory.get_own(&call).await?;
    Ok(conditional::unless_known(wire::user(StatusCode::OK, &user)?, &user, &precondition)?)
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Get Current User Profile", wire::described_user(StatusCode::OK))
        .parameter(authorization())
        .reads_one()
        .or(Published::BODILESS)
        .or([Published::PreconditionFailed, Published::NotFound])
}
