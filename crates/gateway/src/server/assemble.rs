//! Puts the application together.

use std::sync::Arc;

use dialect::guard::Open;
use dialect::{Directory, Services};

use super::{StartError, replicas};
use crate::connections::Connections;
use crate::cors::Cors;
use crate::dialects::DIALECTS;
use crate::directory::{LaneLoad, LocalDirectory, Width};
use crate::dispatch::Application;
use crate::hashing;
use crate::health::{Check, Health};
use crate::pages::Pages;
use crate::settings::{Deployment, Settings};
use crate::store::{Installation, Store};
use crate::table::{Deployed, Mounted, Table};
use crate::telemetry::metrics::{Gauge, Metrics};
use crate::telemetry::sink;

/// Reads that may wait for a connection of the store.
const READ_QUEUE: usize = 1_024;

type Local = Arc<LocalDirectory<Store>>;

/// The application on this installation.
pub fn application(
    settings: &Settings,
    installation: &Installation,
    secret: Vec<u8>,
    connections: &Arc<Connections>,
) -> Result<Application, StartError> {
    let environment = installation.environment();
    let services = Arc::new(Services { policy: settings.roles.clone(), clock: environment.clock.clone(), secret });
    let width = Width {
        reads: settings.database.concurrent_reads(),
        writes: settings.database.write_queue + hashing::QUEUE,
        queue: READ_QUEUE,
        patience: settings.database.wait,
        reads_at_once: installation.reads_at_once(),
    };
    let local = LocalDirectory::new(installation.users(), width, installation.answers());
    let replicated = replicas::directory(settings, installation, local.clone(), READ_QUEUE)?;
    let directory: Arc<dyn Directory> = match &replicated {
        Some(replicated) => replicated.clone(),
        None => local.clone(),
    };
    let mut gauges = gauges(installation, &local, connections);
    gauges.extend(replicated.iter().flat_map(replicas::gauges));
    let table = table(settings, &services, &directory)?;
    let cors = Cors::new(&settings.cors, &table);
    Ok(Application {
        cors: cors.map_err(|error| StartError::Settings(format!("cors: {error}")))?,
        pages: Pages::new(settings),
        table,
        services,
        randomness: environment.randomness.clone(),
        health: Arc::new(Health::new(check(local.clone()))),
        metrics: Arc::new(Metrics::new(gauges)),
        body_timeout: settings.server.body_timeout,
    })
}

/// Every dialect where the settings put it. Each operation is answered by this directory; one that is answered elsewhere gets
/// another one here.
fn table(settings: &Settings, services: &Services, directory: &Arc<dyn Directory>) -> Result<Table, StartError> {
    let mut mounted = Vec::new();
    for entry in DIALECTS {
        if let Some(mounting) = settings.dialects.of(entry.name) {
            let own = settings.routes.iter().filter(|deployment| deployment.dialect == entry.name);
            let routes = own.map(|deployment| deployed(deployment, directory.clone())).collect();
            mounted.push(Mounted::new((entry.build)(services), entry.header, mounting, routes));
        }
    }
    Table::new(mounted, &settings.dialects)
        .ok_or_else(|| StartError::Settings("dialects.default must name a dialect that is served".to_owned()))
}

/// One operation as the settings want it.
fn deployed(how: &Deployment, directory: Arc<dyn Directory>) -> Deployed {
    Deployed {
        route: how.route.clone(),
        name: how.name.as_str().into(),
        directory,
        guard: Arc::new(Open),
        state: how.state.value,
        max_body: how.max_body.value,
        timeout: how.timeout.value,
    }
}

/// The process can serve if its store answers, and there is somebody to serve.
fn check(local: Local) -> Check {
    Box::new(move || {
        let local = local.clone();
        Box::pin(async move {
            match local.has_administrator().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("there is no administrator yet: run `diglot init`".to_owned()),
                Err(error) => {
                    tracing::warn!(%error, "not ready");
                    Err("the store does not answer".to_owned())
                }
            }
        })
    })
}

fn gauges(installation: &Installation, local: &Local, connections: &Arc<Connections>) -> Vec<Gauge> {
    let lane = |name, help, read: fn(&LocalDirectory<Store>) -> LaneLoad, part: fn(LaneLoad) -> usize| {
        let local = local.clone();
        gauge(name, help, move || part(read(&local)))
    };
    let (hashing, hashers) = (installation.hasher(), installation.hasher());
    let connections = connections.clone();
    let mut gauges = vec![
        gauge("connections", "Open connections", move || connections.count()),
        gauge("log_lines_dropped", "Log lines that were lost, since nobody took them", sink::lost),
        gauge("password_hashes_running", "Passwords that are being hashed", move || hashing.load().running),
        gauge("password_hashes_waiting", "Passwords that wait to be hashed", move || hashers.load().waiting),
        lane("reads_running", "Reads at work", |local| local.reads.load(), |load| load.running),
        lane("reads_waiting", "Reads that wait for their turn", |local| local.reads.load(), |load| load.waiting),
        lane(
            "writes_running",
            "Writes at work or in the store's queue",
            |local| local.writes.load(),
            |load| load.running,
        ),
    ];
    gauges.extend(installation.gauges());
    gauges
}

/// A gauge of something that is counted with `usize`.
pub fn gauge(name: &'static str, help: &'static str, value: impl Fn() -> usize + Send + Sync + 'static) -> Gauge {
    Gauge { name, help, value: Box::new(move || i64::try_from(value()).unwrap_or(i64::MAX)) }
}
