//! The server: its listeners, and how they stop.

mod admin;
mod assemble;
mod listen;
mod replicas;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::connections::Connections;
use crate::control::{self, BindError, Question, Socket};
use crate::dispatch::Application;
use crate::health::Health;
use crate::live::{Reloader, Source};
use crate::settings::{Control, ServerSettings, Settings, variable};
use crate::store::{Installation, InstallationError};

/// Why the server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] InstallationError),
    /// An address cannot be served.
    #[error("cannot listen on {address} ({key}, {}): {error}", variable(.key))]
    Listen {
        /// The setting that names it.
        key: &'static str,
        /// Which one.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The control socket cannot be had.
    #[error("{error} (server.control, {})", variable("server.control"))]
    Control {
        /// Why.
        error: BindError,
    },
    /// The settings say something that this program cannot do.
    #[error("{0}")]
    Settings(String),
}

/// A server that serves.
pub struct Running {
    /// Where the API is.
    pub address: SocketAddr,
    /// Where the metrics are, if anywhere.
    pub admin_address: Option<SocketAddr>,
    health: Arc<Health>,
    api: Stoppable<io::Result<()>>,
    admin: Option<Stoppable<io::Result<()>>>,
    watchdog: Stoppable<()>,
    drain_delay: Duration,
    refusals: Stoppable<()>,
    usage: Option<Stoppable<()>>,
    mail: Option<Stoppable<()>>,
    retention: Option<Stoppable<()>>,
    installation: Option<Installation>,
    reloader: Option<Arc<Reloader>>,
    control: Option<Stoppable<()>>,
}

/// A task that ends when it is told to.
struct Stoppable<T> {
    task: JoinHandle<T>,
    stop: CancellationToken,
}

impl<T: Send + 'static> Stoppable<T> {
    fn spawn(task: impl Future<Output = T> + Send + 'static, stop: CancellationToken) -> Self {
        Self { task: tokio::spawn(task), stop }
    }

    /// The same with a token of its own.
    fn begin<F: Future<Output = T> + Send + 'static>(task: impl FnOnce(CancellationToken) -> F) -> Self {
        let stop = CancellationToken::new();
        Self::spawn(task(stop.clone()), stop)
    }

    async fn stop(self) -> io::Result<T> {
        self.stop.cancel();
        self.task.await.map_err(io::Error::other)
    }
}

/// Opens the store and serves. `source` is where the settings come from. Must be called on a tokio runtime.
///
/// # Errors
/// See [`StartError`].
pub async fn start(settings: Settings, source: Source) -> Result<Running, StartError> {
    let server = settings.server.clone();
    let opening = tokio::task::spawn_blocking(move || {
        let installation = Installation::create(&settings)?;
        let secret = installation.prepare()?;
        Ok::<_, InstallationError>((settings, installation, secret))
    });
    let (settings, installation, secret) =
        opening.await.map_err(|error| StartError::Settings(format!("opening the store: {error}")))??;
    let connections = Connections::new(server.head_timeout);
    let (application, foundation) = assemble::application(&settings, &installation, secret, &connections)?;
    let control = control::bind(&server.control, settings.database.url.path()).await;
    let control = listening(control, &server.control)?;
    let application = Arc::new(application);
    let mut running = serve(application.clone(), connections, &server)?;
    running.installation = Some(installation);
    let reloader = Arc::new(Reloader::new(source, foundation, application));
    running.reloader = Some(reloader.clone());
    running.control = control.map(|socket| {
        let answer = Arc::new(move |question: &Question| reloader.answer(question));
        Stoppable::begin(|stop| socket.serve(answer, stop))
    });
    Ok(running)
}

/// The control socket. A server that nobody has told where it is to be serves without one as well.
fn listening(bound: Result<Option<Socket>, BindError>, setting: &Control) -> Result<Option<Socket>, StartError> {
    match bound {
        Ok(socket) => Ok(socket),
        Err(error) if *setting == Control::BesideData => {
            tracing::warn!(%error, "there is no control socket; `diglot reload` will not find this server");
            Ok(None)
        }
        Err(error) => Err(StartError::Control { error }),
    }
}

