//! What has happened, as a store keeps it.

use crate::audit::{Event, Place};
use crate::error::Result;
use crate::id::UserId;
use crate::time::Timestamp;

/// Reading it.
pub trait AuditReads {
    /// At most `limit` events behind that place, or from the first on, by time; with a user named, those that it caused or that
    /// concern it.
    fn events(&mut self, user: Option<&UserId>, after: Option<&Place>, limit: u32) -> Result<Vec<Event>>;
}

/// Writing it.
pub trait AuditTx: AuditReads {
    /// Notes events, in the transaction in which they happen. Of refusals that repeat themselves ([`Event::repetition`]) the first stays.
    fn audit(&mut self, events: &[Event]) -> Result<()>;
    /// Forgets at most `limit` events from before then, the oldest first. Says how many there were.
    fn forget_audit(&mut self, before: Timestamp, limit: u32) -> Result<u32>;
}
