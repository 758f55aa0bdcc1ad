//! `DELETE /v1/users/{user_id}`: a user goes.

use actix_web::HttpResponse;
use dialect::Request;

use crate::caller::call_of;
use crate::errors::ApiError;
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
