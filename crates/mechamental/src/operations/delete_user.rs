//! `DELETE /v1/users/{user_id}`: a user goes.

use actix_web::HttpResponse;
use dialect::Request;

use crate::caller::call_of;
use crate::errors::ApiError;
use crate::wire;

/// Deletes a user.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    request.directory.delete(&call, request.parameter(0)).await?;
    Ok(wire::no_content())
}
