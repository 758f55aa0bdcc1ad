//! What has happened, in memory.

use std::collections::BTreeMap;

use super::tables::Tables;
use crate::audit::{Event, Place};
use crate::error::{Result, UserError};
use crate::id::{EventId, UserId};
use crate::ports::{AuditReads, AuditTx};
use crate::time::Timestamp;

/// The events, by time.
pub(super) type AuditTable = BTreeMap<(Timestamp, EventId), Event>;

impl AuditReads for Tables {
    fn events(&mut self, user: Option<&UserId>, after: Option<&Place>, limit: u32) -> Result<Vec<Event>> {
        let concerns = |event: &&Event| {
            user.is_none_or(|user| event.user.as_ref() == Some(user) || event.actor.user() == Some(user))
        };
        let follows =
            |event: &&Event| after.is_none_or(|place| (event.at, Some(&event.id)) > (place.at, place.id.as_ref()));
        Ok(self.audit.values().filter(follows).filter(concerns).take(limit as usize).cloned().collect())
    }
}

impl AuditTx for Tables {
    fn audit(&mut self, events: &[Event]) -> Result<()> {
        for event in events {
            let repetition = event.repetition();
            if repetition.is_none() || self.audit.values().all(|known| known.repetition() != repetition) {
                self.audit.insert((event.at, event.id.clone()), event.clone());
            }
        }
        Ok(())
    }

    fn forget_audit(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        let old: Vec<(Timestamp, EventId)> =
            self.audit.keys().filter(|(at, _)| *at < before).take(limit as usize).cloned().collect();
        old.iter().for_each(|place| drop(self.audit.remove(place)));
        u32::try_from(old.len()).map_err(|_| UserError::Internal("more than the limit".to_owned()))
    }
}
