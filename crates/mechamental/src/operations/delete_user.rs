//! `DELETE /v1/users/{user_id}`: a user goes.

use actix_web::HttpResponse;
use dialect::Request;
use dialect::openapi::Operation;
use users::RolePolicy;

use crate::caller::call_of;
use crate::document::{authorization, user_id};
use crate::errors::{ApiError, Published};
use crate::{tag, wire};

/// Deletes a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    let precondition = tag::precondition(&request)?;
    request.directory.delete(&call, request.parameter(0), precondition).await?;
    Ok(wire::no_content())
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Delete User", wire::described_nothing())
        .parameter(user_id())
        .parameter(authorization())
        .changes_one()
        .or(Published::BODILESS)
        .or([Published::PreconditionFailed, Published::NotFound, Published::Conflict])
}
