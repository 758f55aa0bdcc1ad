//! The open connections, and the watchdog that cuts the slow ones.
//!
//! The HTTP library times the first head of a connection only. So each connection has a moment until which it must have sent a
//! whole request head, counted from its opening or from the last answer; while a request is being answered there is none, since
//! the body and the answer have limits of their own. The watchdog shuts the connections whose moment has passed.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};
use tokio_util::sync::CancellationToken;

use crate::telemetry::seldom::Seldom;

/// How many file descriptors a connection takes: one to serve it, one to watch it.
pub const DESCRIPTORS: usize = 2;

/// What a connection is not limited by while it is served.
const NEVER: u64 = u64::MAX;

/// All open connections of a listener.
pub struct Connections {
    patience: Duration,
    epoch: Instant,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Entry>>,
    unwatched: Seldom,
}

struct Entry {
    socket: Socket,
    limit: Arc<AtomicU64>,
}

impl Connections {
    /// No connection yet. Each will have `patience` for a request head.
    #[must_use]
    pub fn new(patience: Duration) -> Arc<Self> {
        let open = Mutex::new(HashMap::new());
        Arc::new(Self { patience, epoch: Instant::now(), next: AtomicU64::new(0), open, unwatched: Seldom::default() })
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Registers a new connection. A connection whose handle cannot be copied (no descriptor is left) is closed at once, for it
    /// could not be watched.
    pub fn opened(self: &Arc<Self>, stream: &dyn Any, extensions: &mut Extensions) {
        let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
        let socket = match SockRef::from(stream).try_clone() {
            Ok(socket) => socket,
            Err(error) => {
                if let Some(connections) = self.unwatched.happened(self.epoch.elapsed()) {
                    tracing::warn!(%error, connections, "connections cannot be watched and are closed");
                }
                shut(&SockRef::from(stream));
                return;
            }
        };
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let limit = Arc::new(AtomicU64::new(self.moment(self.patience)));
        self.lock().insert(id, Entry { socket, limit: limit.clone() });
        extensions.insert(Connection { id, limit, connections: self.clone() });
    }

    /// Shuts connections whose moment has passed, until told to stop.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let pause = (self.patience / 20).clamp(Duration::from_millis(10), Duration::from_millis(250));
        let mut ticks = tokio::time::interval(pause);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.cut_late();
        }
    }

    fn cut_late(&self) {
        let now = self.moment(Duration::ZERO);
        for entry in self.lock().values().filter(|entry| entry.limit.load(Ordering::Relaxed) <= now) {
            shut(&entry.socket);
            // Once is enough; what is left of it is being cleared away.
            entry.limit.store(NEVER, Ordering::Relaxed);
        }
    }

    /// The moment that long from now, in milliseconds since the epoch.
    fn moment(&self, from_now: Duration) -> u64 {
        u64::try_from((self.epoch.elapsed() + from_now).as_millis()).unwrap_or(NEVER)
    }

    /// The map is whole whatever happened to the thread that last changed it.
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends both directions. An error means that the other side was faster.
fn shut(socket: &Socket) {
    if let Err(error) = socket.shutdown(std::net::Shutdown::Both) {
        tracing::debug!(%error, "a connection was gone before it was cut");
    }
}

/// One open connection; forgotten when dropped.
pub struct Connection {
    id: u64,
    limit: Arc<AtomicU64>,
    connections: Arc<Connections>,
}

impl Connection {
    /// A request has come in: no limit until it is answered.
    #[must_use]
    pub fn serve(&self) -> Serving {
        self.limit.store(NEVER, Ordering::Relaxed);
        Serving {
            limit: self.limit.clone(),
            connections: self.connections.clone(),
            patience: self.connections.patience,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connections.lock().remove(&self.id);
    }
}

/// A request that is being answered. When dropped, the time for the next head begins.
pub struct Serving {
    limit: Arc<AtomicU64>,
    connections: Arc<Connections>,
    patience: Duration,
}

impl Serving {
    /// The connection is to be closed behind the answer, and soon, whatever the client still sends.
    pub fn close_within(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// The client takes the answer: it has as long for the next part of it.
    pub fn progress(&self) {
        self.limit.store(self.connections.moment(self.patience), Ordering::Relaxed);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.progress();
    }
}
