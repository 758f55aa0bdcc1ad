//! `POST /v1/auth/logout`: the end of a session.

use actix_web::HttpResponse;
use dialect::Request;
use dialect::openapi::Operation;
use users::RolePolicy;

use crate::caller::call_of;
use crate::document::authorization;
use crate::errors::{ApiError, Published};
use crate::wire;

/// Ends the session whose token is presented. What the body says is not looked at.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    request.directory.sign_out(&call).await?;
    Ok(wire::no_content())
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Logout", wire::described_nothing())
        .about("Ends the session whose token is presented, at once and in every dialect. A key that was made otherwise stays as it is: 403.")
        .parameter(authorization())
        .or(Published::BODILESS)
        .or([Published::Timeout, Published::TooLarge])
}
