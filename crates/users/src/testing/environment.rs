//! Ports that say the same in every run.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use aws_lc_rs::digest;
use uuid::Uuid;

use crate::error::{Result, UserError};
use crate::password::{self, Cost, PasswordHash, PlainPassword, TypedPassword};
use crate::ports::{Clock, Environment, PasswordHasher, Randomness};
use crate::strength::{self, Verdict};
use crate::time::Timestamp;
use crate::user::User;

/// 2026-01-02T03:04:05.000006Z, in microseconds since the Unix epoch.
const START: i64 = 1_767_323_045_000_006;

/// A clock that stands still, or takes a step with each look at it.
#[derive(Debug)]
pub struct SteppingClock {
    micros: AtomicI64,
    step: AtomicI64,
}

impl Default for SteppingClock {
    /// Stands at 2026-01-02T03:04:05.000006Z.
    fn default() -> Self {
        Self { micros: AtomicI64::new(START), step: AtomicI64::new(0) }
    }
}

impl SteppingClock {
    /// Sets the time.
    pub fn set(&self, time: Timestamp) {
        self.micros.store(time.micros(), Ordering::SeqCst);
    }

    /// Lets so many microseconds pass.
    pub fn advance(&self, micros: i64) {
        self.micros.fetch_add(micros, Ordering::SeqCst);
    }

    /// Lets so many microseconds pass after each look.
    pub fn step_by(&self, micros: i64) {
        self.step.store(micros, Ordering::SeqCst);
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        let micros = self.micros.fetch_add(self.step.load(Ordering::SeqCst), Ordering::SeqCst);
        Timestamp::from_micros(micros).unwrap_or(Timestamp::from(chrono::DateTime::UNIX_EPOCH))
    }
}

/// Ids and secrets made by counting: the same in every run, the ids increasing.
#[derive(Debug, Default)]
pub struct CountedRandomness {
    ids: AtomicU64,
    secrets: AtomicU64,
}

impl Randomness for CountedRandomness {
    /// Version 7, one millisecond apart.
    fn uuid(&self) -> Uuid {
        let count = self.ids.fetch_add(1, Ordering::SeqCst);
        let millis = START.unsigned_abs() / 1_000 + count;
        let tail = u128::from(count).to_be_bytes();
        let mut random = [0; 10];
        random.copy_from_slice(&tail[6..]);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        for chunk in bytes.chunks_mut(digest::SHA256_OUTPUT_LEN) {
            let count = self.secrets.fetch_add(1, Ordering::SeqCst);
            let hash = digest::digest(&digest::SHA256, &count.to_be_bytes());
            chunk.copy_from_slice(&hash.as_ref()[..chunk.len()]);
        }
        Ok(())
    }
}

/// bcrypt at its lowest cost.
#[derive(Debug, Default)]
pub struct CheapHasher;

impl CheapHasher {
    fn cost() -> Result<Cost> {
        Cost::new(Cost::MIN).ok_or_else(|| UserError::Internal("the least cost is refused".to_owned()))
    }
}

impl PasswordHasher for CheapHasher {
    fn weigh(&self, password: &PlainPassword, user: &User) -> Result<Verdict> {
        Ok(strength::check(password, user))
    }

    fn hash(&self, password: &PlainPassword) -> Result<PasswordHash> {
        password::hash(password, Self::cost()?)
    }

    fn verify(&self, typed: &TypedPassword, hash: Option<&PasswordHash>) -> Result<bool> {
        password::verify(typed, hash, Self::cost()?)
    }

    fn renew(&self, typed: &TypedPassword, old: &PasswordHash) -> Result<Option<PasswordHash>> {
        password::renew(typed, old, Self::cost()?)
    }
}

/// All ports but the store, and a hand on those that a test moves.
#[derive(Debug, Default)]
pub struct TestEnvironment {
    /// The clock.
    pub clock: Arc<SteppingClock>,
    /// The source of ids and secrets.
    pub randomness: Arc<CountedRandomness>,
}

impl TestEnvironment {
    /// Ports that nobody has looked at.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The ports as the core takes them.
    #[must_use]
    pub fn ports(&self) -> Environment {
        Environment { clock: self.clock.clone(), randomness: self.randomness.clone(), hasher: Arc::new(CheapHasher) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_increase_and_are_of_version_7() {
        let randomness = CountedRandomness::default();
        let ids: Vec<Uuid> = (0..1_000).map(|_| randomness.uuid()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn the_clock_stands_until_it_is_told_to_step() {
        let clock = SteppingClock::default();
        assert_eq!(clock.now(), clock.now());
        clock.step_by(5);
        assert_eq!(clock.now().micros() + 5, clock.now().micros());
    }
}
