//! A store in memory, for tests of everything that does not care which store it has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::tables::Tables;
use crate::attempts::Subject;
use crate::error::Result;
use crate::id::UserId;
use crate::once::Claim;
use crate::outbox::OutboxMessage;
use crate::password::PasswordHash;
use crate::ports::{Reads, Store, Tx};
use crate::time::Timestamp;

/// A store in memory. One caller at a time; a transaction works on a copy, which takes the place of the tables when it
/// succeeds.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    writes: AtomicU64,
}

impl MemoryStore {
    /// A store that nothing was written to.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The messages that are to be sent.
    #[must_use]
    pub fn outbox(&self) -> Vec<OutboxMessage> {
        self.tables().outbox.clone()
    }

    /// The claims, old ones too.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        self.tables().claims.values().cloned().collect()
    }

    /// Who has tried lately.
    #[must_use]
    pub fn attempts(&self) -> Vec<(Subject, Timestamp)> {
        self.tables().arrivals.iter().map(|(subject, arrival)| (subject.clone(), *arrival)).collect()
    }

    /// The user's password.
    #[must_use]
    pub fn password(&self, user: &UserId) -> Option<PasswordHash> {
        self.tables().passwords.get(user).cloned()
    }

    /// How many transactions have changed something, or could have.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// A panic cannot leave the tables half changed: it only ever meets a copy.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn read<T>(&self, work: impl FnOnce(&mut dyn Reads) -> Result<T>) -> Result<T> {
        let mut copy = self.tables().clone();
        work(&mut copy)
    }

    fn write<T: Send + 'static>(&self, work: impl Fn(&mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let mut tables = self.tables();
        let mut copy = tables.clone();
        let answer = work(&mut copy)?;
        self.writes.fetch_add(1, Ordering::SeqCst);
        *tables = copy;
        Ok(answer)
    }
}
