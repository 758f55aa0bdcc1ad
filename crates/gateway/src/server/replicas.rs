//! The directory with its reads spread over the store's replicas, where the settings name any.

use std::sync::Arc;
use std::time::Duration;

use dialect::Directory;
use storage::Replica;

use super::assemble::gauge;
use crate::directory::{LocalDirectory, Member, ReplicatedDirectory, Width};
use crate::settings::Settings;
use crate::store::{Installation, InstallationError};
use crate::telemetry::metrics::Gauge;

/// How long a read waits for its turn at a replica: not long, since the primary can be asked as well.
const PATIENCE: Duration = Duration::from_millis(250);

/// The directory of this primary and its replicas; `None` without replicas.
pub fn directory(
    settings: &Settings,
    installation: &Installation,
    primary: Arc<dyn Directory>,
    queue: usize,
) -> Result<Option<Arc<ReplicatedDirectory>>, InstallationError> {
    let replicas = storage::replicas(&settings.database)?;
    if replicas.is_empty() {
        return Ok(None);
    }
    // Nothing is written there.
    let reads = settings.database.concurrent_reads();
    let width = Width { reads, writes: 0, queue, patience: PATIENCE, reads_at_once: false };
    let members = replicas.into_iter().map(|replica| member(Arc::new(replica), installation, width)).collect();
    let staleness = settings.database.replicas.staleness;
    Ok(Some(Arc::new(ReplicatedDirectory::new(primary, members, staleness))))
}

fn member(replica: Arc<Replica>, installation: &Installation, width: Width) -> Member {
    let asked = replica.clone();
    let users = installation.users_on(replica.clone());
    let directory = LocalDirectory::new(users, width, Arc::new(move || asked.answers()));
    let busy = directory.clone();
    Member {
        directory,
        fresh_as_of: Box::new(move || replica.fresh_as_of()),
        load: Box::new(move || busy.reads.load().sum()),
    }
}

/// What can be seen of the replicas.
pub fn gauges(directory: &Arc<ReplicatedDirectory>) -> Vec<Gauge> {
    let look = |name, help, part: fn(&ReplicatedDirectory) -> usize| {
        let directory = directory.clone();
        gauge(name, help, move || part(&directory))
    };
    vec![
        look("replicas_fit", "Replicas that may be read now", ReplicatedDirectory::fit),
        look("replica_reads", "Reads that a replica has answered", ReplicatedDirectory::answered),
        look(
            "replica_reads_passed_on",
            "Reads that a replica has refused, or failed, and the primary has answered",
            ReplicatedDirectory::passed_on,
        ),
    ]
}
