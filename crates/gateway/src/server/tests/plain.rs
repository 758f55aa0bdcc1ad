//! A dialect that says what it sees.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::{ALLOW, AUTHORIZATION, HeaderName, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use arc_swap::ArcSwap;
use dialect::client::{Ask, Draft};
use dialect::fields::Field;
use dialect::guard::Open;
use dialect::openapi::Description;
use dialect::{Dialect, Handler, Head, Refusal, Request, Route, Services};
use users::role::{RoleDefinition, RoleName};
use users::testing::TestEnvironment;
use users::{PresentedKey, RolePolicy};

use crate::accounts::AccountPages;
use crate::audit::Refusals;
use crate::body;
use crate::calendar::Announcement;
use crate::connections::Connections;
use crate::cors::Cors;
use crate::dispatch::Application;
use crate::environment::SystemRandomness;
use crate::health::Health;
use crate::limits::Peers;
use crate::live::Live;
use crate::pages::Pages;
use crate::server::{Running, serve};
use crate::settings::{Control, CorsSettings, LimitSettings, Mounting, Mountings, Origins, ServerSettings, State};
use crate::table::{Deployed, Mounted, Table};
use crate::telemetry::metrics::Metrics;
use crate::testing::{NoBook, NoDirectory, undescribed, undescribed_operation};

pub struct Plain;

static ROUTES: [Route; 6] = [
    route("read", Method::GET, "/v1/things", |r| Box::pin(echo(r))),
    route("write", Method::POST, "/v1/things", |r| Box::pin(echo(r))),
    route("slow", Method::GET, "/v1/slow/{ms}", |r| Box::pin(slow(r))),
    route("large", Method::GET, "/v1/large", |_| Box::pin(large())),
    route("panic", Method::GET, "/v1/panic", |_| Box::pin(panics())),
    route("early", Method::GET, "/v1/panic/early", |_| panic!("before the future")),
];

const fn route(operation: &'static str, method: Method, path: &'static str, handler: Handler) -> Route {
    Route { operation, method, path, handler, describe: undescribed_operation }
}

/// The size of the large answer: more than the buffers of a socket take.
pub const LARGE: usize = 32 * 1024 * 1024;

async fn echo(request: Request) -> HttpResponse {
    HttpResponse::Ok().body(format!("{} {} {} bytes", request.operation, request.head.path, request.body.len()))
}

async fn slow(request: Request) -> HttpResponse {
    let milliseconds = request.parameter(0).parse().expect("a number");
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    HttpResponse::Ok().body("slow")
}

async fn large() -> HttpResponse {
    HttpResponse::Ok().body(vec![b'x'; LARGE])
}

async fn panics() -> HttpResponse {
    panic!("ada@example.com")
}

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn credential_header(&self) -> HeaderName {
        AUTHORIZATION
    }

    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn present(&self, key: &PresentedKey) -> String {
        key.reveal()
    }

    fn draft(&self, _: &Ask, _: &RolePolicy) -> Result<Draft, &'static str> {
        Err("nothing")
    }

    fn describe(&self, _: &RolePolicy) -> Description {
        undescribed()
    }

    fn refuse(&self, refusal: Refusal, _: &Head) -> HttpResponse {
        let text = format!("{refusal:?}");
        let (status, header) = match refusal {
            Refusal::NotFound { .. } => (404, None),
            Refusal::MethodNotAllowed { allow } => {
                let allow: Vec<&str> = allow.iter().map(Method::as_str).collect();
                (405, Some((ALLOW, allow.join(", "))))
            }
            Refusal::TwoCredentials | Refusal::BrokenBody => (400, None),
            Refusal::BodyTooLarge => (413, None),
            Refusal::BodyTimeout => (408, None),
            Refusal::Unavailable { retry_after } => (503, Some((RETRY_AFTER, retry_after.as_secs().to_string()))),
            Refusal::Gone { .. } => (410, None),
            Refusal::TooManyRequests { .. } => (429, None),
            Refusal::Internal => (500, None),
        };
        let mut response = HttpResponse::build(StatusCode::from_u16(status).expect("a status"));
        header.into_iter().for_each(|header| {
            response.insert_header(header);
        });
        response.body(text)
    }
}

/// Short limits, so that nobody waits for a test.
pub fn settings() -> ServerSettings {
    let local = "127.0.0.1:0".parse().expect("an address");
    ServerSettings {
        bind: local,
        admin_bind: Some(local),
        workers: 1,
        max_connections: 100,
        head_timeout: Duration::from_millis(600),
        body_timeout: Duration::from_millis(600),
        request_timeout: Duration::from_millis(1_500),
        drain_delay: Duration::ZERO,
        shutdown_timeout: Duration::from_secs(5),
        control: Control::Off,
    }
}

/// A server with this dialect, ready or not.
pub fn start(ready: Result<(), &'static str>) -> Running {
    start_for(Origins::None, ready)
}

/// The same, for pages of these origins.
pub fn start_for(origins: Origins, ready: Result<(), &'static str>) -> Running {
    let settings = settings();
    let mounting = Mounting { name: "plain".to_owned(), hosts: Vec::new(), prefix: "/plain".to_owned(), shared: true };
    let mountings = Mountings { default: "plain".to_owned(), shared: true, served: vec![mounting] };
    let deploy = |route: &Route| Deployed {
        route: route.clone(),
        name: format!("plain.{}", route.operation).into(),
        directory: Arc::new(NoDirectory),
        guard: Arc::new(Open),
        announcement: Announcement::default(),
        state: State::On,
        max_body: body::LIMIT,
        timeout: settings.request_timeout,
    };
    let routes = Plain.routes().iter().map(deploy).collect();
    let mounted = Mounted::new(Arc::new(Plain), "Authorization", &mountings.served[0], routes);
    let role =
        RoleDefinition { name: RoleName::from_stored("admin".to_owned()), permissions: [].into_iter().collect() };
    let policy = Arc::new(RolePolicy::new(vec![role]).expect("a role"));
    let clock = TestEnvironment::default().clock;
    let connections = Connections::new(settings.head_timeout);
    let table = Table::new(vec![mounted], &mountings).expect("a table");
    let cors = CorsSettings { origins, max_age: Duration::from_secs(60) };
    let live = Live {
        cors: Cors::new(&cors, &table).expect("names"),
        pages: Pages::none(),
        accounts: AccountPages::new(Arc::new(NoDirectory), &settings),
        table,
        body_timeout: settings.body_timeout,
        limits: LimitSettings { plans: [].into(), failed_authentications: None, trusted_proxies: Vec::new() },
    };
    let book = Arc::new(NoBook);
    let refusals = Arc::new(Refusals::new(clock.clone(), Arc::new(SystemRandomness), book));
    let application = Application {
        refusals,
        usage: None,
        mail: None,
        retention: None,
        live: ArcSwap::from_pointee(live),
        services: Arc::new(Services { policy, clock, secret: Vec::new() }),
        randomness: Arc::new(SystemRandomness),
        health: Arc::new(Health::new(Box::new(move || {
            let ready = ready.map_err(str::to_owned);
            Box::pin(async move { ready })
        }))),
        metrics: Arc::new(Metrics::new(Vec::new())),
        peers: Peers::default(),
        began: Instant::now(),
    };
    serve(Arc::new(application), connections, &settings).expect("it starts")
}
