//! Hot standbys that answer reads.
//!
//! A standby shows what the primary has acknowledged a little later. How much later is measured by positions in the log, and by
//! this process's own clock: the primary is asked all the time how far it has come, and each standby how far it shows; the
//! latest instant at which the primary had not yet come further is the one that the standby is fresh of. Who is too far behind,
//! says nothing or is no standby of this primary is left out; no request has to find out.

mod faults;
mod history;
mod judge;
mod questions;
mod watch;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use r2d2::NopErrorHandler;
use users::UserError;
use users::error::Result;
use users::ports::{Reads, Store, Tx};

use super::pool::{self, Connections, Kept, Loan};
use super::pulse::Pulse;
use super::transaction;
use crate::address::Address;
use crate::error::{Failure, Harm};
use crate::open_error::OpenError;
use crate::settings::Settings;
use crate::url::{Place, Url};
pub use faults::{ReplicaFault, replica_faults};
use judge::Limits;
use questions::{OfPrimary, OfReplica};
use watch::Watch;

/// How long a read waits for a connection to a replica: not long, since the primary can be asked as well.
const PATIENCE: Duration = Duration::from_millis(250);

/// Twice the longest pause between two attempts to open a connection.
const ATTEMPTS: Duration = Duration::from_secs(2);

/// A hot standby that answers reads: a store that is only read.
pub struct Replica {
    watch: Arc<Watch>,
    n: usize,
    pool: Connections,
    _pulses: Pulses,
}

/// Those who ask, until dropped.
struct Pulses {
    _replica: Pulse,
    _primary: Arc<Pulse>,
}

/// Begins to follow the replicas of the settings. None of them need be there: whether it is, and how far behind, is found out
/// all the time, and the operator is told when one is left out or admitted.
///
/// # Errors
/// `Thread` alone.
pub fn replicas(settings: &Settings) -> std::result::Result<Vec<Replica>, OpenError> {
    let addresses: Vec<&Address> = settings.replicas.urls.iter().filter_map(address).collect();
    match address(&settings.url) {
        Some(primary) if !addresses.is_empty() => follow(primary, &addresses, settings).map_err(OpenError::Thread),
        Some(_) | None => Ok(Vec::new()),
    }
}

fn address(url: &Url) -> Option<&Address> {
    match url.place() {
        Place::Server(address) => Some(address),
        Place::File(_) => None,
    }
}

fn follow(primary: &Address, replicas: &[&Address], settings: &Settings) -> io::Result<Vec<Replica>> {
    // There is another one to ask, so that a replica is sooner taken for silent than a primary.
    let silence = (settings.postgres.silence / 2).max(3 * questions::INTERVAL);
    let limits = Limits { staleness: settings.replicas.staleness, silence };
    let watch = Arc::new(Watch::new(replicas.iter().map(ToString::to_string), limits));
    let asked = OfPrimary(watch.clone());
    let primary = Arc::new(Pulse::start(asked, primary.clone(), settings.postgres.clone())?);
    let start = |(n, address): (usize, &&Address)| {
        let asked = OfReplica { watch: watch.clone(), n, since: None };
        let pulse = Pulse::start(asked, (*address).clone(), settings.postgres.clone())?;
        // The watch says that a replica is away, once.
        let log = Box::new(NopErrorHandler);
        let pool = pool::build((*address).clone(), settings.postgres.clone(), ATTEMPTS, log);
        Ok(Replica { watch: watch.clone(), n, pool, _pulses: Pulses { _replica: pulse, _primary: primary.clone() } })
    };
    replicas.iter().enumerate().map(start).collect()
}

impl Replica {
    /// Of which instant it is fresh, if it may answer now: whatever the primary had acknowledged by then can be read here.
    #[must_use]
    pub fn fresh_as_of(&self) -> Option<Instant> {
        self.watch.as_of(self.n)
    }

    /// Whether it answers at all, as far as is known.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.watch.answers(self.n)
    }

    fn lent(&self, end: Instant) -> Result<Loan> {
        let patience = end.saturating_duration_since(Instant::now());
        self.pool.get_timeout(patience).map_err(|error| UserError::Unavailable(error.to_string()))
    }

    /// Behind one address there may be several servers, and what is known is about the one that was heard.
    fn require_heard_server(&self, kept: &mut Kept) -> Result<()> {
        let server = match kept.server.take() {
            Some(server) => server,
            None => questions::server(&mut kept.connection).map_err(|error| Failure::from(error).error)?,
        };
        if self.watch.is_server(self.n, kept.server.insert(server)) {
            Ok(())
        } else {
            Err(UserError::Unavailable("a connection leads to another server".to_owned()))
        }
    }
}

impl Store for Replica {
    /// What is found wrong with the replica is told by who watches it, so that a failure is no more than a reason to ask elsewhere.
    fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let end = Instant::now() + PATIENCE;
        let begin = |kept: &mut Kept| {
            self.require_heard_server(kept)?;
            transaction::begin_read(kept)
        };
        let lost = |error: &UserError, harm| {
            tracing::debug!(%error, "a replica cannot be read");
            if harm == Harm::Connection {
                self.watch.doubt(self.n);
            }
        };
        transaction::read(|| self.lent(end), begin, lost, work)
    }

    /// # Errors
    /// `Unavailable`, always.
    fn write<T: Send + 'static>(&self, _: impl Fn(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        Err(UserError::Unavailable("a replica is only read".to_owned()))
    }
}
