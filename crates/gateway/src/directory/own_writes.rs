//! When each key last wrote through this process: it must find again what it wrote, wherever it reads.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use users::key::KeyId;

/// So many keys are remembered; beyond that all count as having written just now.
const MOST: usize = 65_536;

/// So few are not worth looking through for those that can be forgotten.
const FEW: usize = 1_024;

/// When each key last wrote.
pub struct OwnWrites {
    notes: Mutex<Notes>,
    /// What is longer ago is known everywhere.
    span: Duration,
}

#[derive(Default)]
struct Notes {
    by_key: HashMap<KeyId, Instant>,
    /// When everybody counts as having written.
    everybody: Option<Instant>,
    /// With that many, those that can be forgotten are.
    full: usize,
}

/// A write under way. It counts from when this is dropped: when it is answered, or when nobody waits for it any more.
pub struct Writing<'a> {
    own_writes: &'a OwnWrites,
    key: &'a KeyId,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.own_writes.note(self.key, Instant::now());
    }
}

impl OwnWrites {
    /// Nobody has written yet. What was written longer than `span` ago can be read everywhere.
    #[must_use]
    pub fn new(span: Duration) -> Self {
        Self { notes: Mutex::new(Notes { full: FEW, ..Notes::default() }), span }
    }

    /// The key begins to write.
    #[must_use]
    pub fn begin<'a>(&'a self, key: &'a KeyId) -> Writing<'a> {
        Writing { own_writes: self, key }
    }

    /// When the key last wrote, unless that can be read everywhere.
    #[must_use]
    pub fn last(&self, key: &KeyId) -> Option<Instant> {
        let notes = self.notes();
        notes.by_key.get(key).copied().max(notes.everybody)
    }

    fn note(&self, key: &KeyId, now: Instant) {
        let mut notes = self.notes();
        // Two writes that end together may come here in either order: the later end counts.
        let at = notes.by_key.entry(key.clone()).or_insert(now);
        *at = now.max(*at);
        if notes.by_key.len() < notes.full {
            return;
        }
        notes.by_key.retain(|_, at| now.saturating_duration_since(*at) <= self.span);
        if notes.by_key.len() >= MOST {
            notes.everybody = notes.everybody.max(Some(now));
            notes.by_key.clear();
        }
        // So a note is looked through twice on average, however many there are.
        notes.full = (2 * notes.by_key.len()).clamp(FEW, MOST);
    }

    /// Nothing that can panic comes between two changes of the notes.
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> KeyId {
        KeyId::from_stored(format!("key{n}"))
    }

    fn own_writes() -> OwnWrites {
        OwnWrites::new(Duration::from_secs(1))
    }

    #[test]
    fn a_write_counts_from_its_end_however_it_ends() {
        let (own_writes, key) = (own_writes(), key(1));
        assert_eq!(own_writes.last(&key), None);
        let writing = own_writes.begin(&key);
        assert_eq!(own_writes.last(&key), None);
        let before = Instant::now();
        drop(writing);
        assert!(own_writes.last(&key).is_some_and(|at| at >= before && at <= Instant::now()));
        assert_eq!(own_writes.last(&self::key(2)), None);
    }

    #[test]
    fn what_can_be_read_everywhere_is_forgotten() {
        let (own_writes, begin) = (own_writes(), Instant::now());
        for n in 0..100_000 {
            own_writes.note(&key(n), begin + Duration::from_millis(n));
            assert!(own_writes.notes().by_key.len() <= 2 * FEW);
        }
        let last = begin + Duration::from_millis(99_999);
        assert_eq!(own_writes.last(&key(99_999)), Some(last));
        for n in 99_000..100_000 {
            assert!(own_writes.last(&key(n)).is_some(), "{n}");
        }
        assert_eq!(own_writes.last(&key(0)), None);
    }

    #[test]
    fn of_too_many_none_is_forgotten() {
        let (own_writes, now) = (own_writes(), Instant::now());
        for n in 0..200_000 {
            own_writes.note(&key(n), now);
            assert!(own_writes.notes().by_key.len() < MOST);
        }
        for n in (0..200_000).step_by(1_000) {
            assert_eq!(own_writes.last(&key(n)), Some(now), "{n}");
        }
    }
}
