//! `GET /v1/auth/config`: how one comes to an account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use dialect::Request;
use dialect::openapi::Operation;
use users::RolePolicy;

use crate::errors::{ApiError, Published};
use crate::wire::{self, AuthConfig};

/// Tells everybody that accounts are made by those who may.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    request.come_in()?;
    Ok(wire::render(StatusCode::OK, &AuthConfig { allow_registration: false }))
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    Operation::new("Get Auth Config", wire::described_auth_config()).open().or(Published::OPEN)
}
