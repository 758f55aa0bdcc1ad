//! Puts the application together.

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use dialect::{Directory, Route, Services};

use super::{StartError, replicas};
use crate::audit::Refusals;
use crate::connections::Connections;
use crate::dialects::DIALECTS;
use crate::directory::{LaneLoad, LocalDirectory, Width};
use crate::dispatch::Application;
use crate::hashing;
use crate::health::{Check, Health};
use crate::limits::Peers;
use crate::live::{Foundation, Stations};
use crate::mail::Room;
use crate::retention::Retention;
use crate::settings::Settings;
use crate::store::{Installation, Store};
use crate::telemetry::metrics::{Gauge, Metrics};
use crate::telemetry::sink;
use crate::usage::{Known, Recorder};

/// Reads that may wait for a connection of the store.
const READ_QUEUE: usize = 1_024;

type Local = Arc<LocalDirectory<Store>>;

/// The application on this installation, and what it stands on.
pub fn application(
    settings: &Settings,
    installation: &Installation,
    secret: Vec<u8>,
    connections: &Arc<Connections>,
) -> Result<(Application, Foundation), StartError> {
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
    let usage = usage(settings, &services, &local);
    let refusals = Refusals::new(environment.clock.clone(), environment.randomness.clone(), local.clone());
    let refusals = Arc::new(refusals);
    let retention = Retention {
        past: local.clone(),
        clock: environment.clock.clone(),
        calls: settings.usage.retention,
        events: settings.audit.retention,
    };
    let mut gauges = gauges(installation, &local, connections);
    gauges.extend(usage.iter().flat_map(usage_gauges));
    gauges.push(refusals_gauge(&refusals));
    let mail = Room::new(local.clone(), environment.clock.clone(), settings.mail.clone());
    let mail = Arc::new(mail.map_err(|error| StartError::Settings(format!("mail: {error}")))?);
    gauges.extend(mail_gauges(&mail));
    gauges.extend(replicated.iter().flat_map(replicas::gauges));
    let began = Instant::now();
    let foundation = Foundation {
        services: services.clone(),
        directory,
        accounts: local.clone(),
        stations: Stations::default(),
        began,
    };
    let live = foundation.live(settings).map_err(StartError::Settings)?;
    let application = Application {
        live: ArcSwap::from_pointee(live),
        services,
        randomness: environment.randomness.clone(),
        health: Arc::new(Health::new(check(local.clone()))),
        metrics: Arc::new(Metrics::new(gauges)),
        refusals,
        usage,
        retention: Some(Arc::new(retention)),
        mail: Some(mail),
        peers: Peers::default(),
        began,
    };
    Ok((application, foundation))
}

/// What counts who calls what, unless the settings say that nobody does.
fn usage(settings: &Settings, services: &Services, local: &Local) -> Option<Arc<Recorder>> {
    let operations = DIALECTS.iter().flat_map(|entry| {
        let dialect = (entry.build)(services);
        let operation = |route: &Route| (route.full_name(entry.name), Known::of(dialect.fields(), route.operation));
        dialect.routes().iter().map(operation).collect::<Vec<_>>()
    });
    let recorder = || Recorder::new(operations.collect(), services.clock.clone(), local.clone());
    settings.usage.enabled.then(|| Arc::new(recorder()))
}

fn usage_gauges(usage: &Arc<Recorder>) -> Vec<Gauge> {
    let (waiting, dropped) = (usage.clone(), usage.clone());
    let dropped = move || usize::try_from(dropped.dropped()).unwrap_or(usize::MAX);
    vec![
        gauge("usage_waiting", "Keys' operations whose calls wait to be noted", move || waiting.waiting()),
        gauge("usage_calls_dropped", "Calls that were not counted, since too many waited to be noted", dropped),
    ]
}

fn refusals_gauge(refusals: &Arc<Refusals>) -> Gauge {
    let refusals = refusals.clone();
    let dropped = move || usize::try_from(refusals.dropped()).unwrap_or(usize::MAX);
    gauge("audit_refusals_dropped", "Refusals that were not noted, since too many waited to be noted", dropped)
}

fn mail_gauges(mail: &Arc<Room>) -> Vec<Gauge> {
    let (waiting, abandoned) = (mail.clone(), mail.clone());
    vec![
        gauge("mail_waiting", "Messages to be sent, in the store", move || waiting.waiting()),
        gauge("mail_abandoned", "Messages that were given up, in the store", move || abandoned.abandoned()),
    ]
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
