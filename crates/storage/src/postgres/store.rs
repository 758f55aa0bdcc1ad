//! The store on PostgreSQL.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::PgConnection;
use users::UserError;
use users::changes::{Changes, Subject};
use users::error::Result;
use users::ports::{Reads, Tx};

use super::connect;
use super::gate::Gate;
use super::pool::{self, Connections, Loan};
use super::pulse::{Condition, Pulse, Writable};
use super::retry::Tries;
use super::transaction;
use crate::address::Address;
use crate::changes::server::ServerChanges;
use crate::connection::AnyConnection;
use crate::copy;
use crate::error::{Failure, Harm};
use crate::migrate::SchemaChange;
use crate::migrate::postgres::Schema;
use crate::open_error::OpenError;
use crate::postgres_settings::PostgresSettings;
use crate::session::Session;
use crate::settings::Settings;
use crate::store::Stats;

/// How long a request waits for a connection while the server is known to be away: as long as an open one may need to come
/// back.
const AWAY: Duration = Duration::from_millis(100);

/// A store on a server.
pub(crate) struct PostgresStore {
    pool: Connections,
    gate: Gate,
    pulse: Pulse,
    wait: Duration,
    closed: AtomicBool,
    writes: AtomicU64,
    commits: AtomicU64,
    changes: ServerChanges,
}

/// What one try of a write came to.
enum Tried<T> {
    /// This.
    Done(Result<T>),
    /// Nothing: another write was in its way.
    Collided,
    /// Nothing: the connection was lost before the end.
    CutOff(UserError),
}

/// The schema changes that are known, and which of them the database has.
pub(crate) fn schema_changes(address: &Address) -> Result<Vec<SchemaChange>, OpenError> {
    let mut connection = connected(address, &PostgresSettings::default())?;
    Schema::of(address.to_string())?.status(&mut connection)
}

/// A connection of its own, outside any pool.
pub(crate) fn connected(address: &Address, settings: &PostgresSettings) -> Result<PgConnection, OpenError> {
    connect::open(address, settings).map_err(|error| {
        if error.is_about_trust() {
            OpenError::Untrusted { store: address.to_string(), reason: error.to_string() }
        } else {
            OpenError::database(address, error)
        }
    })
}

impl PostgresStore {
    /// Opens the store, and brings its schema up to date. The database must be there.
    pub fn create(address: &Address, settings: &Settings) -> Result<Self, OpenError> {
        Self::start(address, settings, Schema::bring_up)
    }

    /// Opens a store that is there and up to date.
    pub fn existing(address: &Address, settings: &Settings) -> Result<Self, OpenError> {
        Self::start(address, settings, Schema::require_current)
    }

    fn start(
        address: &Address,
        settings: &Settings,
        prepare: fn(&Schema, &mut PgConnection) -> Result<(), OpenError>,
    ) -> Result<Self, OpenError> {
        let limits = settings.postgres.clone();
        // The pool would only try again and again; who starts wants to hear what is wrong.
        let mut connection = connected(address, &limits)?;
        prepare(&Schema::of(address.to_string())?, &mut connection)?;
        copy::refuse_unfinished(&mut AnyConnection::Postgres(connection), &address.to_string())?;
        let gate = Gate::new(limits.pool as usize, settings.write_queue);
        let pulse = Pulse::start(Writable, address.clone(), limits.clone()).map_err(OpenError::Thread)?;
        Ok(Self {
            pool: pool::build(address.clone(), limits, settings.wait, Box::new(pool::Log)),
            gate,
            pulse,
            wait: settings.wait,
            closed: AtomicBool::new(false),
            writes: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            changes: ServerChanges::new(),
        })
    }

    /// What it is doing.
    pub fn stats(&self) -> Stats {
        let state = self.pool.state();
        let (write_queue_length, write_queue_limit) = self.gate.waiting();
        Stats {
            readers_idle: state.idle_connections,
            readers_in_use: state.connections - state.idle_connections,
            write_queue_length,
            write_queue_limit,
            writes: self.writes.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            writable: self.pulse.condition() == Condition::Answers { writable: true },
            kept_up: 0,
            is_behind: false,
        }
    }

    /// Whether the server answers at all, or at least refuses.
    pub fn answers(&self) -> bool {
        self.pulse.condition() != Condition::Silent
    }

