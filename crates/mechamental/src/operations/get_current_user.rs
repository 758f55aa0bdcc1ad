//! `GET /v1/users/me`: the user that the key acts for.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::openapi::Operation;
use dialect::{Request, Whom, conditional};
use users::RolePolicy;

use crate::caller::call_to_see;
use crate::document::authorization;
use crate::errors::{ApiError, Published};
use crate::{tag, wire};

/// Reads the user that the key acts for.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_to_see(&request, None).await?;
    let precondition = tag::precondition(&request)?;
    let shown = request.directory.show(&call, Whom::Own, wire::VIEW).await?;
    Ok(conditional::unless_known(wire::shown(StatusCode::OK, &shown), &shown.version, &precondition)?)
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Get Current User Profile", wire::described_user(StatusCode::OK))
        .parameter(authorization())
        .reads_one()
        .or(Published::BODILESS)
        .or([Published::PreconditionFailed, Published::NotFound])
}
