//! What has happened.

use users::audit::{Event, Place};
use users::error::Result;
use users::ports::{AuditReads, AuditTx};
use users::{Timestamp, UserError, UserId};

use super::Session;
use crate::rows::EventRow;
use crate::{reads, writes};

impl AuditReads for Session<'_> {
    fn events(&mut self, user: Option<&UserId>, after: Option<&Place>, limit: u32) -> Result<Vec<Event>> {
        let rows = self.run(|connection| reads::events(connection, user, after, limit.into()))?;
        rows.into_iter().map(EventRow::into_event).collect()
    }
}

impl AuditTx for Session<'_> {
    fn audit(&mut self, events: &[Event]) -> Result<()> {
        self.run(|connection| writes::add_events(connection, events))
    }

    fn forget_audit(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        let forgotten = self.run(|connection| writes::forget_audit(connection, before.micros(), limit.into()))?;
        u32::try_from(forgotten).map_err(|_| UserError::Internal("more was forgotten than asked for".to_owned()))
    }
}
