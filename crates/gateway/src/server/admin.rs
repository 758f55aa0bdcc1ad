//! The second listener, for operators: metrics and probes.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::KeepAlive;
use actix_web::web::Data;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use tokio_util::sync::CancellationToken;

use crate::answer;
use crate::connections::{Connection, Connections};
use crate::dispatch::Application;
use crate::health;
use crate::settings::ServerSettings;
use crate::telemetry::metrics::CONTENT_TYPE;

/// Serves metrics and probes until told to stop.
pub fn server(
    application: Arc<Application>,
    connections: &Arc<Connections>,
    socket: TcpListener,
    settings: &ServerSettings,
    stop: CancellationToken,
) -> io::Result<Server> {
    let connections = connections.clone();
    let data = Data::from(application);
    let app = move || App::new().app_data(data.clone()).default_service(web::to(handle));
    let server = HttpServer::new(app)
        .workers(1)
        .client_request_timeout(settings.head_timeout)
        .keep_alive(KeepAlive::Os)
        .shutdown_timeout(settings.shutdown_timeout.as_secs().max(1))
        .shutdown_signal(stop.cancelled_owned())
        .on_connect(move |stream, extensions| connections.opened(stream, extensions))
        .listen(socket)?;
    Ok(server.run())
}

async fn handle(request: HttpRequest, application: Data<Application>) -> HttpResponse {
    let _serving = request.conn_data::<Connection>().map(Connection::serve);
    let mut response = respond(&request, &application).await;
    answer::add_headers(&mut response, &application.request_id(request.headers()));
    response
}

async fn respond(request: &HttpRequest, application: &Application) -> HttpResponse {
    if let Some(probe) = health::probe(request.path()) {
        return application.health.answer(probe, request.method()).await;
    }
    if request.path() != "/metrics" {
        return HttpResponse::NotFound().finish();
    }
    match application.metrics.render() {
        Ok(text) => HttpResponse::Ok().content_type(CONTENT_TYPE).body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
