//! `diglot serve`

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::Context;
use super::part::Part;
use crate::descriptors;
use crate::exit::{Failure, Outcome};
use crate::live::Source;
use crate::server::{self, StartError};
use crate::settings::Settings;
use crate::telemetry::logs;

/// Serve, until SIGTERM or SIGINT; make the store or bring it up to date first
///
/// With `--only` this process serves a part of the operations, and others the rest, each with an
/// address of its own:
///
///     diglot serve --only maisa.listUsers --only 'mechamental.*'
///
/// What it does not serve is for its clients as if it were not there. `diglot export nginx`
/// writes a front that brings every request to the process that serves it; `diglot routes` shows
/// what there is.
///
/// SIGHUP, or `diglot reload`, has it read its settings again, without a connection being
/// dropped.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Serve {
    #[command(flatten)]
    part: Part,
}

impl Serve {
    pub fn run(self, context: &Context) -> Outcome {
        let settings = self.part.of(context.settings()?)?;
        let (context, part) = (context.clone(), self.part);
        let again = move || part.of(context.settings()?);
        let read = Box::new(move || again().map_err(|error| error.to_string()));
        run(settings.clone(), Source { first: settings, read })
    }
}

fn run(mut settings: Settings, source: Source) -> Outcome {
    // Held to the very end, so that the last line is written.
    let _log = logs::begin(&settings.log).map_err(|error| Failure::Usage(error.to_string()))?;
    descriptors::fit(&mut settings);
    // The listeners have threads of their own; this one waits for signals.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::No(format!("cannot start: {error}")))?;
    let patience = settings.server.shutdown_timeout;
    let outcome = runtime.block_on(serve(settings, source));
    runtime.shutdown_timeout(patience);
    outcome
}

async fn serve(settings: Settings, source: Source) -> Outcome {
    let unwatched = |error| Failure::No(format!("cannot wait for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(unwatched)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unwatched)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(unwatched)?;
    let store = settings.database.url.to_string();
    let only = settings.routes.only().map(|only| only.patterns().join(", "));
    let running = server::start(settings, source).await?;
    let admin = running.admin_address.map(|address| address.to_string());
    tracing::info!(address = %running.address, admin, store, only, version = env!("CARGO_PKG_VERSION"), "diglot serves");
    let signal = loop {
        tokio::select! {
            _ = hangup.recv() => running.reload().await,
            _ = terminate.recv() => break "SIGTERM",
            _ = interrupt.recv() => break "SIGINT",
            () = running.ended() => break "a listener ended",
        }
    };
    tracing::info!(signal, "stopping");
    running.stop().await.map_err(|error| Failure::No(format!("the server has failed: {error}")))?;
    tracing::info!("stopped");
    Ok(())
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            StartError::Listen { .. } | StartError::Control { .. } => Failure::No(error.to_string()),
            StartError::Settings(message) => Failure::Usage(message),
        }
    }
}
