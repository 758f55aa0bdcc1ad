//! What is noted beside the way of requests, and forgotten in time.

use std::sync::Arc;

use super::Users;
use crate::audit::Event;
use crate::error::Result;
use crate::ports::Store;
use crate::time::Timestamp;

impl<S: Store> Users<S> {
    /// Notes what was refused. Of refusals that repeat themselves the first stays, whoever notes them.
    ///
    /// # Errors
    /// As the store's.
    pub fn note_refusals(&self, refusals: Arc<[Event]>) -> Result<()> {
        self.store.write(move |tx| tx.audit(&refusals))
    }

    /// Forgets some of what happened before then. Says whether there may be more.
    ///
    /// # Errors
    /// As the store's.
    pub fn forget_audit(&self, before: Timestamp, limit: u32) -> Result<bool> {
        Ok(self.store.write(move |tx| tx.forget_audit(before, limit))? == limit)
    }
}
