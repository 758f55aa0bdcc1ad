//! What has changed in a store: so that what was read can be used again while it holds.
//!
//! Each committed write tells which users and keys it changed. What other processes change is seen where the store is a file
//! ([`file`]). A server does not tell, so what was read from it is used for a moment at most ([`server`]).

pub(crate) mod file;
#[cfg(feature = "postgres")]
pub(crate) mod server;
pub(crate) mod wal_index;

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use users::changes::Subject;

/// Subjects share that many places. Two that share one count as changed together, which costs a reading and no more.
const PLACES: usize = 1 << 14;

/// When each subject was last changed, in numbers of changes. Nothing is ever forgotten here, and it never grows.
pub(crate) struct Ledger {
    places: Box<[AtomicU64]>,
    hasher: RandomState,
    last: AtomicU64,
}

impl Ledger {
    pub fn new() -> Self {
        let places = (0..PLACES).map(|_| AtomicU64::new(0)).collect();
        Self { places, hasher: RandomState::default(), last: AtomicU64::new(0) }
    }

    /// The number of the last change. Whoever reads the store after asking for it sees that change and all before it.
    pub fn last(&self) -> u64 {
        self.last.load(Ordering::SeqCst)
    }

    /// Notes a change of these subjects, after it was committed, and before anybody is told so. Its number is counted before
    /// the subjects are marked with it: a reader who has not seen the change knows only of numbers below.
    pub fn note(&self, subjects: &[Subject]) {
        if subjects.is_empty() {
            return;
        }
        let number = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        for subject in subjects {
            self.place(subject).fetch_max(number, Ordering::SeqCst);
        }
    }

    /// Whether the subject has changed since that number.
    pub fn has_changed(&self, subject: &Subject, since: u64) -> bool {
        self.place(subject).load(Ordering::SeqCst) > since
    }

    fn place(&self, subject: &Subject) -> &AtomicU64 {
        let hash = usize::try_from(self.hasher.hash_one(subject) % PLACES as u64).unwrap_or(0);
        &self.places[hash]
    }
}

#[cfg(test)]
mod tests {
    use users::UserId;

    use super::*;

    fn user(name: &str) -> Subject {
        Subject::User(UserId::from_stored(name.to_owned()))
    }

    #[test]
    fn a_change_counts_for_whoever_read_before_it() {
        let ledger = Ledger::new();
        let before = ledger.last();
        ledger.note(&[user("a")]);
        let after = ledger.last();
        assert!(ledger.has_changed(&user("a"), before));
        assert!(!ledger.has_changed(&user("a"), after));
        assert!(!ledger.has_changed(&user("b"), before));
    }

    #[test]
    fn what_changes_nothing_is_no_change() {
        let ledger = Ledger::new();
        ledger.note(&[]);
        assert_eq!(ledger.last(), 0);
    }
}
