//! Has an operation answer, within its limits.

use std::future::poll_fn;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, USER_AGENT};
use actix_web::web::Bytes;
use dialect::{Dialect, Gone, Head, Refusal, Request, retry};
use futures_util::FutureExt;
use users::audit::{self, Actor, Reason};
use users::usage::door;
use users::{PresentedKey, UserId};

use super::Application;
use crate::audit::Refused;
use crate::body;
use crate::calendar::Way;
use crate::limits;
use crate::live::Live;
use crate::settings::State;
use crate::table::Deployed;
use crate::telemetry::answering::{self, Sender};
use crate::telemetry::requests::Finished;
use crate::usage::Call;

/// A request to an operation, without its body.
pub struct Operation<'a> {
    pub dialect: &'a Arc<dyn Dialect>,
    pub deployed: &'a Deployed,
    pub parameters: Vec<String>,
    pub head: Arc<Head>,
    pub began: Instant,
    /// How it came to its dialect.
    pub way: Way,
    /// Who has connected.
    pub peer: Option<IpAddr>,
}

impl Application {
    /// Has the operation answer, if it is there, and says with the answer what is to become of it.
    pub(super) async fn run(
        &self,
        live: &Live,
        operation: Operation<'_>,
        payload: Payload,
        finished: &mut Finished,
    ) -> HttpResponse {
        let (dialect, deployed, head) = (operation.dialect, operation.deployed, operation.head.clone());
        let (link, peer) = (deployed.announcement.link(operation.way, &operation.parameters), operation.peer);
        finished.operation = deployed.name.clone();
        let gone = self.gone(deployed);
        let mut response = match gone {
            Some(why) if !is_exempt(deployed, &**dialect, &head) => dialect.refuse(Refusal::Gone { why }, &head),
            _ => self.answer(live, operation, payload, finished).await,
        };
        if response.status() == StatusCode::UNAUTHORIZED {
            // A key that only looks like one of those that are let in is told what others are told.
            let too_many = self.too_many_failures(live, peer, &head);
            let refusal = gone.map(|why| Refusal::Gone { why }).or(too_many);
            response = refusal.map_or(response, |refusal| dialect.refuse(refusal, &head));
        }
        deployed.announcement.announce(&mut response, link);
        response
    }

    /// Why the operation is not there, if it is not.
    fn gone(&self, deployed: &Deployed) -> Option<Gone> {
        if deployed.state == State::Gone {
            return Some(Gone::Removed);
        }
        if deployed.announcement.is_silent() { None } else { deployed.announcement.gone(self.services.clock.now()) }
    }

    /// Counts a key that is none, and refuses where there were too many.
    fn too_many_failures(&self, live: &Live, peer: Option<IpAddr>, head: &Head) -> Option<Refusal> {
        let rate = live.limits.failed_authentications?;
        let origin = limits::origin(peer?, &head.headers, &live.limits.trusted_proxies);
        let retry_after = self.peers.failed(origin, rate, self.began.elapsed()).err()?;
        Some(Refusal::TooManyRequests { retry_after })
    }

    /// Reads the body, and has the operation answer.
    async fn answer(
        &self,
        live: &Live,
        operation: Operation<'_>,
        payload: Payload,
        finished: &mut Finished,
    ) -> HttpResponse {
        let Operation { dialect, deployed, parameters, head, began, way: _, peer } = operation;
        let target = parameters.first().cloned();
        let body = match body(live, deployed, &head, payload).await {
            Ok(body) => body,
            Err(refusal) => {
                finished.closes = matches!(refusal, Refusal::BodyTimeout | Refusal::BrokenBody);
                return dialect.refuse(refusal, &head);
            }
        };
        let request = Request {
            head: head.clone(),
            body: body.clone(),
            parameters,
            operation: deployed.name.clone(),
            deadline: began + deployed.timeout,
            origin: peer.map(|peer| limits::origin(peer, &head.headers, &live.limits.trusted_proxies)),
            directory: deployed.directory.clone(),
            guard: deployed.guard.clone(),
            services: self.services.clone(),
        };
        let id = head.request_id.clone();
        let (answer, sender) = answering::observe(id, deployed.name.clone(), answer(deployed, request)).await;
        let response = answer.unwrap_or_else(|refusal| dialect.refuse(refusal, &head));
        self.note_refusal(&sender, response.status(), deployed, &head, target.as_deref());
        let caller = sender.caller();
        if let (Some(usage), Some(caller)) = (&self.usage, &caller) {
            usage.note(&Call {
                key: &caller.key,
                operation: &deployed.name,
                agent: head.headers.get(USER_AGENT).map(HeaderValue::as_bytes),
                query: &head.query,
                body: &body,
                failed: response.status().is_client_error() || response.status().is_server_error(),
            });
        }
        finished.caller = caller;
        response
    }

    /// Notes with whom it had to do, if it is known who was refused.
    fn note_refusal(
        &self,
        sender: &Sender,
        status: StatusCode,
        deployed: &Deployed,
        head: &Head,
        target: Option<&str>,
    ) {
        let refusal = match sender {
            Sender::Refused(refusal) => refusal.clone(),
            Sender::Caller(caller) if status == StatusCode::FORBIDDEN => {
                // A key that is pinned elsewhere comes no further than that.
                let is_pinned = caller.pinned.as_deref().is_some_and(|pinned| pinned != door(&deployed.name));
                let reason = if is_pinned { Reason::OtherDialect } else { Reason::Forbidden };
                audit::Refusal { actor: Actor::of(caller), reason, user: None, workspace: caller.home.clone() }
            }
            Sender::Caller(_) | Sender::Unknown => return,
        };
        let (operation, request_id, user) = (&*deployed.name, &*head.request_id, target.and_then(UserId::parse));
        self.refusals.note(Refused { refusal, operation, request_id, user });
    }
}

/// Whether the key that is presented has the name of one that is let in where others are told that the operation is gone.
fn is_exempt(deployed: &Deployed, dialect: &dyn Dialect, head: &Head) -> bool {
    let exempts = |value: &HeaderValue| {
        // In some dialects a scheme stands before the key.
        let key = value.to_str().ok().and_then(|text| text.rsplit(' ').next()).and_then(PresentedKey::parse);
        key.is_some_and(|key| deployed.announcement.exempts(key.id()))
    };
    deployed.state != State::Gone && head.headers.get(dialect.credential_header()).is_some_and(exempts)
}

async fn body(live: &Live, deployed: &Deployed, head: &Head, payload: Payload) -> Result<Bytes, Refusal> {
    if deployed.route.takes_body() {
        Box::pin(body::read(&head.headers, payload, live.body_timeout, deployed.max_body)).await
    } else {
        Ok(Bytes::new())
    }
}

/// The operation's answer, unless it panics or takes too long.
async fn answer(deployed: &Deployed, request: Request) -> Result<HttpResponse, Refusal> {
    let (handler, deadline) = (deployed.route.handler, request.deadline);
    // The handler is called inside, so that a panic before its first await is caught as well.
    let mut answer = pin!(AssertUnwindSafe(async move { handler(request).await }).catch_unwind());
    let at_once = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
    // A timer is large, and all that it is part of grows with it: who need not wait has none.
    let ended = match at_once {
        Poll::Ready(ended) => Ok(ended),
        Poll::Pending => Box::pin(tokio::time::timeout_at(deadline.into(), answer)).await,
    };
    match ended {
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
