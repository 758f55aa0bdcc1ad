//! The changes of a file, which other processes may change as well.
//!
//! Every commit, whoever made it, gives the file a new state. The writer of this process says which one is its own; any
//! other that a reader meets is somebody else's, of which nobody knows what it changed: everything counts as changed then.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use users::changes::{Changes, Moment, Subject};

use super::Ledger;
use super::wal_index::{State, WalIndex};

/// The changes of one file.
pub(crate) struct FileChanges {
    index: Option<WalIndex>,
    known: Mutex<Known>,
    /// Held by the writer from before its commit until it has said which state is its own.
    committing: Mutex<()>,
    ledger: Ledger,
}

/// The last state that is accounted for.
struct Known {
    state: Option<State>,
    epoch: u64,
}

impl FileChanges {
    /// The changes of this file from now on. A connection to it must be open. Where its state cannot be seen, nothing can be kept.
    pub fn of(path: &Path) -> Self {
        let index = WalIndex::open(path).inspect_err(|error| {
            tracing::warn!(%error, "changes by other processes cannot be seen, so that nothing that was read is used again");
        });
        let index = index.ok();
        let state = index.as_ref().and_then(WalIndex::state);
        Self { index, known: Mutex::new(Known { state, epoch: 0 }), committing: Mutex::new(()), ledger: Ledger::new() }
    }

    /// Runs a commit that changes these subjects, and tells of it, if anybody has asked for changes yet. The transaction must have
    /// the file's lock already.
    pub fn told<T, E>(
        changes: &OnceLock<Self>,
        subjects: &[Subject],
        commit: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match changes.get() {
            Some(changes) => changes.around(subjects, commit),
            None => commit(),
        }
    }

    /// Where its state can be seen, if it can.
    pub fn index(&self) -> Option<WalIndex> {
        self.index
    }

    fn around<T, E>(&self, subjects: &[Subject], commit: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let Some(index) = &self.index else { return commit() };
        let _committing = self.committing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = index.state();
        let outcome = commit();
        let after = index.state();
        // Whatever the commit came to, these are not what they were when somebody read them.
        self.ledger.note(subjects);
        let mut known = self.known();
        let is_own = match (known.state, before, after) {
            (Some(known), Some(before), Some(after)) => {
                known == before && (after == before || (outcome.is_ok() && after.follows(&before)))
            }
            _ => false,
        };
        known.epoch += u64::from(!is_own);
        known.state = after;
        outcome
    }

    /// Nothing that can panic runs under this lock.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moment(&self, known: &Known) -> Moment {
        Moment { epoch: known.epoch, change: self.ledger.last() }
    }
}

impl Changes for FileChanges {
    fn hears_others(&self) -> bool {
        true
    }

    fn now(&self) -> Option<Moment> {
        let index = self.index.as_ref()?;
        let state = index.state()?;
        let known = self.known();
        if known.state == Some(state) {
            return Some(self.moment(&known));
        }
        drop(known);
        // It is the writer's own, about to be accounted for, unless nobody is committing.
        let _nobody_commits = self.committing.try_lock().ok()?;
        let state = index.state()?;
        let mut known = self.known();
        if known.state != Some(state) {
            known.state = Some(state);
            known.epoch += 1;
        }
        Some(self.moment(&known))
    }

    fn has_changed(&self, subject: &Subject, since: Moment) -> bool {
        self.ledger.has_changed(subject, since.change)
    }
}
