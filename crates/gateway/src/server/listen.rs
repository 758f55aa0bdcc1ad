//! One listener for HTTP/1.1.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServiceRequest, fn_service};
use actix_web::http::KeepAlive;
use actix_web::{App, HttpServer};
use socket2::{Domain, Protocol, Socket, Type};
use tokio_util::sync::CancellationToken;

use crate::connections::Connections;
use crate::dispatch::{self, Application};
use crate::settings::ServerSettings;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1_024;

/// How long a connection lingers after an answer that came before its request was read to the end, so that the answer
/// is not lost to a client that is still sending.
const LINGER: Duration = Duration::from_secs(3);

/// Threads for blocking work. The directory's lanes are the real bound, and it is below this one.
const BLOCKING_THREADS: usize = 16_384;

/// Takes the address; says which one it is, for port 0 stands for any.
pub fn bind(address: SocketAddr) -> io::Result<(SocketAddr, TcpListener)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A server that is started again shall not wait for the connections of its predecessor.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    let listener = TcpListener::from(socket);
    Ok((listener.local_addr()?, listener))
}

/// Serves the application until told to stop.
pub fn server(
    application: Arc<Application>,
    connections: &Arc<Connections>,
    socket: TcpListener,
    settings: &ServerSettings,
    stop: CancellationToken,
) -> io::Result<Server> {
    let connections = connections.clone();
    let app = move || {
        let application = application.clone();
        let answer = move |request: ServiceRequest| {
            let application = application.clone();
            async { Ok(dispatch::handle(request, application).await) }
        };
        App::new().default_service(fn_service(answer))
    };
    let server = HttpServer::new(app)
        .workers(settings.workers)
        .max_connections(settings.max_connections.div_ceil(settings.workers))
        .worker_max_blocking_threads(BLOCKING_THREADS)
        .client_request_timeout(settings.head_timeout)
        .client_disconnect_timeout(LINGER)
        // The watchdog keeps the time between requests.
        .keep_alive(KeepAlive::Os)
        .shutdown_timeout(settings.shutdown_timeout.as_secs().max(1))
        .shutdown_signal(stop.cancelled_owned())
        .on_connect(move |stream, extensions| connections.opened(stream, extensions))
        .listen(socket)?;
    Ok(server.run())
}
