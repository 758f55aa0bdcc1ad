//! bcrypt, and weighing passwords, no more of it at once than the machine can bear.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use users::error::{Result, UserError};
use users::password::{Cost, PasswordHash, TypedPassword, hash, renew, verify};
use users::ports::PasswordHasher;
use users::strength::{self, Verdict};
use users::{PlainPassword, User};

const BUSY: UserError = UserError::Busy("too many passwords are waiting to be hashed");

/// How many hashes may wait for their turn.
pub const QUEUE: usize = 64;

/// Hashes and weighs passwords on the calling thread, on all processors but one at most, so that one is left for everybody else.
pub struct BoundedHasher {
    cost: Cost,
    slots: usize,
    queue: usize,
    patience: Duration,
    load: Mutex<Load>,
    freed: Condvar,
}

/// What is being done at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Hashes under way.
    pub running: usize,
    /// Hashes that wait.
    pub waiting: usize,
}

impl BoundedHasher {
    /// A hasher that lets nobody wait longer than `patience`.
    #[must_use]
    pub fn new(cost: Cost, patience: Duration) -> Self {
        let slots = available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        Self::with_bounds(cost, slots, QUEUE, patience)
    }

    fn with_bounds(cost: Cost, slots: usize, queue: usize, patience: Duration) -> Self {
        Self { cost, slots, queue, patience, load: Mutex::new(Load::default()), freed: Condvar::new() }
    }

    /// What is being done now.
    #[must_use]
    pub fn load(&self) -> Load {
        *self.lock()
    }

    /// Waits for a slot.
    fn enter(&self) -> Result<Slot<'_>> {
        let mut load = self.lock();
        if load.running >= self.slots {
            if load.waiting >= self.queue {
                return Err(BUSY);
            }
            load.waiting += 1;
            let end = Instant::now() + self.patience;
            while load.running >= self.slots {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    load.waiting -= 1;
                    return Err(BUSY);
                }
                load = self.freed.wait_timeout(load, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            load.waiting -= 1;
        }
        load.running += 1;
        Ok(Slot(self))
    }

    /// The counters hold whatever happened to the thread that last changed them.
    fn lock(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to hash, given back when dropped.
struct Slot<'a>(&'a BoundedHasher);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.freed.notify_one();
    }
}

impl PasswordHasher for BoundedHasher {
    fn weigh(&self, password: &PlainPassword, user: &User) -> Result<Verdict> {
        let _slot = self.enter()?;
        Ok(strength::check(password, user))
    }

    fn hash(&self, password: &PlainPassword) -> Result<PasswordHash> {
        let _slot = self.enter()?;
        hash(password, self.cost)
    }

    fn verify(&self, typed: &TypedPassword, hash: Option<&PasswordHash>) -> Result<bool> {
        let _slot = self.enter()?;
        verify(typed, hash, self.cost)
    }

    fn renew(&self, typed: &TypedPassword, old: &PasswordHash) -> Result<Option<PasswordHash>> {
        let _slot = self.enter()?;
        renew(typed, old, self.cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        users::testing::contract::user(1)
    }

    fn hasher(slots: usize, queue: usize, patience: Duration) -> BoundedHasher {
        BoundedHasher::with_bounds(Cost::new(Cost::MIN).expect("a cost"), slots, queue, patience)
    }

    #[test]
    fn beyond_the_queue_it_is_busy() {
        let hasher = hasher(1, 0, Duration::from_secs(5));
        let slot = hasher.enter().expect("the first");
        let password = PlainPassword::parse("correct horse").expect("a password");
        assert_eq!(hasher.hash(&password), Err(BUSY));
        assert_eq!(hasher.verify(&TypedPassword::new(String::new()), None), Err(BUSY));
        assert_eq!(hasher.weigh(&password, &user()), Err(BUSY));
        drop(slot);
        let hash = hasher.hash(&password).expect("a hash");
        assert!(hash.as_str().starts_with("$2b$"));
        assert!(hasher.weigh(&password, &user()).is_ok_and(|verdict| verdict.is_ok()));
        assert_eq!(hasher.load(), Load::default());
    }

    #[test]
    fn nobody_waits_for_ever() {
        let hasher = hasher(1, 1, Duration::from_millis(20));
        let _slot = hasher.enter().expect("the first");
        assert!(hasher.enter().is_err());
        assert_eq!(hasher.load(), Load { running: 1, waiting: 0 });
    }

    #[test]
    fn who_waits_gets_the_next_slot() {
        let hasher = hasher(1, 8, Duration::from_secs(60));
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| hasher.enter().map(drop))).collect();
            for worker in workers {
                worker.join().expect("no panic").expect("a slot");
            }
        });
        assert_eq!(hasher.load(), Load::default());
    }
}
