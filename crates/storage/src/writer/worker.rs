//! What the writer's thread does.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use users::UserError;
use users::changes::Subject;
use users::error::Result;
use users::ports::Tx;

use super::job::Job;
use super::queue::{Queue, Taken};
use super::standing_look::StandingLook;
use super::upkeep::Upkeep;
use super::{Figures, Limits, Open, turn};
use crate::changes::file::FileChanges;
use crate::connection::AnyConnection;
use crate::error::Failure;
use crate::session::Session;

/// How often a writer that failed tries whether it can write again, while nobody wants it to.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// What a probe writes.
pub(crate) const PROBE: &str = "writer_probe";

/// The owner of the connection that writes.
pub(super) struct Worker {
    connection: Option<AnyConnection>,
    open: Open,
    group: usize,
    /// A write that has waited longer is not begun: who sent it has been told to come again, or soon will be.
    patience: Duration,
    /// How long it waits for a lock that another process holds.
    lock: Duration,
    queue: Arc<Queue>,
    figures: Arc<Figures>,
    changes: Arc<OnceLock<FileChanges>>,
    /// What was last complained about, so that a full disk fills no log.
    complaint: Option<UserError>,
    upkeep: Upkeep,
    /// `None` where nobody reads but who writes, and where the file's state cannot be seen.
    standing_look: Option<StandingLook>,
}

/// A transaction that came to nothing.
enum Aborted {
    /// It was not even begun.
    NotBegun(UserError),
    /// It failed; the connection may be in any state.
    Failed(UserError),
}

impl Worker {
    pub fn new(
        connection: AnyConnection,
        open: Open,
        limits: Limits,
        queue: Arc<Queue>,
        figures: Arc<Figures>,
        changes: Arc<OnceLock<FileChanges>>,
        standing_look: StandingLook,
    ) -> Self {
        let Limits { group, patience, lock, bulk, queue: _ } = limits;
        Self {
            connection: Some(connection),
            open,
            group: group.max(1),
            patience,
            lock,
            queue,
            figures,
            changes,
            complaint: None,
            upkeep: Upkeep::new(bulk),
            standing_look: Some(standing_look).filter(|_| !bulk),
        }
    }

    /// Works until the queue is closed and empty.
    pub fn run(mut self) {
        loop {
            let is_well = self.complaint.is_none();
            let patience = if is_well { self.due_in() } else { Some(PROBE_INTERVAL) };
            match self.queue.take(self.group, patience) {
                Taken::Jobs(jobs) => self.work(jobs),
                Taken::Nothing if is_well => {}
                Taken::Nothing => self.work(vec![Box::new(Probe)]),
                Taken::Closed => break,
            }
            if self.complaint.is_none()
                && let Some(connection) = &mut self.connection
            {
                let done = self.upkeep.do_some(connection, &self.changes, self.queue.len() > 0);
                self.figures.kept_up.fetch_add(done as u64, Ordering::Relaxed);
                self.figures.behind.store(self.upkeep.due_in().is_some(), Ordering::Release);
            }
            self.follow();
        }
    }

    /// When there is something to do besides what comes.
    fn due_in(&self) -> Option<Duration> {
        let looks = self.standing_look.as_ref().map(StandingLook::due_in);
        self.upkeep.due_in().into_iter().chain(looks).min()
    }

    /// Sees to the look that stands for all readers.
    fn follow(&mut self) {
        let Some(look) = &mut self.standing_look else { return };
        if !look.take_turn() {
            return;
        }
        match self.changes.get_or_init(|| FileChanges::of(look.path())).index() {
            Some(index) => look.follow(self.connection.as_mut().filter(|_| self.complaint.is_none()), index),
            None => self.standing_look = None,
        }
    }

