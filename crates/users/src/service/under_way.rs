//! The requests that this process is about to give their effect. A repeat learns at once that it comes too early, instead of
//! waiting behind a password that is being hashed, or hashing it again. (What other processes are about to do, the store's lock
//! decides.)

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::attempt::Attempt;
use crate::error::{Conflict, Result, UserError};
use crate::once::{ClaimId, Fingerprint};

/// The requests, each with what it says.
#[derive(Default)]
pub(super) struct UnderWay(Mutex<BTreeMap<ClaimId, Fingerprint>>);

/// A request's place among them, given up when dropped.
pub(super) struct Entered<'a> {
    all: &'a UnderWay,
    id: ClaimId,
}

impl UnderWay {
    /// Takes a request in.
    ///
    /// # Errors
    /// `Conflict` if it is under way already; `IdempotencyKeyReused` if another one with its key is.
    pub fn enter(&self, attempt: &Attempt) -> Result<Entered<'_>> {
        match self.lock().entry(attempt.id().clone()) {
            Entry::Vacant(free) => {
                free.insert(attempt.fingerprint().clone());
                Ok(Entered { all: self, id: attempt.id().clone() })
            }
            Entry::Occupied(taken) if taken.get() == attempt.fingerprint() => Err(Conflict::UnderWay.into()),
            Entry::Occupied(_) => Err(UserError::IdempotencyKeyReused),
        }
    }

    /// The requests are told apart whatever happened to the thread that last changed them.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ClaimId, Fingerprint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
    }
}
