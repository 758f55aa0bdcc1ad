//! The one handler of the server: finds the dialect and the operation, has it answer, and logs and counts what came
//! of it.

mod run;

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use arc_swap::ArcSwap;
use dialect::{Head, Services};
use percent_encoding::percent_decode_str;
use users::ports::Randomness;

use crate::accounts::{Answered, Page, Visit};
use crate::answer::{self, REQUEST_ID};
use crate::audit::{Refusals, Refused};
use crate::calendar::Way;
use crate::connections::{Connection, Serving};
use crate::cors::PREFLIGHT;
use crate::health::{self, Health};
use crate::limits::{self, Peers};
use crate::live::Live;
use crate::mail::Room;
use crate::retention::Retention;
use crate::table::Asked;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::requests::Finished;
use crate::usage::Recorder;
use run::Operation;

/// How long a connection may linger whose request body will not be read.
const LINGER: Duration = Duration::from_millis(500);

/// Everything that answers requests.
pub struct Application {
    /// What the settings ask for at this moment.
    pub live: ArcSwap<Live>,
    /// What operations share.
    pub services: Arc<Services>,
    /// Makes the ids of requests.
    pub randomness: Arc<dyn Randomness>,
    /// What the probes see.
    pub health: Arc<Health>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Who is refused.
    pub refusals: Arc<Refusals>,
    /// Who calls what, if that is counted.
    pub usage: Option<Arc<Recorder>>,
    /// Forgets what is old, if anything does.
    pub retention: Option<Arc<Retention>>,
    /// Sends what waits, if anything does.
    pub mail: Option<Arc<Room>>,
    /// From where keys were presented lately that are none.
    pub peers: Peers,
    /// The beginning of all times of limits.
    pub began: Instant,
}

/// Answers a request.
pub async fn handle(mut request: ServiceRequest, application: Arc<Application>) -> ServiceResponse {
    let began = Instant::now();
    let mut serving = request.conn_data::<Connection>().map(Connection::serve);
    // An operation has them to itself; nothing else reads them any more.
    let headers = mem::take(&mut request.head_mut().headers);
    let mut finished = Finished::new(application.request_id(&headers), request.method().clone());
    // One look for the whole request: it is answered as it was asked, whatever changes meanwhile.
    let live = application.live.load_full();
    let reader = live.cors.as_ref().and_then(|cors| cors.allowed(&headers));
    let (request, payload) = request.into_parts();
    let arrived = Arrived { request: &request, headers, payload, began };
    let mut response = application.serve(&live, arrived, &mut finished).await;
    if let Some(cors) = &live.cors {
        cors.open(reader, &mut response);
    }
    answer::add_headers(&mut response, &finished.request_id);
    if finished.closes {
        answer::close_behind(&mut response);
        serving.iter_mut().for_each(|serving: &mut Serving| serving.close_within(LINGER));
    }
    finished.conclude(response.status(), began.elapsed(), &application.metrics);
    ServiceResponse::new(request, answer::hand_over(response, serving))
}

/// A request in its parts.
struct Arrived<'a> {
    /// All but the headers.
    request: &'a HttpRequest,
    headers: HeaderMap,
    payload: Payload,
    began: Instant,
}

impl Application {
    /// The client's id for the request, or a new one.
    pub fn request_id(&self, headers: &HeaderMap) -> Arc<str> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        match given.filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(is_plain)) {
            Some(id) => id.into(),
            None => self.randomness.uuid().to_string().into(),
        }
    }

    async fn serve(&self, live: &Live, arrived: Arrived<'_>, finished: &mut Finished) -> HttpResponse {
        let request = arrived.request;
        let path = decoded(request.uri().path());
        if let Some(probe) = health::probe(&path) {
            finished.operation = probe.name().into();
            return Box::pin(self.health.answer(probe, request.method())).await;
        }
        if let Some(page) = live.pages.find(&path) {
            finished.operation = page.name.into();
            return page.answer(request.method());
        }
        if let Some(page) = Page::at(&path) {
            return Box::pin(self.account_page(live, page, arrived, finished)).await;
        }
        let Arrived { request: _, headers, payload, began } = arrived;
        let host = host(request, &headers).to_owned();
        let asked = Asked { method: request.method(), host: &host, path: &path, headers: &headers };
        let resolved = live.table.resolve(&asked);
        finished.dialect = resolved.dialect.name();
        if let Some(answer) = live.cors.as_ref().and_then(|cors| cors.preflight(request.method(), &headers)) {
            finished.operation = PREFLIGHT.into();
            return answer;
        }
        let head = Arc::new(Head {
            method: request.method().clone(),
            host,
            mount: resolved.mount.to_owned(),
            path: resolved.path,
            query: request.uri().query().unwrap_or("").to_owned(),
            headers,
            request_id: finished.request_id.clone(),
        });
        let mut response = match resolved.target {
            Ok((deployed, parameters)) => {
                let is_by_host = !resolved.by_header && resolved.mount.is_empty();
                let way = if is_by_host { Way::Host } else { Way::Path };
                let peer = request.peer_addr().map(|address| address.ip());
                let operation = Operation { dialect: resolved.dialect, deployed, parameters, head, began, way, peer };
                self.run(live, operation, payload, finished).await
            }
            Err(refusal) => resolved.dialect.refuse(refusal, &head),
        };
        if resolved.by_header {
            answer::vary(&mut response, live.table.vary());
        }
        response
    }
}

impl Application {
    /// Answers a request for one of the pages on which people set their password.
    async fn account_page(
        &self,
        live: &Live,
        page: Page,
        arrived: Arrived<'_>,
        finished: &mut Finished,
    ) -> HttpResponse {
        let Arrived { request, headers, payload, began: _ } = arrived;
        finished.operation = page.name().into();
        let peer = request.peer_addr().map(|address| address.ip());
        let visit = Visit {
            method: request.method(),
            query: request.uri().query().unwrap_or(""),
            headers: &headers,
            origin: peer.map(|peer| limits::origin(peer, &headers, &live.limits.trusted_proxies)),
            request_id: &finished.request_id,
        };
        let Answered { response, closes, refused } = live.accounts.answer(page, &visit, payload).await;
        if let Some(refusal) = refused {
            let (operation, request_id) = (page.name(), &*finished.request_id);
            self.refusals.note(Refused { refusal, operation, request_id, user: None });
        }
        finished.closes = closes;
        response
    }
}

/// The path as it is meant. Most say it plainly.
fn decoded(path: &str) -> Cow<'_, str> {
    if path.contains('%') { percent_decode_str(path).decode_utf8_lossy() } else { path.into() }
}

/// The target's authority where it has one, else the `Host` header (RFC 9112 §3.2.2).
fn host<'a>(request: &'a HttpRequest, headers: &'a HeaderMap) -> &'a str {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let header = || headers.get(HOST).and_then(|value| value.to_str().ok());
    authority.or_else(header).unwrap_or("")
}