    /// Runs a group, and answers each of it.
    fn work(&mut self, jobs: Vec<Box<dyn Job>>) {
        let (late, mut jobs): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.waited() > self.patience);
        for job in late {
            job.answer(Err(UserError::Busy("the write waited for too long")));
        }
        if jobs.is_empty() {
            return;
        }
        let verdict = match self.commit(&mut jobs) {
            Ok(is_kept) => {
                if is_kept {
                    self.figures.commits.fetch_add(1, Ordering::Relaxed);
                    self.recovered();
                }
                Ok(())
            }
            Err(aborted) => {
                let error = match aborted {
                    Aborted::NotBegun(error) => {
                        // They have waited as long for the same thing.
                        jobs.append(&mut self.queue.take_waiting());
                        error
                    }
                    Aborted::Failed(error) => error,
                };
                self.connection = None;
                self.complain(&error);
                Err(error)
            }
        };
        self.upkeep.wake();
        self.figures.behind.store(true, Ordering::Release);
        for job in jobs {
            job.answer(verdict.clone());
        }
    }

    /// Says whether anything was committed: who is alone, and is to be undone, leaves nothing. Who is alone needs no savepoint either, in
    /// which SQLite takes the longer for every statement the more has changed so far.
    fn commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<bool, Aborted> {
        let (changes, lock) = (self.changes.clone(), self.lock);
        if let Some(look) = &mut self.standing_look {
            look.end();
        }
        let connection = self.connected()?;
        turn::begin(connection, lock).map_err(|error| Aborted::NotBegun(unavailable(error)))?;
        let changed =
            if let [job] = jobs { run(connection, job.as_mut()) } else { run_parts(connection, jobs).map(Some) };
        let changed = changed.map_err(Aborted::Failed)?;
        let ended = match &changed {
            Some(changed) => FileChanges::told(&changes, changed, || connection.keep()),
            None => connection.undo(),
        };
        ended.map_err(|error| Aborted::Failed(unavailable(error)))?;
        self.figures.writes.fetch_add(jobs.len() as u64, Ordering::Relaxed);
        Ok(changed.is_some())
    }

    fn connected(&mut self) -> Result<&mut AnyConnection, Aborted> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => {
                let connection = (self.open)().map_err(|e| Aborted::NotBegun(UserError::Unavailable(e.to_string())))?;
                Ok(none.insert(connection))
            }
        }
    }

    /// Says once what is wrong.
    fn complain(&mut self, error: &UserError) {
        self.figures.writable.store(false, Ordering::Relaxed);
        if self.complaint.as_ref() != Some(error) {
            tracing::error!(%error, "the store cannot be written; trying again");
            self.complaint = Some(error.clone());
        }
    }

    fn recovered(&mut self) {
        if self.complaint.take().is_some() {
            self.figures.writable.store(true, Ordering::Relaxed);
            tracing::info!("the store can be written again");
        }
    }
}

/// However the thread ends, nobody waits for it in vain: a job that is dropped tells its caller.
impl Drop for Worker {
    fn drop(&mut self) {
        self.queue.close();
        drop(self.queue.take_waiting());
        self.figures.behind.store(false, Ordering::Release);
    }
}

/// Runs each write in a savepoint of its own, and says whom they have changed.
fn run_parts(connection: &mut AnyConnection, jobs: &mut [Box<dyn Job>]) -> Result<Vec<Subject>> {
    let mut changed = Vec::new();
    for job in jobs {
        connection.begin_part().map_err(unavailable)?;
        let ended = match run(connection, job.as_mut())? {
            Some(mut of_job) => {
                changed.append(&mut of_job);
                connection.keep()
            }
            None => connection.undo(),
        };
        ended.map_err(unavailable)?;
    }
    Ok(changed)
}

/// Runs one write, and says whom it has changed; `None` if it is to be undone. An error is the group's, not the closure's.
fn run(connection: &mut AnyConnection, job: &mut dyn Job) -> Result<Option<Vec<Subject>>> {
    let mut session = Session::new(connection);
    let keep = job.run(&mut session);
    match session.broken() {
        Some(failure) => Err(failure.error.clone()),
        None => Ok(keep.then(|| session.changed())),
    }
}

fn unavailable(error: diesel::result::Error) -> UserError {
    Failure::from(error).error
}

/// A small write that shows whether writing works.
struct Probe;

impl Job for Probe {
    fn run(&mut self, tx: &mut dyn Tx) -> bool {
        // If it fails, the transaction is broken, which the writer sees.
        tx.set_fact(PROBE, "written").is_ok()
    }

    fn waited(&self) -> Duration {
        Duration::ZERO
    }

    fn answer(self: Box<Self>, _: Result<()>) {}
}