    /// What has changed.
    pub fn changes(&self) -> &dyn Changes {
        &self.changes
    }

    /// Takes no more writes. Those at work answer whoever sent them.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Runs `work` on one consistent state.
    pub fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let end = Instant::now() + self.wait;
        transaction::read(|| self.lent(end), transaction::begin_read, lost, work)
    }

    /// Has `work` ask one question, which takes one way there and back.
    pub fn glance<T>(&self, work: impl Fn(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let end = Instant::now() + self.wait;
        transaction::glance(|| self.lent(end), lost, work)
    }

    /// Runs `work` as a unit, again where another write was in its way, or where the connection was lost before its end.
    pub fn write<T>(&self, work: impl Fn(&mut dyn Tx) -> Result<T>) -> Result<T> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(UserError::Unavailable("the store is closed".to_owned()));
        }
        let mut end = Instant::now() + self.wait;
        self.require_answers()?;
        let _inside = self.gate.enter(end)?;
        let mut tries = Tries::default();
        let outcome = loop {
            match self.tried(end, &work) {
                Tried::Done(outcome) => break outcome,
                Tried::Collided => {
                    tries.collided()?;
                    end = Instant::now() + self.wait;
                }
                Tried::CutOff(error) => tries.cut_off(error)?,
            }
        };
        self.writes.fetch_add(1, Ordering::Relaxed);
        outcome
    }

    fn tried<T>(&self, end: Instant, work: &impl Fn(&mut dyn Tx) -> Result<T>) -> Tried<T> {
        let mut loan = match transaction::begun(|| self.lent(end), transaction::begin_write) {
            Ok(loan) => loan,
            Err(failure) if failure.harm == Harm::Connection => return Tried::CutOff(failure.error),
            Err(failure) => return Tried::Done(Err(failure.error)),
        };
        let mut session = Session::new(&mut loan.connection);
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
        let (broken, changed) = (session.broken().cloned(), session.changed());
        match (outcome, broken) {
            (Ok(Ok(value)), None) => Tried::Done(self.committed(loan, &changed).map(|()| value)),
            (Ok(outcome), broken) => {
                // libpq does not always see at once that a connection is gone; when it cannot even roll back, it is.
                loan.doubtful = loan.connection.undo().is_err();
                match (outcome, broken) {
                    (_, Some(failure)) if loan.doubtful || failure.harm == Harm::Connection => {
                        loan.doubtful = true;
                        Tried::CutOff(failure.error)
                    }
                    (_, Some(Failure { harm: Harm::Collision, .. })) => Tried::Collided,
                    // A statement has failed, and the transaction with it, whatever `work` made of that.
                    (_, Some(failure)) => Tried::Done(Err(failure.error)),
                    (outcome, None) => Tried::Done(outcome),
                }
            }
            (Err(panic), _) => {
                loan.doubtful |= loan.connection.undo().is_err();
                drop(loan);
                resume_unwind(panic)
            }
        }
    }

    /// Commits. Whatever goes wrong here, nobody knows what has become of the transaction: it is not tried again.
    fn committed(&self, mut loan: Loan, changed: &[Subject]) -> Result<()> {
        let kept = loan.connection.keep();
        self.changes.note(changed);
        match kept {
            Ok(()) => {
                self.commits.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                loan.doubtful = true;
                let error = Failure::from(error).error;
                tracing::error!(%error, "a write was not confirmed");
                Err(UserError::Unavailable(error.to_string()))
            }
        }
    }

    fn lent(&self, end: Instant) -> Result<Loan> {
        self.require_answers()?;
        let mut patience = end.saturating_duration_since(Instant::now());
        if self.pulse.condition() == Condition::Away {
            patience = patience.min(AWAY);
        }
        self.pool.get_timeout(patience).map_err(|error| {
            tracing::warn!(%error, "no connection to the database");
            UserError::Unavailable(error.to_string())
        })
    }

    /// Who would wait for a silent server would hold a thread for nothing.
    fn require_answers(&self) -> Result<()> {
        if self.answers() { Ok(()) } else { Err(UserError::Unavailable("the database does not answer".to_owned())) }
    }
}

fn lost(error: &UserError, _: Harm) {
    tracing::error!(%error, "the store cannot be read");
}
