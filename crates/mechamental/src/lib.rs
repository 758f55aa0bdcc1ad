//! The MechaMental dialect: the users area of that API, in front of any directory.
//!
//! Its validation answers are those of FastAPI 0.165 and Pydantic 2.14, rule by rule. Where diglot departs from them
//! on purpose, the place says so.

mod caller;
mod client;
mod cursor;
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

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{AUTHORIZATION, HeaderName};
use dialect::client::{Ask, Draft};
use dialect::fields::Field;
use dialect::openapi::Description;
use dialect::{Dialect, Head, Refusal, Route};
use users::ports::Clock;
use users::{PresentedKey, RolePolicy};

pub use routes::ROUTES;

/// The dialect.
pub struct MechaMental {
    clock: Arc<dyn Clock>,
}

impl MechaMental {
    /// The dialect, whose errors tell the time of this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Dialect for MechaMental {
    fn name(&self) -> &'static str {
        "mechamental"
    }

    fn credential_header(&self) -> HeaderName {
        AUTHORIZATION
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

    fn draft(&self, ask: &Ask, _: &RolePolicy) -> Result<Draft, &'static str> {
        Ok(client::draft(ask))
    }

    fn describe(&self, policy: &RolePolicy) -> Description {
        document::describe(policy)
    }

    fn refuse(&self, refusal: Refusal, head: &Head) -> HttpResponse {
        let error = errors::ApiError::of_refusal(refusal, |path| routes::absolute_address(head, path));
        error.to_response(self.clock.now())
    }
}
