//! The Maisa dialect: `X-API-Key`, `{"data": …}` around every success, and errors of the form
//! `{"error": {"code", "message", "details"}}`. Everything it knows of the directory it learns through
//! [`dialect::Directory`]; everything it knows of the wire stays in here.

mod caller;
mod client;
mod document;
mod errors;
mod extract;
mod fields;
mod operations;
mod routes;
mod tag;
mod wire;

#[cfg(test)]
mod testing;

use actix_web::HttpResponse;
use actix_web::http::header::HeaderName;
use dialect::client::{Ask, Draft};
use dialect::fields::Field;
use dialect::openapi::Description;
use dialect::{Dialect, Head, Refusal, Route};
use users::{PresentedKey, RolePolicy};

pub use routes::ROUTES;

use errors::ApiError;

/// The dialect, as the gateway mounts it.
#[derive(Debug, Clone, Copy)]
pub struct Maisa;

impl Dialect for Maisa {
    fn name(&self) -> &'static str {
        "maisa"
    }

    fn credential_header(&self) -> HeaderName {
        caller::KEY_HEADER.clone()
    }

    fn answer_headers(&self) -> Vec<HeaderName> {
        vec![errors::SHOULD_RETRY.clone()]
    }

    fn routes(&self) -> &'static [Route] {
        &routes::ROUTES
    }

    fn fields(&self) -> &'static [Field] {
        fields::FIELDS
    }

    fn present(&self, key: &PresentedKey) -> String {
        client::present(key)
    }

    fn draft(&self, ask: &Ask, policy: &RolePolicy) -> Result<Draft, &'static str> {
        client::draft(ask, policy)
    }

    fn describe(&self, policy: &RolePolicy) -> Description {
        document::describe(policy)
    }

    fn refuse(&self, refusal: Refusal, _head: &Head) -> HttpResponse {
        ApiError::from(refusal).to_response()
    }
}