/// Serves an application that is put together.
fn serve(
    application: Arc<Application>,
    connections: Arc<Connections>,
    settings: &ServerSettings,
) -> Result<Running, StartError> {
    let health = application.health.clone();
    let (usage, refusals) = (application.usage.clone(), application.refusals.clone());
    let (mail, retention) = (application.mail.clone(), application.retention.clone());
    let failed = |key, address| move |error| StartError::Listen { key, address, error };
    let (api_key, admin_key) = ("server.bind", "server.admin_bind");

    let (address, socket) = listen::bind(settings.bind).map_err(failed(api_key, settings.bind))?;
    let admin = settings.admin_bind.map(|at| listen::bind(at).map_err(failed(admin_key, at))).transpose()?;
    let admin_address = admin.as_ref().map(|(address, _)| *address);

    let stop = CancellationToken::new();
    let admin = match admin {
        Some((at, socket)) => {
            let server = admin::server(application.clone(), &connections, socket, settings, stop.clone());
            Some(Stoppable::spawn(server.map_err(failed(admin_key, at))?, stop))
        }
        None => None,
    };
    let stop = CancellationToken::new();
    let server = listen::server(application, &connections, socket, settings, stop.clone());
    let api = Stoppable::spawn(server.map_err(failed(api_key, address))?, stop);
    let watchdog = Stoppable::begin(|stop| connections.watch(stop));
    let drain_delay = settings.drain_delay;
    let refusals = Stoppable::begin(|stop| refusals.keep(stop));
    let usage = usage.map(|recorder| Stoppable::begin(|stop| recorder.keep(stop)));
    let mail = mail.map(|room| Stoppable::begin(|stop| room.run(stop)));
    let retention = retention.map(|retention| Stoppable::begin(|stop| retention.keep(stop)));
    Ok(Running {
        address,
        admin_address,
        health,
        api,
        admin,
        watchdog,
        drain_delay,
        refusals,
        usage,
        mail,
        retention,
        installation: None,
        reloader: None,
        control: None,
    })
}

impl Running {
    /// Stops: not ready from now on; no new connections after the delay that the settings ask for; requests that are
    /// being answered are finished, within the time that the settings give them.
    ///
    /// # Errors
    /// A listener's.
    pub async fn stop(self) -> io::Result<()> {
        self.health.stop();
        if !self.drain_delay.is_zero() && !self.has_ended() {
            tracing::info!(delay = ?self.drain_delay, "not ready any more, still serving");
            tokio::time::sleep(self.drain_delay).await;
        }
        if let Some(control) = self.control {
            control.stop().await?;
        }
        let mut outcome = self.api.stop().await.flatten();
        // Whoever watches the process can do so until the last request is answered.
        if let Some(admin) = self.admin {
            outcome = outcome.and(admin.stop().await.flatten());
        }
        outcome = outcome.and(self.watchdog.stop().await);
        outcome = outcome.and(self.refusals.stop().await);
        for task in [self.mail, self.retention].into_iter().flatten() {
            outcome = outcome.and(task.stop().await);
        }
        if let Some(usage) = self.usage {
            outcome = outcome.and(usage.stop().await);
        }
        if let Some(installation) = self.installation {
            let closed = tokio::task::spawn_blocking(move || installation.close()).await;
            outcome = outcome.and(closed.map_err(io::Error::other));
        }
        outcome
    }

    /// Reads the settings again, as [`Reloader::reload`] does.
    pub async fn reload(&self) {
        if let Some(reloader) = self.reloader.clone()
            && let Err(error) = tokio::task::spawn_blocking(move || reloader.reload()).await
        {
            tracing::error!(%error, "the settings could not be read again");
        }
    }

    /// Waits until a listener ends although nobody has stopped it.
    pub async fn ended(&self) {
        while !self.has_ended() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn has_ended(&self) -> bool {
        let has_ended = |server: &Stoppable<_>| server.task.is_finished();
        has_ended(&self.api) || self.admin.as_ref().is_some_and(has_ended)
    }
}
