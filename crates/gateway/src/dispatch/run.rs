//! Has an operation answer, within its limits.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Payload};
use dialect::{Dialect, Gone, Head, Refusal, Request, retry};
use futures_util::FutureExt;

use super::Application;
use crate::body;
use crate::settings::State;
use crate::table::Deployed;
use crate::telemetry::answering;
use crate::telemetry::requests::Finished;

/// A request to an operation, without its body.
pub struct Operation<'a> {
    pub dialect: &'a Arc<dyn Dialect>,
    pub deployed: &'a Deployed,
    pub parameters: Vec<String>,
    pub head: Arc<Head>,
    pub began: Instant,
}

impl Application {
    /// Reads the body, and has the operation answer.
    pub(super) async fn run(
        &self,
        operation: Operation<'_>,
        payload: Payload,
        finished: &mut Finished,
    ) -> HttpResponse {
        let Operation { dialect, deployed, parameters, head, began } = operation;
        finished.operation = deployed.name.clone();
        if deployed.state == State::Gone {
            return dialect.refuse(Refusal::Gone { why: Gone::Removed }, &head);
        }
        let body = match self.body(deployed, &head, payload).await {
            Ok(body) => body,
            Err(refusal) => {
                finished.closes = matches!(refusal, Refusal::BodyTimeout | Refusal::BrokenBody);
                return dialect.refuse(refusal, &head);
            }
        };
        let request = Request {
            head: head.clone(),
            body,
            parameters,
            operation: deployed.name.to_string(),
            deadline: began + deployed.timeout,
            directory: deployed.directory.clone(),
            guard: deployed.guard.clone(),
            services: self.services.clone(),
        };
        let id = head.request_id.as_str().into();
        let (answer, key) = answering::observe(id, answer(deployed, request)).await;
        finished.key = key;
        answer.unwrap_or_else(|refusal| dialect.refuse(refusal, &head))
    }

    async fn body(&self, deployed: &Deployed, head: &Head, payload: Payload) -> Result<Bytes, Refusal> {
        if deployed.route.takes_body() {
            body::read(&head.headers, payload, self.body_timeout, deployed.max_body).await
        } else {
            Ok(Bytes::new())
        }
    }
}

/// The operation's answer, unless it panics or takes too long.
async fn answer(deployed: &Deployed, request: Request) -> Result<HttpResponse, Refusal> {
    let (handler, deadline) = (deployed.route.handler, request.deadline);
    // The handler is called inside, so that a panic before its first await is caught as well.
    let answer = AssertUnwindSafe(async move { handler(request).await }).catch_unwind();
    match tokio::time::timeout_at(deadline.into(), answer).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_panic)) => {
            tracing::error!(operation = &*deployed.name, "the operation panicked");
            Err(Refusal::Internal)
        }
        Err(_elapsed) => {
            tracing::warn!(operation = &*deployed.name, "the operation took too long");
            Err(Refusal::Unavailable { retry_after: retry::SOON })
        }
    }
}
